"""Two runs side by side: paired differences with intervals, and which cases flipped.

Only cases that both runs hold are compared, by source and id. A difference whose 95 % interval (paired bootstrap, Efron
and Tibshirani, 1993) holds zero is noise. Knows reports as they are written; how they were made it does not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from bot.evaluate.columns import columns, worse_if_more
from bot.evaluate.judging import Row
from bot.evaluate.lines import LineError, read_text
from bot.evaluate.metrics import ROUNDS, SEED

NAME = "report.json"
_ROWS = TypeAdapter(tuple[Row, ...])


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of both runs over the same `n` cases; says: better, worse or noise."""

    name: str
    before: float
    after: float
    low: float
    high: float
    n: int
    says: str


@dataclass(frozen=True, slots=True)
class Flip:
    """A case whose verdict, first ticket or vital facts changed."""

    id: str
    source: str
    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """alone: how many cases stand in the first run only, and in the second only."""

    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]
    n: int
    alone: tuple[int, int]


def load(path: Path) -> tuple[Row, ...]:
    """The rows of a report: a folder with report.json, or the file. Raises LineError for what is none."""
    file = path / NAME if path.is_dir() else path
    text = read_text(file)
    try:
        return _ROWS.validate_python(json.loads(text)["rows"])
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        raise LineError(
            f"{file} is no report that this version can compare. Run `python -m bot evaluate` again for it."
        ) from None


def compare(before: Sequence[Row], after: Sequence[Row]) -> Comparison:
    """Raises LineError where the runs share no case."""
    first, second = ({(row.source, row.id): row for row in rows} for rows in (before, after))
    shared = [key for key in first if key in second]
    if not shared:
        raise LineError("The two reports share no case: figures of different questions cannot be compared.")
    old, new = [first[key] for key in shared], [second[key] for key in shared]
    ours, theirs = columns(old), columns(new)
    found = []
    for name, values in ours.items():
        pairs = [(a, b) for a, b in zip(values, theirs[name], strict=True) if a is not None and b is not None]
        if pairs:
            found.append(difference(name, *zip(*pairs, strict=True)))
    flips = [flip for one, other in zip(old, new, strict=True) if (flip := _flip(one, other))]
    alone = (len(first) - len(shared), len(second) - len(shared))
    return Comparison(tuple(found), tuple(flips), len(shared), alone)


def difference(name: str, before: Sequence[float], after: Sequence[float]) -> Difference:
    """The paired difference of two lists of one value a case."""
    one, other = np.asarray(before, float), np.asarray(after, float)
    picks = np.random.default_rng(SEED).integers(0, len(one), size=(ROUNDS, len(one)))
    low, high = np.percentile((other - one)[picks].mean(axis=1), [2.5, 97.5])
    says = "noise"
    if low > 0 or high < 0:
        says = "better" if (low > 0) != worse_if_more(name) else "worse"
    return Difference(name, float(one.mean()), float(other.mean()), float(low), float(high), len(one), says)


def _flip(before: Row, after: Row) -> Flip | None:
    if _said(before) == _said(after):
        return None
    return Flip(before.id, before.source, before.question, _said(before), _said(after))


def _said(row: Row) -> str:
    """The verdict, and what of the case is wrong."""
    told = [row.verdict]
    if row.right_first is False:
        told.append("another ticket first")
    if row.vital is not None and row.vital < 1:
        told.append("vital facts missing")
    if row.forbidden:
        told.append("forbidden content")
    return ", ".join(told)
