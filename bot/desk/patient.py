"""Connections to PostgreSQL that give up: a server that hangs keeps its connections open, and would be waited for."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

import psycopg

PATIENCE = 8.0
"""Seconds of silence; what the desk asks takes milliseconds."""


class Patient(psycopg.Connection[Any]):
    """Closes itself, and raises OperationalError, where the server says nothing for `patience` seconds."""

    patience = PATIENCE

    def wait(self, gen: Any, *args: Any, **more: Any) -> Any:
        return super().wait(self._heard(gen), *args, **more)

    def _heard(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """psycopg resumes what waits several times a second, whether or not something has come."""
        heard = time.monotonic()
        try:
            step = next(gen)
            while True:
                ready = yield step
                now = time.monotonic()
                heard = now if ready else heard
                if now - heard > self.patience:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no answer within {self.patience:.0f} seconds")
                step = gen.send(ready)
        except StopIteration as over:
            return over.value


@contextmanager
def unhurried(connection: Any) -> Iterator[None]:
    """For what may take its time; connections of other kinds are left as they are."""
    patient = isinstance(connection, Patient)
    if patient:
        connection.patience = inf
    try:
        yield
    finally:
        if patient:
            connection.patience = PATIENCE


def connect(dialect: Any, record: Any, args: Any, more: Any) -> Patient:
    """For SQLAlchemy's event of this name."""
    return Patient.connect(*args, **more)
