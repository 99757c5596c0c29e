"""Replies written at the same time: so many at once, the others in a fair line, and beyond it "come back later".

A free turn goes to whoever has the fewest; of those, to who was served longest ago. Where the line is full, the last
one of the longest gives way: a program with two hundred requests pushes back nobody who has one (fair queueing with
drops from the longest queue, McKenney 1990). For threads and for coroutines; one line a process.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from typing import TypeVar

from bot.errors import LateError
from bot.reply.within import within
from bot.serve.access import Refusal
from bot.serve.errors import Refused

WAITING = 200
"""Replies that wait: at sixty a second three seconds of patience, with a model a minute or more."""
CLIENTS = 1000
"""Of whom it is known when they were served last."""
PATIENCE = 60.0
"""Seconds in line: whoever calls gives up about then."""
BESIDE = 10.0
"""Seconds for what a reply needs beside its model: finding, grounding, the fallback."""
_BUSY = "正在回复的人太多，请 {n} 秒后再试。 Too many at once: try again in {n} seconds."
_LATE = "回复用时太久，已经停止，请稍后再试。 The reply took too long and was stopped: try again later."
GONE = Refusal(499, "The caller has left.", "left")
Item = TypeVar("Item")


class Turns:
    """`at_once` turns; `waiting` wait for one at most. A reply may take `longest` seconds once it has its turn."""

    def __init__(self, at_once: int, waiting: int = WAITING, longest: float = 30.0, patience: float = PATIENCE) -> None:
        self.at_once, self.most, self.longest, self.patience = at_once, waiting, longest, patience
        self._free = at_once
        self._lines: dict[str, deque[Place]] = {}
        self._held: Counter[str] = Counter()
        self._served: dict[str, float] = {}
        self._usual = 0.0
        self._lock = threading.Lock()

    @property
    def line(self) -> int:
        """How many wait."""
        return sum(map(len, self._lines.values()))

    def join(self, who: str) -> Place:
        """A place in line, or a turn at once. Raises Refused (429, and when to come back) where the line is full."""
        place = Place(self, who)
        with self._lock:
            if self.line >= self.most:
                longest = max(self._lines, key=lambda one: len(self._lines[one]))
                if len(self._lines[longest]) <= len(self._lines.get(who, ())) + 1:
                    raise self._full()
                last = self._lines[longest][-1]
                self._drop(last)
                last.turn.set_exception(self._full())
            self._lines.setdefault(who, deque()).append(place)
            self._give()
        return place

    async def written(self, who: str, items: Iterator[Item], left: Callable[[], Awaitable[bool]]) -> Iterator[Item]:
        """The items, made when the turn has come; `left` tells of whoever went away meanwhile, and loses the place."""
        place = self.join(who)
        try:
            while not await place.come(1.0):
                if await left():
                    raise Refused(GONE)
            return place.write(items)
        finally:
            place.leave()

    def ahead(self, place: Place) -> tuple[int, int]:
        """How many are served before this one, and the seconds until its turn, by what replies took lately."""
        with self._lock:
            line = self._lines.get(place.who, deque())
            if place not in line:
                return 0, 0
            own = line.index(place)
            others = sum(min(len(other), own + 1) for who, other in self._lines.items() if who != place.who)
            return own + others, self._seconds(own + others + 1)

    def take_back(self, place: Place) -> None:
        """A turn, or a place in line; again, nothing."""
        with self._lock:
            if place.began:
                self._usual += (0.1 if self._usual else 1.0) * (time.monotonic() - place.began - self._usual)
                place.began, self._free = 0.0, self._free + 1
                self._held[place.who] -= 1
                self._held += Counter()  # forgets who has none
                self._give()
            elif place in self._lines.get(place.who, ()):
                self._drop(place)

    def tired(self, place: Place) -> Refused:
        """What somebody is told who has stood in line for too long."""
        seconds = self.ahead(place)[1]
        self.take_back(place)
        return self._full(seconds)

    def _give(self) -> None:
        while self._free and self._lines:
            who = min(self._lines, key=lambda one: (self._held[one], self._served.get(one, 0.0)))
            place = self._lines[who][0]
            self._drop(place)
            self._free, place.began = self._free - 1, time.monotonic()
            self._held[who] += 1
            self._served.pop(who, None)
            self._served[who] = place.began
            while len(self._served) > CLIENTS:
                del self._served[next(iter(self._served))]
            place.turn.set_result(None)

    def _drop(self, place: Place) -> None:
        self._lines[place.who].remove(place)
        if not self._lines[place.who]:
            del self._lines[place.who]

    def _seconds(self, replies: int) -> int:
        return max(math.ceil(replies * self._usual / self.at_once), 1)

    def _full(self, seconds: int = 0) -> Refused:
        seconds = seconds or self._seconds(self.line)
        return Refused(Refusal(429, _BUSY.format(n=seconds), "overloaded", "rate_limit_error", seconds))


class Place:
    """Somebody's place in line, and then turn. To be left once it is not needed any more."""

    def __init__(self, turns: Turns, who: str) -> None:
        self.who = who
        self.began = 0.0
        """When the turn began, 0 before and after it."""
        self.turn: Future[None] = Future()
        self._coming: asyncio.Future[None] | None = None
        self._turns, self._joined, self._writing = turns, time.monotonic(), False

    def wait(self, seconds: float) -> bool:
        """Whether the turn has come within so many seconds. Raises Refused (429) where it never will."""
        try:
            self.turn.result(seconds)
        except TimeoutError:
            return self._patient()
        return True

    async def come(self, seconds: float) -> bool:
        """`wait`, which holds no thread."""
        self._coming = self._coming or asyncio.wrap_future(self.turn)
        if not (await asyncio.wait({self._coming}, timeout=seconds))[0]:
            return self._patient()
        self._coming.result()
        return True

    def ahead(self) -> tuple[int, int]:
        return self._turns.ahead(self)

    def write(self, items: Iterator[Item]) -> Iterator[Item]:
        """The reply, begun at once. The turn is given back when it is written, however slowly it is read. Raises
        LateError where it is not whole in time; its turn comes back when whatever hung has ended."""
        until = time.monotonic() + self._turns.longest
        written = within(items, until, lambda: self._turns.take_back(self))
        self._writing = True  # not before: where no thread is to be had, whoever leaves gives the turn back

        def passed() -> Iterator[Item]:
            try:
                yield from written
            except TimeoutError:
                raise LateError(_LATE) from None

        return passed()

    def leave(self) -> None:
        """Gives the turn back, or the place in line; not that of a reply which is being written."""
        if not self._writing:
            self._turns.take_back(self)

    def _patient(self) -> bool:
        if time.monotonic() - self._joined > self._turns.patience:
            raise self._turns.tired(self)
        return False
