"""Pictures between their upload and the hand-over they go with: in memory alone, for a while, each for one browser.

Nothing is written to disk here: what is not handed over is gone with its time, or with the process.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from bot.desk.screenshots import Screenshot

KEPT = 30 * 60.0  # seconds
EACH = 5  # pictures of one browser
BYTES = 64 * 1024 * 1024  # of all together


@dataclass(frozen=True, slots=True)
class _Held:
    browser: str
    shot: Screenshot
    until: float


class Shelf:
    """Holds pictures by a random id that only their own browser can use."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, browser: str, shot: Screenshot) -> str:
        id = secrets.token_urlsafe(16)
        with self._lock:
            self._held[id] = _Held(browser, shot, time.monotonic() + KEPT)
            self._clear()
            own = [key for key, held in self._held.items() if held.browser == browser]
            for key in own[:-EACH]:
                del self._held[key]
        return id

    def take(self, browser: str, id: str) -> Screenshot | None:
        """The picture, which leaves the shelf; None where it is not this browser's, or its time is over."""
        with self._lock:
            self._clear()
            held = self._held.get(id)
            if held is None or not browser or held.browser != browser:
                return None
            return self._held.pop(id).shot

    def _clear(self) -> None:
        now = time.monotonic()
        for key in [key for key, held in self._held.items() if held.until < now]:
            del self._held[key]
        while sum(len(held.shot.data) for held in self._held.values()) > BYTES:
            self._held.popitem(last=False)
