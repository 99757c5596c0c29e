"""How customers say things, and what the trade calls them: a question is searched with both.

The table is synonyms.txt beside this module, one line a group: the trade's words, a colon, what
customers say instead. A maintainer of another trade replaces it. Only questions are expanded, never
tickets.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=256)
def expansion(question: str) -> str:
    """The trade's words for what a question says in a customer's, without those it already holds."""
    text = question.lower()
    found: list[str] = []
    for pattern, words in _groups():
        if pattern.search(text):
            found += [word for word in words if word.lower() not in text and word not in found]
    return " ".join(found)


@lru_cache(maxsize=1)
def _groups() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    table = files("bot.search").joinpath("synonyms.txt").read_text(encoding="utf-8")
    groups = []
    for line in table.splitlines():
        if line.strip() and not line.startswith("#"):
            words, _, said = line.partition(":")
            pattern = "|".join(map(_pattern, said.lower().split()))
            groups.append((re.compile(pattern), tuple(words.split())))
    return tuple(groups)


def _pattern(variant: str) -> str:
    """An end that is a Latin letter or digit must be the end of a word or number, also beside Chinese."""
    before = r"(?<![a-z0-9])" if re.match("[a-z0-9]", variant) else ""
    after = r"(?![a-z0-9])" if re.search("[a-z0-9]$", variant) else ""
    return before + re.escape(variant) + after
