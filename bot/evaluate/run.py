"""A question set put through an assistant: one judged row a case. Knows nothing of averages or pages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.errors import DeskError
from bot.evaluate.questions import Case, Kind
from bot.records import Answer, Citation, Question


class Assistant(Protocol):
    """Whatever answers a question."""

    def answer(self, question: Question) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One answer, judged. None where the case does not ask for it, or where there was no answer.

    verdict: the answer's, or "failed" (`error` says why). right_first: the first citation is a right
    ticket. vital, every: share of the nuggets held. cited: share of the factual sentences with a citation.
    forbidden: the patterns found in what the customer would see.
    """

    id: str
    kind: Kind
    question: str
    verdict: str
    right_first: bool | None = None
    vital: float | None = None
    every: float | None = None
    cited: float | None = None
    missed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    first_ms: float | None = None
    total_ms: float = 0.0
    text: str = ""
    engine: str = ""
    prompt: str | None = None
    index: str = ""
    error: str = ""


def run(
    cases: Sequence[Case], assistant: Assistant, advance: Callable[[int, int], None] = lambda done, total: None
) -> tuple[Row, ...]:
    """Asks every case in order; `advance` is told (done, total) after each. A failed answer is a row, not an end."""
    rows = []
    for case in cases:
        begin = time.perf_counter()
        try:
            answer = assistant.answer(case.question)
        except DeskError as error:
            row = _failed(case, str(error), (time.perf_counter() - begin) * 1000)
        else:
            row = judge(case, answer, (time.perf_counter() - begin) * 1000)
        rows.append(row)
        advance(len(rows), len(cases))
    return tuple(rows)


def judge(case: Case, answer: Answer, total_ms: float) -> Row:
    """What an answer is worth for a case."""
    held = {nugget.fact: bool(nugget.pattern.search(answer.text)) for nugget in case.nuggets}
    vital = [held[nugget.fact] for nugget in case.nuggets if nugget.vital]
    facts = [sentence for sentence in answer.sentences if sentence.kind in ("knowledge", "precedent")]
    return Row(
        id=case.question.id,
        kind=case.kind,
        question=case.question.text,
        verdict=answer.verdict,
        right_first=_right_first(case, answer) if case.tickets else None,
        vital=_share(vital),
        every=_share(list(held.values())),
        cited=_share([bool(sentence.citations) for sentence in facts]),
        missed=tuple(fact for fact, found in held.items() if not found),
        forbidden=tuple(_found(case.forbid, _shown(answer))),
        first_ms=answer.ms.get("first_sentence"),
        total_ms=total_ms,
        text=answer.text,
        engine=answer.engine,
        prompt=answer.prompt,
        index=answer.index,
    )


def _failed(case: Case, error: str, total_ms: float) -> Row:
    """No answer counts as a wrong one wherever the case asks for something."""
    return Row(
        id=case.question.id,
        kind=case.kind,
        question=case.question.text,
        verdict="failed",
        right_first=False if case.tickets else None,
        vital=0.0 if any(nugget.vital for nugget in case.nuggets) else None,
        every=0.0 if case.nuggets else None,
        missed=tuple(nugget.fact for nugget in case.nuggets),
        total_ms=total_ms,
        error=error,
    )


def _right_first(case: Case, answer: Answer) -> bool:
    """The first sentence with citations decides; without marks, the first citation listed."""
    by_number = {citation.n: citation for citation in answer.citations}
    for sentence in answer.sentences:
        if sentence.citations:
            first = by_number.get(sentence.citations[0])
            return first is not None and _is_right(case, first)
    return bool(answer.citations) and _is_right(case, answer.citations[0])


def _is_right(case: Case, citation: Citation) -> bool:
    return citation.ticket in case.tickets or citation.source.ordinal in case.tickets


def _shown(answer: Answer) -> str:
    """What a customer sees of an answer, `uncovered` left out: it repeats the customer's own words."""
    quotes = [part for citation in answer.citations for part in (citation.title, citation.quote)]
    needs = answer.handoff.needs if answer.handoff else ()
    return "\n".join([answer.text, *quotes, *answer.suggestions, *needs])


def _found(patterns: Sequence[re.Pattern[str]], text: str) -> list[str]:
    return [pattern.pattern for pattern in patterns if pattern.search(text)]


def _share(marks: Sequence[bool]) -> float | None:
    return sum(marks) / len(marks) if marks else None
