"""A pasted ticket becomes a draft for an agent: the letter, and beside it what the agent should know and do first.

An agent is shown what is near where a customer would be handed over, for a person looks at it before it leaves.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.errors import QuestionError
from bot.proposal import Proposal
from bot.records import Answer, Evidence, Hit, Language, Question, Sentence
from bot.reply import doubts, needed, precedents
from bot.reply.composition import Composition
from bot.reply.evidence import weigh
from bot.reply.finding import FOUND, Finder, Found
from bot.reply.followup import Asked
from bot.reply.frames import language_of
from bot.reply.gate import SURE, Decision
from bot.reply.mail import CITED, letter, render
from bot.reply.parts import Parts
from bot.reply.pasted import Pasted, read
from bot.reply.services import SERVICES, Service, services
from bot.reply.wishes import wants_action, wants_person
from bot.search.terms import simplified
from bot.tickets.resolution import needs, resolution

# Log-odds from which evidence is shown to an agent though a customer would be handed over: where a person's work is
# asked for, and where nothing fits well. Of d01-d30 (tests/drafts) lower ones showed tickets on other matters.
ACTED, THIN = -4.0, -2.0
ASKED_OF = 3  # similar tickets whose requests are made again
_PARTICULAR = 7  # services that are named by what is wanted; those behind them by the thing alone
# A wish that support act, as tickets put it to people.
_WISH = re.compile(
    r"(?:烦请|麻烦|请|求|劳烦)[^，。！？\n]{0,12}(?:后台|人工|处理|看下|看一下|核实|查)|(?:能不能|能否|可否|可不可以)[^，。！？\n]{0,12}"
    r"(?:转到|转给|转回|退|恢复|解|重新跑|作废)|[要想给]退(?!役|休)|退[掉款]|赶紧|"
    r"\b(?:please|can you|could you) (?:\w+ ){0,3}"
    r"(?:refund|restore|unfreeze|unblock|check|reset|cancel|release|move|transfer|reissue|re-run|rerun)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Line:
    """The assistant's own line: `private` takes values out of a question, `told` writes and yields the Answer last."""

    private: Callable[[Question], Question]
    told: Callable[[Composition, Question, Asked, Found, Decision, float], Iterator[Sentence | Answer]]


