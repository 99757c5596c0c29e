"""One browser's conversation: what was asked, what has been said, and who has taken over.

A plain object in the session's state, changed in place. Knows neither how it is drawn nor
where it is stored. It holds the customer's own words, unredacted, in memory, until
Gradio lets go of the session (an hour after its tab was closed).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Literal

from bot.desk.models import Outcome, Thumb
from bot.records import Answer, Message, Question, Sentence


@dataclass(slots=True)
class Exchange:
    """A question and its reply, as far as it has come."""

    question: str
    id: str
    sentences: list[Sentence] = field(default_factory=list)
    answer: Answer | None = None
    state: Literal["writing", "done", "stopped", "failed"] = "writing"
    error: str = ""
    notice: str = ""
    thumb: Thumb | None = None
    outcome: Outcome | None = None
    kept: bool = False

    @property
    def text(self) -> str:
        if self.answer is not None:
            return self.answer.text
        return self.error or "\n".join(sentence.text for sentence in self.sentences)

    @property
    def open(self) -> bool:
        return self.state == "writing"


@dataclass(slots=True)
class Handover:
    """A hand-over in the flow of the conversation."""

    number: str
    needs: tuple[str, ...]
    state: Literal["open", "cancelled", "ended"] = "open"


@dataclass(slots=True)
class Talk:
    """A conversation; its id is given with its first entry, so that no two sessions share one."""

    id: str = ""
    items: list[Exchange | Handover] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    """What the customer wrote that an agent will need, by value: its type."""

    def begin(self, question: str) -> Exchange:
        self.named()
        exchange = Exchange(question, uuid.uuid4().hex)
        self.items.append(exchange)
        return exchange

    def named(self) -> str:
        self.id = self.id or uuid.uuid4().hex
        return self.id

    def question(self, exchange: Exchange) -> Question:
        """The exchange's question with everything before it as history."""
        history: list[Message] = []
        for item in self.items:
            if item is exchange:
                break
            if isinstance(item, Exchange) and item.text:
                history += [Message("user", item.question), Message("assistant", item.text)]
        return Question(exchange.question, tuple(history), exchange.id, self.handover() is not None)

    def last(self) -> Exchange | None:
        exchanges = [item for item in self.items if isinstance(item, Exchange)]
        return exchanges[-1] if exchanges else None

    def drop_last(self) -> str:
        """Takes the last exchange back, to ask it again; gives its question."""
        last = self.last()
        if last is None:
            return ""
        self.items.remove(last)
        return last.question

    def exchange(self, index: int) -> Exchange | None:
        item = self.items[index] if 0 <= index < len(self.items) else None
        return item if isinstance(item, Exchange) else None

    def handover(self) -> Handover | None:
        for item in self.items:
            if isinstance(item, Handover) and item.state == "open":
                return item
        return None

    def cancelled(self) -> bool:
        """Whether the customer took a hand-over back: only a new wish opens another one."""
        return any(isinstance(item, Handover) and item.state == "cancelled" for item in self.items)

    def unhelpful(self) -> int:
        """How many replies were marked as of no help."""
        return sum(isinstance(item, Exchange) and item.thumb == "down" for item in self.items)

    def transcript(self) -> str:
        """The conversation as an agent reads it, in the customer's own words, what was collected first."""
        lines = [f"已收集 {kind}：{value}" for value, kind in self.found.items()]
        for item in self.items:
            if isinstance(item, Exchange):
                lines += [f"客户：{item.question}", f"助手：{item.text}"]
        return "\n".join(lines)
