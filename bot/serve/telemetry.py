"""What is counted and logged of the running desk, without a word that a customer wrote.

Counters live in a registry of their own, one per app. Failures are logged by their type and
the places they passed, never by their message: that may quote a question.
"""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from collections.abc import Iterator
from contextvars import ContextVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.records import Answer, Sentence

FIRST_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
"""Seconds: the extractive writer answers in the first buckets, a hosted model in the last."""

log = logging.getLogger("bot.serve")
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


def set_up_logging(level: str = "INFO") -> None:
    """Logs to stderr with the request's number; libraries that log contents stay at warnings."""
    handler = logging.StreamHandler()
    handler.addFilter(_Numbered())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpx2", "httpcore", "openai", "chromadb", "gradio", "langchain", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class Telemetry:
    """The app's numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers = self._counter("desk_answers", "Answers given.", "verdict", "engine")
        self._feedback = self._counter("desk_feedback", "Feedback received.", "kind")
        self._handoffs = self._counter("desk_handoffs", "Hand-overs.", "event")
        self._drafts = self._counter("desk_drafts", "What became of drafts.", "how")
        self._faults = self._counter("desk_model_faults", "Replies that a model failed to write.", "reason")
        self._errors = self._counter("desk_errors", "Failures shown to a caller.", "type")
        self._first = self._histogram("desk_first_sentence_seconds", "From the question to its first sentence.")
        self._total = self._histogram("desk_answer_seconds", "From the question to the end.")
        self._build = Gauge("desk_build", "The index in use.", ["build", "engine"], registry=self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(name, text, buckets=FIRST_BUCKETS, registry=self.registry)

    def watch(self, items: Iterator[Sentence | Answer]) -> Iterator[Sentence | Answer]:
        """Passes a stream on, and measures it as the caller sees it."""
        began = time.perf_counter()
        waiting = True
        for item in items:
            if waiting:
                self._first.observe(time.perf_counter() - began)
                waiting = False
            if isinstance(item, Answer):
                self._total.observe(time.perf_counter() - began)
                self._answers.labels(item.verdict, item.engine).inc()
                if item.fault:
                    self._faults.labels(item.fault).inc()
            yield item

    def feedback(self, kind: str) -> None:
        self._feedback.labels(kind).inc()

    def handoff(self, event: str) -> None:
        self._handoffs.labels(event).inc()

    def draft(self, how: str) -> None:
        self._drafts.labels(how).inc()

    def failure(self, error: BaseException) -> str:
        """Counts and logs a failure; gives the number under which it is logged."""
        kind = type(error).__name__
        self._errors.labels(kind).inc()
        frames = traceback.extract_tb(error.__traceback__)
        path = " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames[::-1])
        if _request.get() == "-":
            new_request_id()
        log.error("%s at %s", kind, path)
        return _request.get()

    def in_use(self, build: str, engine: str) -> None:
        """A newer index may have been published since the last time."""
        self._build.clear()
        self._build.labels(build, engine).set(1)

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
