"""What a browser sends to Gradio, looked at before Gradio sees it: of the page's own shape, in a session of its own.

Gradio lets whoever knows a session's name read and write in it, and that name stands in addresses, so in proxies' logs
too; here a session belongs to the browser that used it first. What Gradio fails on, or would print with a customer's
words, is refused. Knows the shape of a press and not its meaning.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.serve.middleware import GRADIO_API, refuse
from bot.serve.pages.texts import BROWSER
from bot.serve.shell import cookie

SESSIONS = 10_000
"""Whose browser is remembered; Gradio itself keeps 2,000."""
POSTED = ("queue/join", "cancel", "reset")
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WRONG = (400, "This is nothing that the page sends.", "invalid_request")
_OTHER = (403, "This session is another browser's: reload the page.", "not_yours")
_NONE = (404, "There is no such session.", "not_found")
Refused = tuple[int, str, str]


class Gate:
    """Around Gradio's addresses. `inputs`: how many values each of the page's events takes, by its number."""

    def __init__(self, app: ASGIApp, inputs: Sequence[int]) -> None:
        self._app, self._inputs = app, inputs
        self._whose: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(GRADIO_API):
            await self._app(scope, receive, send)
            return
        rest, browser = path.removeprefix(GRADIO_API), cookie(scope, BROWSER)
        found: bytes | Refused | None
        try:
            if scope["method"] == "POST" and rest in POSTED:
                found = self._posted(rest, await _object(receive), browser)
                if isinstance(found, bytes):
                    headers = [(k, v) for k, v in scope["headers"] if k not in (b"content-length", b"content-type")]
                    headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(found))]
                    scope, receive = {**scope, "headers": headers}, _again(found, receive)
            else:
                found = self._followed(rest, scope["query_string"], browser)
        except HTTPException as error:  # a body that is too large or too slow
            found = (error.status_code, str(error.detail), "invalid_request")
        if isinstance(found, tuple):
            await refuse(send, *found)
            return
        await self._app(scope, receive, send)

    def _posted(self, rest: str, body: dict[str, Any], browser: str) -> bytes | Refused:
        """What Gradio is given of a body."""
        session, number, event = (body.get(name) for name in ("session_hash", "fn_index", "event_id"))
        if rest == "reset":
            return json.dumps({"event_id": event}).encode() if isinstance(event, str) else _WRONG
        if type(number) is not int or not 0 <= number < len(self._inputs):
            return _WRONG
        if not isinstance(session, str) or not _SESSION.fullmatch(session):
            return _WRONG
        if rest == "cancel":
            if not isinstance(event, str):
                return _WRONG
            told = {"session_hash": session, "fn_index": number, "event_id": event}
            return json.dumps(told).encode() if self._owns(session, browser) else _OTHER
        values, trigger = body.get("data"), body.get("trigger_id")
        if not isinstance(values, list) or len(values) != self._inputs[number]:
            return _WRONG
        if not all(value is None or isinstance(value, str) for value in values):
            return _WRONG
        told = {"data": values, "fn_index": number, "session_hash": session}
        if type(trigger) is int and 0 <= trigger < 1000:
            told["trigger_id"] = trigger
        return json.dumps(told).encode() if self._owns(session, browser) else _OTHER

    def _followed(self, rest: str, query: bytes, browser: str) -> Refused | None:
        """Why a stream of a session is not given."""
        if rest.startswith("heartbeat/"):
            session = rest.removeprefix("heartbeat/")
            if not _SESSION.fullmatch(session):
                return _NONE
            return None if self._owns(session, browser, joins=False) else _OTHER
        if rest == "queue/data":
            named = parse_qs(query.decode("latin-1")).get("session_hash", [])
            if len(named) != 1 or named[0] not in self._whose:
                return _NONE
            return None if self._owns(named[0], browser) else _OTHER
        return None

    def _owns(self, session: str, browser: str, joins: bool = True) -> bool:
        """Who joins a session first has it."""
        mine = hashlib.sha256(browser.encode()).hexdigest()
        whose = self._whose.get(session, mine)
        if joins and whose == mine:
            self._whose[session] = mine
            self._whose.move_to_end(session)
        while len(self._whose) > SESSIONS:
            self._whose.popitem(last=False)
        return whose == mine


async def _object(receive: Receive) -> dict[str, Any]:
    """The JSON object of a body, {} where it is none."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
