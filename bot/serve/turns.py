"""Replies written at the same time: so many at once, the others in turn, and beyond a line of them "come back later".

Who came first is served first (asyncio's semaphore is fair). On two cores fifty replies at once hold each other
up, and some come last again and again; docs/performance.md has both figures.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.serve.access import Refusal
from bot.serve.errors import Refused

WAITING = 200
"""Replies that wait: at a hundred a second two seconds of patience, with a model a minute or more."""
_BUSY = "正在回复的人太多，请 {n} 秒后再试。 Too many at once: try again in {n} seconds."


class Turn:
    """The right to write a reply; given back once."""

    def __init__(self, back: Callable[[float], None]) -> None:
        self._back, self._began, self._held = back, time.monotonic(), True

    def release(self) -> None:
        if self._held:
            self._held = False
            self._back(time.monotonic() - self._began)


class Turns:
    """`at_once` turns; `waiting` wait for one at most."""

    def __init__(self, at_once: int, waiting: int = WAITING) -> None:
        self._free, self._at_once, self._most = asyncio.Semaphore(at_once), at_once, waiting
        self._line = 0
        self._usual = 0.1  # seconds that a reply takes, as the last ones did

    @property
    def line(self) -> int:
        """How many wait."""
        return self._line

    async def take(self) -> Turn:
        """Raises Refused (429, with the seconds after which to come back) where too many wait."""
        if self._free.locked() and self._line >= self._most:
            seconds = max(math.ceil(self._line * self._usual / self._at_once), 1)
            raise Refused(Refusal(429, _BUSY.format(n=seconds), "overloaded", "rate_limit_error", seconds))
        self._line += 1
        try:
            await self._free.acquire()
        finally:
            self._line -= 1
        return Turn(self._back)

    def _back(self, took: float) -> None:
        self._usual += 0.1 * (took - self._usual)
        self._free.release()


class TurnedStream(StreamingResponse):
    """A stream that gives its turn back when it ends, or its reader leaves, be it before the first word."""

    def __init__(self, turn: Turn, content: Any, **more: Any) -> None:
        super().__init__(content, **more)
        self._turn = turn

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._turn.release()
