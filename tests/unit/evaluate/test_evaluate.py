from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.errors import DeskError
from bot.evaluate import metrics, report, sets
from bot.evaluate.judging import Row, judge
from bot.evaluate.lines import LineError
from bot.evaluate.questions import Case, Nugget
from bot.evaluate.run import Reply, replies
from bot.records import Answer, Citation, Handoff, Question, Sentence, Source
from bot.reply.finding import Measured

GOOD: dict[str, Any] = {"id": "a", "kind": "answerable", "question": "怎么删除?"}


def citation(n: int, ticket: str, ordinal: int, quote: str = "quote") -> Citation:
    return Citation(n, ticket, "title", quote, 1, Source("f.md", ordinal, 1))


def reply(text: str = "先清空，再删除。", *citations: Citation, **more: Any) -> Answer:
    marks = tuple(item.n for item in citations)
    return Answer("", more.pop("verdict", "answered"), text, (Sentence(text, "knowledge", marks),), citations, **more)


def case(kind: Any = "answerable", **more: Any) -> Case:
    return Case(Question("怎么删除?", id=more.pop("id", "a")), kind, **more)


def judged(one: Case, answer: Answer, total_ms: float = 1.0) -> Row:
    return judge(one, Reply(answer, total_ms=total_ms))


def nugget(pattern: str, vital: bool = True) -> Nugget:
    return Nugget(pattern, re.compile(pattern), vital)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kind": "easy"}, '"kind" is "easy", but must be one of answerable'),
        ({"kind": None}, '"kind" is missing'),
        ({"question": " "}, '"question" must be a text'),
        ({"tickets": "t1"}, '"tickets" must be a list'),
        ({"tickets": [0]}, '"tickets" takes ticket ids'),
        ({"tickets": [True]}, '"tickets" takes ticket ids'),
        ({"nuggets": ["x"]}, '"nuggets" takes'),
        ({"nuggets": [{"pattern": "x"}]}, '"fact" of a nugget is missing'),
        ({"nuggets": [{"fact": "x"}]}, '"pattern" must be a regular expression'),
        ({"nuggets": [{"fact": "x", "pattern": "("}]}, '"pattern" is no regular expression'),
        ({"nuggets": [{"fact": "x", "pattern": "x", "vital": "yes"}]}, '"vital" of a nugget'),
        ({"forbid": ["["]}, '"forbid" is no regular expression'),
        ({"tags": ["a", 1]}, '"tags" takes words'),
    ],
)
def test_a_bad_case_names_line_and_field(tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | {"id": "b"} | change), encoding="utf-8")
    with pytest.raises(LineError) as caught:
        sets.load([path])
    assert f"{path}, line 2: " in str(caught.value)
    assert complaint in str(caught.value)


def test_a_good_case_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    more = {"tickets": ["t1", 3], "nuggets": [{"fact": "f", "pattern": "p"}], "forbid": ["x+"]}
    path.write_text(json.dumps(GOOD | more), encoding="utf-8")
    (loaded,) = sets.load([path]).cases
    assert loaded.tickets == ("t1", 3)
    assert loaded.nuggets[0].vital
    assert loaded.forbid[0].search("axx")


@pytest.mark.parametrize(
    ("tickets", "citations", "right"),
    [
        (("t1",), (citation(1, "t1", 9), citation(2, "t2", 8)), True),
        ((9,), (citation(1, "t1", 9),), True),
        (("t2",), (citation(1, "t1", 9), citation(2, "t2", 8)), False),
        (("t1",), (), False),
        ((), (citation(1, "t1", 9),), None),
    ],
)
def test_the_first_citation_decides(
    tickets: tuple[str | int, ...], citations: tuple[Citation, ...], right: bool | None
) -> None:
    assert judged(case(tickets=tickets), reply("x", *citations)).right_first is right


def test_facts_are_counted() -> None:
    row = judged(case(nuggets=(nugget("清空"), nugget("恢复"), nugget("删除", vital=False))), reply())
    assert row.vital == 0.5
    assert row.every == pytest.approx(2 / 3)
    assert row.missed == ("恢复",)
    assert row.cited == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        reply("call 13800000000"),
        reply("x", citation(1, "t", 1, "call 13800000000")),
        reply("x", suggestions=("13800000000?",)),
        reply("x", verdict="handoff", handoff=Handoff("r", ("13800000000",), "s")),
    ],
)
def test_forbidden_content_is_found_wherever_it_is_shown(answer: Answer) -> None:
    row = judged(case("privacy", forbid=(re.compile(r"138\d{8}"), re.compile("absent"))), answer)
    assert row.forbidden == (r"138\d{8}",)


class Fake:
    """Answers right, and fails for the question with the id "bad"."""

    def answer(self, question: Question) -> Answer:
        if question.id == "bad":
            raise DeskError("The model is gone.")
        return reply("先清空<b>。", citation(1, "t1", 1), ms={"first_sentence": 5.0})

    def measured(self, question: Question) -> Measured:
        return Measured({}, (), 1.0, ("t1", "t2"))


def rows_of(cases: tuple[Case, ...], advance: Any = lambda done, total: None) -> list[Row]:
    made = replies([one.question for one in cases], Fake(), advance=advance)
    return [judge(one, found, ("t1",) if one.tickets else ()) for one, found in zip(cases, made, strict=True)]


def test_a_failure_is_a_wrong_row_and_not_the_end() -> None:
    cases = (case(id="bad", tickets=(1,), nuggets=(nugget("清空"),)), case(tickets=(1,), nuggets=(nugget("清空"),)))
    told: list[tuple[int, int]] = []
    rows = rows_of(cases, lambda done, total: told.append((done, total)))
    assert [row.verdict for row in rows] == ["failed", "answered"]
    assert told == [(1, 2), (2, 2)]
    means = {item.name: item.mean for item in metrics.summarise(rows).figures}
    assert means["right ticket cited first"] == means["vital facts held"] == means["failed"] == 0.5


def test_figures_are_the_same_each_time_and_enclose_the_mean() -> None:
    values = [1.0] * 7 + [0.0] * 3
    first = metrics.figure("x", values)
    assert first == metrics.figure("x", values)
    assert first is not None
    assert 0 <= first.low < first.mean == 0.7 < first.high <= 1
    assert metrics.figure("x", []) is None


def test_verdicts_are_counted_by_kind() -> None:
    rows = [judged(case("oos"), reply(verdict="declined"), 1.0), judged(case("oos"), reply(), 3.0)]
    result = metrics.summarise(rows)
    assert result.confusion == {"oos": {"declined": 1, "answered": 1}}
    assert result.latency["total_p50"] == 2.0
    assert {item.name: item.mean for item in result.figures}["verdict right: oos"] == 0.5


def test_the_page_is_escaped_and_asks_for_nothing(tmp_path: Path) -> None:
    rows = rows_of((case(id="<i>", tickets=("t1",)), case("oos", id="bad")))
    report.write(metrics.summarise(rows), tmp_path / "new" / "folder", "set.jsonl")
    page = (tmp_path / "new" / "folder" / "report.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "<i>" not in page
    assert not re.search(r"(?i)src=|href=|url\(|@import|<script|https?://", page)
    assert page.count("<svg") == 4  # headlines, the curve, the other figures, times
    data = json.loads((tmp_path / "new" / "folder" / "report.json").read_text(encoding="utf-8"))
    assert data["questions"] == "set.jsonl"
    assert [row["id"] for row in data["rows"]] == ["<i>", "bad"]
