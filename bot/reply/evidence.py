"""Which statements a reply may rest on: ranked by what they say, what they answered and whose they are.

Knows the tickets found and the question; it neither writes nor decides whether to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from bot.records import Evidence, Hit, Statement, Ticket
from bot.tickets.clusters import canonical
from bot.tickets.passages import SAYABLE

TICKETS = 8  # tickets whose statements are weighed
# Fitted on development questions over thirty tickets (docs/decisions.md): the meaning of a statement,
# the question's rare words in it, those words in what the customer had just asked, and its ticket.
DENSE, WORDS, ASKED, TICKET = 0.40, 0.30, 0.10, 0.30


class Library(Protocol):
    """What a build knows of its tickets."""

    @property
    def id(self) -> str: ...

    @property
    def tickets(self) -> Mapping[str, Ticket]: ...

    @property
    def statements(self) -> Mapping[str, Sequence[Statement]]: ...


class Retriever(Protocol):
    """Finds tickets, and tells how near statements are to a question."""

    def search(self, question: str, k: int = 10) -> list[Hit]: ...

    def relevance(self, question: str, statements: Sequence[Statement]) -> list[float]: ...


def weigh(
    question: str,
    hits: Sequence[Hit],
    library: Library,
    retriever: Retriever,
    coverage: Callable[[str, str], float],
) -> list[Evidence]:
    """Every sayable statement of the best tickets, best first, each answer once, numbered from 1."""
    if not hits:
        return []
    best = max(hit.score for hit in hits) or 1.0
    rows: list[Statement] = []
    weight: dict[str, float] = {}
    for hit in hits[:TICKETS]:
        weight[hit.ticket] = max(0.0, hit.score / best)
        rows += [row for row in library.statements.get(hit.ticket, ()) if row.kind in SAYABLE]
    dense = retriever.relevance(question, rows)
    found = []
    for row, near in zip(rows, dense, strict=True):
        score = (
            DENSE * near
            + WORDS * coverage(question, row.text)
            + ASKED * coverage(question, row.asked)
            + TICKET * weight[row.ticket]
        )
        found.append((score, row))
    found.sort(key=lambda pair: -pair[0])
    seen: set[str] = set()
    evidence = []
    for score, row in found:
        key = canonical(row.text)
        if key not in seen:
            seen.add(key)
            evidence.append(Evidence(len(evidence) + 1, row, library.tickets[row.ticket], score))
    return evidence
