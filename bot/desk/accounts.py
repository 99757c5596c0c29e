"""Accounts of staff: passwords, sign-ins that expire, lock-out after failures.

Passwords are kept as Argon2id digests (RFC 9106, argon2-cffi's defaults), tokens as SHA-256 digests. Decides
who somebody is; what a role may do is the served side's business.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.desk.base import now, utc
from bot.desk.naming import digest, named
from bot.desk.people import ROLES, Account, AccountRow, Role, SignInRow
from bot.desk.saying import changed
from bot.desk.work import Work
from bot.errors import AccountError

SHIFT = timedelta(hours=12)
"""How long a sign-in lasts: a working day."""
TRIES, LOCKED = 5, timedelta(minutes=15)
"""Wrong passwords in a row before an account is locked, and for how long (OWASP ASVS asks for a limit)."""
SHORTEST = 10  # characters of a password; length beats character classes (NIST SP 800-63B)


class Accounts:
    """The accounts in one database."""

    def __init__(self, work: Work) -> None:
        self._work, self._hasher = work, PasswordHasher()
        self._decoy = ""

    def add(
        self, name: str, password: str | None, role: Role, shown: str = "", products: Sequence[str] = ()
    ) -> Account:
        """Makes an account; without a password it can be entered by a trusted proxy alone. Raises AccountError."""
        name = named(name, "账号名", "An account's name")
        if role not in ROLES:
            raise AccountError(f"角色只能是 {'、'.join(ROLES)}。 A role is one of {', '.join(ROLES)}.")
        hash = self._hashed(password) if password is not None else ""
        with self._work.begin() as session:
            if session.get(AccountRow, name) is not None:
                raise AccountError(f"账号 {name} 已经存在。 There is an account {name} already.")
            row = AccountRow(name=name, shown=shown or name, role=role, hash=hash, products=list(products))
            session.add(row)
            session.flush()
            return row.record()

    def change(
        self,
        name: str,
        *,
        password: str | None = None,
        role: Role | None = None,
        shown: str | None = None,
        products: Sequence[str] | None = None,
        active: bool | None = None,
    ) -> Account:
        """Changes what is given; a new password, another role or an end of the account signs it out everywhere."""
        hash = self._hashed(password) if password is not None else None
        with self._work.begin() as session:
            row = _row(session, name)
            if hash is not None:
                row.hash, row.failures, row.locked = hash, 0, None
            row.role = role or row.role
            row.shown = shown or row.shown
            row.products = list(products) if products is not None else row.products
            row.active = row.active if active is None else active
            if hash is not None or role is not None or active is False:
                session.execute(delete(SignInRow).where(SignInRow.account == row.name))
            return row.record()

    def all(self) -> tuple[Account, ...]:
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(select(AccountRow).order_by(AccountRow.name)))

    def find(self, name: str) -> Account | None:
        """An account that may be used."""
        with self._work.begin() as session:
            row = session.get(AccountRow, name.strip().lower())
            return row.record() if row is not None and row.active else None

    def check(self, name: str, password: str) -> Account | None:
        """The account whose password this is, None otherwise; a locked one raises AccountError.

        A name that nobody has takes as long as one that somebody has.
        """
        name = name.strip().lower()
        with self._work.begin() as session:
            row = session.get(AccountRow, name)
            hash = row.hash if row is not None and row.active else ""
            locked = row is not None and row.locked is not None and utc(row.locked) > now()
        right = self._verify(hash or self._decoy_hash(), password) and bool(hash)
        if locked:
            raise _locked()
        if not hash:
            return None
        with self._work.begin() as session:
            # One statement each: guesses side by side are all counted, and none is right while others lock it.
            free = AccountRow.name == name, (AccountRow.locked.is_(None)) | (AccountRow.locked <= now())
            if not right:
                session.execute(update(AccountRow).where(*free).values(failures=AccountRow.failures + 1))
                full = update(AccountRow).where(*free, AccountRow.failures >= TRIES)
                session.execute(full.values(failures=0, locked=now() + LOCKED))
                return None
            entered = update(AccountRow).where(*free, AccountRow.active, AccountRow.hash == hash)
            if changed(session, entered.values(failures=0, locked=None)):
                row = session.get_one(AccountRow, name)
                if self._hasher.check_needs_rehash(hash):
                    row.hash = self._hasher.hash(password)
                return row.record()
            row = session.get(AccountRow, name)
            if row is not None and row.locked is not None and utc(row.locked) > now():
                raise _locked()
        return None

    def sign_in(self, name: str) -> str:
        """A token for one shift."""
        token = secrets.token_urlsafe(32)
        with self._work.begin() as session:
            session.execute(delete(SignInRow).where(SignInRow.until < now()))
            session.add(SignInRow(id=digest(token), account=name, until=now() + SHIFT))
        return token

    def signed_in(self, token: str) -> Account | None:
        """Whose token it is, while it lasts."""
        if not token:
            return None
        with self._work.begin() as session:
            found = session.get(SignInRow, digest(token))
            if found is None or utc(found.until) <= now():
                return None
            row = session.get(AccountRow, found.account)
            return row.record() if row is not None and row.active else None

    def sign_out(self, token: str) -> None:
        with self._work.begin() as session:
            session.execute(delete(SignInRow).where(SignInRow.id == digest(token)))

    def _hashed(self, password: str) -> str:
        if len(password) < SHORTEST:
            raise AccountError(f"密码至少 {SHORTEST} 个字符。 A password has at least {SHORTEST} characters.")
        return self._hasher.hash(password)

    def _verify(self, hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def _decoy_hash(self) -> str:
        self._decoy = self._decoy or self._hasher.hash(secrets.token_hex(8))
        return self._decoy


def _locked() -> AccountError:
    minutes = int(LOCKED.total_seconds() // 60)
    return AccountError(
        f"密码错误次数过多，账号已锁定 {minutes} 分钟。 Too many wrong passwords: wait {minutes} minutes."
    )


def _row(session: Session, name: str) -> AccountRow:
    row = session.get(AccountRow, name.strip().lower())
    if row is None:
        raise AccountError(f"没有账号 {name}。 There is no account {name}.")
    return row
