"""What the pages about tickets look up: the facts of each ticket, worked out once a build, and what a filter leaves.

Knows tickets and statements; neither HTML nor where a build lies.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

from bot.records import Statement, Ticket
from bot.serve.core import Library
from bot.tickets.answers import Answer, answers
from bot.tickets.privacy.placeholders import PLACEHOLDER
from bot.tickets.resolution import Resolution, resolution

RESOLUTIONS: tuple[Resolution, ...] = ("self-service", "partial", "action", "wait", "unresolved")
NONE = "-"  # stands in a filter for a value that the ticket lacks


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of tickets is cut down to; an empty field leaves all. `words` must all be in the text."""

    product: str = ""
    topic: str = ""
    resolution: str = ""
    kind: str = ""
    redacted: str = ""
    file: str = ""
    words: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filter:
        """From the fields of a form; what it does not know is left out."""
        return cls(**{field.name: given.get(field.name, "").strip()[:200] for field in fields(cls)})

    def given(self) -> dict[str, str]:
        """The fields that are set, as a form sends them."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}


@dataclass(frozen=True, slots=True)
class Facts:
    """One ticket with what is filtered by. `redacted` are types of placeholders, `words` is in lower case."""

    ticket: Ticket
    resolution: Resolution
    kinds: frozenset[str]
    redacted: tuple[str, ...]
    words: str

    def fits(self, wanted: Filter, terms: Sequence[str]) -> bool:
        ticket = self.ticket
        return (
            _is(wanted.product, ticket.product)
            and _is(wanted.topic, ticket.topic)
            and wanted.resolution in ("", self.resolution)
            and (not wanted.kind or wanted.kind in self.kinds)
            and (not wanted.redacted or wanted.redacted in self.redacted)
            and wanted.file in ("", ticket.source.file)
            and all(term in self.words for term in terms)
        )


class Catalogue:
    """All tickets of one build, in their order."""

    def __init__(self, library: Library) -> None:
        self.build = library.id
        self.tickets, self.statements, self.sources = library.tickets, library.statements, library.sources
        self.rows = [_facts(ticket, library.statements.get(ticket.id, ())) for ticket in library.tickets.values()]

    def find(self, wanted: Filter) -> list[Facts]:
        terms = wanted.words.lower().split()
        return [row for row in self.rows if row.fits(wanted, terms)]

    def facts(self, ticket: str) -> Facts | None:
        found = self.tickets.get(ticket)
        return _facts(found, self.statements.get(ticket, ())) if found else None

    @cached_property
    def choices(self) -> dict[str, dict[str, int]]:
        """What each field of a filter can be set to, with how many tickets that leaves; the most frequent first."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.rows:
            counts["product"][row.ticket.product or NONE] += 1
            counts["topic"][row.ticket.topic or NONE] += 1
            counts["resolution"][row.resolution] += 1
            counts["kind"].update(row.kinds)
            counts["redacted"].update(row.redacted)
            counts["file"][row.ticket.source.file] += 1
        found = {name: dict(counted.most_common()) for name, counted in counts.items()}
        return found | {"file": dict(sorted(counts["file"].items()))}

    @cached_property
    def coverage(self) -> dict[str, dict[str, int]]:
        """How the tickets of each product were solved; the product with most tickets first."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.rows:
            counts[row.ticket.product or NONE][row.resolution] += 1
        return {product: dict(counts[product]) for product in self.choices.get("product", {})}

    @cached_property
    def answers(self) -> list[Answer]:
        """What several tickets answer alike."""
        rows = [row for ticket in self.tickets for row in self.statements.get(ticket, ())]
        return answers(self.tickets.values(), rows)

    def alike(self, row: Statement) -> list[Ticket]:
        """The other tickets that say what this statement says."""
        ids = self.sources.get(row.same or row.id, ())
        return [self.tickets[id] for id in ids if id != row.ticket and id in self.tickets]


class Catalogues:
    """The catalogue of the newest build: made when it is first asked for, and kept until another build is in use."""

    def __init__(self, library: Callable[[], Library]) -> None:
        self._library, self._lock = library, threading.Lock()
        self._last: Catalogue | None = None

    def newest(self) -> Catalogue:
        with self._lock:
            library = self._library()
            if self._last is None or self._last.build != library.id:
                self._last = None  # two at once would hold two builds in memory
                self._last = Catalogue(library)
            return self._last


def _is(wanted: str, value: str) -> bool:
    return not wanted or wanted == (value or NONE)


def _facts(ticket: Ticket, statements: Sequence[Statement]) -> Facts:
    types = {match.group(1): None for match in PLACEHOLDER.finditer(ticket.text)}
    return Facts(
        ticket=ticket,
        resolution=resolution(statements),
        kinds=frozenset(row.kind for row in statements),
        redacted=tuple(types),
        words="\n".join((ticket.id, ticket.title, ticket.question, ticket.agent_text)).lower(),
    )
