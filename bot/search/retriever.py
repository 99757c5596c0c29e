"""Tickets are found: BM25 over whole tickets and over their heads, vectors of passages and of heads, fused by score.

Two questions are two rankings: which tickets hold the answer (`search`, for replies), and which are the same case
(`similar`, for runs, for agents and, as a LangChain retriever, for any chain). It knows an open build; how the build
was made, and what may be said of a hit, it does not.
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
# What a leg counts in `similar`; the passages' vectors count the embedding's own weight, half of it beside a second
# encoder. Fitted by a listwise softmax (ListNet, Cao et al. 2007) to 1,036 titles and questions over 1,245 tickets,
# split by cluster: MRR@10 of the half not fitted .749 and .762, by the whole tickets' BM25 alone .682 and .629.
_WHOLE, _HEADS, _SECOND, _OVERLAP = 0.38, 0.33, 0.47, 3.0
_RERANKED = 60  # the fused best, whose heads are compared with the question piece by piece
# Each leg is normalised (mean 0, deviation 1) over its best 200 tickets: over all of them the mass
# of tickets that have nothing to do with the question sets the scale (MRR@10 .674 against .686).
_POOL = 200
# Statements' vectors kept at hand, 2 KB each: fetching some thirty from Chroma took a sixth of a reply's time.
_KEPT = 5000


class TicketRetriever(BaseRetriever):
    """Finds the `k` tickets nearest to a question in an open build."""

    k: int = 10
    _build: Build = PrivateAttr()
    _positions: dict[str, int] = PrivateAttr()
    _tickets: list[str] = PrivateAttr()
    _places: dict[str, int | NDArray[np.int64]] = PrivateAttr()
    _vectors: dict[str, Floats] = PrivateAttr(default_factory=dict)

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
        """The best `k` of all tickets to answer from, best first; none for a question without a letter or digit.

        What answers a question may stand anywhere in a dialogue, so heads count for nothing: with them the right ticket
        for questions far from the tickets' wording fell from .87 to .73 (MRR@10).
        """
        if not (text := self._asked(question)):
            return []
        lexical, dense = self._legs(text)
        weight = self._build.embeddings.weight
        return self._best((1 - weight) * _normalised(lexical) + weight * _normalised(dense), text, lexical, dense, k)

    def similar(self, question: str, k: int = 10) -> list[Hit]:
        """The `k` tickets most like a case told by its title or in its customer's words, best first."""
        if not (text := self._asked(question)):
            return []
        lexical, dense = self._legs(text)
        legs = self._cases(text, lexical, dense)
        fused = np.asarray(sum(weight * leg for weight, leg in legs), np.float32)
        pool = _first(fused, _RERANKED)
        fused[pool] += _OVERLAP * self._build.heads.overlap(text, pool.tolist())
        return self._best(fused, text, lexical, dense, k)

    def _cases(self, text: str, lexical: Floats, dense: Floats) -> list[tuple[float, Floats]]:
        """What each leg of `similar` counts, and its normalised scores of all tickets."""
        heads, encoders = self._build.heads, self._build.embeddings
        alike, second = heads.lexical.scores(text), heads.cosines(text, encoders.second)
        if more := searchable(expansion(text)):
            alike = alike + np.float32(_EXPANDED) * heads.lexical.scores(more)
        legs = [(_WHOLE, lexical), (_HEADS, alike), (encoders.weight / (1 if second is None else 2), dense)]
        if second is not None:
            legs.append((_SECOND, second))
        return [(weight, _normalised(leg)) for weight, leg in legs]

    def _asked(self, question: str) -> str:
        """The question as it is searched; "" where there is nothing to search by, or in."""
        text = searchable(question)
        return text if self._tickets and any(character.isalnum() for character in text) else ""

    def _legs(self, text: str) -> tuple[Floats, Floats]:
        """BM25 over whole tickets and the nearest passage's cosine, with the trade's words for the customer's."""
        lexical, dense = self._build.lexical.scores(text), self._dense(text)
        if more := searchable(expansion(text)):
            lexical = lexical + np.float32(_EXPANDED) * self._build.lexical.scores(more)
            dense = np.float32(0.5) * (dense + self._dense(f"{text} {more}"))
        return lexical, dense

    def _best(self, fused: Floats, text: str, lexical: Floats, dense: Floats, k: int) -> list[Hit]:
        best = _first(fused, k).tolist()
        covered = self._build.lexical.covered(text, best)
        return [
            Hit(self._tickets[i], float(fused[i]), float(dense[i]), float(lexical[i]), float(share))
            for i, share in zip(best, covered, strict=True)
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
        vectors = self._stored(leaders)
        return [
            _cosine(asked, vectors[leader] if leader in vectors else self._vector(searchable(row.text) or "。"))
            for leader, row in zip(leaders, statements, strict=True)
        ]

    def _stored(self, ids: Sequence[str]) -> dict[str, Floats]:
        """At least the vectors of those that are in the store."""
        known = self._vectors if len(self._vectors) < _KEPT else {}
        if fresh := [id for id in ids if id not in known]:
            known.update(self._build.store.vectors(fresh))
            self._vectors = known
        return known

    def vector(self, question: str) -> list[float]:
        """The question in the space of the build's embedding."""
        return self._build.embeddings.embed_query(searchable(question) or "。")

    def _dense(self, text: str) -> Floats:
        nearest = np.full(len(self._tickets), np.nan, np.float32)
        places, positions = self._places, self._positions  # pydantic looks a private attribute up each time
        for match in reversed(self._build.store.query(self._vector(text), _PASSAGES)):  # the nearest is written last
            if (place := places.get(match.id)) is None:  # a chunk of a case
                place = positions.get(match.id.rpartition("#")[0])
            if place is not None:  # a server may hold a passage that this build has not
                nearest[place] = match.similarity
        far = np.isnan(nearest)
        nearest[far] = 0.0 if far.all() else np.nanmin(nearest)
        return nearest

    def _vector(self, text: str) -> Floats:
        return np.array(self._build.embeddings.embed_query(text), np.float32)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(self._build.tickets[hit.ticket], hit) for hit in self.similar(query, self.k)]


def _first(scores: Floats, k: int) -> NDArray[np.int64]:
    """The places of the `k` highest scores, highest first, equal ones in their order; not all are sorted for it."""
    if k <= 0:
        return np.empty(0, np.int64)
    least = np.partition(scores, -k)[-k] if k < len(scores) else -np.inf
    among = np.flatnonzero(scores >= least)
    return among[np.argsort(-scores[among], kind="stable")[:k]]


def _normalised(scores: Floats) -> Floats:
    pool = np.sort(np.partition(scores, -_POOL)[-_POOL:] if len(scores) > _POOL else scores)
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
