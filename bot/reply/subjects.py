"""What a text is about, by the trade's own list of subjects (subjects.txt beside this module)."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from bot.records import Evidence
from bot.search.terms import searchable

ASPECT = "+"  # before a name that many subjects have, as a price


@lru_cache(maxsize=256)  # a question is asked about once for each piece of evidence
def subjects(text: str) -> frozenset[int]:
    """The subjects that a text names, by their lines."""
    return _named(text, _names())


def topics(text: str) -> frozenset[int]:
    """Those named by more than an aspect."""
    return _named(text, _names(aspects=False))


def apart(question: str, row: Evidence) -> bool:
    """Whether a question has subjects and the evidence, with its ticket's title and question, shares none."""
    if not (asked := subjects(question)):
        return False
    lines = _names()
    said = _folded(f"{row.ticket.title}\n{row.ticket.question}\n{row.statement.asked}\n{row.statement.text}")
    return not any(name in said for number in asked for name in lines[number])


def names(word: str) -> tuple[str, ...]:
    """A word with its other names."""
    return next((line for line in _names() if word in line), (word,))


def _named(text: str, lines: tuple[tuple[str, ...], ...]) -> frozenset[int]:
    lowered = _folded(text)
    return frozenset(number for number, names in enumerate(lines) if any(name in lowered for name in names))


def _folded(text: str) -> str:
    return searchable(text).lower()


@lru_cache(maxsize=2)
def _names(aspects: bool = True) -> tuple[tuple[str, ...], ...]:
    table = files("bot.reply").joinpath("subjects.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in table.lower().splitlines() if line.strip() and line[0] != "#")
    return tuple(
        tuple(name.removeprefix(ASPECT) for name in line if aspects or not name.startswith(ASPECT)) for line in lines
    )
