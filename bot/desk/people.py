"""The tables of staff: accounts, sign-ins, and the log of who saw and did what; and their records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.desk.base import Base, now, utc

Role = Literal["agent", "maintainer"]
ROLES: tuple[Role, ...] = ("agent", "maintainer")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of the staff. `name` signs in, `shown` is what customers read; `products` route, none means all."""

    name: str
    shown: str
    role: Role
    products: tuple[str, ...] = ()
    active: bool = True
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Audited:
    """Who did what, when; `what` names the thing, never its content."""

    at: datetime
    who: str
    did: str
    what: str
    conversation: str


class AccountRow(Base):
    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(primary_key=True)
    shown: Mapped[str]
    role: Mapped[str]
    hash: Mapped[str] = mapped_column(Text, default="")
    products: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked: Mapped[datetime | None] = mapped_column(default=None)
    at: Mapped[datetime] = mapped_column(default=now)

    def record(self) -> Account:
        locked = self.locked is not None and utc(self.locked) > now()
        return Account(self.name, self.shown, self.role, tuple(self.products), self.active, locked)  # type: ignore[arg-type]


class SignInRow(Base):
    """`id` is a digest of the cookie's token: the table alone lets nobody in."""

    __tablename__ = "signins"

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name", ondelete="CASCADE"), index=True)
    until: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(default=now)


class AuditRow(Base):
    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    who: Mapped[str]
    did: Mapped[str]
    what: Mapped[str] = mapped_column(default="")
    conversation: Mapped[str] = mapped_column(default="", index=True)

    def record(self) -> Audited:
        return Audited(utc(self.at), self.who, self.did, self.what, self.conversation)
