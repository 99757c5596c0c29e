"""What every change of a hand-over is made of: rows found, lines written, the end of one, and why one failed.

For `queue` alone, which holds the transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from bot.desk.base import now
from bot.desk.handoffs import Author, HandoffRecord, HandoffRow, ImageRow, LineRow
from bot.desk.models import ConversationRow, MessageRow
from bot.errors import ConflictError

SAID_CHARS = 8000
"""Of one line, whoever says it."""
_ROLES: dict[str, str] = {"customer": "user", "agent": "agent", "event": "event"}


@dataclass(frozen=True, slots=True)
class Say:
    """Something said: `redacted` is what stays of it; a `key` makes a second try the same line."""

    author: Author
    text: str
    redacted: str = ""
    name: str = ""
    key: str | None = None


def gone(row: HandoffRow | None) -> str:
    if row is None or row.state != "open":
        return "这次转人工已经结束。 This hand-over has ended."
    return f"{row.name or row.agent} 已经接手了这位客户。 {row.name or row.agent} has taken this one already."


def not_held(row: HandoffRow | None) -> str:
    if row is not None and row.state == "open" and not row.agent:
        return "请先接手，再回复客户。 Take this hand-over first."
    return gone(row)


def open_of(session: Session, conversation: str) -> HandoffRow | None:
    return session.scalar(select(HandoffRow).where(HandoffRow.conversation == conversation, HandoffRow.state == "open"))


def hold(session: Session, which: ColumnElement[bool]) -> HandoffRow | None:
    """The open hand-over, held until the transaction's end.

    It does not end meanwhile, so that nothing of the customer's own is written after its end; and its lines get their
    numbers in the order in which they can be read.
    """
    open = HandoffRow.state == "open", which
    if not changed(session, update(HandoffRow).where(*open).values(state="open")):
        return None
    return session.scalar(select(HandoffRow).where(*open).execution_options(populate_existing=True))


def change(session: Session, id: str, holder: str, **values: Any) -> None:
    """Changes the open hand-over that `holder` has. Raises ConflictError where that is no longer so."""
    held = update(HandoffRow).where(HandoffRow.id == id, HandoffRow.state == "open", HandoffRow.agent == holder)
    if not changed(session, held.values(**values)):
        raise ConflictError(not_held(session.get(HandoffRow, id)))


def fresh(session: Session, id: str) -> HandoffRecord:
    row = session.get_one(HandoffRow, id)
    session.refresh(row)
    return row.record(last(session, id))


def last(session: Session, id: str) -> int:
    return session.scalar(select(func.max(LineRow.id)).where(LineRow.handoff == id)) or 0


def changed(session: Session, statement: Any) -> bool:
    done = session.execute(statement)
    return isinstance(done, CursorResult) and done.rowcount == 1


def sent_before(session: Session, id: str, key: str) -> LineRow | None:
    return session.scalar(select(LineRow).where(LineRow.handoff == id, LineRow.key == key))


def written(id: str, said: Say) -> LineRow:
    return LineRow(handoff=id, author=said.author, name=said.name, text=said.text, key=said.key, at=now())


def spoken(session: Session, id: str, said: Say) -> LineRow:
    """A line, and what stays of it among the conversation's messages."""
    line = written(id, said)
    session.add(line)
    row = session.get_one(HandoffRow, id)
    if session.get(ConversationRow, row.conversation) is None:
        session.add(ConversationRow(id=row.conversation))
        session.flush()
    session.add(MessageRow(conversation=row.conversation, role=_ROLES[said.author], text=said.redacted or said.text))
    session.flush()
    return line


def happened(session: Session, id: str, kind: str, name: str) -> None:
    spoken(session, id, Say("event", kind, f"{kind} {name}".strip(), name))


def ended(session: Session, row: HandoffRow) -> None:
    """Own words and images go; what the agent said last waits for the customer's page."""
    row.ended, row.collected, row.contact = now(), {}, ""
    session.execute(delete(LineRow).where(LineRow.handoff == row.id, LineRow.author.in_(("customer", "bot"))))
    session.execute(delete(ImageRow).where(ImageRow.handoff == row.id))
