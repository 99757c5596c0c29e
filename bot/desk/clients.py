"""Programs that call the API, each with a key of its own: what it may call, how often, and how often it did.

A key is random and kept as its SHA-256 digest: it cannot be guessed, so a slow digest would only slow every
call. Requests are counted in the database, so that a quota holds over all processes that serve.
"""

from __future__ import annotations

import secrets
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.desk.base import Base, now
from bot.desk.naming import digest, named
from bot.desk.work import Work
from bot.errors import AccountError

Reach = Literal["chat", "agent"]
REACHES: tuple[Reach, ...] = ("chat", "agent")
Span = Literal["minute", "day"]
PREFIX = "sk-desk-"
"""What every key begins with: programs that look for leaked secrets find it, and no other bearer is looked up."""
MOST = 1_000_000_000
"""The largest quota: PostgreSQL's integers end at twice that."""


@dataclass(frozen=True, slots=True)
class Client:
    """A program. `chat` may ask and rate, `agent` also draft and measure; a quota of 0 is none."""

    name: str
    role: Reach
    minute: int = 0
    day: int = 0
    active: bool = True
    created: date | None = None
    used: date | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """A quota that is used up: of what span, how large it is, and the seconds until the next one begins."""

    span: Span
    quota: int
    wait: int


class ClientRow(Base):
    """`digest` is of the key: the table alone lets nobody in."""

    __tablename__ = "clients"

    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    minute: Mapped[int] = mapped_column(default=0)
    day: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    used: Mapped[date | None] = mapped_column(default=None)
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> Client:
        role: Reach = "agent" if self.role == "agent" else "chat"
        return Client(self.name, role, self.minute, self.day, self.active, self.at.date(), self.used)


class CallRow(Base):
    """How often a client called in one minute or on one day, in UTC; only spans with a quota are counted."""

    __tablename__ = "calls"

    client: Mapped[str] = mapped_column(ForeignKey("clients.name", ondelete="CASCADE"), primary_key=True)
    span: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]


class Clients:
    """The clients in one database."""

    def __init__(self, work: Work) -> None:
        self._work = work
        # SQLite lets one writer in and the others poll; threads of one process queue up here instead.
        self._turn: AbstractContextManager[object] = (
            threading.Lock() if work.engine.dialect.name == "sqlite" else nullcontext()
        )

    def add(self, name: str, role: Reach = "chat", minute: int = 0, day: int = 0) -> tuple[str, Client]:
        """A new client, or a revoked one's new beginning; its key is told here and never again. Raises AccountError."""
        name = named(name, "密钥的名字", "A key's name")
        if role not in REACHES:
            raise AccountError(f"密钥的角色只能是 {'、'.join(REACHES)}。 A key's role is one of {', '.join(REACHES)}.")
        if not (0 <= minute <= MOST and 0 <= day <= MOST):
            raise AccountError(
                f"配额是 0（不限）到 {MOST} 的整数。 A quota is a number from 0, which is none, to {MOST}."
            )
        key = PREFIX + secrets.token_urlsafe(32)
        fresh = {"digest": digest(key), "role": role, "minute": minute, "day": day, "active": True}

        def work(session: Session) -> Client:
            row = session.get(ClientRow, name, with_for_update=True)
            if row is not None and row.active:
                raise AccountError(f"密钥 {name} 已经存在。 There is a key {name} already; revoke it first.")
            row = row or ClientRow(name=name)
            for column, value in {**fresh, "used": None, "at": now()}.items():
                setattr(row, column, value)
            session.add(row)
            session.flush()
            return row.record()

        return key, self._work.once(work)

    def revoke(self, name: str) -> Client:
        """From the next request on the key opens nothing; its name stays in the list."""
        with self._work.begin() as session:
            row = session.get(ClientRow, name.strip().lower())
            if row is None:
                raise AccountError(f"没有密钥 {name}。 There is no key {name}.")
            row.active = False
            return row.record()

    def all(self) -> tuple[Client, ...]:
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(select(ClientRow).order_by(ClientRow.name)))

    def find(self, key: str) -> Client | None:
        """Whose key this is, while it may be used."""
        if not key.startswith(PREFIX):
            return None
        with self._work.begin() as session:
            row = session.scalar(select(ClientRow).where(ClientRow.digest == digest(key), ClientRow.active))
            return row.record() if row is not None else None

    def count(self, client: Client) -> Spent | None:
        """Counts one request; a quota that it would exceed, and then it is not counted in either span."""
        at = now()
        if client.used == at.date() and not (client.minute or client.day):
            return None
        begins: tuple[tuple[Span, int, datetime, timedelta], ...] = (
            ("minute", client.minute, at.replace(second=0, microsecond=0), timedelta(minutes=1)),
            ("day", client.day, at.replace(hour=0, minute=0, second=0, microsecond=0), timedelta(days=1)),
        )
        with self._turn, self._work.begin() as session:
            for span, quota, since, length in begins:
                if quota and not _counted(session, client.name, span, since, quota):
                    session.rollback()
                    return Spent(span, quota, max(1, -int((at - since - length).total_seconds() // 1)))
            if client.used != at.date():
                session.execute(update(ClientRow).where(ClientRow.name == client.name).values(used=at.date()))
        return None


def _counted(session: Session, client: str, span: Span, since: datetime, quota: int) -> bool:
    """One statement, so that of two processes neither overwrites the other: whether there was room for one more."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    first = dialect.insert(CallRow).values(client=client, span=span, since=since, count=1)
    more = first.on_conflict_do_update(
        index_elements=[CallRow.client, CallRow.span, CallRow.since],
        set_={"count": CallRow.count + 1},
        where=CallRow.count < quota,
    )
    return session.execute(more.returning(CallRow.count)).first() is not None


def outdated(session: Session) -> None:
    """Deletes the counts of spans that have ended: they hold no quota any more."""
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    ended = (CallRow.since < midnight) | ((CallRow.span == "minute") & (CallRow.since < now() - timedelta(minutes=2)))
    session.execute(delete(CallRow).where(ended))
