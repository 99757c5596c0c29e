"""Whoever meets a failure reads the number under which the log has it, and nobody's words stand in either."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from bot.desk.people import Account
from bot.desk.store import Desk
from bot.desk.work import Work
from bot.errors import StoreError, WriterError
from bot.records import Sentence
from bot.serve import journal
from bot.serve.middleware import Guard
from bot.serve.pages.session import Chat
from bot.serve.pages.talk import Talk
from bot.serve.pages.texts import EN, ZH
from bot.serve.telemetry import Telemetry

WORDS = "zirconium"
"""What a customer wrote; an exception quotes it."""
CHAT = "/v1/chat/completions"
ASKED = {"messages": [{"role": "user", "content": "证书"}]}
SENT = {
    "POST /v1/chat/completions": {"json": ASKED},
    "POST /api/feedback": {"json": {"answer": "a", "thumb": "up"}},
    "POST /api/draft": {"json": {"text": "证书"}},
    "POST /ui/image": {"content": b"x", "headers": {"cookie": "desk_browser=b"}},
}
"""What a route has to be sent so that it comes to work at all."""
FORM = {"id": "x", "text": "t", "name": "n", "password": "p", "title": "t", "question": "q", "answer": "a"}
QUIET = {
    *("GET /ui/{name}", "GET /embed.js", "GET /favicon.ico", "GET /livez", "GET /docs", "GET /openapi.json"),
    *(
        "POST /desk/language",
        "GET /desk/draft",
        "GET /quality/report",
        "GET /knowledge/rebuild",
        "GET /knowledge/approved",
    ),
    *("GET /knowledge/answers", "GET /knowledge/ticket", "GET /knowledge/tickets"),
}
"""What needs neither database nor core; the last three show the build that they were last given."""
PLAIN = {"GET /healthz", "GET /readyz", "GET /metrics"}
"""What tells of a part that is away as its own business, and not as a failure."""


@pytest.fixture
def logged() -> Iterator[Callable[[], str]]:
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    journal.set_up("INFO")
    root.handlers[0].setStream(written)  # type: ignore[attr-defined]
    yield written.getvalue
    root.handlers[:] = handlers
    root.setLevel(level)


def breaks(monkeypatch: pytest.MonkeyPatch, core: Any, error: Exception) -> None:
    """The database and the core: whatever is asked of them fails, but who is signed in stays known."""

    @contextmanager
    def broken(_: Work) -> Iterator[Any]:
        raise error
        yield

    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(Work, "begin", broken)
    monkeypatch.setattr("bot.desk.accounts.Accounts.signed_in", lambda *_: Account("max", "老麦", "maintainer"))
    for name in ("stream", "answer", "propose", "measured", "knowledge", "library", "suggestions"):
        monkeypatch.setattr(core, name, fails)
    monkeypatch.setattr(type(core), "engine", property(fails, lambda *_: None), raising=False)
    monkeypatch.setattr("bot.serve.pictures.admit", fails)


def table() -> list[str]:
    from tests.unit.serve.test_access import TABLE

    return sorted(TABLE)


@pytest.mark.parametrize("error", [RuntimeError(WORDS), StoreError("数据库没有响应。")], ids=["unknown", "told"])
@pytest.mark.parametrize("route", table())
def test_every_route_tells_the_number(
    route: str,
    error: Exception,
    make_client: Callable[..., TestClient],
    core: Any,
    logged: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = make_client(staff_key="staff-key", rebuild=lambda: ["true"])
    client.cookies.set("desk_session", "any")
    breaks(monkeypatch, core, error)
    method, path = route.split()
    if path in ("/api/draft", "/metrics"):
        client.headers["authorization"] = "Bearer staff-key"
    sent = SENT.get(route) or ({"data": FORM} if method == "POST" else {})
    reply = client.request(method, path.replace("{name}", "support-desk"), params={"id": "x"}, **sent)
    lines, number = logged(), reply.headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{6}", number) and WORDS not in lines + reply.text
    if route in QUIET or (route in PLAIN and isinstance(error, StoreError)):
        assert type(error).__name__ not in lines
        return
    assert reply.status_code >= 400 and number in reply.text, reply.text
    assert f"[{number}] {type(error).__name__} at " in lines


def test_a_failure_within_a_stream_bears_the_requests_number(
    make_client: Callable[..., TestClient], core: Any, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> Iterator[Sentence]:
        yield Sentence("一", "knowledge")
        raise RuntimeError(WORDS)

    monkeypatch.setattr(core, "stream", broken)
    reply = make_client().post(CHAT, json={**ASKED, "stream": True})
    number = reply.headers["x-request-id"]
    *_, error, done = (row[6:] for row in reply.text.split("\n\n") if row.strip())
    assert done == "[DONE]" and f"(error {number})" in json.loads(error)["error"]["message"]
    assert f"[{number}] RuntimeError at " in logged() and WORDS not in logged() + reply.text


@pytest.mark.parametrize("begun", [False, True])
def test_what_no_route_catches_is_told_or_breaks_off(begun: bool, logged: Callable[[], str]) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError(WORDS)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    guard = Guard(app, ("/x",), {}, Telemetry().failure)
    scope = {"type": "http", "path": "/x", "method": "GET", "headers": []}
    asyncio.run(guard(scope, None, send))  # type: ignore[arg-type]
    start, *rest = sent
    number = dict(start["headers"])[b"x-request-id"].decode()
    assert f"[{number}] RuntimeError at " in logged() and WORDS not in logged()
    if begun:
        assert not rest
    else:
        assert start["status"] == 500 and number in json.loads(rest[0]["body"])["error"]["message"]


@pytest.mark.parametrize("texts", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("error", [RuntimeError(WORDS), WriterError("模型没有响应。")], ids=["unknown", "told"])
def test_the_page_tells_the_number_that_all_lines_of_its_reply_bear(
    error: Exception, texts: Any, core: Any, desk: Desk, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step comes in a context of its own, as Gradio's threads take them."""

    def broken(_: Any) -> Iterator[Sentence]:
        for n in (1, 2):
            logging.getLogger("bot.x").info("step %d", n)
            yield Sentence(str(n), "knowledge")
        raise error

    monkeypatch.setattr(core, "stream", broken)
    items = Chat(core, desk, Telemetry()).ask(Talk(), "证书", texts)
    last = None
    while (item := Context().run(next, items, None)) is not None:
        last = item
    (number,) = set(re.findall(r"\[(\S+)\] (?:step|\w+Error at)", logged()))
    assert logged().count(f"[{number}]") == 3 and number != "-"
    assert number in last.error and WORDS not in last.error + logged()  # type: ignore[union-attr]


