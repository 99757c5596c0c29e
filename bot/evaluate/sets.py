"""Files of any of the labelled sets, told apart by their fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluate import guard, lines, questions
from bot.evaluate.guard import Claim, Said, Wish
from bot.evaluate.lines import LineError
from bot.evaluate.questions import Case


@dataclass(frozen=True, slots=True)
class Sets:
    """Questions to be answered, and sentences, claims and wishes to be told apart. waiting: how many candidates were
    left out, since nobody has accepted them."""

    cases: tuple[Case, ...]
    items: tuple[Said | Claim | Wish, ...]
    waiting: int = 0


def load(paths: Sequence[Path]) -> Sets:
    """Several files, one behind the other; ids may repeat between files of two names.

    A complaint names file, line and field.
    """
    cases: list[Case] = []
    items: list[Said | Claim | Wish] = []
    waiting = 0
    first: dict[tuple[str, str], Path] = {}
    for path in paths:
        for line in lines.read(path):
            if line.fields.get("accepted") is False:
                waiting += 1
                continue
            item = guard.read(line)
            if item is not None:
                items.append(item)
                continue
            case = questions.read(line)
            if (key := (case.source, case.question.id)) in first:
                raise line.error(
                    f'the field "id" repeats "{case.question.id}" of {first[key]}, a file of the same name.'
                )
            first[key] = path
            cases.append(case)
    if waiting and not cases and not items:
        raise LineError(
            f'All {waiting} lines are candidates that nobody has accepted: edit them, then set "accepted" to true.'
        )
    return Sets(tuple(cases), tuple(items), waiting)
