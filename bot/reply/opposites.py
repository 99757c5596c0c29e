"""Words that decide what a sentence says: one of them in it must stand in its evidence too.

A sentence and its evidence can share nearly all words and differ in the one that matters: 免费 and 收费, 最多
and 至少, 所有 and 部分. Each line of the table is one such word with the words that may stand for it. Knows
neither questions nor tickets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class _Word:
    """`said`: what says it; `held`: what may stand for it in evidence; `opposite`: the place of its opposite."""

    said: re.Pattern[str]
    held: re.Pattern[str]
    opposite: int | None = None


def unfounded(text: str, source: str) -> str | None:
    """The first deciding word of a text that its source does not hold; None when all are there."""
    for word in _table():
        found = word.said.search(text)
        if found and not word.held.search(source):
            return found.group()
    return None


def clash(text: str, source: str) -> bool:
    """Whether a text says a word where its source says the opposite, and not that word itself."""
    table = _table()
    return any(
        word.opposite is not None
        and word.said.search(text)
        and not table[word.opposite].said.search(text)
        and table[word.opposite].said.search(source)
        and not word.said.search(source)
        for word in table
    )


@lru_cache(maxsize=1)
def _table() -> tuple[_Word, ...]:
    table = files("bot.reply").joinpath("opposites.txt").read_text(encoding="utf-8")
    rows: list[_Word] = []
    for line in table.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        opposed = line.startswith("! ")
        said, _, more = line.removeprefix("! ").partition(" ~ ")
        words = "|".join(said.split())
        held = re.compile("|".join([words, *more.split()]), re.I)
        if opposed:
            rows[-1] = replace(rows[-1], opposite=len(rows))
        rows.append(_Word(re.compile(words, re.I), held, len(rows) - 1 if opposed else None))
    return tuple(rows)
