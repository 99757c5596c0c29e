"""What the knowledge holds on a question, and what the gate makes of it.

A question of several parts is looked at part by part: what is covered is answered, the rest is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from time import perf_counter

from bot.records import Evidence, Hit, Message
from bot.reply.clauses import clauses
from bot.reply.evidence import Library, Match, Retriever, weigh
from bot.reply.followup import Asked, Rules
from bot.reply.gate import Decision, Gate
from bot.reply.signals import Signals, measure
from bot.tickets.expiry import expired, today
from bot.tickets.resolution import resolution

FOUND = 10  # tickets looked at for a reply


@dataclass(frozen=True, slots=True)
class Found:
    """`uncovered`: the parts of the question that the evidence does not answer, in the customer's words.

    `took`: seconds that the gate spent on the whole.
    """

    hits: list[Hit]
    evidence: list[Evidence]
    signals: Signals
    decision: Decision
    uncovered: tuple[str, ...] = ()
    took: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What the gate sees of a question: its measures on the build's scales (none where it sees nothing), its vector,
    the log-odds that evidence answers it, and the tickets that a reply is looked for in, best first."""

    values: Mapping[str, float]
    vector: Sequence[float]
    odds: float
    ranked: tuple[str, ...] = ()


class Finder:
    """Searches, weighs, measures and decides over one build."""

    def __init__(
        self, library: Library, retriever: Retriever, match: Match, gate: Gate, today: Callable[[], str] = today
    ) -> None:
        self._library, self._retriever, self._match, self._gate = library, retriever, match, gate
        self._today = today

    def find(self, asked: Asked, asked_back: bool = False) -> Found:
        whole = self._one(asked.text, asked.raw, asked_back)
        parts = clauses(asked.raw) if not asked.history else (asked.text,)  # what was said before is no part of it
        if len(parts) == 1 or whole.decision.reason not in ("evidence", "near", "thin", "disputed"):
            return whole
        singly = [self._one(text, text, asked_back=True) for text in self._alone(parts)]
        covered = [found for found in singly if found.decision.reason == "evidence"]
        open_parts = tuple(
            part for part, found in zip(parts, singly, strict=True) if found.decision.reason not in ("evidence", "near")
        )
        if not covered:
            return whole
        found = whole if whole.decision.verdict == "answered" else max(covered, key=lambda one: one.evidence[0].score)
        leading = {one.evidence[0].ticket.id for one in covered}
        if found is not whole or len(leading) > 1:
            found = replace(found, evidence=together([one.evidence for one in covered]))
        return replace(found, uncovered=open_parts)

    def _alone(self, parts: Sequence[str]) -> list[str]:
        """Each part as it stands alone: one that refers back has the words of the trade of the parts before it."""
        alone = []
        for place, part in enumerate(parts):
            before = tuple(Message("user", earlier) for earlier in parts[:place])
            refers = Rules().refers(part, before)
            named = self._gate.named(" ".join(parts[:place])) if refers else []
            alone.append(" ".join((*named, part)))
        return alone

    def _one(self, text: str, raw: str, asked_back: bool) -> Found:
        retriever = self._retriever
        hits = retriever.search(text, FOUND)
        if raw != text:
            hits = merged(hits, retriever.search(raw, FOUND))
        day = self._today()
        # The gate looks at hits as well as at evidence: what is past its day must not make it sure.
        hits = [hit for hit in hits if not expired(self._library.tickets[hit.ticket], day)]
        evidence = weigh(text, hits, self._library, retriever, self._match, day)
        began = perf_counter()
        resolved = resolution(self._library.statements.get(hits[0].ticket, ())) if hits else ""
        words = self._gate.words(text, retriever.vector(text))
        signals = measure(text, hits, evidence, resolved, words, self._gate.named(text), raw)
        decision = self._gate.decide(text, signals, evidence, asked_back, raw)
        return Found(hits, evidence, signals, decision, took=perf_counter() - began)


def merged(first: list[Hit], second: list[Hit]) -> list[Hit]:
    """Two results as one, each ticket by its better score, best first."""
    best: dict[str, Hit] = {}
    for hit in (*first, *second):
        if hit.ticket not in best or hit.score > best[hit.ticket].score:
            best[hit.ticket] = hit
    return sorted(best.values(), key=lambda hit: -hit.score)[:FOUND]


def together(found: Sequence[Sequence[Evidence]]) -> list[Evidence]:
    """The evidence of several parts as one, each part's best before any part's second, numbered anew."""
    rows: dict[str, Evidence] = {}
    for level in zip_longest(*found):
        for row in level:
            if row is not None:
                rows.setdefault(row.statement.id, row)
    return [replace(row, n=number) for number, row in enumerate(rows.values(), start=1)]
