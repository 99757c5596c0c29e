"""What is counted, and how it is logged: never a customer's word."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot import launch
from bot.desk.store import Desk
from bot.proposal import Proposal
from bot.records import Answer, Sentence
from bot.serve import journal
from bot.serve.rebuild import Rebuild
from bot.serve.telemetry import Telemetry
from bot.serve.turns import Turns

CHAT = "/v1/chat/completions"
SUMMED = {"desk_answer_seconds_bucket"}
"""Not on the board: desk_stage_seconds{stage="total"} shows the same there."""


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)


def test_lines_for_a_collector(logged: Callable[[], str]) -> None:
    journal.set_up("INFO", "json")
    number = journal.new_request_id()
    logging.getLogger("bot.x").info("第 %d 行", 1)
    try:
        raise ValueError("the customer's words")
    except ValueError:
        logging.getLogger("bot.x").error("failed", exc_info=True)
    first, second = map(json.loads, logged().splitlines())
    assert (first["level"], first["logger"], first["request"], first["message"]) == ("INFO", "bot.x", number, "第 1 行")
    assert first["time"].endswith("+00:00") and second["error"] == "ValueError"
    assert "customer" not in json.dumps(second)


def test_lines_for_a_person(logged: Callable[[], str]) -> None:
    journal.set_up("WARNING")
    number = journal.new_request_id()
    logging.getLogger("bot.x").info("quiet")
    logging.getLogger("bot.x").warning("loud")
    assert logged().strip().endswith(f"WARNING bot.x [{number}] loud")


def test_stages_tokens_and_cost() -> None:
    numbers = Telemetry((2.0, 8.0))
    reply = Answer(
        "q", "answered", "", (), engine="m", tokens={"prompt": 500_000, "completion": 250_000},
        ms={"retrieve": 20.0, "total": 900.0},
    )  # fmt: skip
    list(numbers.watch(iter([Sentence("s", "knowledge"), reply])))
    told = numbers.exposition().decode()
    assert 'desk_tokens_total{kind="prompt"} 500000.0' in told and "desk_cost_total 3.0" in told
    assert 'desk_stage_seconds_bucket{le="0.025",stage="retrieve"} 1.0' in told
    assert 'desk_stage_seconds_count{stage="total"} 1.0' in told and 'stage="write"' not in told


def test_a_draft_is_measured_and_paid_for(client: TestClient, core: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = core.propose

    def costly(*given: Any) -> Proposal:
        made = real(*given)
        return replace(made, answer=replace(made.answer, tokens={"prompt": 7, "completion": 5}, fault="timeout"))

    monkeypatch.setattr(core, "propose", costly)
    staff = {"authorization": "Bearer staff-key"}
    assert client.post("/api/draft", json={"text": "证书"}, headers=staff).status_code == 200
    told = client.get("/metrics", headers=staff).text
    assert "desk_draft_seconds_count 1.0" in told and 'desk_tokens_total{kind="completion"} 5.0' in told
    assert 'desk_model_faults_total{reason="timeout"} 1.0' in told and "desk_answers_open 0.0" in told
    assert "desk_answer_seconds_count 0.0" in told  # no customer waited for it


def test_drafts_under_way_are_known() -> None:
    numbers = Telemetry()
    with pytest.raises(RuntimeError):
        numbers.drafted(lambda: (_ for _ in ()).throw(RuntimeError(str(numbers.busy))))
    assert numbers.busy == 0


def test_turns_and_clients_are_counted(client: TestClient, desk: Desk) -> None:
    key, _ = desk.clients.add("shop")
    headers = {"authorization": f"Bearer {key}"}
    for _ in range(2):
        assert client.post(CHAT, json={"messages": [{"role": "user", "content": "证书"}]}, headers=headers).is_success
    assert client.post(CHAT, json={}, headers={"authorization": "Bearer sk-desk-wrong"}).status_code == 401
    told = client.get("/metrics", headers={"authorization": "Bearer staff-key"}).text
    assert "desk_turn_seconds_count 2.0" in told and "desk_answers_waiting 0.0" in told
    assert 'desk_client_requests_total{client="shop"} 2.0' in told and told.count("desk_client_requests_total{") == 1


def test_who_waits_for_a_turn_is_shown_and_waited_for(make_app: Callable[..., FastAPI]) -> None:
    app = make_app(generations=1)
    (turns,) = {cell.cell_contents for cell in app.state.busy.__closure__ if isinstance(cell.cell_contents, Turns)}

    first, *waiting = (turns.join("one") for _ in range(4))
    assert turns.line == 3 and app.state.busy() == 3
    first.leave()
    for place in waiting:
        assert place.wait(5)
        place.leave()
    assert app.state.busy() == 0


@pytest.mark.parametrize(("command", "result"), [("print('{}')", "done"), ("raise SystemExit(3)", "failed")])
def test_builds_that_the_page_started_are_counted(command: str, result: str) -> None:
    numbers, ended = Telemetry(), Event()

    def told(how: str) -> None:
        numbers.rebuilt(how)
        ended.set()

    Rebuild(lambda: [sys.executable, "-c", command], told).start()
    assert ended.wait(30)
    assert f'desk_rebuilds_total{{result="{result}"}} 1.0' in numbers.exposition().decode()


def test_answers_under_way_are_known() -> None:
    numbers = Telemetry()
    growing = numbers.watch(iter([Sentence("s", "knowledge"), Sentence("t", "knowledge")]))
    next(growing)
    assert numbers.busy == 1
    growing.close()
    assert numbers.busy == 0


def test_the_queue_and_the_build_are_asked_for(client: TestClient, desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.queue.open(name, "r", [], "s")
    desk.queue.take(desk.queue.all()[0].id, "anna", "小安")
    told = client.get("/metrics", headers={"authorization": "Bearer staff-key"}).text
    assert 'desk_queue{state="waiting"} 2.0' in told and 'desk_queue{state="taken"} 1.0' in told
    assert "desk_build_tickets 63.0" in told and "desk_build_timestamp_seconds 1.767323045e+09" in told
    assert 'desk_up{part="index"} 1.0' in told and 'desk_up{part="database"} 1.0' in told


def test_a_process_that_stops_still_answers(client: TestClient) -> None:
    client.app.state.stopping = True  # type: ignore[attr-defined]
    assert client.get("/v1/models").status_code == 200


@pytest.mark.parametrize(("writing", "patience", "waits"), [(0.3, 5.0, True), (30.0, 0.2, False), (0.0, 5.0, False)])
def test_stopping_waits_for_replies_but_not_for_ever(
    writing: float, patience: float, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, until = FastAPI(), time.monotonic() + writing
    app.state.busy = lambda: int(time.monotonic() < until)

    async def closed(self: uvicorn.Server, sockets: object = None) -> None:
        return None

    monkeypatch.setattr(uvicorn.Server, "shutdown", closed)
    began = time.monotonic()
    asyncio.run(launch.Server(uvicorn.Config(app), app, patience).shutdown())
    took = time.monotonic() - began
    assert app.state.stopping and took < 2 and (took >= 0.25 if waits else took < 0.5)


def test_the_board_asks_for_metrics_that_there_are() -> None:
    board = json.loads((Path(__file__).parents[3] / "docs" / "grafana.json").read_text(encoding="utf-8"))
    asked = {name for panel in board["panels"] for target in panel["targets"]
             for name in re.findall(r"desk_[a-z_]+", target["expr"])}  # fmt: skip
    numbers = Telemetry()
    there = {
        f"{metric.name}{suffix}"
        for metric in numbers.registry.collect()
        for suffix in {"counter": ("_total",), "histogram": ("_bucket",)}.get(metric.type, ("",))
    }
    assert asked == there - SUMMED, "each number is shown, and each that is shown is there"


def test_names_follow_prometheus() -> None:
    """Base units, `_total` for what is counted alone, `_info` for what carries its facts in labels."""
    for metric in Telemetry().registry.collect():
        assert re.fullmatch(r"desk(_[a-z]+)+", metric.name) and metric.documentation.endswith(".")
        assert not metric.name.endswith(("_ms", "_millis", "_total", "_count", "_sum", "_bucket"))
        assert metric.type != "histogram" or metric.name.endswith("_seconds")
