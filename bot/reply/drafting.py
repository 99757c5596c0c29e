"""A pasted ticket becomes a draft for an agent: the letter, and beside it what the agent should know and do first.

An agent is shown what is near where a customer would be handed over, for a person looks at it before it leaves.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.errors import QuestionError
from bot.proposal import Proposal
from bot.records import Answer, Evidence, Hit, Language, Question, Sentence
from bot.reply import doubts, duties, needed, precedents
from bot.reply.composition import Composition
from bot.reply.evidence import weigh
from bot.reply.finding import FOUND, Finder, Found
from bot.reply.followup import Asked
from bot.reply.frames import language_of
from bot.reply.gate import SURE, Decision
from bot.reply.intent import asks_time, tells_time
from bot.reply.mail import CITED, letter, render
from bot.reply.parts import Parts
from bot.reply.pasted import MOST, Pasted, read
from bot.reply.subjects import apart
from bot.search.terms import in_traditional, simplified, traditional
from bot.tickets.privacy.placeholders import ANY_MASK

# Log-odds from which evidence is shown to an agent though a customer would be handed over: where a person's work is
# asked for, and where nothing fits well. On d01-d30 (tests/drafts) -2 to -4.5 for the second make no difference.
ACTED, THIN = -4.0, -2.0
_AGREED = 0.1  # what the most similar ticket's statements gain: on d01-d30 none does the same, .2 loses a fact
_TIMELY = 0.2  # what a statement with a time gains where one is asked for
NEAR = 3  # statements of tickets that are only near: more is work to delete
_LINKS = re.compile(r"URL|链接", re.I)
# What was true on one day, or is little but another customer's values.
_PASSING = re.compile(r"现在|今天|节假日|节后|刚刚?(?!好)|目前|正在|这个订单|记录值|(?:〈[^〉]+〉[^\u3400-\u9fff]*){2}")
# From where on a sentence tells what an agent saw of another customer.
_SEEN = re.compile(r"(?<=\w{4})[，,；;]\s*(?:我们?|这边)?看到?了?(?:您|你)(?:们|的).*", re.S)


@dataclass(frozen=True, slots=True)
class Line:
    """The assistant's own line: `private` takes values out of a question, `told` writes and yields the Answer last."""

    private: Callable[[Question], Question]
    told: Callable[[Composition, Question, Asked, Found, Sequence[Evidence], float], Iterator[Sentence | Answer]]


