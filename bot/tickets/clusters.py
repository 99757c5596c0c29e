"""The same answer in several tickets becomes one with a count; answers that differ are disputed.

Agreement is the same sentence but for spaces and marks. A dispute is the same thing said to happen
in another time (units made alike first): neither value is stated. Knows nothing of search.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.records import Statement
from bot.tickets.facts import Fact, quantities

_CLAUSE = re.compile(r"[^，。；！？\n]+[，。；！？\n]*")
# Left out of the words after a value, so that 内完成 and 内可以完成 are one and 左右 alone is nothing.
_MODAL = re.compile(r"可以|可|能够?|都|即|就|左右|以内|之内|内|会|的|了")
_SHARED = 0.2  # overlap of two statements' two-character terms from which they may speak of one thing


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two clauses of two tickets that say the same thing with different values."""

    first: str
    second: str
    first_clause: str
    second_clause: str


def canonical(text: str) -> str:
    """What two wordings of the same answer share: letters and digits alone."""
    return re.sub(r"[\W_]+", "", text.lower())


def agree(statements: Iterable[Statement]) -> list[Statement]:
    """The statements with `agree` set to the number of tickets that say the same."""
    rows = list(statements)
    tickets: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        tickets[canonical(row.text)].add(row.ticket)
    return [replace(row, agree=len(tickets[canonical(row.text)])) for row in rows]


def conflicts(statements: Sequence[Statement]) -> list[Conflict]:
    """Pairs of clauses about the same thing, in the same dimension, with different values.

    Compared are clauses whose words after the value are the same (小时内完成, 小时内可以完成), in
    statements that share enough of their terms; linear but for the few that share those words.
    """
    groups: dict[tuple[str, str], list[tuple[Statement, str, Fact]]] = defaultdict(list)
    seen: set[str] = set()
    for row in statements:
        key = canonical(row.text)
        if row.kind != "knowledge" or key in seen:
            continue
        seen.add(key)
        for clause in _CLAUSE.findall(row.text):
            for fact in quantities(clause):
                predicate = _MODAL.sub("", re.sub(r"\W", "", clause[fact.end :]))[:6]
                if fact.dimension == "duration" and len(predicate) >= 2:
                    groups[(fact.dimension, predicate)].append((row, clause, fact))
    found = []
    for rows in groups.values():
        for index, (first, first_clause, one) in enumerate(rows):
            for second, second_clause, other in rows[index + 1 : index + 200]:
                if (
                    first.ticket != second.ticket
                    and one.value != other.value
                    and (_related(first, first_clause[one.start :], second, second_clause[other.start :]))
                ):
                    found.append(Conflict(first.id, second.id, first_clause.strip(), second_clause.strip()))
    return found


def dispute(statements: Iterable[Statement], found: Sequence[Conflict]) -> list[Statement]:
    """Cuts each disputed clause, and every copy of it, out of its statement into one marked disputed."""
    clauses = {canonical(clause) for conflict in found for clause in (conflict.first_clause, conflict.second_clause)}
    result: list[Statement] = []
    for row in statements:
        parts = _cut(row.text, clauses) if clauses else [(False, row.text)]
        if len(parts) == 1:
            result.append(replace(row, disputed=parts[0][0]))
            continue
        position = 0
        for number, (disputed, text) in enumerate(parts):
            quote, position = _quote(row.quote, text, position)
            result.append(replace(row, id=f"{row.id}.{number + 1}", text=text, quote=quote, disputed=disputed))
    return result


def _cut(text: str, clauses: set[str]) -> list[tuple[bool, str]]:
    parts: list[tuple[bool, str]] = []
    for clause in _CLAUSE.findall(text):
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


def _related(first: Statement, first_tail: str, second: Statement, second_tail: str) -> bool:
    """Whether two statements speak of one thing, the values and the words that they share behind them left out."""
    one, other = _terms(first, first_tail), _terms(second, second_tail)
    smaller = min(sum(one.values()), sum(other.values())) or 1
    return sum((one & other).values()) / smaller >= _SHARED


def _terms(row: Statement, tail: str) -> Counter[str]:
    bare = re.sub(r"[\W\d_]+", "", row.text.replace(tail, "").lower())
    return Counter({bare[index : index + 2] for index in range(len(bare) - 1)})
