"""What the served side asks of the core, as one protocol; who implements it is wired elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from bot.records import Answer, Question, Sentence
from bot.reply.evidence import Library
from bot.reply.finding import Measured

__all__ = ["Assistant", "Library"]


class Assistant(Protocol):
    """`stream` yields each sentence as it is released and the whole Answer last."""

    @property
    def engine(self) -> str: ...

    @property
    def build(self) -> str: ...

    def stream(self, question: Question) -> Iterator[Sentence | Answer]: ...

    def answer(self, question: Question) -> Answer: ...

    def suggestions(self, n: int) -> tuple[str, ...]: ...

    def draft(self, text: str) -> Answer: ...

    def measured(self, question: Question) -> Measured: ...

    def knowledge(self) -> Mapping[str, Any]: ...

    def library(self) -> Library: ...
