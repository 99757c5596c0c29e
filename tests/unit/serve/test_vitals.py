"""What machines ask: each address says no when, and only when, it means it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.errors import BuildError, StoreError, WriterError
from bot.serve import vitals

LIVE, HEALTH, READY = "/livez", "/healthz", "/readyz"
STAFF = {"authorization": "Bearer staff-key"}


def raising(error: Exception) -> Callable[..., Any]:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    return fails


def statuses(client: TestClient) -> tuple[int, ...]:
    return tuple(client.get(path).status_code for path in (LIVE, HEALTH, READY))


def test_all_is_well(client: TestClient) -> None:
    assert statuses(client) == (200, 200, 200)
    assert client.get(LIVE).json() == {"status": "alive"}
    assert client.get(READY).json() == {"status": "ready", "build": "build-1", "engine": "extractive"}


def test_an_index_that_can_be_opened_and_not_searched(client: TestClient, core: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(core, "measured", raising(BuildError("The index cannot be read.")))
    assert statuses(client) == (200, 503, 503)
    assert client.get(READY).json() == {"status": "unavailable", "reason": "The index cannot be read."}


def test_a_database_that_is_gone(client: TestClient, desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(desk, "check", raising(StoreError("数据库没有响应。")))
    assert statuses(client) == (200, 503, 503)


def test_a_model_that_is_dead_is_answered_for(client: TestClient, core: Any, monkeypatch: Any) -> None:
    """The extractive writer takes over: tests/llm/test_faults.py shows that."""
    core.engine = "some-model"
    monkeypatch.setattr(core, "answer", raising(WriterError("The model failed.")))
    assert statuses(client) == (200, 200, 200)


def test_a_process_that_stops_is_healthy_and_not_ready(client: TestClient) -> None:
    client.app.state.stopping = True  # type: ignore[attr-defined]
    assert statuses(client) == (200, 200, 503)
    assert client.get("/readyz?stopping=404").status_code == 404  # HAProxy then lets it end what it writes


def test_what_fails_does_not_look_like_a_stop(client: TestClient, desk: Desk, monkeypatch: Any) -> None:
    assert client.get("/readyz?stopping=404").status_code == 200
    monkeypatch.setattr(desk, "check", raising(StoreError("数据库没有响应。")))
    assert client.get("/readyz?stopping=404").status_code == 503


def test_a_search_that_went_well_speaks_for_the_next_ones(client: TestClient, core: Any, monkeypatch: Any) -> None:
    asked: list[str] = []
    real = core.measured
    monkeypatch.setattr(core, "measured", lambda question: asked.append(question.text) or real(question))
    for _ in range(3):
        client.get(READY)
    assert len(asked) == 1
    core.build = "build-2"
    client.get(READY)
    assert len(asked) == 2
    monkeypatch.setattr(vitals, "FRESH", 0.0)
    client.get(READY)
    assert len(asked) == 3
    core.build = "build-3"
    monkeypatch.setattr(core, "measured", lambda question: asked.append("") or raising(BuildError("no"))())
    for _ in range(2):
        assert client.get(HEALTH).status_code == 503
    assert len(asked) == 5


@pytest.mark.parametrize(("part", "other"), [("index", "database"), ("database", "index")])
def test_a_part_that_is_away_is_a_zero_beside_the_other_numbers(
    part: str, other: str, client: TestClient, core: Any, desk: Desk, monkeypatch: Any
) -> None:
    if part == "index":
        monkeypatch.setattr(core, "knowledge", raising(BuildError("no")))
    else:
        monkeypatch.setattr(desk.queue, "all", raising(StoreError("no")))
    told = client.get("/metrics", headers=STAFF).text
    assert f'desk_up{{part="{part}"}} 0.0' in told and f'desk_up{{part="{other}"}} 1.0' in told
