"""Rows into figures, each mean with a 95 % interval. Knows nothing of files or pages.

An interval is a percentile bootstrap over cases with a fixed seed (Efron and Tibshirani, 1993): the same rows give the
same figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.evaluate.columns import ATTACKS, ELSEWHERE, HEADLINES, TO_ANSWER, Values, columns
from bot.evaluate.guard import Tested
from bot.evaluate.judging import Row
from bot.evaluate.questions import KINDS

SEED = 7
ROUNDS = 2000  # the ends of an interval then move by less than .01 between seeds


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over `n` cases and the ends of its 95 % interval."""

    name: str
    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences, claims, wishes or faults of one kind: how many, and how many had the right outcome."""

    name: str
    n: int
    right: int


@dataclass(frozen=True, slots=True)
class Slice:
    """The headlines of a part of the rows. by: kind, product, source or tag."""

    by: str
    name: str
    n: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a report tells. confusion: kind -> verdict -> count. latency: name -> milliseconds. spent: tokens and,
    where prices are set, cost. aurc: area under the curve of risk and coverage, 0 to 1, the lower the better."""

    figures: tuple[Figure, ...]
    confusion: dict[str, dict[str, int]]
    latency: dict[str, float]
    rows: tuple[Row, ...]
    groups: tuple[Group, ...] = ()
    tested: tuple[Tested, ...] = ()
    curve: tuple[tuple[float, float], ...] = ()
    aurc: float | None = None
    slices: tuple[Slice, ...] = ()
    spent: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def summarise(
    rows: Sequence[Row],
    tested: Sequence[Tested] = (),
    alone: Sequence[Row] = (),
    notes: Sequence[str] = (),
    prices: tuple[float, float] = (0.0, 0.0),
    further: Sequence[Figure] = (),
) -> Result:
    """All figures of a run; a figure that no case asks for is left out.

    alone: the follow-ups of `rows` asked without their history. prices: of a million tokens of prompt, of completion.
    further: figures that others made, a judge's say.
    """
    made = columns(rows)
    made["follow-ups: the same without history"] = [row.vital for row in alone]
    if not alone:
        del made["follow-ups: vital facts held"]
    found = [item for name, values in made.items() if (item := figure(name, known(values)))]
    found += [*two_sided("domain", *_domain(rows)), *two_sided("answerability", *_answerability(rows)), *further]
    curve = risk_coverage(rows)
    return Result(
        tuple(found),
        confusion(rows),
        latency(rows),
        tuple(rows),
        groups(tested),
        tuple(tested),
        curve,
        sum(risk for _, risk in curve) / len(curve) if curve else None,
        tuple(slices(rows, made)),
        spent(rows, prices),
        tuple(notes),
    )


def known(values: Values) -> list[float]:
    return [value for value in values if value is not None]


def figure(name: str, values: Sequence[float]) -> Figure | None:
    """Mean and interval of one value a case; None without values."""
    if not values:
        return None
    array = np.asarray(values, dtype=float)
    picks = np.random.default_rng(SEED).integers(0, len(array), size=(ROUNDS, len(array)))
    low, high = np.percentile(array[picks].mean(axis=1), [2.5, 97.5])
    return Figure(name, float(array.mean()), float(low), float(high), len(array))


def slices(rows: Sequence[Row], made: Mapping[str, Values]) -> list[Slice]:
    """The headlines by kind, product, source and tag; a slice that is everything is left out."""
    places: dict[tuple[str, str], list[int]] = {}
    for at, row in enumerate(rows):
        names = [("kind", row.kind), ("product", row.product), ("source", row.source)]
        for key in [*names, *(("tag", tag) for tag in row.tags)]:
            if key[1]:
                places.setdefault(key, []).append(at)
    found = []
    for (by, name), members in sorted(places.items()):
        if len(members) < len(rows):
            figures = (figure(title, known([made[title][place] for place in members])) for title in HEADLINES)
            found.append(Slice(by, name, len(members), tuple(item for item in figures if item)))
    return found


def _domain(rows: Sequence[Row]) -> tuple[list[bool], list[bool]]:
    """Whether each question is this desk's business, and whether it was taken for that."""
    asked = [row for row in rows if row.kind not in ATTACKS]
    return [row.kind not in ELSEWHERE for row in asked], [row.verdict != "declined" for row in asked]


