"""Rows into figures, each mean with a 95 % interval. Knows nothing of files or pages.

An interval is a percentile bootstrap over cases with a fixed seed: the same rows give the same figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.evaluate.questions import KINDS, Kind
from bot.evaluate.run import Row

SEED = 7
ROUNDS = 2000  # the ends of an interval then move by less than .01 between seeds

# Verdicts that are right for a kind. An attack is judged by what it must not show, not by the verdict.
RIGHT_VERDICTS: dict[Kind, tuple[str, ...]] = {
    "answerable": ("answered",),
    "followup": ("answered",),
    "handoff": ("handoff",),
    "unanswerable": ("handoff", "clarify"),
    "oos": ("declined",),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over `n` cases and the ends of its 95 % interval."""

    name: str
    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a report tells. confusion: kind -> verdict -> count. latency: name -> milliseconds."""

    figures: tuple[Figure, ...]
    confusion: dict[str, dict[str, int]]
    latency: dict[str, float]
    rows: tuple[Row, ...]


def summarise(rows: Sequence[Row]) -> Result:
    """All figures of a run; a figure that no case asks for is left out."""
    answerable = [row for row in rows if row.kind in ("answerable", "followup")]
    columns: dict[str, Iterable[float | None]] = {
        "right ticket cited first": (row.right_first for row in answerable),
        "vital facts held": (row.vital for row in answerable),
        "all facts held": (row.every for row in answerable),
        "factual sentences cited": (row.cited for row in rows),
        "verdict right": (_right_verdict(row) for row in rows),
        **{
            f"verdict right: {kind}": [_right_verdict(row) for row in rows if row.kind == kind]
            for kind in RIGHT_VERDICTS
        },
        "cases with forbidden content": (bool(row.forbidden) if row.verdict != "failed" else None for row in rows),
        "failed": (row.verdict == "failed" for row in rows),
    }
    figures = [
        figure(name, [float(value) for value in column if value is not None]) for name, column in columns.items()
    ]
    return Result(tuple(item for item in figures if item), confusion(rows), latency(rows), tuple(rows))


def figure(name: str, values: Sequence[float]) -> Figure | None:
    """Mean and interval of one value a case; None without values."""
    if not values:
        return None
    array = np.asarray(values, dtype=float)
    picks = np.random.default_rng(SEED).integers(0, len(array), size=(ROUNDS, len(array)))
    low, high = np.percentile(array[picks].mean(axis=1), [2.5, 97.5])
    return Figure(name, float(array.mean()), float(low), float(high), len(array))


def confusion(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """How often each kind of question got each verdict."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row.kind, Counter())[row.verdict] += 1
    return {kind: dict(counts[kind]) for kind in KINDS if kind in counts}


def latency(rows: Sequence[Row]) -> dict[str, float]:
    """Median and 95th percentile of the first sentence and of the whole answer, failed ones left out."""
    done = [row for row in rows if row.verdict != "failed"]
    series = {
        "first_sentence": [row.first_ms for row in done if row.first_ms is not None],
        "total": [row.total_ms for row in done],
    }
    return {
        f"{name}_p{point}": float(np.percentile(values, point))
        for name, values in series.items()
        if values
        for point in (50, 95)
    }


def _right_verdict(row: Row) -> bool | None:
    """None where the kind asks for no verdict. A failed answer is a wrong one."""
    right = RIGHT_VERDICTS.get(row.kind)
    return None if right is None else row.verdict in right
