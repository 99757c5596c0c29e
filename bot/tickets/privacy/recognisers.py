"""All recognisers in the order in which they are asked: where two find the same place, the earlier one names it.

Knows nothing of placeholders, links and hosts: redaction.py does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.tickets.privacy.contacts import CONTACTS
from bot.tickets.privacy.credentials import CREDENTIALS, opaque
from bot.tickets.privacy.machines import MACHINES
from bot.tickets.privacy.numbers import NUMBERS, long_numbers
from bot.tickets.privacy.people import PEOPLE
from bot.tickets.privacy.shapes import Recogniser, Span, narrow

_DIGIT = re.compile(r"\d")
# An e-mail is sure of itself; a number without a label and a word that nobody speaks are guesses, and come last.
RECOGNISERS: tuple[Recogniser, ...] = (
    CONTACTS[0],
    *NUMBERS,
    *CREDENTIALS,
    *CONTACTS[1:],
    *MACHINES,
    *PEOPLE,
    Recogniser(opaque, digits=True),
    Recogniser(long_numbers, digits=True),
)
_WORDS = tuple(dict.fromkeys(need for row in RECOGNISERS for need in row.needs))


def recognise(text: str) -> Iterator[Span]:
    """Every span that a recogniser finds; they may overlap, the earlier ones win."""
    text = narrow(text)
    lower = text.lower()
    for row in _able(frozenset(word for word in _WORDS if word in lower), bool(_DIGIT.search(text))):
        yield from row.find(text)


@lru_cache(maxsize=4096)
def _able(words: frozenset[str], digits: bool) -> tuple[Recogniser, ...]:
    """The recognisers that can find anything in a text with these words, and with or without digits."""
    return tuple(
        row for row in RECOGNISERS if (digits or not row.digits) and (not row.needs or not words.isdisjoint(row.needs))
    )
