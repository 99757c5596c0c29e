"""The gate's two models fitted to labelled questions: logistic regression on its own calibrated measures.

Knows measures and labels; what a measure is, and where weights are kept, it does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.errors import DeskError
from bot.evaluate.questions import Case, Kind
from bot.records import Question
from bot.reply.calibration import Direction, Fitted, Weights, direction
from bot.reply.finding import Measured

Floats = NDArray[np.float64]

PENALTY = 2.0  # on weights of standardised measures: a few hundred questions carry no more
ROUNDS = 40  # Newton's method has long settled by then
# Shares of the true ones that a threshold may refuse: unseen questions are refused about twice as often.
UNANSWERED, DECLINED = 0.015, 0.035
SEED, PARTS = 7, 6  # each question's lean comes from a direction that the other parts made
LEAST = 20  # labelled questions of each side

ANSWERED: tuple[Kind, ...] = ("answerable", "partial", "followup")
ELSEWHERE: tuple[Kind, ...] = ("oos", "oos_near")
UNLABELLED: tuple[Kind, ...] = ("injection", "privacy", "benign")

ANSWER = (
    *("dense", "near", "best", "coverage", "agree", "knowledge", "acted", "act"),
    *("unknown", "missing", "apart", "length", "meant", "strong", "weak", "foreign", "lean"),
)
DOMAIN = ("dense", "near", "coverage", "strong", "weak", "meant", "length", "foreign", "lean", "unknown", "act")


class FitError(DeskError):
    """Labelled questions that cannot be fitted to."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A question's label, its calibrated measures, and its vector."""

    kind: Kind
    values: Mapping[str, float]
    vector: Sequence[float] = ()


class Assistant(Protocol):
    """What tells the gate's measures of a question."""

    def measured(self, question: Question) -> Measured: ...


def samples(
    cases: Sequence[Case], assistant: Assistant, advance: Callable[[int, int], None] = lambda done, total: None
) -> list[Sample]:
    """The measures of every case; `advance` is told (done, total) after each."""
    rows = []
    for done, case in enumerate(cases, start=1):
        found = assistant.measured(case.question)
        rows.append(Sample(case.kind, found.values, found.vector))
        advance(done, len(cases))
    return rows


def fit(samples: Sequence[Sample], embedding: str, ours: Floats, other: Floats) -> Fitted:
    """What the questions teach; `ours` and `other` are vectors of the build's own tickets and of elsewhere.

    Raises FitError where a side has too few questions.
    """
    rows = [row for row in samples if row.kind not in UNLABELLED and row.values]
    business = [row.kind not in ELSEWHERE for row in rows]
    known = [row for row in rows if row.kind != "in_scope"]
    answered = [row.kind in ANSWERED for row in known]
    for name, labels in (("of this desk's business", business), ("that are answerable", answered)):
        if min(sum(labels), len(labels) - sum(labels)) < LEAST:
            raise FitError(f"Calibrating takes at least {LEAST} questions {name} and {LEAST} that are not.")
    whole, leaning = _directions(rows, business, ours, other)
    lean = {id(row): value for row, value in zip(rows, leaning, strict=True)}
    rows = [replace(row, values={**row.values, "lean": value}) for row, value in zip(rows, leaning, strict=True)]
    known = [replace(row, values={**row.values, "lean": lean[id(row)]}) for row in known]
    counts = Counter(row.kind for row in rows)
    return Fitted(
        embedding,
        _weights(known, answered, ANSWER, UNANSWERED),
        _weights(rows, business, DOMAIN, DECLINED),
        whole,
        dict(sorted(counts.items())),
    )


def _directions(
    rows: Sequence[Sample], business: Sequence[bool], ours: Floats, other: Floats
) -> tuple[Direction, list[float]]:
    """The direction from all questions, and how each leans by one that was made without it."""
    vectors, label = np.array([row.vector for row in rows], np.float64), np.array(business)
    part = np.random.default_rng(SEED).integers(0, PARTS, len(rows))

    def made(keep: NDArray[np.bool_]) -> Direction:
        return direction(np.r_[ours, vectors[keep & label]], np.r_[other, vectors[keep & ~label]])

    without = [made(part != number) for number in range(PARTS)]
    leaning = [without[number].lean(vector) for number, vector in zip(part, vectors, strict=True)]
    return made(np.ones(len(rows), bool)), leaning


def _weights(rows: Sequence[Sample], labels: Sequence[bool], names: Sequence[str], refused: float) -> Weights:
    table = np.array([[row.values[name] for name in names] for row in rows], np.float64)
    truth = np.array(labels, np.float64)
    mean, deviation = table.mean(axis=0), table.std(axis=0) + 1e-9
    solved = _logistic((table - mean) / deviation, truth)
    weights = solved[:-1] / deviation
    bias = float(solved[-1] - weights @ mean)
    odds = table @ weights + bias
    bias -= threshold(odds, truth, refused)
    return Weights(round(bias, 3), {name: round(float(w), 3) for name, w in zip(names, weights, strict=True)})


def _logistic(table: Floats, truth: Floats) -> Floats:
    """Weights and, last, the bias: Newton's method on the penalised likelihood, both sides weighing the same."""
    padded = np.c_[table, np.ones(len(table))]
    penalty = np.diag(np.r_[np.full(table.shape[1], PENALTY), 1e-6])
    share = truth.mean()
    weight = np.where(truth > 0, 0.5 / share, 0.5 / (1 - share))
    solved = np.zeros(padded.shape[1])
    for _ in range(ROUNDS):
        likely = 1 / (1 + np.exp(-np.clip(padded @ solved, -30, 30)))
        slope = padded.T @ (weight * (likely - truth)) + penalty @ solved
        curve = (padded * (weight * likely * (1 - likely))[:, None]).T @ padded + penalty
        solved -= np.linalg.solve(curve, slope)
    return solved


def threshold(odds: Floats, truth: Floats, refused: float) -> float:
    """The log-odds with the best F1 among those that refuse at most the share `refused` of the true ones."""
    most = float(np.quantile(odds[truth > 0], refused))
    best = (-1.0, most)
    for cut in np.unique(odds[odds <= most]):
        taken = odds >= cut
        right = float((taken & (truth > 0)).sum())
        best = max(best, (2 * right / (taken.sum() + truth.sum()), float(cut)))
    return best[1] - 1e-6
