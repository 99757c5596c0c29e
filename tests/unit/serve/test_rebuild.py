"""A rebuild runs in a process of its own, one at a time, and the page tells how far it is."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.errors import BuildError
from bot.serve.rebuild import Rebuild, State

STEPS = [("read", 1, 4), ("read", 4, 4), ("index", 5, 10)]
LINES = "".join(f"{json.dumps({'stage': s, 'done': d, 'total': t})}\n" for s, d, t in STEPS)
GOOD = f'import sys; sys.stderr.write(\'a warning\\n\' + {LINES!r}); print(\'{{"build": "b2", "tickets": 4}}\')'
BAD = "import sys; sys.stderr.write('INFO x\\nThe disk is <full>.\\n'); sys.exit(1)"
SLOW = f"import sys, time; sys.stderr.write({LINES!r}); sys.stderr.flush(); time.sleep(60)"


def until(fits: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not fits():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def child(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def make() -> Iterator[Callable[[str], Rebuild]]:
    made: list[Rebuild] = []

    def make(code: str) -> Rebuild:
        made.append(Rebuild(lambda: child(code)))
        return made[-1]

    yield make
    for rebuild in made:
        rebuild.stop()


def test_it_ends_with_the_childs_report(make: Callable[[str], Rebuild]) -> None:
    rebuild = make(GOOD)
    assert rebuild.state == State()
    assert rebuild.start("b1")
    until(lambda: rebuild.state.status != "running")
    state = rebuild.state
    assert (state.status, state.percent, state.before) == ("done", 100, "b1")
    assert state.result == {"build": "b2", "tickets": 4} and state.seconds >= 0


def test_a_failure_is_told_in_its_own_words(make: Callable[[str], Rebuild]) -> None:
    rebuild = make(BAD)
    rebuild.start()
    until(lambda: rebuild.state.status != "running")
    assert (rebuild.state.status, rebuild.state.error) == ("failed", "The disk is <full>.")
    assert rebuild.start()  # another may be tried


def test_what_printed_no_report_has_failed(make: Callable[[str], Rebuild]) -> None:
    for code, error in (("print('x')", "exit status 0"), ("import sys; sys.exit(3)", "exit status 3")):
        rebuild = make(code)
        rebuild.start()
        until(lambda: rebuild.state.status != "running")  # noqa: B023 - asked within the loop's turn
        assert (rebuild.state.status, rebuild.state.error) == ("failed", error)


def test_one_at_a_time_and_stopped_at_the_end(make: Callable[[str], Rebuild]) -> None:
    rebuild = make(SLOW)
    assert rebuild.start() and not rebuild.start()
    until(lambda: rebuild.state.stage == "index")
    state = rebuild.state
    assert (state.done, state.total) == (5, 10) and 27 < state.percent < 93
    began = time.monotonic()
    rebuild.stop()
    until(lambda: rebuild.state.status == "failed")
    assert time.monotonic() - began < 10
    rebuild.stop()  # again is nothing


def test_a_command_that_cannot_be_made_or_run() -> None:
    def refuse() -> list[str]:
        raise BuildError("The index is damaged.")

    for command, error in ((refuse, "The index is damaged."), (lambda: ["/nowhere/python"], "No such file")):
        rebuild = Rebuild(command)
        rebuild.start()
        assert rebuild.state.status == "failed" and error in rebuild.state.error


@pytest.fixture
def app(
    make_client: Callable[..., TestClient], enter: Callable[..., TestClient]
) -> Iterator[Callable[[str], TestClient]]:
    with_lifespan: list[TestClient] = []

    def open_app(code: str) -> TestClient:
        client = enter(make_client(rebuild=lambda: child(code)))
        client.__enter__()
        with_lifespan.append(client)
        return client

    yield open_app
    for client in with_lifespan:
        client.__exit__(None, None, None)


def progress(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/knowledge/rebuild").json())


def test_by_the_page(app: Callable[[str], TestClient]) -> None:
    client = app(GOOD)
    assert "重建索引</button>" in client.get("/knowledge").text and progress(client)["status"] == "idle"
    answer = client.post("/knowledge/rebuild")
    assert (answer.status_code, answer.headers["location"]) == (303, "/knowledge#rebuild")
    until(lambda: progress(client)["status"] == "done")
    told = progress(client)
    assert (told["percent"], told["build"], told["said"]) == (100, "b2", "重建完成")
    page = client.get("/knowledge").text
    assert "重建完成" in page and "4 个工单" in page and "新版本 b2 尚未启用" in page


def test_a_running_one_is_shown_with_and_without_a_script(app: Callable[[str], TestClient]) -> None:
    client = app(SLOW)
    client.post("/knowledge/rebuild")
    until(lambda: progress(client)["stage"] == "index")
    page = client.get("/knowledge").text
    assert '<progress max="100" value="60" aria-label="重建进度">' in page and "60%" in page
    assert "/ui/rebuild.js?v=" in page and '<noscript><meta http-equiv="refresh" content="3; url=/knowledge">' in page
    assert "重建索引</button>" not in page and "正在写入检索片段（共 10 个）" in page
    assert client.post("/knowledge/rebuild").status_code == 303 and progress(client)["stage"] == "index"


def test_a_failed_one_is_told_and_escaped(app: Callable[[str], TestClient]) -> None:
    client = app(BAD)
    client.post("/knowledge/rebuild")
    until(lambda: progress(client)["status"] == "failed")
    page = client.get("/knowledge").text
    assert (
        "重建失败，仍在使用原来的索引" in page and "The disk is &lt;full&gt;." in page and "重建索引</button>" in page
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"origin": "http://[evil"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:7860"},
    ],
)
def test_no_other_site_may_start_one(app: Callable[[str], TestClient], headers: dict[str, str]) -> None:
    client = app(GOOD)
    assert client.post("/knowledge/rebuild", headers=headers).status_code == 403
    assert progress(client)["status"] == "idle"


def test_it_needs_a_maintainer_and_something_to_run(client: TestClient, enter: Callable[..., TestClient]) -> None:
    assert client.post("/knowledge/rebuild").status_code == 401
    enter(client, "anna", "agent")
    assert client.post("/knowledge/rebuild").status_code == 403
    enter(client)
    assert client.post("/knowledge/rebuild").status_code == 404
    assert client.get("/knowledge/rebuild").status_code == 404
    assert "重建索引" not in client.get("/knowledge").text


def test_it_ends_with_the_app(make_client: Callable[..., TestClient], enter: Callable[..., TestClient]) -> None:
    client = enter(make_client(rebuild=lambda: child(SLOW)))
    with client:
        client.post("/knowledge/rebuild")
        until(lambda: progress(client)["stage"] == "index")
    until(lambda: progress(client)["status"] == "failed")
