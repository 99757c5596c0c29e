"""The straight line of a reply: redact, follow-up, retrieve, gate, write, ground, Answer.

Stateless: history comes in with the question. A sentence leaves only when grounding has passed it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.records import (
    Answer,
    Citation,
    Draft,
    Evidence,
    Handoff,
    Language,
    Message,
    Question,
    QuestionError,
    Sentence,
    Statement,
    WriterError,
)
from bot.reply import grounding
from bot.reply.draft import question_of
from bot.reply.evidence import Library, Retriever, weigh
from bot.reply.followup import standalone
from bot.reply.frames import language_of, say
from bot.reply.gate import Decision, Gate
from bot.reply.suggest import suggestions
from bot.reply.writers import Brief, Usage, Writer
from bot.tickets.resolution import needs, resolution

log = logging.getLogger(__name__)

FOUND = 10  # tickets looked at for a reply
SHOWN = 12  # statements put before a writer at most


class Redact(Protocol):
    def clean(self, text: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What an assistant is made of; wire.py fills it in."""

    library: Library
    retriever: Retriever
    coverage: Callable[[str, str], float]
    redactor: Redact
    gate: Gate
    writer: Writer
    fallback: Writer
    longest: int = 8000
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Reply:
    """A reply under way."""

    id: str
    language: Language
    started: float
    sentences: list[Sentence]
    cited: list[int]
    ms: dict[str, float]
    engine: str
    prompt: str | None = None
    notice: str = ""


