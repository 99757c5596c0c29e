"""What a text is about, by the trade's own list of subjects (subjects.txt beside this module)."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from bot.records import Evidence
from bot.search.terms import searchable

ASPECT = "+"  # before a name that many subjects have, as a price


def subjects(text: str) -> frozenset[int]:
    """The subjects that a text names, by their lines."""
    return _named(text, _names())


def topics(text: str) -> frozenset[int]:
    """Those named by more than an aspect."""
    return _named(text, _names(aspects=False))


def apart(question: str, row: Evidence) -> bool:
    """Whether a question has subjects and the evidence, with its ticket's title and question, shares none."""
    asked = subjects(question)
    said = f"{row.ticket.title}\n{row.ticket.question}\n{row.statement.asked}\n{row.statement.text}"
    return bool(asked) and asked.isdisjoint(subjects(said))


def names(word: str) -> tuple[str, ...]:
    """A word with its other names."""
    return next((line for line in _names() if word in line), (word,))


def _named(text: str, lines: tuple[tuple[str, ...], ...]) -> frozenset[int]:
    lowered = searchable(text).lower()
    return frozenset(number for number, names in enumerate(lines) if any(name in lowered for name in names))


@lru_cache(maxsize=2)
def _names(aspects: bool = True) -> tuple[tuple[str, ...], ...]:
    table = files("bot.reply").joinpath("subjects.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in table.lower().splitlines() if line.strip() and line[0] != "#")
    return tuple(
        tuple(name.removeprefix(ASPECT) for name in line if aspects or not name.startswith(ASPECT)) for line in lines
    )
