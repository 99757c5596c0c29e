"""Requests that never end: a body that trickles in, a reader who stands still, and what they are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from bot.serve import middleware

SOON = 20  # seconds after which a test has failed, and no measurement


def scope(path: str, method: str = "POST") -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", b"desk_browser=a")],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 80),
    }


async def trickles(app: FastAPI, path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Sends a first piece of a body, and never the rest."""
    sent, status, headers, body = False, 0, {}, b""

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": b"{", "more_body": True}

    async def send(message: Any) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status, headers = message["status"], dict(message["headers"])
        body += message.get("body", b"")

    await asyncio.wait_for(app(scope(path), receive, send), SOON)
    return status, headers, body


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/ui/image", "/desk/sign-in", "/gradio_api/queue/join"])
def test_a_body_that_trickles_in_is_cut(
    make_app: Callable[..., FastAPI], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.05)
    status, headers, body = asyncio.run(trickles(make_app(page="gradio" in path), path))
    assert status == 408 and headers[b"connection"] == b"close" and "没有传完" in str(json.loads(body))


def test_a_body_of_undeclared_length_is_cut_where_it_is_too_long(make_app: Callable[..., FastAPI]) -> None:
    async def run() -> int:
        status = 0

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"x" * 65536, "more_body": True}

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)

        await asyncio.wait_for(make_app(page=True)(scope("/gradio_api/queue/join"), receive, send), SOON)
        return status

    assert asyncio.run(run()) == 413


def test_a_reader_who_stands_still_is_let_go(
    make_app: Callable[..., FastAPI], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The app returns with its reply half sent: the server then closes the connection."""
    monkeypatch.setattr(middleware, "READ_SECONDS", 0.05)

    async def run() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                await asyncio.Event().wait()

        reply = asyncio.ensure_future(make_app()(scope("/healthz", "GET"), receive, send))
        done, _ = await asyncio.wait({reply}, timeout=SOON)
        assert done and "TimeoutError" in caplog.text

    asyncio.run(run())


def test_a_body_that_is_whole_has_no_limit_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream outlives its request's body: what is awaited then is that the reader leaves."""
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.05)

    async def run() -> Any:
        pieces = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.2 if len(pieces) == 1 else 0)
            return pieces.pop(0)

        bounded = middleware._bounded(receive, 10)
        return [await bounded(), await bounded()]

    assert asyncio.run(run())[-1] == {"type": "http.disconnect"}
