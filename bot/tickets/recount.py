"""What tickets hold, counted: for the report of a build, and again when some of them are forgotten.

What only a new reading can tell (redactions by type, files) stays as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.records import STATEMENT_KINDS, Passage, Statement, Ticket
from bot.tickets.clusters import copies
from bot.tickets.resolution import resolution


def counts(
    tickets: Sequence[Ticket],
    statements: Mapping[str, Sequence[Statement]],
    passages: Mapping[str, Sequence[Passage]],
) -> dict[str, Any]:
    """How many statements of each kind, tickets of each resolution and passages there are."""
    kinds = Counter(row.kind for ticket in tickets for row in statements[ticket.id])
    return {
        "statements": {kind: kinds.get(kind, 0) for kind in STATEMENT_KINDS},
        "resolutions": dict(Counter(resolution(statements[ticket.id]) for ticket in tickets)),
        "passages": sum(map(len, passages.values())),
    }


def recounted(
    report: Mapping[str, Any],
    tickets: Sequence[Ticket],
    statements: Mapping[str, Sequence[Statement]],
    passages: Mapping[str, Sequence[Passage]],
    gone: Collection[str],
) -> dict[str, Any]:
    """The report with the counts of these tickets, and without any row that names one that is gone.

    A conflict that such a ticket took part in leaves the report with it; that its other sides may now be
    stated is found at the next ingest.
    """
    clean = without(dict(report), gone)
    left = {
        "tickets": len(tickets),
        "forgotten": report.get("forgotten", 0) + report.get("tickets", len(tickets)) - len(tickets),
        **counts(tickets, statements, passages),
        "duplicates": copies(row for ticket in tickets for row in statements[ticket.id]),
    }
    if (found := clean.get("contradictions")) is not None:
        left |= {"conflicts": len(found), "open_conflicts": sum(not conflict["holds"] for conflict in found)}
    return {**clean, **left}


def without(value: Any, tickets: Collection[str]) -> Any:
    """JSON-like data without the items of lists and the entries of dicts that name one of the tickets."""
    names = "|".join(sorted(map(re.escape, tickets), key=len, reverse=True))
    return _pruned(value, re.compile(rf"(?<![\w-])(?:{names})(?![\w-])", re.ASCII)) if names else value


def _pruned(value: Any, named: re.Pattern[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: _pruned(item, named)
            for key, item in value.items()
            if not _names(key, named) and not (isinstance(item, str) and _names(item, named))
        }
    if isinstance(value, list | tuple):
        return [item for item in value if not _names(item, named)]
    return value


def _names(value: Any, named: re.Pattern[str]) -> bool:
    if isinstance(value, dict):
        return any(_names(item, named) for pair in value.items() for item in pair)
    if isinstance(value, list | tuple):
        return any(_names(item, named) for item in value)
    return isinstance(value, str) and named.search(value) is not None
