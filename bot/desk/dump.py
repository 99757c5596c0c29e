"""All tables as lines of JSON, and back: one format for SQLite and PostgreSQL, so that a backup moves between them.

But for the rates, which are of addresses and worth nothing an hour later.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, LargeBinary, Table, delete, func, insert, select
from sqlalchemy.orm import Session

from bot.desk import clients, handoffs, learning, models, people  # noqa: F401 - their tables
from bot.desk.base import Base, utc
from bot.desk.rates import RateRow
from bot.desk.work import Work
from bot.errors import StoreError

ROWS = 500  # inserted at once


def dumped(work: Work) -> Iterator[str]:
    """{"table", "row"} a line, parents before children; one transaction, so that it is one moment's state."""
    with work.begin() as session:
        for table in _tables():
            for row in session.execute(select(table).order_by(*table.primary_key.columns)).mappings():
                values = {name: _out(value) for name, value in row.items()}
                yield json.dumps({"table": table.name, "row": values}, ensure_ascii=False) + "\n"


def loaded(work: Work, lines: Iterable[str], force: bool = False) -> int:
    """Puts dumped rows into tables that are empty, or are emptied first with `force`; all of them or none.

    Returns the number of rows. Raises StoreError where a table holds something, or a line is none of a dump.
    """
    tables, count = {table.name: table for table in _tables()}, 0
    with work.begin() as session:
        _emptied(session, force)
        rows: list[dict[str, Any]] = []
        before: Table | None = None
        for number, line in enumerate(lines, start=1):
            try:
                told = json.loads(line)
                table = tables[told["table"]]
                row = {column.name: _in(column.type, told["row"][column.name]) for column in table.columns}
            except (ValueError, KeyError, TypeError) as error:
                raise StoreError(f"Line {number} of the backup's database is none of this version: {error}.") from None
            if rows and (table is not before or len(rows) == ROWS):
                session.execute(insert(before), rows)  # type: ignore[arg-type]
                rows = []
            before = table
            rows.append(row)
            count += 1
        if rows and before is not None:
            session.execute(insert(before), rows)
        _sequences(session)
    return count


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name != RateRow.__tablename__]


def _emptied(session: Session, force: bool) -> None:
    for table in reversed(_tables()):
        if force:
            session.execute(delete(table))
        elif session.scalar(select(func.count()).select_from(table)):
            raise StoreError(f"The database holds {table.name} already: a backup wants an empty one, or --force.")


def _sequences(session: Session) -> None:
    """PostgreSQL counts on from the largest number that was put in."""
    if session.connection().dialect.name != "postgresql":
        return
    for table in _tables():
        column = table.columns.get("id")
        if column is not None and column.type.python_type is int:
            largest = session.scalar(select(func.max(column)))
            sequence = func.pg_get_serial_sequence(table.name, "id")
            if largest:
                session.execute(select(func.setval(sequence, largest)))


def _out(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc(value).isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _in(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, LargeBinary) else value
