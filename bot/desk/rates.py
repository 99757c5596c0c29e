"""How often an address did something, counted in the desk's database, so that limits hold over all workers.

A storage of the `limits` library, for its moving windows. Addresses are kept as digests, and for no longer than the
longest window.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from limits.storage import MovingWindowSupport, Storage
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.desk.base import Base, now, utc
from bot.desk.naming import digest
from bot.desk.work import Work
from bot.errors import StoreError

KEPT = timedelta(days=1)
"""The longest window that is counted in the database."""
_LOCK = 0x72617465  # "rate": the first half of the advisory locks; the second is of the address


class RateRow(Base):
    """One thing done."""

    __tablename__ = "rates"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Rates(Storage, MovingWindowSupport):
    """The counts in one database."""

    STORAGE_SCHEME = None

    def __init__(self, work: Work) -> None:
        super().__init__(wrap_exceptions=True)
        self._work = work

    @property
    def base_exceptions(self) -> type[Exception]:
        return StoreError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Counts `amount` things if the last `expiry` seconds have room for them; whether they had."""
        key = digest(key)
        with self._work.begin() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(select(func.pg_advisory_xact_lock(_LOCK, int(key[:7], 16))))
            at = _clock(session)
            # Written to first: two transactions of SQLite that read before they write would fail each other.
            session.execute(delete(RateRow).where(RateRow.key == key, RateRow.at <= at - timedelta(seconds=expiry)))
            done = session.scalar(select(func.count()).where(RateRow.key == key)) or 0
            if done + amount > limit:
                return False
            session.add_all(RateRow(key=key, at=at) for _ in range(amount))
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the window began (seconds since 1970), and how much was done in it."""
        with self._work.begin() as session:
            at = _clock(session)
            within = RateRow.key == digest(key), RateRow.at > at - timedelta(seconds=expiry)
            first, done = session.execute(select(func.min(RateRow.at), func.count()).where(*within)).one()
        # As seconds of this host's clock, which is what the library compares with.
        return (utc(first) - at + now() if first else now()).timestamp(), int(done)

    def clear(self, key: str) -> None:
        with self._work.begin() as session:
            session.execute(delete(RateRow).where(RateRow.key == digest(key)))

    def reset(self) -> int | None:
        with self._work.begin() as session:
            session.execute(delete(RateRow))
        return None

    def check(self) -> bool:
        with self._work.begin() as session:
            return session.scalar(select(func.count()).select_from(RateRow)) is not None

    # The library's interface has these for fixed windows, which `serve.limits` has none of; a wrong use is told.

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError("only moving windows are counted here")

    def get(self, key: str) -> int:
        raise NotImplementedError("only moving windows are counted here")

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError("only moving windows are counted here")


def _clock(session: Session) -> datetime:
    """The database's time where workers may be on hosts whose clocks differ."""
    if session.get_bind().dialect.name == "sqlite":
        return now()
    return session.scalar(select(func.clock_timestamp())) or now()


def ended(session: Session) -> None:
    """Deletes what no window holds any more."""
    session.execute(delete(RateRow).where(RateRow.at <= now() - KEPT))
