"""How the desk is used: read-only questions to its tables, each a function over an open session.

`Desk.read(use.unmet)` opens one. What the figures mean is for `bot.evaluate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from bot.desk.base import utc
from bot.desk.handoffs import HandoffRow
from bot.desk.models import ConversationRow, FeedbackRow, MessageRow, Remembered

UNMET = ("handoff", "clarify")


@dataclass(frozen=True, slots=True)
class Talked:
    """A conversation in a few words: when it began, the verdicts of its replies in order, whether a person took it
    over and the customer did not take that back, and whether the customer was not helped at last."""

    at: datetime
    verdicts: tuple[str, ...]
    person: bool
    unhelped: bool


def unmet(session: Session, limit: int = 5000) -> tuple[tuple[Remembered, Remembered], ...]:
    """Each question that was asked back on or handed over, with its reply; the newest first."""
    reply, asked = aliased(MessageRow), aliased(MessageRow)
    before = (
        select(func.max(asked.id))
        .where(asked.conversation == reply.conversation, asked.id < reply.id, asked.role == "user")
        .scalar_subquery()
    )
    question = aliased(MessageRow)
    query = (
        select(question, reply)
        .join(question, question.id == before)
        .where(reply.role == "assistant", reply.verdict.in_(UNMET))
        .order_by(reply.id.desc())
        .limit(limit)
    )
    return tuple((one.record(), other.record()) for one, other in session.execute(query))


def talks(session: Session, since: datetime) -> tuple[Talked, ...]:
    """The conversations that began at or after `since`, the oldest first."""
    began = select(ConversationRow).where(ConversationRow.at >= since).order_by(ConversationRow.at, ConversationRow.id)
    found = {row.id: utc(row.at) for row in session.scalars(began)}
    late = select(ConversationRow.id).where(ConversationRow.at >= since)
    verdicts: dict[str, list[str]] = {}
    told = select(MessageRow.conversation, MessageRow.verdict).where(
        MessageRow.conversation.in_(late), MessageRow.role == "assistant"
    )
    for conversation, verdict in session.execute(told.order_by(MessageRow.id)):
        verdicts.setdefault(conversation, []).append(verdict)
    taken = select(HandoffRow.conversation).where(HandoffRow.conversation.in_(late), HandoffRow.state != "cancelled")
    person = set(session.scalars(taken))
    last: dict[str, bool] = {}
    said = select(FeedbackRow).where(FeedbackRow.conversation.in_(late)).order_by(FeedbackRow.at)
    for row in session.scalars(said):
        if row.outcome or row.thumb:
            last[row.conversation] = row.outcome == "unsolved" or (row.thumb == "down" and row.outcome != "solved")
    return tuple(Talked(at, tuple(verdicts.get(id, ())), id in person, last.get(id, False)) for id, at in found.items())
