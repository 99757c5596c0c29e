"""How long things are kept, and one customer's data on request: export and erase, by conversation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Select, delete, select
from sqlalchemy.orm import Session

from bot.desk.base import Base, now
from bot.desk.clients import outdated
from bot.desk.handoffs import HandoffRow, ImageRow, LineRow
from bot.desk.learning import ReuseRow, SentRow
from bot.desk.models import ConversationRow, FeedbackRow, MessageRow
from bot.desk.people import AuditRow, SignInRow
from bot.desk.rates import ended
from bot.desk.work import Work


class Retention:
    """Over one database."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def conversation(self, id: str) -> str:
        """The conversation of that id, or of the hand-over with that number; "" when there is neither."""
        with self._work.begin() as session:
            if session.get(ConversationRow, id) is not None:
                return id
            row = session.get(HandoffRow, id)
            return row.conversation if row else ""

    def export(self, conversation: str) -> dict[str, list[dict[str, Any]]]:
        """All that is stored of one conversation, table by table, JSON-ready; images by their size."""
        handoffs = select(HandoffRow.id).where(HandoffRow.conversation == conversation)
        sent = select(SentRow.id).where(SentRow.conversation == conversation)
        tables: dict[str, Select[Any]] = {
            "conversations": select(ConversationRow).where(ConversationRow.id == conversation),
            "messages": select(MessageRow).where(MessageRow.conversation == conversation).order_by(MessageRow.id),
            "feedback": select(FeedbackRow).where(FeedbackRow.conversation == conversation),
            "handoffs": select(HandoffRow).where(HandoffRow.conversation == conversation),
            "lines": select(LineRow).where(LineRow.handoff.in_(handoffs)).order_by(LineRow.id),
            "images": select(ImageRow).where(ImageRow.handoff.in_(handoffs)),
            "sent": select(SentRow).where(SentRow.conversation == conversation),
            "reuses": select(ReuseRow).where(ReuseRow.sent.in_(sent)),
        }
        with self._work.begin() as session:
            return {name: [_plain(row) for row in session.scalars(query)] for name, query in tables.items()}

    def erase(self, conversation: str) -> int:
        """Deletes it from every table but the audit log, which holds no content; gives the rows that went.

        What was approved as knowledge was redacted and is a ticket of its own: it stays, without its origin. What was
        only proposed goes.
        """
        with self._work.begin() as session:
            gone = _erase(session, select(ConversationRow.id).where(ConversationRow.id == conversation), conversation)
        self._work.forget()
        return gone

    def purge(self, days: int, audit_days: int) -> int:
        """What is older than that many days goes; a conversation with an open hand-over stays. 0 keeps for good."""
        gone = 0
        with self._work.begin() as session:
            if days:
                waits, before = select(HandoffRow.conversation).where(HandoffRow.state == "open"), _days(days)
                old = select(ConversationRow.id).where(ConversationRow.at < before, ConversationRow.id.not_in(waits))
                gone += _erase(session, old, "")
                # What belongs to no conversation of ours: a program's, a draft for a ticket from elsewhere, ...
                known = select(ConversationRow.id)
                for table in (FeedbackRow, SentRow, HandoffRow):
                    lone = delete(table).where(table.at < before, table.conversation.not_in(known))
                    gone += _rows(session, lone if table is not HandoffRow else lone.where(HandoffRow.state != "open"))
            if audit_days:
                gone += _rows(session, delete(AuditRow).where(AuditRow.at < _days(audit_days)))
            session.execute(delete(SignInRow).where(SignInRow.until < now()))
            outdated(session)
            ended(session)
        if gone:
            self._work.forget()
        return gone


def _erase(session: Session, conversations: Select[Any], own: str) -> int:
    """`own`: a conversation that may have a hand-over and no message yet."""
    ids = {*session.scalars(conversations), *([own] if own else [])}
    gone = 0
    for chunk in _chunks(sorted(ids)):
        handoffs = select(HandoffRow.id).where(HandoffRow.conversation.in_(chunk))
        sent = select(SentRow.id).where(SentRow.conversation.in_(chunk))
        gone += _rows(session, delete(ReuseRow).where(ReuseRow.sent.in_(sent), ReuseRow.state != "approved"))
        for row in session.scalars(select(ReuseRow).where(ReuseRow.sent.in_(sent))):
            row.sent = None
        session.flush()
        for statement in (
            delete(LineRow).where(LineRow.handoff.in_(handoffs)),
            delete(ImageRow).where(ImageRow.handoff.in_(handoffs)),
            delete(SentRow).where(SentRow.conversation.in_(chunk)),
            delete(FeedbackRow).where(FeedbackRow.conversation.in_(chunk)),
            delete(MessageRow).where(MessageRow.conversation.in_(chunk)),
            delete(HandoffRow).where(HandoffRow.conversation.in_(chunk)),
            delete(ConversationRow).where(ConversationRow.id.in_(chunk)),
        ):
            gone += _rows(session, statement)
    return gone


def _days(days: int) -> datetime:
    return now() - timedelta(days=days)


def _chunks(ids: list[str], size: int = 500) -> list[list[str]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _rows(session: Session, statement: Any) -> int:
    done = session.execute(statement)
    return max(done.rowcount, 0) if isinstance(done, CursorResult) else 0


def _plain(row: Base) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {name: _json(value) for name, value in values.items()}


def _json(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value if value is None or isinstance(value, str | int | float | bool | list | dict) else value.isoformat()