def test_two_replies_bear_two_numbers(core: Any, desk: Desk, logged: Callable[[], str]) -> None:
    chat = Chat(core, desk, Telemetry())
    for _ in range(2):
        list(chat.ask(Talk(), "爆炸", ZH))
    assert len(set(re.findall(r"\[(\S+)\] RuntimeError", logged()))) == 2


@pytest.mark.parametrize("deed", ["act", "hand_over", "cancel", "pull", "restore", "reread", "begin", "suggestions"])
def test_presses_on_the_page_tell_or_log_a_number(
    deed: str, core: Any, desk: Desk, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, talk = Chat(core, desk, Telemetry()), Talk(browser="b")
    list(chat.ask(talk, "证书", ZH))
    chat.hand_over(talk, ZH) if deed in ("cancel", "pull", "begin") else None
    breaks(monkeypatch, core, RuntimeError(WORDS))
    press = json.dumps({"do": "up", "item": 0})
    given = {"act": (talk, press, ZH), "pull": (talk,), "suggestions": (3,)}.get(
        deed, ("b" if deed.startswith("re") else talk, ZH)
    )
    said = getattr(chat.offers if deed == "suggestions" else chat, deed)(*given)
    (number,) = re.findall(r"\[([0-9a-f]{6})\] RuntimeError at ", logged())
    assert WORDS not in logged()
    said = getattr(said, "trouble", said)
    if deed in ("act", "hand_over", "cancel", "reread"):
        assert said == ZH.failed.format(number=number)


def test_a_librarys_failure_is_logged_without_its_message(logged: Callable[[], str]) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError:
        logging.getLogger("some.library").exception("it failed")
    assert "it failed" in logged() and "ValueError at test_failures.py:" in logged() and WORDS not in logged()
