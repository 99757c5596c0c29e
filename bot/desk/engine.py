"""Opening a database by its URL, and what its errors say to a person.

Knows SQLite's settings and nothing of the tables' meaning.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.desk.models import Base
from bot.errors import StoreError

BUSY_SECONDS = 5
"""How long a write waits for another one: writes here take milliseconds, so five is generous."""


def open_engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {}
        if sqlite:
            options["connect_args"] = {"timeout": BUSY_SECONDS, "check_same_thread": False}
            if parsed.database in (None, "", ":memory:"):
                options |= {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}  # one connection, in turns
            else:
                Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, **options)
        if sqlite:
            event.listen(engine, "connect", _prepare)
        Base.metadata.create_all(engine)
        return engine
    except (ArgumentError, ModuleNotFoundError) as error:
        raise StoreError(f"DATABASE_URL cannot be used: {_reason(error)}") from error
    except OSError as error:
        raise StoreError(f"The folder of DATABASE_URL cannot be made: {error.strerror}.") from error
    except SQLAlchemyError as error:
        raise StoreError(sentence(error)) from error


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def sentence(error: SQLAlchemyError) -> str:
    """What went wrong, without the statement: its parameters are a customer's words."""
    return f"记录没有保存（The desk's database did not answer: {_reason(error)}）。"


def _reason(error: BaseException) -> str:
    origin = getattr(error, "orig", None) or error
    return str(origin).splitlines()[0][:200].rstrip(".") if str(origin) else type(origin).__name__