def _answerability(rows: Sequence[Row]) -> tuple[list[bool], list[bool]]:
    """Whether the knowledge answers each question, and whether it was answered."""
    asked = [row for row in rows if row.kind not in (*ATTACKS, "in_scope")]
    return [row.kind in TO_ANSWER for row in asked], [row.verdict == "answered" for row in asked]


def two_sided(name: str, truth: Sequence[bool], taken: Sequence[bool]) -> list[Figure]:
    """Precision, recall and F1 of both classes; none where the cases are all of one class."""
    true, got = np.asarray(truth, bool), np.asarray(taken, bool)
    if not len(true) or true.all() or not true.any():
        return []
    picks = np.random.default_rng(SEED).integers(0, len(true), size=(ROUNDS, len(true)))
    found = []
    for side, (right, said) in (("accept", (true, got)), ("refuse", (~true, ~got))):
        for measure, made in (("precision", _precision), ("recall", _recall), ("F1", _f1)):
            drawn = np.array([made(right[pick], said[pick]) for pick in picks])
            low, high = np.percentile(drawn, [2.5, 97.5])
            found.append(Figure(f"{name}, {side}: {measure}", made(right, said), float(low), float(high), len(true)))
    return found


def _precision(truth: NDArray[np.bool_], taken: NDArray[np.bool_]) -> float:
    return float((truth & taken).sum() / max(taken.sum(), 1))


def _recall(truth: NDArray[np.bool_], taken: NDArray[np.bool_]) -> float:
    return float((truth & taken).sum() / max(truth.sum(), 1))


def _f1(truth: NDArray[np.bool_], taken: NDArray[np.bool_]) -> float:
    return float(2 * (truth & taken).sum() / max(taken.sum() + truth.sum(), 1))


def groups(tested: Sequence[Tested]) -> tuple[Group, ...]:
    """Outcomes by group, in the order of their names."""
    names = sorted({item.group for item in tested})
    counts = {name: [item.right for item in tested if item.group == name] for name in names}
    return tuple(Group(name, len(marks), sum(marks)) for name, marks in counts.items())


def risk_coverage(rows: Sequence[Row]) -> tuple[tuple[float, float], ...]:
    """For each share of questions answered, the surest first (coverage), the share of them that should not have been
    (risk): El-Yaniv and Wiener, 2010. A question that the gate measured nothing of comes last."""
    asked = [row for row in rows if row.kind not in (*ATTACKS, "in_scope") and row.verdict != "failed"]
    sure = sorted(
        ((row.odds if row.odds is not None else -np.inf, row.kind in TO_ANSWER) for row in asked), reverse=True
    )
    wrong, curve = 0, []
    for place, (_, right) in enumerate(sure, start=1):
        wrong += not right
        curve.append((place / len(sure), wrong / place))
    return tuple(curve)


def confusion(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """How often each kind of question got each verdict."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row.kind, Counter())[row.verdict] += 1
    return {kind: dict(counts[kind]) for kind in KINDS if kind in counts}


def latency(rows: Sequence[Row]) -> dict[str, float]:
    """Median and 95th percentile of the milliseconds to the end of each stage, failed answers left out."""
    series: dict[str, list[float]] = {}
    for row in rows:
        if row.verdict != "failed":
            for stage, spent_on in {**row.ms, "total": row.total_ms}.items():
                series.setdefault(stage, []).append(spent_on)
    ordered = sorted(series.items(), key=lambda item: float(np.median(item[1])))
    return {f"{name}_p{point}": float(np.percentile(values, point)) for name, values in ordered for point in (50, 95)}


def spent(rows: Sequence[Row], prices: tuple[float, float]) -> dict[str, float]:
    """Tokens of all answers, and what they cost where a price is set."""
    prompt, completion = (float(sum(row.tokens.get(name, 0) for row in rows)) for name in ("prompt", "completion"))
    found = {"prompt tokens": prompt, "completion tokens": completion}
    if any(prices):
        found["cost"] = (prompt * prices[0] + completion * prices[1]) / 1e6
        found["cost per question"] = found["cost"] / max(len(rows), 1)
    return found
