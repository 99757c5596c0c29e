"""Every address of the real app, Gradio's own among them, asked by nobody in particular with every method."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.desk.store import Desk

STRANGER = ("203.0.113.9", 50000)
METHODS = "GET HEAD POST PUT PATCH DELETE OPTIONS TRACE".split()
ROOT = Path(__file__).parents[3]
SHUT = {401, 403, 404, 405}
SECRET, THEIRS, STAFF = "MARK-OF-A-SECRET", "另一位客户的原话", "员工老麦"
KEYS = {name: f"{SECRET}-{name}" for name in ("api_key", "staff_key", "openai_api_key", "webhook_secret")}
# What answers anybody, and with which statuses: a body that is missing here is a 400.
OPEN = {
    "GET /": {200},
    "HEAD /": {200},
    "GET /ui/style.css": {200},
    "GET /ui/live": {200},
    "POST /ui/image": {400},
    "GET /embed.js": {200},
    "GET /favicon.ico": {200},
    "GET /livez": {200},
    "GET /healthz": {200},
    "GET /readyz": {200},
    "POST /desk/sign-out": {303},
    "GET /config": {200},
    "GET /theme.css": {200},
    "POST /gradio_api/queue/join": {400},
    "POST /gradio_api/cancel": {400},
    "POST /gradio_api/reset": {400},
    "GET /gradio_api/heartbeat/x": {200},
    "GET /gradio_api/startup-events": {200},
    "GET /gradio_api/app_id": {200},
}
# Gradio's files and pictures, by names that nobody has; and how a path is told to leave them.
MORE = (
    *("/gradio_api/heartbeat/x", "/gradio_api/queue/data?session_hash=x", "/gradio_api/queue/data?session_hash="),
    *("/gradio_api/file=/etc/passwd", "/gradio_api/file=https://evil.test/x", "/gradio_api/file/etc/passwd"),
    *("/gradio_api/proxy=https://evil.test/x", "/gradio_api/component_server/", "/gradio_api/call/ask/x"),
    *("/static/../../../../etc/passwd", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fpackage.json"),
    *("/ui/..%2ftexts.py", "/ui/%2e%2e/app.py", "/assets//etc/passwd", "/static/%00", "/static/" + "a" * 5000),
    *("//desk", "/desk/", "/DESK", "/./desk", "/ui/../desk", "/%64esk", "/desk%2f", "/desk;x", "/metrics/", "/v1"),
    *("/docs/oauth2-redirect", "/redoc", "/.env", "/.git/config", "/var/desk.sqlite3", "/console", "/debug"),
)


def addresses(routes: Any, before: str = "") -> Iterator[str]:
    """The paths of all routes, those of routers and mounted apps with them; names in them are filled in."""
    for route in routes:
        path = getattr(route, "path", "")
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if below := getattr(inner, "routes", None):
            yield from addresses(below, before + path.rstrip("/"))
        elif path:
            named = re.sub(r"\{(?:rest|path)[^}]*\}", "", path) if "{rest" in path else path
            yield before + re.sub(r"\{[^}]*\}", "style.css", named)


async def ask(app: FastAPI, method: str, target: str) -> tuple[int, str, bytes]:
    """One request from far away, whose caller leaves once an answer has begun: status, Location, and what came."""
    path, _, query = target.partition("?")
    begun, status, place, seen, sent = asyncio.Event(), 0, "", b"", False
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"desk.test")],
        "client": STRANGER,
        "server": ("desk.test", 80),
    }

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await begun.wait()
        await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal status, place, seen
        if message["type"] == "http.response.start":
            status = message["status"]
            place = dict(message["headers"]).get(b"location", b"").decode()
            begun.set()
        seen += message.get("body", b"")

    await asyncio.wait_for(app(scope, receive, send), 60)
    return status, place, seen


@pytest.fixture
def app(make_app: Callable[..., FastAPI], desk: Desk) -> FastAPI:
    """With a customer's conversation, a hand-over, an account, and secrets in the settings."""
    desk.accounts.add("max", None, "maintainer", STAFF)
    desk.remember("c-1", "user", THEIRS, browser="b" * 43)
    return make_app(page=True, webhook_url=f"http://127.0.0.1:9/{SECRET}", **KEYS)


