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
from bot.desk.screenshots import Screenshot
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
    noted: bool = False
    """Whether the question is remembered, and with `kept` the reply."""
    kept: bool = False
    waiting: tuple[int, int] | None = None
    """How many are served before it, and the seconds until its turn; None when it does not stand in line."""

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
    """A hand-over in the flow of the conversation. `person`: who of the staff has joined, "" while it waits.

    `hours`: when people answer, where they do not now; `reached`: the customer has left a way to be reached.
    """

    number: str
    needs: tuple[str, ...]
    state: Literal["open", "cancelled", "ended"] = "open"
    person: str = ""
    hours: str = ""
    reached: bool = False


@dataclass(slots=True)
class Said:
    """What one person says to the other, or that one of the staff came or left (author "event")."""

    author: Literal["customer", "agent", "event"]
    text: str
    name: str = ""

    @property
    def open(self) -> bool:
        return False


@dataclass(slots=True)
class Talk:
    """A conversation; its id is given with its first entry, so that no two sessions share one."""

    id: str = ""
    browser: str = ""
    """A secret of the browser, by which it gets its conversation back."""
    trouble: str = ""
    """Why it could not be read back: nobody knows then what has been said in it."""
    address: str = ""
    """Where it was sent from last, for limits."""
    items: list[Exchange | Handover | Said] = field(default_factory=list)
    seen: int = 0
    """The newest line of the hand-over that is among the items."""
    pictures: list[tuple[Screenshot, str]] = field(default_factory=list)
    """Screenshots, with their corrected text, that go with a hand-over once there is one."""
    keys: set[str] = field(default_factory=set)
    """The keys of the lines that came from here."""

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

    def person(self) -> str:
        """Who of the staff is in the conversation, "" when nobody is."""
        handover = self.handover()
        return handover.person if handover else ""

    def asked(self) -> list[str]:
        """What the customer wrote."""
        return [
            item.question if isinstance(item, Exchange) else item.text
            for item in self.items
            if isinstance(item, Exchange) or (isinstance(item, Said) and item.author == "customer")
        ]
