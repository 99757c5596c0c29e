"""What the served side asks of the core and of the outside; who implements it is wired elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.desk.handoffs import HandoffRecord
from bot.desk.screenshots import Screenshot
from bot.evaluate.gaps import Vectors
from bot.proposal import Proposal
from bot.records import Answer, Language, Question, Sentence
from bot.reply.evidence import Library
from bot.reply.finding import Measured
from bot.tickets.approved import Approved

__all__ = ["Assistant", "Library", "Tools"]


class Assistant(Protocol):
    """`stream` yields each sentence as it is released and the whole Answer last."""

    @property
    def engine(self) -> str: ...

    @property
    def build(self) -> str: ...

    def stream(self, question: Question) -> Iterator[Sentence | Answer]: ...

    def answer(self, question: Question) -> Answer: ...

    def suggestions(self, n: int) -> tuple[str, ...]: ...

    def propose(self, text: str, only: Sequence[str] = (), language: Language | None = None) -> Proposal: ...

    def product(self, text: str) -> str: ...

    def measured(self, question: Question) -> Measured: ...

    def knowledge(self) -> Mapping[str, Any]: ...

    def library(self) -> Library: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What pages do beside answering. The defaults do nothing: they are for where nothing is wired.

    `wait` counts a try (kind, address) and gives the seconds until another may succeed, 0 when this one does.
    `redact` is applied to whatever is remembered, `values` tells an agent what it hides as (kind, value); `anger`
    grades what a customer wrote, 0 to 3; `announce` tells the outside of a new hand-over and returns at once; `hours`
    says when people answer, "" while they do; `read` gives the text in a screenshot. `approve` writes an answer into
    the knowledge and gives its ticket's id, or raises why not; `withdraw` takes it away; `rebuild` gives the command
    that builds the index anew; `vectors` are those by which questions are grouped. `close` ends what was started
    beside the app.
    """

    redact: Callable[[str], str] = lambda text: text
    wait: Callable[[str, str], int] = lambda kind, who: 0
    values: Callable[[str], Sequence[tuple[str, str]]] = lambda text: ()
    anger: Callable[[Sequence[str]], int] = lambda texts: 0
    announce: Callable[[HandoffRecord], None] = lambda record: None
    hours: Callable[[str], str] = lambda language: ""
    rebuild: Callable[[], Sequence[str]] | None = None
    approve: Callable[[Approved], str] = lambda record: record.id
    withdraw: Callable[[str], None] = lambda ticket: None
    read: Callable[[Screenshot], str] = lambda shot: ""
    vectors: Vectors | None = None
    close: Callable[[], None] = lambda: None
