"""What an assistant is made of, and what it asks of the parts that other rooms make; wire.py fills it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.records import Draft, Evidence
from bot.reply.evidence import Library, Match, Retriever
from bot.reply.followup import Rewriter
from bot.reply.gate import Gate
from bot.reply.writers import Writer
from bot.tickets.expiry import today


class Redact(Protocol):
    """Replaces private values by placeholders."""

    def clean(self, text: str) -> str: ...

    def together(self, texts: Sequence[str]) -> list[str]: ...

    def values(self, text: str) -> list[tuple[str, str]]:
        """The private values of a text with their types, as they stand."""
        ...


class Check(Protocol):
    """Why a sentence must not leave, in a word or two; None when it may (grounding)."""

    def reason(self, draft: Draft, evidence: Mapping[int, Evidence], question: str = "") -> str | None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What an assistant is made of; wire.py fills it in.

    `longest`: characters of a question. `timeout`: seconds within which a reply is to be whole. `today`: the day by
    which it is told whether an answer still holds.
    """

    library: Library
    retriever: Retriever
    match: Match
    redactor: Redact
    gate: Gate
    rewriter: Rewriter
    writer: Writer
    fallback: Writer
    checker: Check
    longest: int = 8000
    timeout: float = 20.0
    report: Mapping[str, Any] = field(default_factory=dict)
    today: Callable[[], str] = today
