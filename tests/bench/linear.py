"""Fits the weights of a linear model (bot/tickets/linear.py) by L-BFGS; nothing here runs in the product."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bot.tickets.linear import BITS, SIGN, Linear, Slots

INVERSE_PENALTY = 10.0  # for kinds of sentences 3, 10 and 30 were tried, three training parts held out at a time


def solve(
    rows: Sequence[tuple[Slots, Slots, str]], kinds: Sequence[str], penalty: float = INVERSE_PENALTY
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias from rows of (slots of grams, slots of signs, kind), kinds weighted by the root of rarity."""
    wide, many = 2 << BITS, len(kinds)
    columns, values, ends = [], [], [0]
    for grams, signs, _ in rows:
        columns += [*grams.tolist(), *signs.tolist()]
        values += [1 / np.sqrt(len(grams) + 1)] * len(grams) + [SIGN] * len(signs)
        ends.append(len(columns))
    texts = csr_matrix((values, columns, ends), shape=(len(rows), wide))
    truth = np.array([list(kinds).index(kind) for _, _, kind in rows])
    hot = np.eye(many)[truth]
    rarity = np.sqrt(len(truth) / (many * np.maximum(hot.sum(0), 1)))[truth]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights, bias = flat[:-many].reshape(wide, many), flat[-many:]
        scores = texts @ weights + bias
        scores -= scores.max(1, keepdims=True)
        shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        gone = (shares - hot) * rarity[:, None]
        slope = np.concatenate([(texts.T @ gone + weights / penalty).ravel(), gone.sum(0)])
        missed = -(rarity * np.log(shares[np.arange(len(truth)), truth] + 1e-12)).sum()
        return missed + (weights**2).sum() / (2 * penalty), slope

    best = minimize(loss, np.zeros(wide * many + many), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    return best[:-many].reshape(wide, many), best[-many:]


def fit(
    rows: Sequence[tuple[Slots, Slots, str]], kinds: Sequence[str], path: Path, penalty: float = INVERSE_PENALTY
) -> None:
    """The weights as a file, each kept in a byte."""
    weights, bias = solve(rows, kinds, penalty)
    scale = np.abs(weights).max() / 127
    np.savez_compressed(path, weights=np.rint(weights / scale).astype(np.int8), scale=scale, bias=bias)
    Linear.load.cache_clear()
    print(f"Fitted to {len(rows)} pieces; {path.name} has {path.stat().st_size // 1024} KB.")
