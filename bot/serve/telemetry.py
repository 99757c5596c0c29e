"""What is counted of the running desk, without a word that a customer wrote; in Prometheus's terms.

Counters live in a registry of their own, one per app.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.records import Answer, Sentence
from bot.serve.journal import new_request_id, request_id

FIRST_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
"""Seconds: the extractive writer answers in the first buckets, a hosted model in the last."""
STAGES = ("retrieve", "write", "first_sentence", "total")

log = logging.getLogger("bot.serve")


class Telemetry:
    """The app's numbers. `prices`: of a million tokens of a prompt and of a completion, in the same currency."""

    def __init__(self, prices: tuple[float, float] = (0.0, 0.0)) -> None:
        self.registry = CollectorRegistry()
        self._prices = prices
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
        self._open = Gauge("desk_answers_open", "Answers being written.", registry=self.registry)
        self._queue = Gauge("desk_queue", "Open hand-overs.", ["state"], registry=self.registry)
        self._build = Gauge("desk_build", "The index in use.", ["build", "engine"], registry=self.registry)
        self._tickets = Gauge("desk_build_tickets", "Tickets of the index in use.", registry=self.registry)
        self._seconds = Gauge("desk_build_seconds", "How long that index took to build.", registry=self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(name, text, labels, buckets=FIRST_BUCKETS, registry=self.registry)

    def watch(self, items: Iterator[Sentence | Answer]) -> Iterator[Sentence | Answer]:
        """Passes a stream on, and measures it as the caller sees it."""
        began = time.perf_counter()
        waiting = True
        with self._open.track_inprogress():
            for item in items:
                if waiting:
                    self._first.observe(time.perf_counter() - began)
                    waiting = False
                if isinstance(item, Answer):
                    self._total.observe(time.perf_counter() - began)
                    self._answered(item)
                yield item

    def _answered(self, answer: Answer) -> None:
        self._answers.labels(answer.verdict, answer.engine).inc()
        if answer.fault:
            self._faults.labels(answer.fault).inc()
        for stage in STAGES:
            if (ms := answer.ms.get(stage)) is not None:
                self._stage.labels(stage).observe(ms / 1000)
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
        frames = traceback.extract_tb(error.__traceback__)
        path = " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames[::-1])
        if request_id() == "-":
            new_request_id()
        log.error("%s at %s", kind, path)
        return request_id()

    def in_use(self, build: str, engine: str, report: Mapping[str, object] | None = None) -> None:
        """A newer index may have been published since the last time."""
        self._build.clear()
        self._build.labels(build, engine).set(1)
        for gauge, name in ((self._tickets, "tickets"), (self._seconds, "seconds")):
            if isinstance(value := (report or {}).get(name), int | float):
                gauge.set(value)

    def queue(self, counts: Mapping[str, int]) -> None:
        """How many hand-overs wait, and how many somebody has."""
        for state, count in counts.items():
            self._queue.labels(state).set(count)

    @property
    def busy(self) -> int:
        """Answers being written just now."""
        return int(self.registry.get_sample_value("desk_answers_open") or 0)

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
