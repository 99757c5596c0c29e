"""The weights of the legs of `similar`, fitted by a listwise softmax and judged by the half that was not fitted.

ListNet with one target (Cao et al., "Learning to rank: from pairwise approach to listwise approach", 2007): the share
of the softmax over the fused best that falls on right tickets is made large.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from bot.search import retriever as shipped
from bot.search.retriever import TicketRetriever
from bot.search.terms import searchable

STEPS, RATE, PENALTY = 400, 0.3, 1.0


class Query(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def wanted(self) -> frozenset[str]: ...
    @property
    def half(self) -> int: ...


def fitted(retriever: TicketRetriever, queries: Sequence[Query]) -> Any:
    """Prints the weights that each half gives, and the MRR@10 of the other half with them.

    Returns the reciprocal rank of each query by the weights that it had no part in.
    """
    tables, marks = zip(*(candidates(retriever, query) for query in queries), strict=True)
    table, mark, half = np.stack(tables), np.stack(marks), np.array([query.half for query in queries])
    held_out = np.zeros(len(half))
    for side, name in enumerate(("first", "second")):
        weights = solve(table[half == side], mark[half == side])
        order = np.argsort(-(table[half != side] @ weights), axis=1, kind="stable")[:, :10]
        right = np.take_along_axis(mark[half != side], order, 1)
        held_out[half != side] = np.where(right.any(1), 1 / (right.argmax(1) + 1), 0)
        mrr = held_out[half != side].mean()
        told = ", ".join(f"{value:.2f}" for value in weights)
        print(
            f"Fitted to the {name} half: whole, heads, passages, second, overlap {told}; MRR@10 of the other {mrr:.3f}"
        )
    return held_out


def candidates(retriever: TicketRetriever, query: Query) -> tuple[Any, Any]:
    """The legs' normalised scores and the overlap of the fused best (candidates x legs), and which are right."""
    text = searchable(query.text)
    legs = retriever._cases(text, *retriever._legs(text))
    fused = sum(weight * leg for weight, leg in legs)
    best = np.argsort(-fused, kind="stable")[: shipped._RERANKED]
    overlap = retriever.build.heads.overlap(text, best.tolist())
    tickets = list(retriever.build.tickets)
    return np.stack([*(leg[best] for _, leg in legs), overlap], 1), np.array([tickets[i] in query.wanted for i in best])


def solve(table: Any, mark: Any) -> Any:
    """Adam on the penalised likelihood of scaled columns; weights are given for the columns as they came."""
    reachable = mark.any(1)
    table, mark = table[reachable], mark[reachable]
    scale = table.reshape(-1, table.shape[2]).std(0) + 1e-6
    scaled = table / scale
    weights, slope, square = (np.zeros(table.shape[2]) for _ in range(3))
    for step in range(1, STEPS + 1):
        odds = scaled @ weights
        share = np.exp(odds - odds.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        right = share * mark
        right /= right.sum(1, keepdims=True)
        gradient = ((share - right)[:, :, None] * scaled).sum(1).mean(0) + PENALTY * weights / len(mark)
        slope, square = 0.9 * slope + 0.1 * gradient, 0.99 * square + 0.01 * gradient**2
        weights -= RATE / np.sqrt(step) * (slope / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return weights / scale
