"""How the app logs: lines for a person, or JSON for a collector, each with its request's number.

Failures are logged by their type and the places they passed, never by their message: that may quote a customer.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

CHATTY = ("httpx", "httpx2", "httpcore", "openai", "chromadb", "gradio", "langchain", "alembic", "RapidOCR")
"""Libraries that log contents, or at every start; they stay at warnings."""
_LINE = "%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s"
_request: ContextVar[str] = ContextVar("request", default="-")


def new_request_id() -> str:
    """A number short enough to be read out on the phone; sets it for this context."""
    number = secrets.token_hex(3)
    _request.set(number)
    return number


def request_id() -> str:
    return _request.get()


class _Numbered(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request = _request.get()
        return True


class _Json(logging.Formatter):
    """One object a line: time (ISO 8601, UTC), level, logger, request, message, and a failure's type."""

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
        return json.dumps(told, ensure_ascii=False)


def set_up(level: str = "INFO", form: Literal["text", "json"] = "text") -> None:
    """Logs to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Numbered())
    handler.setFormatter(_Json() if form == "json" else logging.Formatter(_LINE))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
