"""Writers: one protocol, two implementations. A writer proposes sentences; grounding disposes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.records import Draft, Evidence, Language, Message


@dataclass(frozen=True, slots=True)
class Brief:
    """What a writer is given: a question that stands alone, and the evidence it may use.

    `deadline`: when the reply must be whole, by time.monotonic(); None leaves it to the writer.
    """

    question: str
    evidence: tuple[Evidence, ...]
    language: Language = "zh"
    history: tuple[Message, ...] = ()
    deadline: float | None = None


@dataclass(slots=True)
class Usage:
    """Tokens that a reply cost, filled in by the writer while it writes."""

    prompt: int = 0
    completion: int = 0


class Writer(Protocol):
    """Writes a reply to a brief, sentence by sentence.

    `engine` names what writes; `prompt` is the digest of the prompt used, None when there is none.
    `write` raises WriterError when it cannot go on; what it yielded before stands.
    """

    @property
    def engine(self) -> str: ...

    @property
    def prompt(self) -> str | None: ...

    def write(self, brief: Brief, usage: Usage) -> Iterator[Draft]: ...
