"""The same answer in several tickets becomes one: with a count, all its sources, and one passage.

The first statement that says a thing stands for all that say it; the others point to it. Knows
nothing of search, and nothing of which of two answers is right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.records import Statement
from bot.tickets.near import groups

_COUNTED = ("knowledge", "specific")  # what is never said needs no count


def agree(statements: Iterable[Statement]) -> list[Statement]:
    """The statements with `same` and `agree` set anew: the first of a group stands for it.

    Statements of two kinds are never one: what was true of one customer is no knowledge. Calling it on
    its own result, or on what is left of it after a ticket is gone, gives what a first call would.
    """
    rows = list(statements)
    told = [at for at, row in enumerate(rows) if row.kind in _COUNTED]
    first: dict[int, int] = {}
    for kind in _COUNTED:
        places = [at for at in told if rows[at].kind == kind]
        first |= {places[one]: places[other] for one, other in enumerate(groups([rows[at].text for at in places]))}
    tickets: dict[int, set[str]] = defaultdict(set)
    for at, leader in first.items():
        tickets[leader].add(rows[at].ticket)
    result = []
    for at, row in enumerate(rows):
        leader = first.get(at, at)
        same = "" if leader == at else rows[leader].id
        count = len(tickets[leader]) if at in first else 1
        result.append(row if (row.same, row.agree) == (same, count) else replace(row, same=same, agree=count))
    return result


def copies(statements: Iterable[Statement]) -> int:
    """How many statements only repeat what another one stands for."""
    return sum(bool(row.same) for row in statements)


def sources(statements: Sequence[Statement]) -> dict[str, tuple[str, ...]]:
    """The tickets that say what a statement says, by the id of the one that stands for them."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for row in statements:
        if row.kind in _COUNTED:
            found[row.same or row.id][row.ticket] = None
    return {leader: tuple(tickets) for leader, tickets in found.items()}
