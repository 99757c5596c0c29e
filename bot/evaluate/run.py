"""A question set put through an assistant, several questions at a time: one reply a case, kept as soon as it is made.

Knows neither what a reply is worth nor where it is kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from typing import Protocol

from bot.errors import DeskError
from bot.records import Answer, Question
from bot.reply.finding import Measured

Progress = Callable[[int, int], None]


class Assistant(Protocol):
    """Whatever answers a question, and tells what it looked at."""

    def answer(self, question: Question) -> Answer: ...

    def measured(self, question: Question) -> Measured: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a question: the answer, or why there is none (`error`).

    odds: the gate's log-odds that evidence answers it. ranked: the tickets looked at, best first. total_ms: wall time
    of the answer.
    """

    answer: Answer | None
    error: str = ""
    odds: float = -inf
    ranked: tuple[str, ...] = ()
    total_ms: float = 0.0


class Memory(Protocol):
    """Replies of an earlier run (`cache.Cache`)."""

    def known(self, question: Question) -> Reply | None: ...

    def keep(self, question: Question, reply: Reply) -> None: ...


class Nothing:
    """A memory that remembers nothing."""

    def known(self, question: Question) -> Reply | None:
        return None

    def keep(self, question: Question, reply: Reply) -> None:
        pass


def replies(
    questions: Sequence[Question],
    assistant: Assistant,
    memory: Memory | None = None,
    jobs: int = 1,
    advance: Progress = lambda done, total: None,
) -> list[Reply]:
    """A reply to every question, in their order; `advance` is told (done, total) after each.

    A failed answer is a reply, not an end, and is asked again by the next run.
    """
    kept = memory or Nothing()
    lock = threading.Lock()
    done = 0

    def work(question: Question) -> Reply:
        nonlocal done
        reply = kept.known(question)
        if reply is None:
            reply = ask(question, assistant)
            if reply.answer is not None and reply.answer.fault in ("", "ungrounded"):
                kept.keep(question, reply)  # a server that was down today is asked again tomorrow
        with lock:
            done += 1
            advance(done, len(questions))
        return reply

    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        try:
            return list(pool.map(work, questions))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def ask(question: Question, assistant: Assistant) -> Reply:
    """One question, and what was looked at for it."""
    started = time.perf_counter()
    try:
        answer = assistant.answer(question)
        spent = (time.perf_counter() - started) * 1000
        seen = assistant.measured(question)
    except DeskError as error:
        return Reply(None, str(error), total_ms=(time.perf_counter() - started) * 1000)
    return Reply(answer, "", seen.odds, seen.ranked, spent)
