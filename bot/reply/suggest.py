"""Questions to offer: titles of past tickets that read as questions and are really answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, cached_property

from bot.records import Ticket
from bot.reply.evidence import Library
from bot.tickets.near import canonical
from bot.tickets.privacy.placeholders import ANY_MASK
from bot.tickets.resolution import resolution

KEPT = 6  # questions kept ready
_ASKS = re.compile(r"怎么|如何|为什么|为何|多久|多少|吗|么|哪|什么|[？?]|区别|步骤|忘记|修改|找回|过期")
_QUESTION = re.compile(r"怎么|如何|为什么|为何|多久|多少|吗|么[？?]|哪|什么|[？?]")
_PLAIN = re.compile(r"^[^\n{}\[\]<>\\]{4,32}$")


class Offers:
    """What to ask next; `answered` tells whether a title gets a plain answer, and is asked once a title."""

    def __init__(self, library: Library, answered: Callable[[str], bool]) -> None:
        self._library = library
        self._answered = cache(answered)

    def first(self, n: int) -> tuple[str, ...]:
        """What the knowledge answers best, up to KEPT."""
        return self._kept[:n]

    def near(self, n: int, tickets: Iterable[Ticket]) -> tuple[str, ...]:
        """Titles of some tickets."""
        return suggestions(self._library, n, self._answered, tickets)

    @cached_property
    def _kept(self) -> tuple[str, ...]:
        return suggestions(self._library, KEPT, self._answered)


def suggestions(
    library: Library, n: int, answered: Callable[[str], bool], tickets: Iterable[Ticket] | None = None
) -> tuple[str, ...]:
    """Up to `n` titles that are `answered`."""
    found: list[str] = []
    seen: set[str] = set()
    rows = tickets if tickets is not None else _varied(library)
    for ticket in sorted(rows, key=lambda row: not _QUESTION.search(row.title)):
        title = ticket.title.strip()
        if len(found) == n:
            break
        if not _PLAIN.match(title) or ANY_MASK.search(title) or not _ASKS.search(title) or canonical(title) in seen:
            continue
        if resolution(library.statements.get(ticket.id, ())) not in ("self-service", "partial"):
            continue
        seen.add(canonical(title))
        if answered(title):
            found.append(title)
    return tuple(found)


def _varied(library: Library) -> list[Ticket]:
    """Tickets in turn by topic, so that the first few speak of different things."""
    by_topic: dict[tuple[str, str], list[Ticket]] = {}
    for ticket in list(library.tickets.values())[:400]:
        by_topic.setdefault((ticket.product, ticket.topic), []).append(ticket)
    rows = list(by_topic.values())
    return [row[index] for index in range(max(map(len, rows), default=0)) for row in rows if index < len(row)]
