"""The straight line of a reply: redact, follow-up, retrieve, gate, write, ground, Answer.

Stateless: history comes in with the question. A sentence leaves only when grounding has passed it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from math import inf
from typing import Any

from bot.errors import BuildError, QuestionError, WriterError
from bot.proposal import Proposal
from bot.records import Answer, Draft, Evidence, Handoff, Language, Message, Question, Sentence
from bot.reply.composition import Composition
from bot.reply.drafting import Drafter, Line
from bot.reply.evidence import Library
from bot.reply.finding import Finder, Found, Measured
from bot.reply.followup import Asked
from bot.reply.frames import language_of, say
from bot.reply.gate import Decision
from bot.reply.handing import asked_back, handed, repeated, waits
from bot.reply.intent import asks_time, tells_span
from bot.reply.parts import Parts
from bot.reply.subjects import apart
from bot.reply.suggest import Offers
from bot.reply.writers import Brief, Usage
from bot.tickets.resolution import resolution

__all__ = ["Assistant", "Parts"]

log = logging.getLogger(__name__)

SHOWN = 12  # statements put before a writer at most
LEFT = 2  # sentences held back from which a model's reply counts as too little, when fewer were released


class Assistant:
    """Answers questions from one build of the knowledge."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._finder = Finder(parts.library, parts.retriever, parts.match, parts.gate, parts.today)
        self._offers = Offers(parts.library, self._plain)
        self._drafter = Drafter(parts, self._finder, Line(self._private, self._told))

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

    def propose(self, text: str, only: Sequence[str] = (), language: Language | None = None) -> Proposal:
        """A letter for an agent from a pasted ticket, and what the agent should know beside it. `only`: ids of the
        statements or tickets that it is to rest on."""
        return self._drafter.propose(text, only, language)

    def product(self, text: str) -> str:
        """The product that a text seems to be about, "" where that cannot be told."""
        return self._drafter.product(text)

    def suggestions(self, n: int) -> tuple[str, ...]:
        """Questions of past customers that the knowledge really answers."""
        return self._offers.first(n)

    def knowledge(self) -> Mapping[str, Any]:
        return {"build": self.build, **self._parts.report}

    def library(self) -> Library:
        return self._parts.library

    def reason(self, draft: Draft, evidence: Mapping[int, Evidence], question: str) -> str | None:
        """Why a sentence must not leave, in a word or two; None when it may."""
        why = self._parts.checker.reason(draft, evidence, question)
        if why is None and self._parts.redactor.clean(draft.text) != draft.text:
            return "private value"
        return why

    def measured(self, question: Question) -> Measured:
        asked = self._parts.rewriter.rewrite(self._private(question))
        found = self._finder.find(asked)
        odds = self._parts.gate.odds(found.signals)[1] if found.signals.sound else -inf
        ranked = tuple(hit.ticket for hit in found.hits)
        return Measured(self._parts.gate.scaled(found.signals), self._parts.retriever.vector(asked.text), odds, ranked)

    def stream(self, question: Question) -> Iterator[Sentence | Answer]:
        """Each sentence as it is released; the Answer last."""
        reply = Composition(question, language_of(question.text), self.engine)
        deadline = time.monotonic() + self._parts.timeout
        given = self._private(question)
        asked = self._parts.rewriter.rewrite(given, deadline)
        reply.lap("rewrite")
        found = self._finder.find(asked, asked_back(given.history))
        reply.lap("search", found.took)
        reply.lap("retrieve")
        decision = found.decision
        if decision.reason in ("evidence", "near", "fork") and repeated(given.text, given.history):
            decision = Decision("handoff", "repeated")
        usable = [row for row in found.evidence if not row.statement.disputed]
        shown = list(islice((row for row in usable if not apart(asked.text, row)), SHOWN)) or usable
        yield from self._told(reply, given, asked, replace(found, decision=decision), shown, deadline)

    def _told(
        self,
        reply: Composition,
        given: Question,
        asked: Asked,
        found: Found,
        shown: Sequence[Evidence],
        deadline: float,
    ) -> Iterator[Sentence | Answer]:
        """What was decided, in sentences that rest on the evidence `shown`; the Answer last."""
        decision = found.decision
        if decision.verdict == "answered":
            reply.near = decision.reason == "near"
            shown = shown[:SHOWN]
            reply.evidence = {row.n: row for row in shown}
            yield from self._write(reply, Brief(asked.text, tuple(shown), reply.language, asked.history, deadline))
            reply.lap("write")
            if reply.cited:
                yield from self._add_limits(reply, given.text, found)
            else:
                decision = Decision("handoff", "thin")
        handoff = None
        if decision.verdict == "handoff":
            handoff = yield from self._hand_over(reply, decision, given, found)
        elif decision.verdict == "declined":
            yield reply.frame("declined")
        elif decision.verdict == "clarify":
            between = "、" if reply.language == "zh" else ", "
            yield reply.frame(f"clarify_{decision.thing}", options=between.join(decision.options))
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

    def _write(self, reply: Composition, brief: Brief) -> Iterator[Sentence]:
        """The writer's sentences that hold; the fallback's when it fails or too little holds."""
        parts = self._parts
        try:
            reply.prompt = parts.writer.prompt
            yield from self._release(reply, brief, parts.writer.write(brief, reply.usage))
        except WriterError as error:
            log.warning("writer %s failed: %s", parts.writer.engine, error.reason)
            reply.notice, reply.fault = say("model_stopped", reply.language), error.reason
        if parts.fallback is parts.writer or not reply.wanting(LEFT):
            return
        if reply.cited:
            reply.notice = say("model_thin", reply.language)
        else:
            reply.notice = say("model_failed", reply.language)
            reply.engine, reply.prompt = parts.fallback.engine, parts.fallback.prompt
        reply.fault = reply.fault or "ungrounded"
        yield from self._release(reply, brief, parts.fallback.write(brief, Usage()))

    def _release(self, reply: Composition, brief: Brief, drafts: Iterator[Draft]) -> Iterator[Sentence]:
        for draft in drafts:
            if draft.kind in ("courtesy", "question") or reply.said(draft.text):
                continue  # the desk has its own courtesy, in frames
            reply.lap("drafted")
            why = self.reason(draft, reply.evidence, brief.question)
            if why is not None:
                reply.held.append(why)
                log.info("a sentence was held back: %s", why)
                continue
            if opening := reply.opening():
                yield opening
            yield reply.release(draft)

    def _add_limits(self, reply: Composition, asked: str, found: Found) -> Iterator[Sentence]:
        """What the reply does not cover, and that some of it needs a person."""
        if reply.near and not found.uncovered:
            reply.uncovered.append(asked[:80])
        for part in found.uncovered:
            reply.uncovered.append(part[:80])
            yield reply.frame("uncovered", part=part[:40])
        told = any(tells_span(row.text) for row in reply.sentences if row.citations)
        if asks_time(asked) and not told and any(row.statement.disputed for row in found.evidence[:5]):
            reply.uncovered.append(say("disputed", reply.language))
            yield reply.frame("disputed")
        if resolution(self._parts.library.statements.get(reply.leading_ticket(), ())) == "partial":
            yield reply.frame("person_step")

    def _hand_over(
        self, reply: Composition, decision: Decision, given: Question, found: Found
    ) -> Generator[Sentence, None, Handoff]:
        """Said once: a chat that waits for a person already is told so, in a line."""
        frames, handoff = handed(decision, given.text, given.history, found.hits, self._parts.library, reply.language)
        if given.waiting or waits(given.history):
            frames, handoff = [("waiting", {})], replace(handoff, cause="waiting")
        for name, values in frames:
            yield reply.frame(name, **values)
        return handoff

    def _next(self, reply: Composition, found: Found) -> tuple[str, ...]:
        """Titles near an answered question; elsewhere what the knowledge answers best.

        None when the build went away during the reply: the reply itself is whole.
        """
        try:
            if not reply.cited:
                return self._offers.first(3)
            cited = {reply.evidence[number].ticket.id for number in reply.cited}
            near = [self._parts.library.tickets[hit.ticket] for hit in found.hits[1:6] if hit.ticket not in cited]
            return self._offers.near(3, near)
        except BuildError as error:
            log.warning("no suggestions: %s", error)
            return ()

    def _plain(self, title: str) -> bool:
        """Whether a title, asked as a question, gets a plain answer."""
        return self._finder.find(Asked(title, title)).decision.reason == "evidence"
