"""Tickets are found: BM25 over whole tickets and vectors over their passages, fused by score.

A LangChain retriever for any chain, and `search` for those who need the signals behind a rank. It
knows an open build; how the build was made, and what may be said of a hit, it does not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import PrivateAttr

from bot.records import Hit, Statement, Ticket
from bot.search.opening import Build
from bot.search.synonyms import expansion
from bot.search.terms import searchable

Floats = NDArray[np.float32]

# Passages asked of Chroma; a ticket without one among them counts as near as the last of them.
_PASSAGES = 300
# What the trade's words for a customer's count beside the customer's own. With .5, questions far from the
# tickets' wording rose from .70 to .74 (Hit@1) and those in their own words lost up to .018; with .25 nothing.
_EXPANDED = 0.4
# Each leg is normalised (mean 0, deviation 1) over its best 200 tickets: over all of them the mass
# of tickets that have nothing to do with the question sets the scale (MRR@10 .674 against .686).
_POOL = 200


class TicketRetriever(BaseRetriever):
    """Finds the `k` tickets nearest to a question in an open build."""

    k: int = 10
    _build: Build = PrivateAttr()
    _positions: dict[str, int] = PrivateAttr()
    _tickets: list[str] = PrivateAttr()
    _places: dict[str, int | NDArray[np.int64]] = PrivateAttr()

    def __init__(self, build: Build, k: int = 10) -> None:
        super().__init__(k=k)  # type: ignore[call-arg]  # pydantic's own __init__, hidden by LangChain's.
        self._build = build
        self._tickets = list(build.tickets)
        self._positions = {ticket: position for position, ticket in enumerate(self._tickets)}
        # Where the tickets stand that say what a statement says: a question writes to them at once.
        self._places = {row.id: self._positions[row.ticket] for rows in build.statements.values() for row in rows}
        for leader, tickets in build.sources.items():
            if len(tickets) > 1:
                self._places[leader] = np.array([self._positions[ticket] for ticket in tickets])

    @property
    def build(self) -> Build:
        return self._build

    def search(self, question: str, k: int = 10) -> list[Hit]:
        """The best `k` of all tickets, best first; none for a question without a letter or digit."""
        text = searchable(question)
        if not self._tickets or not any(character.isalnum() for character in text):
            return []
        more = searchable(expansion(text))
        lexical = self._build.lexical.scores(text)
        dense = self._dense(text)
        if more:
            lexical = lexical + np.float32(_EXPANDED) * self._build.lexical.scores(more)
            dense = np.float32(0.5) * (dense + self._dense(f"{text} {more}"))
        weight = self._build.embeddings.weight
        fused = (1 - weight) * _normalised(lexical) + weight * _normalised(dense)
        best = np.argsort(-fused, kind="stable")[: max(k, 0)]
        covered = self._build.lexical.covered(text)
        return [
            Hit(self._tickets[i], float(fused[i]), float(dense[i]), float(lexical[i]), float(covered[i]))
            for i in best.tolist()
        ]

    def relevance(self, question: str, statements: Sequence[Statement]) -> list[float]:
        """The cosine of the question to each statement; one that is not in the store is embedded alone."""
        text = searchable(question)
        if not text or not statements:
            return [0.0] * len(statements)
        more = searchable(expansion(text))
        asked = self._vector(text)
        if more:
            asked = asked + self._vector(f"{text} {more}")
        leaders = [statement.same or statement.id for statement in statements]
        vectors = self._build.store.vectors(leaders)
        return [
            _cosine(asked, vectors[leader] if leader in vectors else self._vector(searchable(row.text) or "。"))
            for leader, row in zip(leaders, statements, strict=True)
        ]

    def vector(self, question: str) -> list[float]:
        """The question in the space of the build's embedding."""
        return self._build.embeddings.embed_query(searchable(question) or "。")

    def _dense(self, text: str) -> Floats:
        nearest = np.full(len(self._tickets), np.nan, np.float32)
        places = self._places
        for match in reversed(self._build.store.query(self._vector(text), _PASSAGES)):  # the nearest is written last
            if (place := places.get(match.id)) is None:  # a chunk of a case
                place = self._positions[match.id.rpartition("#")[0]]
            nearest[place] = match.similarity
        far = np.isnan(nearest)
        nearest[far] = 0.0 if far.all() else np.nanmin(nearest)
        return nearest

    def _vector(self, text: str) -> Floats:
        return np.array(self._build.embeddings.embed_query(text), np.float32)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(self._build.tickets[hit.ticket], hit) for hit in self.search(query, self.k)]


def _normalised(scores: Floats) -> Floats:
    pool = np.sort(scores)[-_POOL:]
    deviation = float(pool.std())
    return (scores - pool.mean()) / deviation if deviation > 1e-6 else np.zeros_like(scores)


def _cosine(one: Floats, other: Floats) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0


def _document(ticket: Ticket, hit: Hit) -> Document:
    parts = dict.fromkeys((ticket.title, ticket.question, ticket.agent_text))
    return Document(
        id=ticket.id,
        page_content="\n".join(part for part in parts if part),
        metadata={
            "ticket": ticket.id,
            "title": ticket.title,
            "product": ticket.product,
            "topic": ticket.topic,
            "source": f"{ticket.source.file}#{ticket.source.ordinal}",
            "score": hit.score,
            "dense": hit.dense,
            "lexical": hit.lexical,
            "coverage": hit.coverage,
        },
    )
