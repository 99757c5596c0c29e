"""The assistant over whatever build is current: a finished build is taken between two questions.

Replies in flight end on the build they began with; it is closed after the last of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot.errors import BuildError
from bot.proposal import Proposal
from bot.records import Answer, Draft, Evidence, Language, Question, Sentence
from bot.reply.assistant import Assistant
from bot.reply.evidence import Library
from bot.reply.finding import Measured

AGAIN = 60.0
"""Seconds until a build that could not be opened is tried again: what it lacked may have been a server's answer."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Opened:
    """An assistant, the build it is over, and how to let go of that."""

    build: str
    assistant: Assistant
    close: Callable[[], None]
    users: int = 0
    stale: bool = False


class LiveAssistant:
    """`current` tells the published build cheaply, `latest` for certain; `open` opens it."""

    def __init__(
        self,
        open: Callable[[], Opened],
        current: Callable[[], str | None],
        latest: Callable[[], str | None] | None = None,
    ) -> None:
        self._open, self._current, self._latest = open, current, latest or current
        self._lock, self._opening = threading.Lock(), threading.Lock()
        self._failed, self._when = "", 0.0
        self._opened = open()

    @property
    def engine(self) -> str:
        return self._opened.assistant.engine

    @property
    def build(self) -> str:
        return self._opened.build

    def answer(self, question: Question) -> Answer:
        *_, last = self.stream(question)
        assert isinstance(last, Answer)
        return last

    def stream(self, question: Question) -> Iterator[Sentence | Answer]:
        """A reply; asked once more where its build went away before the first sentence and a newer one is there."""
        with self._in_use() as assistant:
            items = assistant.stream(question)
            try:
                first = next(items)
            except BuildError:
                if self._latest() == assistant.build:
                    raise
            else:
                yield first
                yield from items
                return
        with self._in_use(wait=True) as assistant:
            yield from assistant.stream(question)

    def propose(self, text: str, only: Sequence[str] = (), language: Language | None = None) -> Proposal:
        with self._in_use() as assistant:
            return assistant.propose(text, only, language)

    def product(self, text: str) -> str:
        with self._in_use() as assistant:
            return assistant.product(text)

    def reason(self, draft: Draft, evidence: Mapping[int, Evidence], question: str) -> str | None:
        with self._in_use() as assistant:
            return assistant.reason(draft, evidence, question)

    def measured(self, question: Question) -> Measured:
        with self._in_use() as assistant:
            return assistant.measured(question)

    def suggestions(self, n: int) -> tuple[str, ...]:
        with self._in_use() as assistant:
            return assistant.suggestions(n)

    def knowledge(self) -> Mapping[str, Any]:
        with self._in_use() as assistant:
            return assistant.knowledge()

    def library(self) -> Library:
        """The tickets of the current build; they may be read on after it was left for a newer one."""
        with self._in_use() as assistant:
            return assistant.library()

    def close(self) -> None:
        with self._lock:
            self._opened.close()

    @contextmanager
    def _in_use(self, wait: bool = False) -> Iterator[Assistant]:
        self._take_newest(wait)
        with self._lock:
            opened = self._opened
            opened.users += 1
        try:
            yield opened.assistant
        finally:
            with self._lock:
                opened.users -= 1
                if opened.stale and not opened.users:
                    opened.close()

    def _take_newest(self, wait: bool = False) -> None:
        """Opening takes seconds where tickets are many: one question does it, the others use what is open; with `wait`
        they wait for it."""
        newest = self._current()
        if newest in (None, self._opened.build) or not self._opening.acquire(wait):
            return
        try:
            if newest == self._opened.build or (newest == self._failed and time.monotonic() - self._when < AGAIN):
                return
            fresh = self._open()
            with self._lock:
                before, self._opened = self._opened, fresh
                before.stale = True
                if not before.users:
                    before.close()
        except (BuildError, OSError, ValueError) as error:
            self._failed, self._when = newest or "", time.monotonic()
            log.error("build %s was not taken: %s", newest, error)
        finally:
            self._opening.release()
