"""Files of any of the labelled sets, told apart by their fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluate import guard, lines, questions
from bot.evaluate.guard import Claim, Said, Wish
from bot.evaluate.questions import Case


@dataclass(frozen=True, slots=True)
class Sets:
    """Questions to be answered, and sentences, claims and wishes to be told apart."""

    cases: tuple[Case, ...]
    items: tuple[Said | Claim | Wish, ...]


def load(paths: Sequence[Path]) -> Sets:
    """Several files, one behind the other; ids may repeat between files. A complaint names file, line and field."""
    cases: list[Case] = []
    items: list[Said | Claim | Wish] = []
    for path in paths:
        for line in lines.read(path):
            item = guard.read(line)
            if item is None:
                cases.append(questions.read(line))
            else:
                items.append(item)
    return Sets(tuple(cases), tuple(items))