class Drafter:
    """Over the same parts as the assistant."""

    def __init__(self, parts: Parts, finder: Finder, line: Line) -> None:
        self._parts, self._finder, self._line = parts, finder, line

    def propose(self, text: str, only: Sequence[str] = (), language: Language | None = None) -> Proposal:
        """Raises QuestionError for a text without anything in it, and for chosen evidence that nobody knows."""
        pasted = read(text)
        if pasted.wordless and not pasted.images:
            raise QuestionError("工单是空的，请粘贴工单内容。 The ticket is empty; paste its text.")
        lang = language or language_of(f"{pasted.title}\n{pasted.customer}")
        if pasted.wordless:
            return self._pictures(pasted, lang)
        deadline = time.monotonic() + self._parts.timeout
        given = self._line.private(pasted.question)
        reply = Composition(given, lang, self._parts.writer.engine)
        plain = housed(given.text)
        asked = self._parts.rewriter.rewrite(replace(given, text=plain), deadline)
        found = self._finder.find(asked)
        hits = _similar(self._parts.retriever, asked.text) or found.hits
        reply.lap("search", found.took)
        reply.lap("retrieve")
        act = duties.acts(plain)
        found = self._chosen(asked, found, only) if only else replace(found, decision=self._decided(found, act))
        ours = found.decision.verdict != "declined"
        voters = precedents.heard(plain, hits, self._parts.library) if ours else []
        shown = [row for row in found.evidence if not row.statement.disputed]
        if not only:
            shown = for_agent(plain, shown, hits)
        if found.decision.reason == "near":  # of tickets that are only near, a little of the most similar cases
            shown = [row for row in shown if row.ticket.id in {ticket.id for ticket, _ in voters}][:NEAR]
        if not shown and found.decision.verdict == "answered":
            found = replace(found, decision=Decision("handoff", "thin"))
        answer = self._answer(reply, given, asked, found, shown, deadline)
        cited = [reply.evidence[n] for n in reply.cited]
        first = duties.steps(plain, act, voters, self._parts.library) if ours else ()
        held = needed.given(pasted.whole, self._parts.redactor.values(pasted.whole), pasted.images)
        wanted = duties.wanted(plain, first, voters, self._parts.library)
        ask = needed.missing(plain, wanted, held, [need for service in first for need in service.takes])
        looked = [self._parts.library.tickets[hit.ticket] for hit in hits if ours]
        product, topic = precedents.voted(plain, voters if cited or first else (), looked)
        odds = self._parts.gate.odds(found.signals)[1] if found.signals.sound else 0.0
        today = date.fromisoformat(self._parts.today())
        disputed = bool(doubts.contradicted(plain, found.evidence))
        sure, why = doubts.confidence(found.decision, odds, cited, disputed, today, bool(only))
        near = found.decision.reason == "near"
        lines = letter([row for row in answer.sentences if row.kind in CITED], ask, lang, near, bool(first))
        if in_traditional(given.text):
            lines = tuple(replace(line, text=traditional(line.text)) for line in lines)
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
                *doubts.warnings(cited, found.evidence, plain, today),
                *(("uncovered", f"没有可靠的说明，需要客服补充：{part[:60]}") for part in found.uncovered),
                *_cut(pasted),
            ),
            similar=precedents.similar(hits, found.evidence, self._parts.library) if ours else (),
            evidence=tuple(row.statement.id for row in cited),
        )

    def product(self, text: str) -> str:
        """What a text seems to be about, "" where no past ticket carries it."""
        plain = housed(self._line.private(Question(text[:MOST])).text)
        hits = _similar(self._parts.retriever, plain)
        library = self._parts.library
        looked = [library.tickets[hit.ticket] for hit in hits]
        return precedents.voted(plain, precedents.heard(plain, hits, library), looked)[0]

    def _answer(
        self, reply: Composition, given: Question, asked: Asked, found: Found, shown: list[Evidence], deadline: float
    ) -> Answer:
        *_, last = self._line.told(reply, given, asked, found, shown, deadline)
        assert isinstance(last, Answer)
        return last

    def _decided(self, found: Found, act: bool) -> Decision:
        """The gate's decision, with what is near instead of a hand-over or a question back."""
        decision = found.decision
        if decision.verdict == "declined" or decision.reason == "courtesy" or not found.signals.sound:
            return decision
        answered = self._parts.gate.odds(found.signals)[1]
        if decision.verdict == "answered":
            return decision if answered >= doubts.LEAST else Decision("answered", "near")
        if answered >= SURE and not found.signals["apart"]:
            return Decision("answered", "evidence")
        return Decision("answered", "near") if answered >= (ACTED if act else THIN) else decision

    def _chosen(self, asked: Asked, found: Found, only: Sequence[str]) -> Found:
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
        return replace(found, hits=hits, evidence=numbered, decision=decision, uncovered=())

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


def housed(text: str) -> str:
    """A question in the house's script and words."""
    return simplified(text).replace("网域", "域名").replace("凭证", "证书") if in_traditional(text) else text


def for_agent(question: str, evidence: Sequence[Evidence], hits: Sequence[Hit]) -> list[Evidence]:
    """The evidence as an agent is shown it: what the most similar tickets say gains, and what was true of one
    customer on one day goes where there is anything else."""
    best = hits[0].score if hits else 0.0
    agreed = {hit.ticket: hit.score / best for hit in hits if best > 0}
    when = asks_time(question)

    def weight(row: Evidence) -> float:
        timely = _TIMELY * (when and tells_time(row.statement.text))
        return row.score + timely + _AGREED * max(agreed.get(row.ticket.id, 0.0), 0.0)

    rows = [replace(row, score=weight(row)) for row in evidence]
    rows.sort(key=lambda row: -row.score)
    first = rows[0].ticket.id if rows and hits and rows[0].ticket.id == hits[0].ticket else ""
    told = [row for row in rows if row.ticket.id == first or not apart(question, row)] or rows
    lasting = [
        row for row in told if row.statement.kind != "specific" or not _PASSING.search(row.statement.text)
    ] or told
    # A sentence that needs a link which the source has lost is no answer where there is another.
    whole = [row for row in lasting if not _LINKS.search("".join(ANY_MASK.findall(row.statement.text)))] or lasting
    return [replace(row, statement=replace(row.statement, text=_SEEN.sub("", row.statement.text))) for row in whole]


def _cut(pasted: Pasted) -> Iterator[tuple[str, str]]:
    if pasted.cut:
        yield "cut", f"工单太长，中间 {pasted.cut} 个字没有读，只看了开头和结尾。"


def _similar(retriever: object, text: str) -> list[Hit]:
    """The cases most like this one, where the retriever can tell."""
    find: Callable[[str, int], list[Hit]] | None = getattr(retriever, "similar", None)
    return find(text, FOUND) if find else []
