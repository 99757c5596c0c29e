"""Where a ticket stands in its file: its sections as line numbers, not as copies of their texts."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.records import Role
from bot.tickets.reading.decoding import Lines
from bot.tickets.reading.layouts import Section
from bot.tickets.reading.turns import Say

VALUES: tuple[Section, ...] = ("category", "product", "scenes", "date", "author", "approver", "expires")
CONTENT: frozenset[Section] = frozenset({"question", "answer", "dialogue", "root_cause"})


@dataclass(slots=True)
class Block:
    """A section: what stood beside its label, then the lines from `start` up to `end`."""

    section: Section
    line: int
    rest: str
    start: int
    end: int

    def rows(self, rows: Lines) -> list[tuple[int, str]]:
        first = [(self.line, self.rest)] if self.rest else []
        return first + [(rows.numbers[at], rows.texts[at].rstrip()) for at in range(self.start, self.end)]


@dataclass(slots=True)
class Open:
    """A ticket being read. `lead` is what stands between the title and the first section."""

    title: str
    ordinal: int
    line: int
    at: int
    level: int = 0
    id: str = ""
    number: int | None = None
    blocks: list[Block] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    values: dict[Section, list[str]] = field(default_factory=dict)
    lead: list[tuple[int, str]] = field(default_factory=list)
    speakers: dict[Role, Say] = field(default_factory=dict)
    waiting: Section | None = None  # a label whose value stands on a line below

    @property
    def section(self) -> Section | None:
        return self.blocks[-1].section if self.blocks else None

    def holds(self, *sections: Section) -> bool:
        return any(block.section in sections for block in self.blocks)
