"""Answers that contradict each other: another value, or yes against no, about the same thing.

Neither side is stated until one is newer (tickets with dates) or a maintainer rules. Units are made
alike first, so 三个月 and 90天 are no conflict. Knows statements; who is right it does not know.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.records import Statement
from bot.tickets.claims import CLAUSE, Claim, same_predicate, same_words
from bot.tickets.near import canonical

ALL = "all"  # the ruling that every side is right in its place


@dataclass(frozen=True, slots=True)
class Side:
    """One value, in the words of those who gave it; `date` of the newest ticket, "" when none has one."""

    value: str
    norm: str
    clauses: tuple[str, ...]
    tickets: tuple[str, ...]
    date: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """`holds`: the `norm` of the side that may be stated, ALL for each, "" for none. `why`: newer or ruled."""

    id: str
    kind: str
    sides: tuple[Side, ...]
    holds: str = ""
    why: str = ""


def conflicts(statements: Sequence[Statement], dates: Mapping[str, str] | None = None) -> list[Conflict]:
    """What knowledge statements of different tickets contradict each other in; linear in their number."""
    rows = [row for row in _unique(statements) if row.kind == "knowledge"]
    pairs = [*same_predicate(rows), *same_words(rows)]
    said: dict[str, list[str]] = defaultdict(list)
    for row in statements:
        for clause in CLAUSE.findall(row.text) if row.kind == "knowledge" else ():
            said[canonical(clause)].append(row.ticket)
    return [
        conflict
        for claims in _components(pairs)
        if len((conflict := _settled(_conflict(claims, said, dates or {}))).sides) > 1
    ]


def dispute(statements: Iterable[Statement], found: Sequence[Conflict]) -> list[Statement]:
    """Cuts each clause that may not be stated, and every copy of it, out of its statement into one marked disputed."""
    clauses = {
        canonical(clause)
        for conflict in found
        for side in conflict.sides
        for clause in side.clauses
        if conflict.holds not in (ALL, side.norm)
    }
    result: list[Statement] = []
    for row in statements:
        parts = _cut(row.text, clauses) if clauses else [(False, row.text)]
        if len(parts) == 1:
            result.append(row if row.disputed == parts[0][0] else replace(row, disputed=parts[0][0]))
            continue
        position = 0
        for number, (disputed, text) in enumerate(parts):
            quote, position = _quote(row.quote, text, position)
            result.append(replace(row, id=f"{row.id}.{number + 1}", text=text, quote=quote, disputed=disputed))
    return result


def _unique(statements: Sequence[Statement]) -> Iterator[Statement]:
    seen: set[str] = set()
    for row in statements:
        if (key := canonical(row.text)) not in seen:
            seen.add(key)
            yield row


def _components(pairs: Iterable[tuple[Claim, Claim]]) -> list[list[Claim]]:
    """Claims that a chain of pairs ties together, each once, in the order in which they came."""
    numbers: dict[Claim, int] = {}
    parent: list[int] = []

    def root(claim: Claim) -> int:
        at = numbers.setdefault(claim, len(parent))
        if at == len(parent):
            parent.append(at)
        while parent[at] != at:
            parent[at] = at = parent[parent[at]]
        return at

    for one, other in pairs:
        parent[root(other)] = root(one)
    found: dict[int, list[Claim]] = defaultdict(list)
    for claim in numbers:
        found[root(claim)].append(claim)
    return list(found.values())


def _conflict(claims: Sequence[Claim], said: Mapping[str, list[str]], dates: Mapping[str, str]) -> Conflict:
    sides: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        sides[claim.norm].append(claim)
    made = []
    for norm, told in sides.items():
        clauses = tuple(dict.fromkeys(claim.clause.strip() for claim in told))
        tickets = tuple(dict.fromkeys(ticket for clause in clauses for ticket in said[canonical(clause)]))
        newest = max((dates.get(ticket, "") for ticket in tickets), default="")
        made.append(Side(told[0].value, norm, clauses, tickets, newest))
    key = min(canonical(clause) for side in made for clause in side.clauses)
    return Conflict(
        hashlib.blake2b(f"{claims[0].kind}{key}".encode(), digest_size=4).hexdigest(), claims[0].kind, tuple(made)
    )


def _settled(conflict: Conflict) -> Conflict:
    """With the newest side holding, where every side has a date and one is newer than all others."""
    dates = sorted(side.date for side in conflict.sides)
    if len(dates) < 2 or not dates[0] or dates[-1] == dates[-2]:
        return conflict
    newest = max(conflict.sides, key=lambda side: side.date)
    return replace(conflict, holds=newest.norm, why="newer")


def _cut(text: str, clauses: set[str]) -> list[tuple[bool, str]]:
    parts: list[tuple[bool, str]] = []
    for clause in CLAUSE.findall(text):
        disputed = canonical(clause) in clauses
        if parts and parts[-1][0] == disputed:
            parts[-1] = (disputed, parts[-1][1] + clause)
        else:
            parts.append((disputed, clause))
    cleaned = [(disputed, part.strip("，,；; \n")) for disputed, part in parts]
    return [part for part in cleaned if len(canonical(part[1])) > 3] or [(False, text)]


def _quote(quote: str, text: str, position: int) -> tuple[str, int]:
    """The part of a quote that says `text`: from its first to its last letters."""
    letters = [(index, low) for index, char in enumerate(quote) for low in char.lower() if low.isalnum()]
    at, dense = [index for index, _ in letters], "".join(low for _, low in letters)
    bare = canonical(text)
    start = dense.find(bare, position)
    if start < 0:
        return quote, position
    return quote[at[start] : at[start + len(bare) - 1] + 1], start + len(bare)
