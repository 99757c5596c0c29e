"""Which statements a reply may rest on: ranked by what they say, what they answered and whose they are.

Knows the tickets found and the question; it neither writes nor decides whether to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.records import Evidence, Hit, Statement, Ticket
from bot.reply.deeds import claims_work
from bot.reply.intent import asks_why, expected
from bot.search.synonyms import expansion
from bot.tickets.causes import CAUSE
from bot.tickets.expiry import expired
from bot.tickets.near import canonical
from bot.tickets.passages import sayable

TICKETS = 8  # tickets whose statements are weighed
ALSO = 10  # other sources named beside the one that is cited
# Weights fitted on development questions over thirty tickets (docs/decisions.md): what a statement means
# in its context, the question's rare words in it, in what the customer had just asked and in its ticket's
# title, how well its ticket was found, and whether it is the kind of thing asked for.
MEANING, WORDS, ASKED, TITLE, TICKET, EXPECTED = 0.70, 0.60, 0.20, 0.20, 0.17, 0.10


class Match(Protocol):
    """Makes a measure of how much of a question a text holds (Lexical.matcher)."""

    def __call__(self, question: str, more: str = "", /) -> Callable[[str], float]: ...


class Library(Protocol):
    """What a build knows of its tickets."""

    @property
    def id(self) -> str: ...

    @property
    def tickets(self) -> Mapping[str, Ticket]: ...

    @property
    def statements(self) -> Mapping[str, Sequence[Statement]]: ...

    @property
    def sources(self) -> Mapping[str, Sequence[str]]:
        """The tickets that say what a statement says, by the id of the one that stands for them."""
        ...


class Retriever(Protocol):
    """Finds tickets, and tells how near statements are to a question."""

    def search(self, question: str, k: int = 10) -> list[Hit]: ...

    def relevance(self, question: str, statements: Sequence[Statement]) -> list[float]: ...

    def vector(self, question: str) -> list[float]: ...


def weigh(
    question: str, hits: Sequence[Hit], library: Library, retriever: Retriever, match: Match, day: str = ""
) -> list[Evidence]:
    """Every sayable statement of the best tickets, best first, each answer once, numbered from 1.

    What claims somebody's work (看了下您的日志) was true of one customer, and is evidence for no other.
    A recorded cause is evidence for who asks why; beside other questions it takes the place of an answer.
    What holds no longer on `day` (ISO 8601) is no evidence, and does not count among those who say the same.
    """
    if not hits:
        return []
    holds = match(question, expansion(question))
    why = asks_why(question)
    rows: list[Statement] = []
    weight: dict[str, float] = {}
    for hit in [hit for hit in hits if not expired(library.tickets[hit.ticket], day)][:TICKETS]:
        ticket = library.tickets[hit.ticket]
        weight[hit.ticket] = TICKET * hit.score + TITLE * holds(f"{ticket.title} {ticket.question}")
        said = library.statements.get(hit.ticket, ())
        rows += [row for row in said if sayable(row) and (why or row.turn != CAUSE) and not claims_work(row.text)]
    found = []
    for row, near in zip(rows, retriever.relevance(question, rows), strict=True):
        score = (
            MEANING * near
            + WORDS * holds(row.text)
            + ASKED * holds(row.asked)
            + EXPECTED * expected(question, row.text)
            + weight[row.ticket]
        )
        found.append((score, near, row))
    found.sort(key=lambda item: -item[0])
    seen: set[str] = set()
    evidence: list[Evidence] = []
    for score, near, row in found:
        leader = row.same or row.id
        keys = {leader, canonical(row.text)}
        if not keys & seen:
            told, late = _holding(library, leader, day)
            also = tuple(ticket for ticket in told if ticket != row.ticket)[:ALSO]
            row = replace(row, agree=max(row.agree - late, 1)) if late else row
            evidence.append(Evidence(len(evidence) + 1, row, library.tickets[row.ticket], score, also, near))
        seen |= keys
    return evidence


def _holding(library: Library, leader: str, day: str) -> tuple[list[str], int]:
    """The tickets that say what a statement says and hold on a day, and how many do no longer."""
    told = library.sources.get(leader, ())
    held = [ticket for ticket in told if not expired(library.tickets[ticket], day)]
    return held, len(told) - len(held)
