"""How the app logs: lines for a person, or JSON for a collector, each with its request's number.

Failures are logged by their type and the places they passed, never by their message: that may quote a customer.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import traceback
from collections.abc import Generator, Iterator
from contextvars import Context, ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, TypeVar

CHATTY = ("httpx", "httpx2", "httpcore", "openai", "chromadb", "gradio", "langchain", "alembic", "RapidOCR")
"""Libraries that log contents, or at every start; they stay at warnings."""
_LINE = "%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s"
_request: ContextVar[str] = ContextVar("request", default="-")
T = TypeVar("T")


def new_request_id() -> str:
    """A number short enough to be read out on the phone; sets it for this context."""
    number = secrets.token_hex(3)
    _request.set(number)
    return number


def request_id() -> str:
    return _request.get()


def in_context(context: Context, items: Generator[T, None, None]) -> Iterator[T]:
    """Passes a stream on, each step in one context. A step may come on any thread, whose own context may be a
    stranger's: without this the lines of one reply bear several numbers."""
    done = object()
    try:
        while (item := context.run(next, items, done)) is not done:
            yield item  # type: ignore[misc]
    finally:
        context.run(items.close)


def places(trace: TracebackType | None) -> str:
    """Where a failure passed, the innermost first; without its message."""
    frames = traceback.extract_tb(trace)
    return " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames[::-1])


class _Numbered(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request = _request.get()
        return True


class _Line(logging.Formatter):
    """A line for a person; libraries, too, get no failure's message into it."""

    def formatException(self, ei: Any) -> str:
        kind, _, trace = ei
        return f"{kind.__name__ if kind else '-'} at {places(trace)}"


class _Json(logging.Formatter):
    """One object a line: time (ISO 8601, UTC), level, logger, request, message, and a failure's type and places."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            told["error"] = record.exc_info[0].__name__
            told["at"] = places(record.exc_info[2])
        return json.dumps(told, ensure_ascii=False)


def set_up(level: str = "INFO", form: Literal["text", "json"] = "text") -> None:
    """Logs to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Numbered())
    handler.setFormatter(_Json() if form == "json" else _Line(_LINE))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
