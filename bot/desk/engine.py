"""Opening a database by its URL: its settings, its migrations, and what its errors say to a person.

Knows SQLite's and PostgreSQL's ways and nothing of the tables' meaning.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.desk.patient import connect, unhurried
from bot.errors import StoreError

BUSY_SECONDS = 5
"""How long a write waits for another one: writes here take milliseconds, so five is generous."""
_PATIENT = {
    "connect_timeout": BUSY_SECONDS,
    # A host that goes silent would be waited for a quarter of an hour, by every thread there is.
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
"""PostgreSQL's: seconds, but for the one in milliseconds."""
MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 0x6465736B  # "desk": the advisory lock under which one process at a time migrates


def open_engine(url: str) -> Engine:
    """The engine, its tables brought to the newest layout. Raises StoreError with one sentence."""
    try:
        engine = _engine(url)
        with engine.begin() as connection, unhurried(connection.connection.dbapi_connection):
            migrate(connection)  # another process's is waited for, and ours may have much to do
        return engine
    except (ArgumentError, ModuleNotFoundError) as error:
        raise StoreError(f"DATABASE_URL cannot be used: {_reason(error)}") from error
    except CommandError as error:
        raise StoreError(f"The desk's database was made by a newer version: {_reason(error)}.") from error
    except OSError as error:
        raise StoreError(f"The folder of DATABASE_URL cannot be made: {error.strerror}.") from error
    except SQLAlchemyError as error:
        raise StoreError(sentence(error)) from error


def _engine(url: str) -> Engine:
    """Parameters are a customer's words: no error of it quotes them, wherever it is printed."""
    parsed = _parsed(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True, connect_args=_PATIENT)
        if engine.driver == "psycopg":
            event.listen(engine, "do_connect", connect)
        return engine
    options: dict[str, Any] = {
        "hide_parameters": True,
        "connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False},
    }
    if parsed.database in (None, "", ":memory:"):
        options |= {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}  # one connection, in turns
    else:
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, **options)
    event.listen(engine, "connect", _prepare)
    return engine


def _parsed(url: str) -> URL:
    """An error of it quotes nothing: a password that is not escaped is taken for other parts of the address."""
    try:
        parsed = make_url(url)
    except ValueError:  # a port
        parsed = None
    if parsed is None or "@" in (parsed.host or ""):
        raise ArgumentError(
            "its port is a number, and in a password @ is written as %40, : as %3A, / as %2F, % as %25"
        ) from None
    return parsed


def migrate(connection: Connection) -> None:
    """Brings the tables to the newest layout; processes that start together do so one after another."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _prepare(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def sentence(error: SQLAlchemyError) -> str:
    """What went wrong, without the statement: its parameters are a customer's words."""
    return f"数据库没有响应，刚才的操作没有完成，请稍后再试（The desk's database did not answer: {_reason(error)}）。"


def _reason(error: BaseException) -> str:
    origin = getattr(error, "orig", None) or error
    return str(origin).splitlines()[0][:200].rstrip(".") if str(origin) else type(origin).__name__
