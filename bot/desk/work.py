"""One database's transactions: every database error becomes a StoreError with one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.desk.engine import open_engine, sentence
from bot.errors import StoreError

T = TypeVar("T")


class Work:
    """Transactions over the database at `url`."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        try:
            with self._sessions.begin() as session:
                yield session
        except SQLAlchemyError as error:
            raise StoreError(sentence(error)) from error

    def once(self, work: Callable[[Session], T]) -> T:
        """Finds or makes a row; where another request made it first, the second try finds it."""
        for last in (False, True):
            try:
                with self.begin() as session:
                    return work(session)
            except StoreError as error:
                if last or not isinstance(error.__cause__, IntegrityError):
                    raise
        raise AssertionError("unreachable")

    def forget(self) -> None:
        """Wiped text also leaves SQLite's write-ahead log, as far as readers allow."""
        if self.engine.dialect.name == "sqlite":
            with self.begin() as session:
                session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self.engine.dispose()