class Drafter:
    """Over the same parts as the assistant. `today` tells which tickets are old."""

    def __init__(self, parts: Parts, finder: Finder, line: Line, today: Callable[[], date] = date.today) -> None:
        self._parts, self._finder, self._line, self._today = parts, finder, line, today
        self._products = precedents.products(parts.library.tickets)

    def propose(self, text: str, only: Sequence[str] = (), language: Language | None = None) -> Proposal:
        """Raises QuestionError for a text without anything in it, and for chosen evidence that nobody knows."""
        pasted = read(text)
        if pasted.wordless and not pasted.images:
            raise QuestionError("工单是空的，请粘贴工单内容。 The ticket is empty; paste its text.")
        lang = language or language_of(f"{pasted.title}\n{pasted.whole}")
        if pasted.wordless:
            return self._pictures(pasted, lang)
        deadline = time.monotonic() + self._parts.timeout
        given = self._line.private(pasted.question)
        reply = Composition(given, lang, self._parts.writer.engine)
        asked = self._parts.rewriter.rewrite(given, deadline)
        found = self._finder.find(asked)
        reply.lap("retrieve")
        plain = simplified(given.text)
        hits = _similar(self._parts.retriever, asked.text) or found.hits
        act = wants_action(plain) or wants_person(plain) or bool(_WISH.search(plain))
        decision = self._decided(found, act)
        if only:
            found, decision = self._chosen(asked, found, only)
        answer = self._answer(reply, given, asked, found, decision, deadline)
        cited = [reply.evidence[n] for n in reply.cited]
        voters = precedents.heard(plain, hits, self._parts.library) if self._ours(found, act, bool(cited)) else []
        first = self._first(plain, act, voters)
        ask = self._ask(pasted, plain, voters, first) if cited or first else ()
        product, topic = precedents.voted(plain, voters, self._products)
        disputed = doubts.contradicted(found.evidence, plain)
        odds = self._parts.gate.odds(found.signals)[1] if found.signals.sound else 0.0
        sure, why = doubts.confidence(decision, odds, cited, bool(disputed), self._today(), bool(only))
        lines = letter(
            [row for row in answer.sentences if row.kind in CITED], ask, lang, decision.reason == "near", bool(first)
        )
        return Proposal(
            answer=answer,
            text=render(lines),
            lines=lines,
            language=lang,
            confidence=sure,
            reason=why,
            first=tuple(f"【请先执行：{service.names['zh']}】" for service in first),
            ask=ask,
            product=product,
            topic=topic,
            resolved=precedents.resolved(voters, self._parts.library),
            typical_time=precedents.typical(voters, self._parts.library),
            warnings=(
                *doubts.warnings(cited, found.evidence, plain, self._today()),
                *(("uncovered", f"没有可靠的说明，需要客服补充：{part[:60]}") for part in found.uncovered),
                *_cut(pasted),
            ),
            similar=precedents.alike(hits, found.evidence, self._parts.library) if voters else (),
            evidence=tuple(row.statement.id for row in cited),
        )

    def product(self, text: str) -> str:
        """What a text seems to be about, "" where no past ticket carries it."""
        plain = simplified(self._line.private(Question(text[:MOST])).text)
        hits = _similar(self._parts.retriever, plain)
        return precedents.voted(plain, precedents.heard(plain, hits, self._parts.library), self._products)[0]

    def _answer(
        self, reply: Composition, given: Question, asked: Asked, found: Found, decision: Decision, deadline: float
    ) -> Answer:
        *_, last = self._line.told(reply, given, asked, found, decision, deadline)
        assert isinstance(last, Answer)
        return last

    def _decided(self, found: Found, act: bool) -> Decision:
        """The gate's decision, with what is near instead of a hand-over or a question back."""
        decision = found.decision
        if decision.verdict in ("answered", "declined") or decision.reason == "courtesy" or not found.signals.sound:
            return decision
        answered = self._parts.gate.odds(found.signals)[1]
        if answered >= SURE and not found.signals["apart"]:
            return Decision("answered", "evidence")
        return Decision("answered", "near") if answered >= (ACTED if act else THIN) else decision

    def _ours(self, found: Found, act: bool, cited: bool) -> bool:
        """Whether past tickets may speak for a case: it is this desk's business, and not far from all of them."""
        return found.decision.verdict != "declined" and (cited or act)

    def _chosen(self, asked: Asked, found: Found, only: Sequence[str]) -> tuple[Found, Decision]:
        """The chosen evidence alone: whole tickets by what fits, statements each as it was chosen."""
        library = self._parts.library
        known = {row.id: ticket for ticket, rows in library.statements.items() for row in rows}
        tickets = {name for name in only if name in library.tickets}
        if not (named := [*tickets, *(known[name] for name in only if name in known)]):
            raise QuestionError("所选的工单或说明不在当前的知识里。 None of the chosen evidence is known.")
        scores = {hit.ticket: hit for hit in found.hits}
        hits = [scores.get(name, Hit(name, 0.0, 0.0, 0.0, 0.0)) for name in dict.fromkeys(named)]
        rows: list[Evidence] = []
        for start in range(0, len(hits), FOUND):
            some = hits[start : start + FOUND]
            rows += weigh(asked.text, some, library, self._parts.retriever, self._parts.match, self._parts.today())
        rows = [row for row in rows if row.statement.id in only or row.ticket.id in tickets]
        best = max((row.score for row in rows), default=0.0)
        rows = [replace(row, score=best) if row.statement.id in only else row for row in rows]
        numbered = [replace(row, n=n) for n, row in enumerate(sorted(rows, key=lambda row: -row.score), start=1)]
        decision = Decision("answered", "evidence") if numbered else Decision("handoff", "thin")
        return replace(found, hits=hits, evidence=numbered, decision=decision, uncovered=()), decision

    def _first(self, question: str, act: bool, voters: Sequence[tuple[Any, float]]) -> tuple[Service, ...]:
        """What only a person can do: as the customer asks for it, or as the most similar tickets were solved."""
        library = self._parts.library
        solved = bool(voters) and resolution(library.statements.get(voters[0][0].id, ())) == "action"
        if not act and not solved:
            return ()
        asked = list(services(question))
        particular = [service for service in asked if service in SERVICES[:_PARTICULAR]]
        if particular:
            return tuple(particular[:3])
        if not asked and (deeds := precedents.acted(voters, library)):
            asked = list(services(f"{voters[0][0].title} {deeds[0].text}"))
        return tuple(asked[:1])

    def _ask(
        self, pasted: Pasted, question: str, voters: Sequence[tuple[Any, float]], first: Sequence[Service]
    ) -> tuple[str, ...]:
        library = self._parts.library
        held = needed.given(pasted.whole, self._parts.redactor.values(pasted.whole), pasted.images)
        wanted = [need for ticket, _ in voters[:ASKED_OF] for need in needs(library.statements.get(ticket.id, ()))]
        return needed.missing(question, wanted, held, [need for service in first for need in service.takes])

    def _pictures(self, pasted: Pasted, lang: Language) -> Proposal:
        """A ticket of nothing but pictures: its customer is asked to say in words what they show."""
        ask = ("describe", "picture_text")
        lines = letter((), ask, lang)
        reply = Composition(Question("", id="draft"), lang, self._parts.writer.engine)
        told = "工单里只有图片，没有文字可以查找，请客户补充描述。"
        return Proposal(
            answer=reply.answer("clarify", None, (), self._parts.library.id),
            text=render(lines),
            lines=lines,
            language=lang,
            confidence="low",
            reason=told,
            ask=ask,
            warnings=(("images", told), *_cut(pasted)),
        )


def _cut(pasted: Pasted) -> Iterator[tuple[str, str]]:
    if pasted.cut:
        yield "cut", f"工单太长，中间 {pasted.cut} 个字没有读，只看了开头和结尾。"


def _similar(retriever: object, text: str) -> list[Hit]:
    """The cases most like this one, where the retriever can tell."""
    find: Callable[[str, int], list[Hit]] | None = getattr(retriever, "similar", None)
    return find(text, FOUND) if find else []
