"""The straight line of a reply: redact, follow-up, retrieve, gate, write, ground, Answer.

Stateless: history comes in with the question. A sentence leaves only when grounding has passed it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

from bot.errors import BuildError, QuestionError, WriterError
from bot.records import Answer, Draft, Evidence, Handoff, Hit, Message, Question, Sentence
from bot.reply import grounding
from bot.reply.composition import Composition
from bot.reply.draft import question_of
from bot.reply.evidence import Library, Match, Retriever, weigh
from bot.reply.followup import standalone
from bot.reply.frames import language_of, say
from bot.reply.gate import Decision, Gate
from bot.reply.intent import asks_time
from bot.reply.suggest import suggestions
from bot.reply.writers import Brief, Usage, Writer
from bot.tickets.resolution import needs, resolution

log = logging.getLogger(__name__)

FOUND = 10  # tickets looked at for a reply
SHOWN = 12  # statements put before a writer at most
OFFERED = 6  # questions kept ready to be suggested
_LEADS = {"asked": "asked", "action": "handoff", "disputed": "disputed"}


class Redact(Protocol):
    """Replaces private values by placeholders."""

    def clean(self, text: str) -> str: ...

    def together(self, texts: Sequence[str]) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What an assistant is made of; wire.py fills it in. `longest`: characters of a question."""

    library: Library
    retriever: Retriever
    match: Match
    redactor: Redact
    gate: Gate
    writer: Writer
    fallback: Writer
    longest: int = 8000
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the knowledge holds on a question, and what the gate made of it."""

    hits: list[Hit]
    evidence: list[Evidence]
    decision: Decision


class Assistant:
    """Answers questions from one build of the knowledge."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: dict[str, bool] = {}

    @property
    def engine(self) -> str:
        return self._parts.writer.engine

    @property
    def build(self) -> str:
        return self._parts.library.id

    def answer(self, question: Question) -> Answer:
        """The whole reply; raises QuestionError for a question that cannot be answered as it stands."""
        *_, last = self.stream(question)
        assert isinstance(last, Answer)
        return last

    def draft(self, text: str) -> Answer:
        """A reply draft for an agent from a whole ticket's text, cut to what is asked."""
        return self.answer(question_of(text))

    def suggestions(self, n: int) -> tuple[str, ...]:
        """Questions of past customers that the knowledge really answers."""
        return self._offered[:n]

    def knowledge(self) -> Mapping[str, Any]:
        """Counts of the build, for the page about knowledge."""
        return {"build": self.build, **self._parts.report}

    def library(self) -> Library:
        """The tickets and statements of the build."""
        return self._parts.library

    def stream(self, question: Question) -> Iterator[Sentence | Answer]:
        """Each sentence as it is released; the Answer last."""
        reply = Composition(question, language_of(question.text), self.engine)
        asked = self._private(question)
        text = standalone(asked)
        found = self._find(text)
        reply.lap("retrieve")
        decision = found.decision
        if decision.verdict == "answered":
            reply.near = decision.reason == "near"
            shown = [row for row in found.evidence if not row.statement.disputed][:SHOWN]
            reply.evidence = {row.n: row for row in shown}
            yield from self._write(reply, Brief(text, tuple(shown), reply.language, asked.history))
            if reply.cited:
                yield from self._add_limits(reply, asked.text, found)
            else:
                decision = Decision("handoff", "thin")
        handoff = None
        if decision.verdict == "handoff":
            handoff = yield from self._hand_over(reply, decision, asked.text, found)
        elif decision.verdict == "declined":
            yield reply.frame("declined")
        elif decision.verdict == "clarify":
            yield reply.frame("clarify_product", options="、".join(self._parts.gate.products[:4]))
        yield reply.answer(decision.verdict, handoff, self._next(reply, found), self.build)

    def _private(self, question: Question) -> Question:
        """The question with placeholders for the customer's own values; refuses what is none."""
        if not re.search(r"\w", question.text):
            raise QuestionError("请用文字输入您的问题。 Please type a question in words.")
        if len(question.text) > self._parts.longest:
            raise QuestionError(
                f"问题太长了（{len(question.text)} 字，最多 {self._parts.longest} 字），请只保留关键的描述和报错。"
                f" The question is too long: at most {self._parts.longest} characters are taken."
            )
        said = self._parts.redactor.together([*(item.content for item in question.history), question.text])
        history = tuple(Message(item.role, text) for item, text in zip(question.history, said[:-1], strict=True))
        return replace(question, text=said[-1], history=history)

    def _find(self, text: str) -> _Found:
        parts = self._parts
        hits = parts.retriever.search(text, FOUND)
        evidence = weigh(text, hits, parts.library, parts.retriever, parts.match)
        resolved = resolution(parts.library.statements.get(hits[0].ticket, ())) if hits else ""
        return _Found(hits, evidence, parts.gate.decide(text, hits, evidence, resolved))

    def _write(self, reply: Composition, brief: Brief) -> Iterator[Sentence]:
        """The writer's sentences that hold; the fallback's when it fails or nothing holds."""
        parts = self._parts
        try:
            reply.prompt = parts.writer.prompt
            yield from self._release(reply, brief, parts.writer.write(brief, reply.usage))
        except WriterError as error:
            log.warning("writer %s failed: %s", parts.writer.engine, parts.redactor.clean(str(error)))
            reply.notice = say("model_stopped", reply.language)
        if not reply.cited and parts.fallback is not parts.writer:
            reply.notice = say("model_failed", reply.language)
            reply.engine, reply.prompt = parts.fallback.engine, parts.fallback.prompt
            yield from self._release(reply, brief, parts.fallback.write(brief, Usage()))

    def _release(self, reply: Composition, brief: Brief, drafts: Iterator[Draft]) -> Iterator[Sentence]:
        for draft in drafts:
            if draft.kind in ("courtesy", "question") or reply.said(draft.text):
                continue  # the desk has its own courtesy, in frames
            why = grounding.reason(draft, reply.evidence, brief.question)
            if why is None and self._parts.redactor.clean(draft.text) != draft.text:
                why = "private value"
            if why is not None:
                log.info("a sentence was held back: %s", why)
                continue
            if opening := reply.opening():
                yield opening
            yield reply.release(draft)

    def _add_limits(self, reply: Composition, asked: str, found: _Found) -> Iterator[Sentence]:
        """What the reply does not cover, and that some of it needs a person."""
        if reply.near:
            reply.uncovered.append(asked[:80])
        if asks_time(asked) and any(row.statement.disputed for row in found.evidence[:2]):
            reply.uncovered.append(say("disputed", reply.language))
            yield reply.frame("disputed")
        if resolution(self._parts.library.statements.get(reply.leading_ticket(), ())) == "partial":
            yield reply.frame("person_step")

    def _hand_over(
        self, reply: Composition, decision: Decision, asked: str, found: _Found
    ) -> Generator[Sentence, None, Handoff]:
        lead = _LEADS.get(decision.reason, "thin")
        yield reply.frame(lead)
        wanted: tuple[str, ...] = ()
        if decision.reason == "action" and found.hits:
            wanted = needs(self._parts.library.statements.get(found.hits[0].ticket, ()))
        if wanted:
            yield reply.frame("needs", needs="、".join(wanted))
        yield reply.frame("how")
        return Handoff(say(lead, reply.language), wanted, asked[:200])

    def _next(self, reply: Composition, found: _Found) -> tuple[str, ...]:
        """Titles near an answered question; elsewhere what the knowledge answers best.

        None when the build went away during the reply: the reply itself is whole.
        """
        try:
            if not reply.cited:
                return self._offered[:3]
            cited = {reply.evidence[number].ticket.id for number in reply.cited}
            near = [self._parts.library.tickets[hit.ticket] for hit in found.hits[1:6] if hit.ticket not in cited]
            return suggestions(self._parts.library, 3, self._answered, near)
        except BuildError as error:
            log.warning("no suggestions: %s", error)
            return ()

    @cached_property
    def _offered(self) -> tuple[str, ...]:
        return suggestions(self._parts.library, OFFERED, self._answered)

    def _answered(self, title: str) -> bool:
        """Whether a title, asked as a question, gets a plain answer; found out once a title."""
        if title not in self._known:
            self._known[title] = self._find(title).decision.reason == "evidence"
        return self._known[title]
