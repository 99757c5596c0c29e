"""The record of a draft for an agent: a letter, what it rests on, and what an agent should know beside it.

A record like those of records.py, which has no room for it; who makes one and who reads it is not known here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bot.records import Answer, Language, Sentence

Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Precedent:
    """A similar ticket, and in one line what solved it."""

    id: str
    title: str
    product: str
    resolution: str
    solved: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A letter for an agent to edit, and what it rests on; what only a person can do stands in `first`, never in it.

    `lines`: the letter's sentences; `evidence`: the statements' ids, as they are cited; `warnings`: (kind, sentence).
    """

    answer: Answer
    text: str
    lines: tuple[Sentence, ...]
    language: Language
    confidence: Confidence
    reason: str
    first: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    product: str = ""
    topic: str = ""
    resolved: dict[str, int] = field(default_factory=dict)
    typical_time: str = ""
    warnings: tuple[tuple[str, str], ...] = ()
    similar: tuple[Precedent, ...] = ()
    evidence: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The Answer's JSON, with the rest under "draft"."""
        rest = asdict(self)
        return {**rest.pop("answer"), "draft": rest}
