"""The tables of conversations and feedback, and the records that leave them.

Rows stay inside `bot.desk`; callers get the frozen records. Nothing here opens a database or
knows where a text came from: whoever calls has redacted it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.desk.base import Base, now, utc

Thumb = Literal["up", "down"]
Outcome = Literal["solved", "unsolved"]


@dataclass(frozen=True, slots=True)
class Remembered:
    """One message of a conversation, redacted; `role` is user, assistant, agent or event. `reply`: the whole Answer."""

    role: str
    text: str
    answer: str
    verdict: str
    at: datetime
    reply: dict[str, Any] | None = None


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


class ConversationRow(Base):
    """`browser`: a digest of the one browser that may read it again; empty once that has begun another."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(primary_key=True)
    browser: Mapped[str] = mapped_column(default="", index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class MessageRow(Base):
    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    role: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(default="")
    verdict: Mapped[str] = mapped_column(default="")
    reply: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> Remembered:
        return Remembered(self.role, self.text, self.answer, self.verdict, utc(self.at), self.reply)


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
