"""Traces at a collector: the stages of a reply, where it came from, and not one word of it."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot import wire
from bot.desk.store import Desk
from bot.evaluate.scripted import Scripted
from bot.records import Answer, Question
from bot.serve import tracing
from bot.serve.pages.session import Chat
from bot.serve.pages.talk import Talk
from bot.serve.pages.texts import ZH
from bot.serve.telemetry import Telemetry
from bot.serve.tracing import Asked, Traces
from bot.settings import Settings
from tests.telemetry.conftest import Collector

CHAT = "/v1/chat/completions"
MARK = "zirconium"
"""A word that stands in every question and history, and must be in nothing that leaves."""
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLER = {"traceparent": f"00-{TRACE}-{PARENT}-01", "authorization": "Bearer staff-key"}
ASKED = {
    "messages": [
        {"role": "user", "content": f"{MARK} CDN 怎么配置"},
        {"role": "assistant", "content": f"{MARK} 请补充"},
        {"role": "user", "content": f"免费证书怎么申请 {MARK}"},
    ]
}


@pytest.fixture
def make(index: Path, collector: Collector, tmp_path: Path) -> Callable[..., FastAPI]:
    def app(**given: Any) -> FastAPI:
        given = {"otlp_endpoint": collector.url, "staff_key": "staff-key", "api_key": "staff-key", **given}
        url = f"sqlite:///{tmp_path}/desk.sqlite3"
        return wire.app(Settings(_env_file=None, index_dir=index, database_url=url, **given))

    return app


def facts(span: Any) -> dict[str, Any]:
    return {row.key: row.value.string_value or row.value.int_value or row.value.bool_value for row in span.attributes}


def tree(spans: list[Any]) -> dict[str, list[str]]:
    """The names of the spans below each, in the order in which they began."""
    names = {span.span_id: span.name for span in spans}
    found: dict[str, list[str]] = {}
    for span in sorted(spans, key=lambda span: span.start_time_unix_nano):
        found.setdefault(names.get(span.parent_span_id, ""), []).append(span.name)
    return found


def wordless(collector: Collector, *secrets: str) -> None:
    sent = b"".join(body for _, body in collector.requests)
    assert sent
    for text in (MARK, "证书", *secrets):
        assert text.encode() not in sent


@pytest.mark.llm
@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_of_the_api_is_a_tree_of_its_stages(
    make: Callable[..., FastAPI], collector: Collector, model: Scripted, stream: bool
) -> None:
    with TestClient(make(openai_base_url=model.base_url, openai_api_key="model-key", chat_model="m")) as client:
        reply = client.post(CHAT, json={**ASKED, "stream": stream}, headers=CALLER)
        assert reply.status_code == 200
    spans = collector.spans  # sent at the end of the app
    assert tree(spans) == {"": ["api"], "api": ["turn", "rewrite", "search", "gate", "write", "ground"]}
    (root,) = (span for span in spans if span.name == "api")
    assert {span.trace_id.hex() for span in spans} == {TRACE} and root.parent_span_id.hex() == PARENT
    told = facts(root)
    assert told["desk.request"] == reply.headers["x-request-id"]
    assert told["desk.verdict"] == "answered" and told["desk.engine"] == "m" and re.match(r"\d{8}T", told["desk.build"])
    assert told["desk.tokens.prompt"] and told["desk.tokens.completion"] and told["desk.citations"]
    for span in spans:
        assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= root.end_time_unix_nano
    for request in model.requests:
        assert request["traceparent"] == f"00-{TRACE}-{root.span_id.hex()}-01"
    wordless(collector, "model-key", "staff-key")


def test_page_and_drafts_are_traced_as_well(
    index: Path, make: Callable[..., FastAPI], collector: Collector, tmp_path: Path
) -> None:
    traces, desk = Traces(collector.url), Desk("sqlite://")
    assistant = wire.assistant(Settings(_env_file=None, index_dir=index))  # type: ignore[call-arg]
    *_, last = Chat(assistant, desk, Telemetry(traces=traces)).ask(Talk(), f"免费证书怎么申请 {MARK}", ZH)
    traces.close()
    assert tree(collector.spans) == {"": ["page"], "page": ["turn", "rewrite", "search", "gate", "write", "ground"]}
    wordless(collector, *(sentence.text for sentence in last.sentences))  # type: ignore[union-attr]
    collector.requests.clear()
    with TestClient(make()) as client:
        assert client.post("/api/draft", json={"text": f"免费证书怎么申请 {MARK}"}, headers=CALLER).status_code == 200
    (root,) = (span for span in collector.spans if span.name == "draft")
    assert root.trace_id.hex() == TRACE and facts(root)["desk.verdict"] == "answered"
    assert tree(collector.spans)["draft"] == ["search", "gate", "write", "ground"]
    wordless(collector)


def failing(error: BaseException) -> Any:
    raise error
    yield


def test_failures_are_told_by_their_type_alone(collector: Collector) -> None:
    traces = Traces(collector.url)
    with pytest.raises(RuntimeError):
        list(Telemetry(traces=traces).watch(failing(RuntimeError(f"the customer said {MARK}"))))
    stopped = Telemetry(traces=traces).watch(iter([Answer("q", "answered", MARK, ())] * 2))
    next(stopped)
    stopped.close()  # type: ignore[attr-defined]
    traces.close()
    first, second = (span for span in collector.spans if span.name != "turn")
    assert facts(first)["error.type"] == "RuntimeError" and first.status.code == 2 and not first.events
    assert facts(second)["desk.stopped"] and second.status.code == 0
    wordless(collector)


def test_a_collector_that_is_away_costs_nothing_but_a_line(
    collector: Collector, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "PATIENCE", 0.3)
    collector.close()
    traces = Traces(collector.url)
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            list(Telemetry(traces=traces).watch(iter([Answer("q", "answered", "", ())])))
            traces._provider.force_flush()
        traces.close()
    assert [row.getMessage() for row in caplog.records if row.levelno >= logging.WARNING] == [
        "the collector of traces does not answer; traces are lost"
    ]


def test_a_collector_that_hangs_holds_up_neither_replies_nor_the_end(
    silent: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "PATIENCE", 0.3)
    traces = Traces(silent.url)
    numbers = Telemetry(traces=traces)
    for _ in range(5000):  # more than wait to be sent
        list(numbers.watch(iter([Answer("q", "answered", "", ())])))
    assert silent.asked.wait(10)
    traces.close()
    assert not silent.speak.is_set()


def test_off_is_off() -> None:
    assert Traces().begin(Asked()) is Traces("").begin(Asked("api"))
    assert tracing.outgoing() == {}
    code = "from bot.serve import app, tracing; tracing.Traces(); import sys; "
    code += "print([name for name in sys.modules if name.startswith('opentelemetry.exporter')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_a_caller_a_trace_begins_here(collector: Collector) -> None:
    traces = Traces(collector.url)
    for parent in ("", "rubbish", "00-0-0-00"):
        with traces.begin(Asked("api", parent)) as trace:
            trace.answered(Answer("q", "declined", "", ()))
            assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]", tracing.outgoing()["traceparent"])
    traces.close()
    assert len({span.trace_id for span in collector.spans}) == 3
    assert not any(span.parent_span_id for span in collector.spans)
    assert tracing.outgoing() == {}


def test_a_question_that_is_refused_is_no_failure(index: Path, collector: Collector) -> None:
    traces = Traces(collector.url)
    assistant = wire.assistant(Settings(_env_file=None, index_dir=index))  # type: ignore[call-arg]
    with pytest.raises(Exception, match="words"):
        list(Telemetry(traces=traces).watch(assistant.stream(Question("…"))))
    traces.close()
    (span,) = (span for span in collector.spans if span.name != "turn")
    assert facts(span)["error.type"] == "QuestionError" and span.status.code == 0
