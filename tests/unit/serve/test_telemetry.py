"""What is counted, and how it is logged: never a customer's word."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot import launch
from bot.desk.store import Desk
from bot.records import Answer, Sentence
from bot.serve import journal
from bot.serve.telemetry import Telemetry


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
    assert "desk_build_tickets 63.0" in told


def test_a_process_that_stops_is_not_ready_and_still_answers(client: TestClient) -> None:
    assert client.get("/readyz").json()["status"] == "ready"
    client.app.state.stopping = True  # type: ignore[attr-defined]
    assert client.get("/readyz").status_code == 503 and client.get("/healthz").status_code == 200
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
    assert asked <= there and len(asked) > 10