class Assistant:
    """Answers questions from one build of the knowledge."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def engine(self) -> str:
        return self._parts.writer.engine

    @property
    def build(self) -> str:
        return self._parts.library.id

    def answer(self, question: Question) -> Answer:
        """The whole reply; raises QuestionError for a question that cannot be answered as it stands."""
        for item in self.stream(question):
            if isinstance(item, Answer):
                return item
        raise AssertionError("a stream ends with its answer")

    def suggestions(self, n: int) -> tuple[str, ...]:
        """Questions of past customers that the knowledge really answers."""
        return suggestions(self._parts.library, n, lambda text: self.answer(Question(text)).verdict == "answered")

    def stream(self, question: Question) -> Iterator[Sentence | Answer]:
        """Each sentence as it is released; the Answer last."""
        parts = self._parts
        started = time.perf_counter()
        self._refuse(question.text)
        asked = replace(
            question,
            text=parts.redactor.clean(question.text),
            history=tuple(Message(item.role, parts.redactor.clean(item.content)) for item in question.history),
        )
        text = standalone(asked)
        hits = parts.retriever.search(text, FOUND)
        evidence = weigh(text, hits, parts.library, parts.retriever, parts.coverage)
        top = parts.library.statements.get(hits[0].ticket, ()) if hits else ()
        decision = parts.gate.decide(text, hits, evidence, resolution(top) if hits else "")
        reply = _Reply(
            id=question.id,
            language=language_of(asked.text),
            started=started,
            sentences=[],
            cited=[],
            ms={"retrieve": _since(started)},
            engine=parts.writer.engine,
        )
        shown = tuple(row for row in evidence if not row.statement.disputed)[:SHOWN]
        uncovered: list[str] = []
        if decision.verdict == "answered":
            yield from self._write(reply, Brief(text, shown, reply.language, asked.history))
            if not reply.cited:
                decision = Decision("handoff", "thin")
            else:
                if _undecided(evidence):
                    uncovered.append(say("disputed", reply.language))
                if resolution(self._said(shown, reply)) == "partial":
                    yield self._frame(reply, "person_step")
        handoff = None
        if decision.verdict == "handoff":
            handoff = yield from self._hand_over(reply, decision, asked.text, hits[0].ticket if hits else "")
        elif decision.verdict == "declined":
            yield self._frame(reply, "declined")
        elif decision.verdict == "clarify":
            options = "、".join(self._parts.gate.products[:4])
            yield self._ask(reply, say("clarify_product", reply.language, options=options))
        more = self._next(hits[1:6], reply, shown) if decision.verdict == "answered" else self.suggestions(3)
        yield self._close(reply, decision, shown, handoff, tuple(uncovered), more)

    def _refuse(self, text: str) -> None:
        if not re.search(r"\w", text):
            raise QuestionError("请输入您的问题（文字）。 Please type a question in words.")
        if len(text) > self._parts.longest:
            raise QuestionError(
                f"问题太长了（{len(text)} 字，最多 {self._parts.longest} 字），请只保留关键的描述和报错。"
                f" The question is too long; {self._parts.longest} characters are taken."
            )

    def _write(self, reply: _Reply, brief: Brief) -> Iterator[Sentence]:
        """The writer's sentences that hold; the fallback's when it fails or too little holds."""
        parts = self._parts
        usage = Usage()
        reply.ms["tokens_prompt"] = reply.ms["tokens_completion"] = 0
        try:
            yield from self._release(reply, brief, parts.writer.write(brief, usage))
            reply.prompt = parts.writer.prompt
        except WriterError as error:
            log.warning("writer %s failed: %s", parts.writer.engine, error)
        reply.ms["tokens_prompt"], reply.ms["tokens_completion"] = usage.prompt, usage.completion
        if not reply.cited and parts.fallback is not parts.writer:
            reply.notice = say("model_failed", reply.language)
            reply.engine = parts.fallback.engine
            yield from self._release(reply, brief, parts.fallback.write(brief, Usage()))

    def _release(self, reply: _Reply, brief: Brief, drafts: Iterator[Draft]) -> Iterator[Sentence]:
        rows = {row.n: row for row in brief.evidence}
        said: set[str] = {sentence.text for sentence in reply.sentences}
        for draft in drafts:
            why = grounding.reason(draft, rows, brief.question)
            if why is None and self._parts.redactor.clean(draft.text) != draft.text:
                why = "private value"
            if why is not None:
                log.info("sentence held back: %s", why)
                continue
            if draft.text in said or draft.kind in ("courtesy", "question"):
                continue
            if not reply.sentences and not brief.history:
                yield self._frame(reply, "greeting")
            said.add(draft.text)
            for number in draft.evidence:
                if number not in reply.cited:
                    reply.cited.append(number)
            marks = tuple(reply.cited.index(number) + 1 for number in draft.evidence)
            yield self._add(reply, Sentence(draft.text, draft.kind, marks))

    def _hand_over(
        self, reply: _Reply, decision: Decision, asked: str, ticket: str
    ) -> Iterator[Sentence]:
        lead = {"asked": "asked", "action": "handoff", "disputed": "disputed"}.get(decision.reason, "thin")
        yield self._frame(reply, lead)
        wanted = needs(self._parts.library.statements.get(ticket, ())) if decision.reason == "action" else ()
        if wanted:
            listed = "、".join(wanted)
            yield self._frame(reply, "needs", needs=listed)
        yield self._frame(reply, "how")
        return Handoff(say(lead, reply.language), wanted, asked[:200])

    def _frame(self, reply: _Reply, name: str, **values: str) -> Sentence:
        return self._add(reply, Sentence(say(name, reply.language, **values), "courtesy"))

    def _ask(self, reply: _Reply, text: str) -> Sentence:
        return self._add(reply, Sentence(text, "question"))

    def _add(self, reply: _Reply, sentence: Sentence) -> Sentence:
        reply.ms.setdefault("first_sentence", _since(reply.started))
        reply.sentences.append(sentence)
        return sentence

    def _said(self, shown: tuple[Evidence, ...], reply: _Reply) -> tuple[Statement, ...]:
        """Everything the agents said in the ticket that leads the reply."""
        lead = next(row for row in shown if row.n == reply.cited[0])
        return tuple(self._parts.library.statements.get(lead.ticket.id, ()))

    def _next(self, hits: Any, reply: _Reply, shown: tuple[Evidence, ...]) -> tuple[str, ...]:
        cited = {row.ticket.id for row in shown if row.n in reply.cited}
        near = [self._parts.library.tickets[hit.ticket] for hit in hits if hit.ticket not in cited]
        return suggestions(self._parts.library, 3, None, near)

    def _close(
        self,
        reply: _Reply,
        decision: Decision,
        shown: tuple[Evidence, ...],
        handoff: Handoff | None,
        uncovered: tuple[str, ...],
        more: tuple[str, ...],
    ) -> Answer:
        rows = {row.n: row for row in shown}
        tokens = {
            "prompt": int(reply.ms.pop("tokens_prompt", 0)),
            "completion": int(reply.ms.pop("tokens_completion", 0)),
        }
        reply.ms["total"] = _since(reply.started)
        return Answer(
            id=reply.id,
            verdict=decision.verdict,
            text="\n".join(sentence.text for sentence in reply.sentences),
            sentences=tuple(reply.sentences),
            citations=tuple(citation(place, rows[n]) for place, n in enumerate(reply.cited, start=1)),
            uncovered=uncovered,
            handoff=handoff,
            suggestions=more,
            engine=reply.engine,
            prompt=reply.prompt,
            index=self.build,
            tokens=tokens,
            ms=reply.ms,
            notice=reply.notice,
        )

    def knowledge(self) -> Mapping[str, Any]:
        """Counts of the build, for the page about knowledge."""
        return {"build": self.build, **self._parts.report}

    def draft(self, text: str) -> Answer:
        """A reply draft for an agent from a whole ticket's text, cut to what is asked."""
        return self.answer(question_of(text[: self._parts.longest * 20]))


def citation(place: int, row: Evidence) -> Citation:
    """Evidence as it is cited, under its number in the reply."""
    ticket = row.ticket
    category = "｜".join(part for part in (ticket.product, ticket.topic) if part)
    return Citation(place, ticket.id, ticket.title, row.statement.quote, row.statement.agree, ticket.source, category)


def _undecided(evidence: list[Evidence]) -> bool:
    """A disputed statement among the first few: the question touched a point that tickets disagree on."""
    return any(row.statement.disputed for row in evidence[:3])


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
