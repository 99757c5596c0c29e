"""The tables of hand-overs, what is said in them and the images that came along; and their records.

A line holds a customer's own words: it lives as long as its hand-over is open and is deleted with it. What
is kept of it afterwards is its redacted twin among the messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.desk.base import Base, now, utc

HandoffState = Literal["open", "cancelled", "closed"]
Author = Literal["customer", "bot", "agent", "event"]


@dataclass(frozen=True, slots=True)
class Line:
    """One say in an open hand-over, in its own words. An event's text is one of its kinds (joined, left, ...)."""

    id: int
    author: Author
    name: str
    text: str
    at: datetime
    key: str = ""


@dataclass(frozen=True, slots=True)
class HandoffRecord:
    """A conversation that a person takes over.

    `agent`: the account that has taken it, "" while it waits. `mood`: 0 (calm) to 3. `collected`: what the
    customer wrote that an agent will need, as (kind, value); empty once it is no longer open, like `contact`.
    """

    id: str
    conversation: str
    state: HandoffState
    reason: str
    needs: tuple[str, ...]
    summary: str
    at: datetime
    product: str = ""
    mood: int = 0
    agent: str = ""
    name: str = ""
    collected: tuple[tuple[str, str], ...] = ()
    contact: str = ""
    language: str = "zh"
    taken: datetime | None = None
    ended: datetime | None = None
    last: int = 0
    """The id of the newest line, 0 without one: what has changed since one looked."""


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An attached image; `text` is what was read out of it, redacted and corrected by whoever attached it."""

    id: str
    handoff: str
    media: str
    width: int
    height: int
    text: str
    at: datetime


class HandoffRow(Base):
    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "one_open_handoff",
            "conversation",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="open")
    reason: Mapped[str] = mapped_column(Text, default="")
    needs: Mapped[list[str]] = mapped_column(default=list)
    summary: Mapped[str] = mapped_column(Text, default="")
    product: Mapped[str] = mapped_column(default="")
    mood: Mapped[int] = mapped_column(default=0)
    agent: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    collected: Mapped[dict[str, Any]] = mapped_column(default=dict)
    contact: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(default="zh")
    at: Mapped[datetime] = mapped_column(default=now)
    taken: Mapped[datetime | None] = mapped_column(default=None)
    ended: Mapped[datetime | None] = mapped_column(default=None)

    def record(self, last: int = 0) -> HandoffRecord:
        return HandoffRecord(
            id=self.id,
            conversation=self.conversation,
            state=self.state,  # type: ignore[arg-type]
            reason=self.reason,
            needs=tuple(self.needs),
            summary=self.summary,
            at=utc(self.at),
            product=self.product,
            mood=self.mood,
            agent=self.agent,
            name=self.name,
            collected=tuple((kind, value) for value, kind in self.collected.items()),
            contact=self.contact,
            language=self.language,
            taken=utc(self.taken) if self.taken else None,
            ended=utc(self.ended) if self.ended else None,
            last=last,
        )


class LineRow(Base):
    __tablename__ = "lines"
    __table_args__ = (UniqueConstraint("handoff", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff: Mapped[str] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(default=None)
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> Line:
        return Line(self.id, self.author, self.name, self.text, utc(self.at), self.key or "")  # type: ignore[arg-type]


class ImageRow(Base):
    __tablename__ = "images"

    id: Mapped[str] = mapped_column(primary_key=True)
    handoff: Mapped[str] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"), index=True)
    media: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> ImageRecord:
        return ImageRecord(self.id, self.handoff, self.media, self.width, self.height, self.text, utc(self.at))
