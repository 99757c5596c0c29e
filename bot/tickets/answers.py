"""What several tickets answer alike becomes one cleaned answer: its sentences, each with the agent's own words.

An answer is what an agent said in one go and others said as well: sentences that follow each other in the
first of the tickets and that the same tickets hold. Knows nothing of files; rulings.py keeps them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.records import Statement, Ticket
from bot.tickets.clusters import sources
from bot.tickets.near import canonical
from bot.tickets.passages import sayable


@dataclass(frozen=True, slots=True)
class Answer:
    """`sentences` stand for all of `tickets`; `id` is made of the first one's own words."""

    id: str
    about: str
    tickets: tuple[str, ...]
    sentences: tuple[Statement, ...]


def digest(text: str) -> str:
    """8 hex digits of the letters and digits of a text."""
    return hashlib.blake2b(canonical(text).encode(), digest_size=4).hexdigest()


def answers(tickets: Iterable[Ticket], statements: Sequence[Statement], least: int = 2) -> list[Answer]:
    """Every answer that at least `least` tickets give, the most given first."""
    held = sources(statements)
    titles = {ticket.id: ticket.title for ticket in tickets}
    runs: list[list[Statement]] = []
    before: Statement | None = None
    for row in statements:
        if row.same or len(held.get(row.id, ())) < least or not sayable(row):
            before = None
            continue
        follows = before and (before.ticket, before.turn) == (row.ticket, row.turn) and held[before.id] == held[row.id]
        if follows:
            runs[-1].append(row)
        else:
            runs.append([row])
        before = row
    found = [Answer(digest(run[0].quote), titles.get(run[0].ticket, ""), held[run[0].id], tuple(run)) for run in runs]
    return sorted(found, key=lambda answer: -len(answer.tickets))
