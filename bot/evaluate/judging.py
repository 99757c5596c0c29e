"""What a reply is worth for its case: one row, from which all figures are made. Knows nothing of averages or pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.evaluate import citing
from bot.evaluate.questions import Case, Kind
from bot.evaluate.run import Reply
from bot.records import Answer, Citation, Ticket

DEEP = 10  # tickets of a ranking that are judged


@dataclass(frozen=True, slots=True)
class Shown:
    """A quote that stood behind a reply."""

    n: int
    ticket: str
    quote: str


@dataclass(frozen=True, slots=True)
class Row:
    """One reply, judged. None where the case does not ask for it, or where there was no answer.

    verdict: the answer's, or "failed" (`error` says why). right_first: the first citation is a right ticket. vital,
    every: share of the nuggets held. cited: share of the factual sentences with a citation. precision, recall,
    grounded: see citing.py. forbidden: the patterns found in what the customer would see. gold: the right tickets' ids.
    ms: milliseconds from the question to each stage's end. odds: the gate's log-odds that evidence answers.
    """

    id: str
    kind: Kind
    question: str
    verdict: str
    source: str = ""
    tags: tuple[str, ...] = ()
    product: str = ""
    gold: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()
    right_first: bool | None = None
    vital: float | None = None
    every: float | None = None
    cited: float | None = None
    precision: float | None = None
    recall: float | None = None
    grounded: float | None = None
    missed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    total_ms: float = 0.0
    ms: Mapping[str, float] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    odds: float | None = None
    text: str = ""
    quotes: tuple[Shown, ...] = ()
    engine: str = ""
    prompt: str | None = None
    index: str = ""
    fault: str = ""
    error: str = ""


def judge(case: Case, reply: Reply, gold: Sequence[str] = (), product: str = "") -> Row:
    """What a reply is worth for a case whose right tickets have these ids. No answer is a wrong one wherever the case
    asks for something."""
    answer = reply.answer
    common = {
        "id": case.question.id,
        "kind": case.kind,
        "question": case.question.text,
        "source": case.source,
        "tags": case.tags,
        "product": product,
        "gold": tuple(gold),
        "ranked": reply.ranked[:DEEP],
        "total_ms": reply.total_ms,
    }
    if answer is None:
        return Row(
            **common,  # type: ignore[arg-type]
            verdict="failed",
            right_first=False if case.tickets else None,
            vital=0.0 if any(nugget.vital for nugget in case.nuggets) else None,
            every=0.0 if case.nuggets else None,
            missed=tuple(nugget.fact for nugget in case.nuggets),
            error=reply.error,
        )
    held = {nugget.fact: bool(nugget.pattern.search(answer.text)) for nugget in case.nuggets}
    facts = [sentence for sentence in answer.sentences if sentence.kind in citing.FACTUAL]
    supported = citing.supported(answer)
    return Row(
        **common,  # type: ignore[arg-type]
        verdict=answer.verdict,
        right_first=_right_first(case, answer) if case.tickets else None,
        vital=citing.share([held[nugget.fact] for nugget in case.nuggets if nugget.vital]),
        every=citing.share(list(held.values())),
        cited=citing.share([bool(sentence.citations) for sentence in facts]),
        precision=citing.precision(answer, lambda row: is_right(case, row)) if case.tickets else None,
        recall=citing.recall(answer, [nugget.pattern for nugget in case.nuggets]),
        grounded=citing.share(list(supported.values())),
        missed=tuple(fact for fact, found in held.items() if not found),
        forbidden=tuple(pattern.pattern for pattern in case.forbid if pattern.search(_shown(answer))),
        unsupported=tuple(text for text, good in supported.items() if not good),
        ms=answer.ms,
        tokens=answer.tokens,
        odds=reply.odds if reply.odds > -1e300 else None,
        text=answer.text,
        quotes=tuple(Shown(row.n, row.ticket, row.quote) for row in answer.citations),
        engine=answer.engine,
        prompt=answer.prompt,
        index=answer.index,
        fault=answer.fault,
    )


def gold(case: Case, tickets: Mapping[str, Ticket]) -> tuple[str, ...]:
    """The ids of a case's right tickets; a place in a file stands for every ticket at that place."""
    places = {item for item in case.tickets if isinstance(item, int)}
    at = [ticket.id for ticket in tickets.values() if ticket.source.ordinal in places] if places else []
    return tuple(dict.fromkeys([*(item for item in case.tickets if isinstance(item, str)), *at]))


def missing(case: Case, tickets: Mapping[str, Ticket]) -> list[str | int]:
    """What a case names as right and is no ticket of these, by id or by place."""
    places = {ticket.source.ordinal for ticket in tickets.values()} if any(map(_place, case.tickets)) else set()
    return [item for item in case.tickets if item not in (places if _place(item) else tickets)]


def _place(item: str | int) -> bool:
    return isinstance(item, int)


def is_right(case: Case, citation: Citation) -> bool:
    return citation.ticket in case.tickets or citation.source.ordinal in case.tickets


def _right_first(case: Case, answer: Answer) -> bool:
    """The first sentence with citations decides; without marks, the first citation listed."""
    by_number = {citation.n: citation for citation in answer.citations}
    for sentence in answer.sentences:
        if sentence.citations:
            first = by_number.get(sentence.citations[0])
            return first is not None and is_right(case, first)
    return bool(answer.citations) and is_right(case, answer.citations[0])


def _shown(answer: Answer) -> str:
    """What a customer sees of an answer, `uncovered` left out: it repeats the customer's own words."""
    quotes = [part for citation in answer.citations for part in (citation.title, citation.quote)]
    needs = answer.handoff.needs if answer.handoff else ()
    return "\n".join([answer.text, *quotes, *answer.suggestions, *needs])
