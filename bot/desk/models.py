"""The tables of the desk, and the records that leave it.

Rows stay inside `bot.desk`; callers get the frozen records. Nothing here opens a database or
knows where a text came from: whoever calls has redacted it, save for an open hand-over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

from sqlalchemy import JSON, DateTime, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Thumb = Literal["up", "down"]
Outcome = Literal["solved", "unsolved"]
HandoffState = Literal["open", "cancelled", "closed"]


def now() -> datetime:
    return datetime.now(UTC)


def utc(at: datetime) -> datetime:
    """SQLite gives times back without their zone."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Remembered:
    """One message of a conversation, redacted."""

    role: str
    text: str
    answer: str
    verdict: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FeedbackRecord:
    """What a customer said about one answer; None where nothing was said."""

    conversation: str
    answer: str
    question: str
    thumb: Thumb | None
    outcome: Outcome | None
    comment: str
    citations: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class HandoffRecord:
    """A conversation that a person takes over. `transcript` is empty once it is no longer open."""

    id: str
    conversation: str
    state: HandoffState
    reason: str
    needs: tuple[str, ...]
    summary: str
    transcript: str
    at: datetime


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        list[str]: JSON,
        datetime: DateTime(timezone=True),
    }


class ConversationRow(Base):
    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


class MessageRow(Base):
    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    role: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(default="")
    verdict: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> Remembered:
        return Remembered(self.role, self.text, self.answer, self.verdict, utc(self.at))


class FeedbackRow(Base):
    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("conversation", "answer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(default="")
    answer: Mapped[str]
    question: Mapped[str] = mapped_column(Text, default="")
    thumb: Mapped[str | None] = mapped_column(default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)
    comment: Mapped[str] = mapped_column(Text, default="")
    citations: Mapped[list[str]] = mapped_column(default=list)
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> FeedbackRecord:
        return FeedbackRecord(
            self.conversation,
            self.answer,
            self.question,
            self.thumb,  # type: ignore[arg-type]
            self.outcome,  # type: ignore[arg-type]
            self.comment,
            tuple(self.citations),
            utc(self.at),
        )


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
    transcript: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=now)
    ended: Mapped[datetime | None] = mapped_column(default=None)

    def record(self) -> HandoffRecord:
        return HandoffRecord(
            self.id,
            self.conversation,
            self.state,  # type: ignore[arg-type]
            self.reason,
            tuple(self.needs),
            self.summary,
            self.transcript,
            utc(self.at),
        )
