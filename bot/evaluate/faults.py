"""What a model server can do wrong, one after the other: the customer must get a grounded reply in time each time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from bot.evaluate.guard import Tested
from bot.evaluate.scripted import Behaviour, Scripted
from bot.records import Answer, Question, Sentence

MARGIN = 2.0  # seconds beyond the time that a reply may take: the built-in writer's own
_HALF = "证书在这里，[1]\n" * 4
FAULTS: tuple[tuple[str, Behaviour, str], ...] = (
    ("wrong key", "401", ""),
    ("too many requests", "429", ""),
    ("server error", "500", ""),
    ("silence", "hang", ""),
    ("silence between tokens", "pause", _HALF),
    ("half a stream", "half", _HALF),
    ("out of tokens", "length", _HALF),
    ("broken JSON", "broken", ""),
    ("broken JSON between tokens", "garbage", _HALF),
    ("error between tokens", "error", _HALF),
    ("empty text", "empty", ""),
    ("endless text", "reply", "没有尽头" * 3000),
    ("another language", "reply", "Le certificat est toujours valable.[1]\n"),
    ("no citation", "reply", "一般来说重启一下就好了。\n"),
    ("citation of nothing", "reply", "一般来说重启一下就好了。[98]\n"),
)


class Assistant(Protocol):
    def stream(self, question: Question) -> Iterator[Sentence | Answer]: ...


def survived(
    question: str,
    make: Callable[[], Assistant],
    server: Scripted,
    timeout: float,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> list[Tested]:
    """Asks an answerable question of a fresh assistant at each fault; `timeout`: seconds that its reply may take."""
    found = []
    for done, (name, behaviour, text) in enumerate(FAULTS, start=1):
        server.plan(behaviour, text=text)
        begun = time.monotonic()
        *_, last = make().stream(Question(question, id=name))
        spent = time.monotonic() - begun
        assert isinstance(last, Answer)
        held = last.verdict == "answered" and bool(last.citations) and bool(last.fault) and spent < timeout + MARGIN
        got = "grounded reply" if held else f"{last.verdict} in {spent:.1f} s"
        found.append(Tested(name, "faults of a model", name, "grounded reply", got, last.fault))
        advance(done, len(FAULTS))
    return found