def test_an_unknown_caller_gets_what_is_meant_for_everybody_and_nothing_else(app: FastAPI, tmp_path: Path) -> None:
    targets = sorted({*addresses(app.routes), *MORE})
    assert len(targets) > 120 and {"/gradio_api/upload", "/gradio_api/queue/join", "/desk/audit"} <= set(targets)
    hidden = [SECRET, THEIRS, STAFF, "Traceback", "site-packages", str(ROOT), sys.prefix, str(tmp_path), "root:x:"]
    answered: dict[str, set[int]] = {}

    async def crawl() -> None:
        async with app.router.lifespan_context(app):
            for target in targets:
                for method in METHODS:
                    status, place, seen = await ask(app, method, target)
                    text = seen.decode("utf-8", "replace")
                    told = [mark for mark in hidden if mark in text]
                    assert not told, f"{method} {target} tells {told}"
                    assert status < 500, f"{method} {target}: {status}"
                    assert not place or place.startswith("/desk") or place == "http://desk.test/", f"{target}: {place}"
                    if status not in SHUT:
                        answered.setdefault(f"{method} {target}", set()).add(status)

    asyncio.run(crawl())
    assert answered == {route: codes for route, codes in OPEN.items() if codes - SHUT}


def test_a_session_is_of_the_browser_that_used_it_first(make_app: Callable[..., FastAPI]) -> None:
    asked = {"data": ["额度怎么算", None, None], "fn_index": 0, "session_hash": "theirs"}
    mine, other = {"cookie": f"desk_browser={'a' * 43}"}, {"cookie": f"desk_browser={'b' * 43}"}
    base = {"base_url": "http://desk.test", "client": STRANGER, "raise_server_exceptions": False}
    with TestClient(make_app(page=True), **base) as client:
        assert client.get("/gradio_api/queue/data?session_hash=theirs", headers=mine).status_code == 404
        event = client.post("/gradio_api/queue/join", json=asked, headers=mine).json()["event_id"]
        for headers in (other, {}):
            seen = [
                client.get("/gradio_api/queue/data?session_hash=theirs", headers=headers),
                client.get("/gradio_api/heartbeat/theirs", headers=headers),
                client.post("/gradio_api/queue/join", json={**asked, "fn_index": 10}, headers=headers),
                client.post("/gradio_api/cancel", json={**asked, "event_id": event}, headers=headers),
            ]
            assert [reply.status_code for reply in seen] == [403] * 4
            assert "额度" not in "".join(reply.text for reply in seen)
        both = "/gradio_api/queue/data?session_hash=mine&session_hash=theirs"
        assert client.get(both, headers=other).status_code == 404
        own = client.get("/gradio_api/queue/data?session_hash=theirs", headers=mine)
        assert own.status_code == 200 and "免费额度按月结算" in own.text


def test_what_the_page_sends_is_what_the_gate_takes(make_app: Callable[..., FastAPI]) -> None:
    app = make_app(page=True)
    with TestClient(app, base_url="http://desk.test", client=STRANGER) as client:
        events = client.get("/config").json()["dependencies"]
        for event in events:
            body = {"data": [None] * len(event["inputs"]), "fn_index": event["id"], "session_hash": f"s{event['id']}"}
            assert client.post("/gradio_api/queue/join", json=body).status_code == 200
            short = {**body, "data": [*body["data"], None]}
            assert client.post("/gradio_api/queue/join", json=short).status_code == 400
        assert client.post("/gradio_api/queue/join", json={**body, "fn_index": len(events)}).status_code == 400
