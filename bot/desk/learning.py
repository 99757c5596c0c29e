"""The tables of what agents sent, of replies that are proposed for reuse, and of notices; and their records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.desk.base import Base, now, utc

How = Literal["written", "sent", "edited", "discarded"]
ReuseState = Literal["proposed", "approved", "refused", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a draft, redacted: sent as it was, edited, discarded; or a reply written without one."""

    id: int
    handoff: str
    conversation: str
    who: str
    how: How
    question: str
    draft: str
    text: str
    evidence: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Reuse:
    """A reply that an agent proposes as knowledge. `expires`: an ISO date or ""; `ticket`: its id once approved."""

    id: int
    title: str
    question: str
    answer: str
    product: str
    topic: str
    expires: str
    author: str
    state: ReuseState
    decider: str
    ticket: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What staff say on the customers' page, such as an incident."""

    id: int
    zh: str
    en: str
    until: datetime | None
    who: str


class SentRow(Base):
    __tablename__ = "sent"

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff: Mapped[str] = mapped_column(default="", index=True)
    conversation: Mapped[str] = mapped_column(default="", index=True)
    who: Mapped[str]
    how: Mapped[str]
    question: Mapped[str] = mapped_column(Text, default="")
    draft: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[list[str]] = mapped_column(default=list)
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> Sent:
        return Sent(
            self.id,
            self.handoff,
            self.conversation,
            self.who,
            self.how,  # type: ignore[arg-type]
            self.question,
            self.draft,
            self.text,
            tuple(self.evidence),
            utc(self.at),
        )


class ReuseRow(Base):
    __tablename__ = "reuses"

    id: Mapped[int] = mapped_column(primary_key=True)
    sent: Mapped[int | None] = mapped_column(ForeignKey("sent.id", ondelete="SET NULL"), default=None)
    title: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    product: Mapped[str] = mapped_column(default="")
    topic: Mapped[str] = mapped_column(default="")
    expires: Mapped[str] = mapped_column(default="")
    author: Mapped[str]
    state: Mapped[str] = mapped_column(default="proposed", index=True)
    decider: Mapped[str] = mapped_column(default="")
    ticket: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> Reuse:
        return Reuse(
            self.id,
            self.title,
            self.question,
            self.answer,
            self.product,
            self.topic,
            self.expires,
            self.author,
            self.state,  # type: ignore[arg-type]
            self.decider,
            self.ticket,
            utc(self.at),
        )


class NoticeRow(Base):
    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None] = mapped_column(default=None)
    ended: Mapped[bool] = mapped_column(default=False)
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> Notice:
        return Notice(self.id, self.zh, self.en, utc(self.until) if self.until else None, self.who)
