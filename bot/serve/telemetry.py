"""What is counted of the running desk, without a word that a customer wrote; in Prometheus's terms.

Counters live in a registry of their own, one per app.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import copy_context
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.errors import DeskError
from bot.proposal import Proposal
from bot.records import Answer, Sentence
from bot.serve.journal import in_context, new_request_id, places, request_id
from bot.serve.tracing import Asked, Traces

FIRST_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
"""Seconds: the extractive writer answers in the first buckets, a hosted model in the last."""
STAGES = ("rewrite", "search", "retrieve", "write", "first_sentence", "total")

log = logging.getLogger("bot.serve")


class Telemetry:
    """The app's numbers. `prices`: of a million tokens of a prompt and of a completion, in the same currency.
    `traces`: where the spans of what is measured go.
    """

    def __init__(self, prices: tuple[float, float] = (0.0, 0.0), traces: Traces | None = None) -> None:
        self.registry = CollectorRegistry()
        self._prices, self._traces = prices, traces or Traces()
        self._answers = self._counter("desk_answers", "Answers given.", "verdict", "engine")
        self._feedback = self._counter("desk_feedback", "Feedback received.", "kind")
        self._handoffs = self._counter("desk_handoffs", "Hand-overs.", "event")
        self._drafts = self._counter("desk_drafts", "What became of drafts.", "how")
        self._faults = self._counter("desk_model_faults", "Replies that a model failed to write.", "reason")
        self._errors = self._counter("desk_errors", "Failures shown to a caller.", "type")
        self._refused = self._counter("desk_refused", "Requests that were refused.", "code")
        self._tokens = self._counter("desk_tokens", "Tokens of the model.", "kind")
        self._cost = self._counter("desk_cost", "What they cost, by PRICE_PROMPT and PRICE_COMPLETION.")
        self._first = self._histogram("desk_first_sentence_seconds", "From the question to its first sentence.")
        self._total = self._histogram("desk_answer_seconds", "From the question to the end.")
        self._stage = self._histogram("desk_stage_seconds", "From the question to the end of a stage.", "stage")
        self._drafted = self._histogram("desk_draft_seconds", "From a pasted ticket to its draft.")
        self._turn = self._histogram("desk_turn_seconds", "How long a reply waited for its turn.")
        self._clients = self._counter("desk_client_requests", "Requests that an API key let in.", "client")
        self._rebuilds = self._counter("desk_rebuilds", "Builds that the page started and that ended.", "result")
        self._open = self._gauge("desk_answers_open", "Answers and drafts being written.")
        self._waiting = self._gauge("desk_answers_waiting", "Replies that wait for their turn.")
        self._queue = self._gauge("desk_queue", "Open hand-overs.", "state")
        self._up = self._gauge("desk_up", "Whether it answered when it was last asked.", "part")
        self._build = self._gauge("desk_build_info", "The index in use.", "build", "engine")
        self._made = self._gauge("desk_build_timestamp_seconds", "When the index in use was built.")
        self._tickets = self._gauge("desk_build_tickets", "Tickets of the index in use.")
        self._seconds = self._gauge("desk_build_seconds", "How long that index took to build.")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(name, text, labels, buckets=FIRST_BUCKETS, registry=self.registry)

    def watch(self, items: Iterator[Sentence | Answer], asked: Asked | None = None) -> Iterator[Sentence | Answer]:
        """Passes a stream on, and measures it; it is begun once its turn has come."""
        return in_context(copy_context(), self._watched(items, asked or Asked()))

    def _watched(self, items: Iterator[Sentence | Answer], asked: Asked) -> Generator[Sentence | Answer, None, None]:
        began = time.perf_counter()
        waiting = True
        asked.turn = time.time_ns()
        self._turn.observe((asked.turn - asked.began) / 1e9)
        with self._open.track_inprogress(), self._traces.begin(asked) as trace:
            for item in items:
                if waiting:
                    self._first.observe(time.perf_counter() - began)
                    waiting = False
                if isinstance(item, Answer):
                    self._total.observe(time.perf_counter() - began)
                    self._answered(item)
                    trace.answered(item)
                yield item

    def drafted(self, make: Callable[[], Proposal], parent: str = "") -> Proposal:
        """Makes a draft, and measures it; `parent`: the caller's traceparent."""
        asked = Asked("draft", parent)
        with self._open.track_inprogress(), self._traces.begin(asked) as trace, self._drafted.time():
            made = make()
            self._spent(made.answer)
            trace.answered(made.answer, asked.began)
        return made

    def _answered(self, answer: Answer) -> None:
        self._answers.labels(answer.verdict, answer.engine).inc()
        for stage in STAGES:
            if (ms := answer.ms.get(stage)) is not None:
                self._stage.labels(stage).observe(ms / 1000)
        self._spent(answer)

    def _spent(self, answer: Answer) -> None:
        if answer.fault:
            self._faults.labels(answer.fault).inc()
        for kind, price in zip(("prompt", "completion"), self._prices, strict=True):
            if count := answer.tokens.get(kind, 0):
                self._tokens.labels(kind).inc(count)
                self._cost.inc(count * price / 1_000_000)

    def feedback(self, kind: str) -> None:
        self._feedback.labels(kind).inc()

    def handoff(self, event: str) -> None:
        self._handoffs.labels(event).inc()

    def draft(self, how: str) -> None:
        self._drafts.labels(how).inc()

    def refused(self, code: str) -> None:
        self._refused.labels(code).inc()

    def failure(self, error: BaseException) -> str:
        """Counts and logs a failure; gives the number under which it is logged."""
        kind = type(error).__name__
        self._errors.labels(kind).inc()
        if request_id() == "-":
            new_request_id()
        log.error("%s at %s", kind, places(error.__traceback__))
        return request_id()

    def in_use(self, build: str, engine: str, report: Mapping[str, object] | None = None) -> None:
        """A newer index may have been published since the last time."""
        self._build.clear()
        self._build.labels(build, engine).set(1)
        report = report or {}
        for gauge, name in ((self._tickets, "tickets"), (self._seconds, "seconds")):
            if isinstance(value := report.get(name), int | float):
                gauge.set(value)
        with suppress(ValueError):  # a build of another version may say it otherwise
            self._made.set(datetime.fromisoformat(str(report.get("created"))).timestamp())

    def queue(self, counts: Mapping[str, int]) -> None:
        """How many hand-overs wait, and how many somebody has."""
        for state, count in counts.items():
            self._queue.labels(state).set(count)

    def waiting(self, count: int) -> None:
        """Replies that wait for their turn."""
        self._waiting.set(count)

    def client(self, name: str) -> None:
        """A request of an API key; there are as many names as keys."""
        self._clients.labels(name).inc()

    def rebuilt(self, result: str) -> None:
        self._rebuilds.labels(result).inc()

    @contextmanager
    def asking(self, part: str) -> Iterator[None]:
        """Notes whether a part answers; where it does not, the other numbers still count."""
        self._up.labels(part).set(0)
        with suppress(DeskError):
            yield
            self._up.labels(part).set(1)

    @property
    def busy(self) -> int:
        """Answers being written just now."""
        return int(self.registry.get_sample_value("desk_answers_open") or 0)

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
