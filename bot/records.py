"""The frozen records that cross rooms; the errors are in errors.py.

Nothing here knows where a record comes from or who reads it: no disk, network, model or
library type. Texts are already redacted wherever a record has left `bot.tickets`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Role = Literal["customer", "agent"]
StatementKind = Literal["knowledge", "specific", "action", "request", "hold", "courtesy"]
SentenceKind = Literal["knowledge", "precedent", "courtesy", "question", "own"]
Verdict = Literal["answered", "clarify", "handoff", "declined"]
Language = Literal["zh", "en"]

STATEMENT_KINDS: tuple[StatementKind, ...] = ("knowledge", "specific", "action", "request", "hold", "courtesy")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a ticket was read: `ordinal` counts tickets in the file and `line` lines, both from 1."""

    file: str
    ordinal: int
    line: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One uninterrupted say of one side; `images` counts the screenshots that were attached."""

    role: Role
    text: str
    line: int = 0
    images: int = 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """One past case. `category` is "product｜topic" as written; `date` is ISO 8601. Each may be empty.

    An answer that staff approved has an `author`, an `approver`, and may have a last day on which it holds
    (`expires`, ISO 8601, that day included).
    """

    id: str
    title: str
    question: str
    turns: tuple[Turn, ...]
    product: str = ""
    topic: str = ""
    scenes: tuple[str, ...] = ()
    summary: str = ""
    root_cause: str = ""
    source: Source = field(default_factory=lambda: Source("", 0, 0))
    date: str = ""
    author: str = ""
    approver: str = ""
    expires: str = ""

    @property
    def agent_text(self) -> str:
        return "\n".join(turn.text for turn in self.turns if turn.role == "agent")

    @property
    def text(self) -> str:
        """Everything a search may look at; a boilerplate root cause was dropped when the ticket came in."""
        said = [turn.text for turn in self.turns]
        parts = [self.title, self.question, self.summary, *said, self.root_cause]
        return "\n".join(dict.fromkeys(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class Statement:
    """What an agent said that stands on its own: a sentence, or a list of steps kept together.

    `text` is mended and cleaned for a reader (steps on lines of their own); `quote` is the
    ticket's exact words. `agree` counts the tickets that say the same; `same` is the id of the statement that
    stands for all of them, "" when this one does. `disputed`: another contradicts it; `edited`: a maintainer's words.
    """

    id: str
    ticket: str
    kind: StatementKind
    text: str
    quote: str
    turn: int
    asked: str = ""
    agree: int = 1
    disputed: bool = False
    same: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded: a token-budgeted chunk of a case, or one statement (`statement` set)."""

    id: str
    ticket: str
    text: str
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket found. `score` ranks; the other signals are for the gate and never fused there.

    dense: best cosine similarity of its passages, -1 to 1. lexical: BM25 score, 0 and up.
    coverage: share (0 to 1) of the question's IDF mass that the ticket's text contains.
    """

    ticket: str
    score: float
    dense: float
    lexical: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement put before a writer, numbered from 1, with its relevance and its cosine to the question (`near`).

    `also`: other tickets that say it.
    """

    n: int
    statement: Statement
    ticket: Ticket
    score: float
    also: tuple[str, ...] = ()
    near: float = 0.0


@dataclass(frozen=True, slots=True)
class Message:
    """One earlier message of a chat, in the words of the chat protocol."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with what was said before (oldest first). `waiting`: the chat has an open hand-over already."""

    text: str
    history: tuple[Message, ...] = ()
    id: str = ""
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as a writer proposes it: nothing is released before grounding has passed it."""

    text: str
    kind: SentenceKind
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that was released; `citations` are numbers of `Answer.citations`; an agent's `own` has none."""

    text: str
    kind: SentenceKind
    citations: tuple[int, ...] = ()

    @property
    def marked(self) -> str:
        return self.text + "".join(f"[{n}]" for n in self.citations)


@dataclass(frozen=True, slots=True)
class Citation:
    n: int
    ticket: str
    title: str
    quote: str
    agree: int
    source: Source
    category: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """Why a person must take over, what the customer should have ready, and a summary for the agent.

    `cause` is the reason in one word: asked, action, thin, disputed, repeated or waiting.
    """

    reason: str
    needs: tuple[str, ...]
    summary: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole reply, with what it rests on. `text` carries no citation marks.

    `notice`: why the configured model did not write this, in one sentence; `fault`: the same in one word.
    """

    id: str
    verdict: Verdict
    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...] = ()
    uncovered: tuple[str, ...] = ()
    handoff: Handoff | None = None
    suggestions: tuple[str, ...] = ()
    engine: str = "extractive"
    prompt: str | None = None
    index: str = ""
    tokens: dict[str, int] = field(default_factory=lambda: {"prompt": 0, "completion": 0})
    ms: dict[str, float] = field(default_factory=dict)
    notice: str = ""
    fault: str = ""

    def as_json(self) -> dict[str, Any]:
        """A JSON-ready dict in the layout of the public contract."""
        return asdict(self)

    @property
    def marked(self) -> str:
        """The text with [n] citation marks after each sentence."""
        return "\n".join(sentence.marked for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something that was not taken in, and why; `line` counts from 1."""

    file: str
    line: int
    reason: str
