"""OpenTelemetry traces, off unless OTLP_ENDPOINT names a collector: which stage of a reply took how long.

A span holds counts, names and times, never a word of a customer or a ticket: not even an error's message. What is
off imports nothing. A collector that is away costs no reply any time, and two lines in the log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

from bot.errors import QuestionError
from bot.records import Answer
from bot.serve.journal import request_id

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
    from opentelemetry.trace import Tracer

STAGES = ("rewrite", "search", "gate", "write")
"""Each begins where the one before it ends; a reply has not all of them."""
PATIENCE = 5.0  # seconds that a collector gets for a batch, and at the end of the app for the last one

log = logging.getLogger(__name__)
_parent: ContextVar[str] = ContextVar("traceparent", default="")


def outgoing() -> dict[str, str]:
    """The headers by which a model server continues the trace of the reply that is being written; none when off."""
    return {"traceparent": found} if (found := _parent.get()) else {}


@dataclass(slots=True)
class Asked:
    """A request that is to be answered. `via`: page, api or draft; `parent`: the caller's traceparent, "" for none.

    `began`, `turn`: when it came, and when its turn came, by time.time_ns(); 0 for a turn that it need not wait for.
    """

    via: str = "page"
    parent: str = ""
    began: int = field(default_factory=time.time_ns)
    turn: int = 0


class Trace:
    """A request that is not traced."""

    def answered(self, answer: Answer, since: int = 0) -> None:
        """Notes what came of it; its stages are counted from `since` on, by default from the Answer's own beginning."""

    def __enter__(self) -> Trace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it."""


class Traces:
    """Where traces go: `endpoint` is a collector's base address, "" for nowhere; `exporter` takes its place."""

    def __init__(self, endpoint: str = "", exporter: SpanExporter | None = None) -> None:
        self._tracer: Tracer | None = None
        if not endpoint and exporter is None:
            return
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=PATIENCE)
        # Its own words of a collector that is away come at every batch: ours come when that changes.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        # Not the global provider: what a library may trace of its own goes nowhere.
        resource = Resource.create({"service.name": "support-desk"})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(_told(exporter)))
        self._tracer = self._provider.get_tracer("bot.serve")

    def begin(self, asked: Asked) -> Trace:
        """The trace of a request, to be used as a context manager; its number goes out to the model from here on."""
        return _Spans(self._tracer, asked) if self._tracer else _UNTRACED

    def close(self) -> None:
        """Sends what is left; a collector that hangs does not hold up the end."""
        if self._tracer:
            last = threading.Thread(target=self._provider.shutdown, daemon=True)
            last.start()
            last.join(PATIENCE)


class _Spans(Trace):
    """The request's span, with one of each stage below it."""

    def __init__(self, tracer: Tracer, asked: Asked) -> None:
        from opentelemetry.trace import SpanKind, set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        wire = TraceContextTextMapPropagator()
        given = wire.extract({"traceparent": asked.parent} if asked.parent else {})
        self._tracer = tracer
        self._span = tracer.start_span(
            asked.via, given, SpanKind.SERVER, {"desk.request": request_id()}, start_time=asked.began
        )
        self._within = set_span_in_context(self._span, given)
        if asked.turn:
            self._stage("turn", asked.began, asked.turn)
        carried: dict[str, str] = {}
        wire.inject(carried, self._within)
        _parent.set(carried.get("traceparent", ""))

    def answered(self, answer: Answer, since: int = 0) -> None:
        self._span.set_attributes(facts(answer))
        began = since or time.time_ns() - _ns(answer.ms.get("total", 0.0))
        marks = {stage: began + _ns(ms) for stage, ms in answer.ms.items()}
        marks["gate"] = marks.get("retrieve", 0)
        before = began
        for stage in STAGES:
            if mark := marks.get(stage):
                self._stage(stage, before, mark)
                before = mark
        if (first := marks.get("first_sentence")) and (drafted := marks.get("drafted")):
            self._stage("ground", drafted, first)
        if first:
            self._span.add_event("first sentence", timestamp=first)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from opentelemetry.trace import StatusCode

        if kind is GeneratorExit:  # the reader left, or stopped it
            self._span.set_attribute("desk.stopped", True)
        elif kind:
            self._span.set_attribute("error.type", kind.__name__)
            if not issubclass(kind, QuestionError):
                self._span.set_status(StatusCode.ERROR)
        _parent.set("")
        self._span.end()

    def _stage(self, name: str, began: int, ended: int) -> None:
        self._tracer.start_span(name, self._within, start_time=began).end(max(began, ended))


_UNTRACED = Trace()


def facts(answer: Answer) -> Mapping[str, str | int]:
    """What a span may tell of an answer."""
    return {
        "desk.verdict": answer.verdict,
        "desk.engine": answer.engine,
        "desk.build": answer.index,
        "desk.fault": answer.fault,
        "desk.sentences": len(answer.sentences),
        "desk.citations": len(answer.citations),
        "desk.uncovered": len(answer.uncovered),
        "desk.tokens.prompt": answer.tokens.get("prompt", 0),
        "desk.tokens.completion": answer.tokens.get("completion", 0),
    }


def _ns(ms: float) -> int:
    return int(ms * 1_000_000)


def _told(exporter: SpanExporter) -> SpanExporter:
    """The exporter, with a line in the log when its collector goes away and one when it is back."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Told(SpanExporter):
        away = False

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            result = exporter.export(spans)
            if (away := result is not SpanExportResult.SUCCESS) != self.away:
                self.away = away
                log.warning("the collector of traces %s", "does not answer; traces are lost" if away else "is back")
            return result

        def shutdown(self) -> None:
            exporter.shutdown()

    return Told()
