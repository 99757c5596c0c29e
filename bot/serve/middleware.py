"""What every request passes: a number, a size limit, security headers, and Gradio's narrow door.

Plain ASGI, so that streams stay streams. Knows no key and no page content.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.serve.access import DIRECT, same_origin
from bot.serve.errors import APOLOGY
from bot.serve.journal import new_request_id

BODY_BYTES = 1 << 20
"""A question has 100,000 characters at most; 1 MiB leaves room for a long history beside it."""
LARGER = {
    **dict.fromkeys(("/ui/image", "/desk/image"), (5 << 20) + 1024),  # an image is refused with its own sentence
    **dict.fromkeys(("/desk/draft", "/desk/propose", "/desk/sources"), 8 << 20),  # 2 MB of Chinese, as a form sends it
    "/api/draft": 4 << 20,
}

LONGEST = 300
"""Characters of a path: none of ours has half of it, and a file system refuses longer names with an error."""
BODY_SECONDS = 60.0
"""For a whole body: a screenshot of 5 MiB at 85 KiB a second, as a phone with poor reception sends it."""
READ_SECONDS = 60.0
"""For what is sent to be taken: a reader who stands still that long is let go."""

_POLICY = (
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
)


def csp(ancestors: str) -> str:
    """The content security policy of a page that these may frame."""
    return "; ".join((*_POLICY, f"frame-ancestors {ancestors}"))


HEADERS = {
    "content-security-policy": csp("'self'"),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

GRADIO_OPEN = (
    "/config",
    "/theme.css",
    "/static/",
    "/assets/",
    "/gradio_api/queue/join",
    "/gradio_api/queue/data",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/heartbeat/",
    "/gradio_api/startup-events",
    "/gradio_api/app_id",
)
"""What the chat page calls. Gradio's other routes (upload, file, proxy, call, monitoring and
more) serve nothing here and stay shut."""
GRADIO_API = "/gradio_api/"
GRADIO_OWN = ("/config", GRADIO_API)
"""What of these no page of another site may ask for: Gradio lets any site in, with its visitor's cookies; a neighbour's
page could have it restore a conversation, and read it."""

TOO_SLOW = f"内容在 {BODY_SECONDS:.0f} 秒内没有传完。 The request did not arrive within {BODY_SECONDS:.0f} seconds."


class Direct:
    """Keeps who connected, before a trusted proxy's X-Forwarded-For takes its place: single sign-on looks at it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        await self._app({**scope, DIRECT: client[0] if client else ""}, receive, send)


class Guard:
    """Wraps the whole app; `own` are the paths that our routes answer, `special` headers by path.

    `failed` is told of what no route has caught, and gives the number under which it is logged.
    """

    def __init__(
        self,
        app: ASGIApp,
        own: tuple[str, ...],
        special: Mapping[str, Mapping[str, str]],
        failed: Callable[[BaseException], str],
        limit: int = BODY_BYTES,
    ) -> None:
        self._app, self._own, self._special, self._failed, self._limit = app, own, special, failed, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, begun = new_request_id(), False

        async def sealed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                extra = {**HEADERS, **self._special.get(scope["path"], {}), "x-request-id": number}
                message["headers"] = _with_headers(message.get("headers", []), extra)
            async with asyncio.timeout(READ_SECONDS):
                await send(message)

        limit = LARGER.get(scope["path"], self._limit)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared[:20]) > limit:
            await refuse(sealed, 413, _too_large(limit), "request_too_large")
        elif not self._passes(scope["path"]):
            await refuse(sealed, 404, "There is nothing here.", "not_found")
        elif scope["path"].startswith(GRADIO_OWN) and not same_origin(HTTPConnection(scope)):
            await refuse(sealed, 403, "This can be asked for from its own page alone.", "cross_origin")
        else:
            try:
                await self._app(scope, _bounded(receive, limit), sealed)
            except Exception as error:  # noqa: BLE001 - beyond it the server would log the message, and tell no number
                told = APOLOGY.format(number=self._failed(error))
                if not begun:  # a reply that has begun breaks off
                    await refuse(sealed, 500, told, None, "server_error")

    def _passes(self, path: str) -> bool:
        if len(path) > LONGEST:
            return False
        if path == "/" or any(path == own or path.startswith(f"{own}/") for own in self._own):
            return True
        return any(path == open or (open[-1] == "/" and path.startswith(open)) for open in GRADIO_OPEN)


def _bounded(receive: Receive, limit: int) -> Receive:
    """For a body of undeclared length, and for one that trickles in; the exception becomes a reply inside the app,
    after which the connection is closed."""
    seen, whole, until = 0, False, asyncio.get_running_loop().time() + BODY_SECONDS

    async def bounded() -> Message:
        nonlocal seen, whole
        if whole:  # now it waits for the caller to leave
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, TOO_SLOW, {"connection": "close"}) from None
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, _too_large(limit), {"connection": "close"})
        whole = not message.get("more_body", False)
        return message

    return bounded


def _too_large(limit: int) -> str:
    return f"内容太大，最多 {limit / (1 << 20):.0f} MB。 The request is larger than {limit} bytes."


def _with_headers(headers: Any, extra: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Ours in place of the app's; whom replies are open to is said here alone."""
    kept = [(k, v) for k, v in headers if not _ours(k.decode("latin-1").lower(), extra)]
    return [*kept, *((k.encode(), v.encode()) for k, v in extra.items())]


def _ours(name: str, extra: Mapping[str, str]) -> bool:
    return name in extra or name.startswith("access-control-")


async def refuse(send: Send, status: int, text: str, code: str | None, kind: str = "invalid_request_error") -> None:
    body = json.dumps({"error": {"message": text, "type": kind, "param": None, "code": code}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status in (408, 413):  # the rest of the body is not waited for
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
