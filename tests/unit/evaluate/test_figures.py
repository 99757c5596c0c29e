"""What replies are worth: citations, rankings, slices, differences, reports, exports, and a model's opinion."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.errors import WriterError
from bot.evaluate import citing, compare, exports, judge, metrics, ranking, report
from bot.evaluate.judging import Row, Shown, gold
from bot.evaluate.lines import LineError
from bot.evaluate.questions import Case
from bot.records import Answer, Citation, Question, Sentence, Source, Ticket
from bot.reply.prompts import Prompt


def answer(*sentences: tuple[str, str, tuple[int, ...]], quotes: dict[int, str]) -> Answer:
    cited = tuple(Citation(n, f"t{n}", "", quote, 1, Source("f.md", n, 1)) for n, quote in quotes.items())
    said = tuple(Sentence(text, kind, marks) for text, kind, marks in sentences)  # type: ignore[arg-type]
    return Answer("", "answered", "\n".join(text for text, _, _ in sentences), said, cited)


def test_citations_are_judged_by_the_tickets_and_facts_of_the_set() -> None:
    said = answer(
        ("您好！", "courtesy", ()),
        ("托盘每月12元。", "knowledge", (1, 2)),
        ("租期一年。", "knowledge", (2,)),
        quotes={1: "托盘按月计租，每月12元", 2: "别的话"},
    )
    assert citing.precision(said, lambda row: row.ticket == "t1") == pytest.approx(1 / 3)
    facts = [re.compile("12元"), re.compile("一年"), re.compile("从不说")]
    assert citing.recall(said, facts) == 0.5
    assert citing.recall(said, facts[2:]) is None
    assert citing.precision(answer(quotes={}), lambda row: True) is None
    assert citing.supported(said) == {"托盘每月12元。": True, "租期一年。": False}


@pytest.mark.parametrize(
    ("text", "quote", "holds"),
    [
        ("每月12元。", "每月12元", True),
        ("每月13元。", "每月12元", False),
        ("每月2元。", "每月12元", False),
        ("1. 打开 https://a.example/x 页", "打开https://a.example/x2.再按保存", True),
        ("打开 https://a.example/y 页", "打开 https://a.example/x 页", False),
        ("托盤每月12元", "托盘每月12元", True),
        ("用 scanner 扫", "用 printer 打", False),
        ("仓库永久免费开放给所有人", "仓库收费", False),
    ],
)
def test_what_stands_in_a_quote(text: str, quote: str, holds: bool) -> None:
    assert citing.stands(text, quote) is holds


def test_a_precedent_is_judged_behind_its_frame() -> None:
    said = answer(("类似工单中，客服的说明是：等待签发即可。", "precedent", (1,)), quotes={1: "等待签发即可"})
    assert list(citing.supported(said).values()) == [True]


def row(id: str, **more: Any) -> Row:
    return Row(id, more.pop("kind", "answerable"), "怎么租？", more.pop("verdict", "answered"), "s.jsonl", **more)


def test_rankings_are_measured_by_the_field_s_tool() -> None:
    rows = [
        row("a", gold=("t2", "t3"), ranked=("t1", "t2")),
        row("b", gold=("t1",), ranked=("t1",)),
        row("c", gold=("t9",), ranked=()),
        row("d"),
    ]
    found = ranking.values(rows)
    assert found["MRR@10"] == [0.5, 1.0, 0.0, None]
    assert found["Hit@1"] == [0.0, 1.0, 0.0, None] and found["Hit@5"] == [1.0, 1.0, 0.0, None]
    assert found["nDCG@10"][0] == pytest.approx(0.387, abs=0.001)
    assert ranking.values([row("d")])["MRR@10"] == [None]


def test_gold_is_found_by_id_and_by_place() -> None:
    tickets = {f"t{n}": Ticket(f"t{n}", "", "", (), source=Source("f.md", n, 1)) for n in (1, 2)}
    assert gold(Case(Question(""), "answerable", ("t2", 1)), tickets) == ("t2", "t1")


def test_slices_are_by_kind_product_source_and_tag() -> None:
    rows = [row("a", vital=1.0, product="CDN", tags=("english",)), row("b", vital=0.0), row("c", kind="oos")]
    parts = {(part.by, part.name): part for part in metrics.summarise(rows).slices}
    assert set(parts) == {("kind", "answerable"), ("kind", "oos"), ("product", "CDN"), ("tag", "english")}
    means = {item.name: item.mean for item in parts["kind", "answerable"].figures}
    assert means["vital facts held"] == 0.5 and parts["tag", "english"].n == 1


def test_tokens_become_cost_where_prices_are_set() -> None:
    rows = [row("a", tokens={"prompt": 1000, "completion": 100}), row("b", tokens={"prompt": 1000, "completion": 0})]
    assert "cost" not in metrics.summarise(rows).spent
    assert metrics.summarise(rows, prices=(1.0, 10.0)).spent["cost per question"] == pytest.approx(0.0015)


def test_a_difference_is_better_worse_or_noise() -> None:
    before = [row(str(n), vital=0.0, right_first=True) for n in range(40)]
    after = [row(str(n), vital=1.0, right_first=n > 0, verdict="handoff" if n < 20 else "answered") for n in range(40)]
    found = compare.compare([*before, row("gone")], after)
    says = {item.name: item.says for item in found.differences}
    assert says["vital facts held"] == "better" and says["right ticket cited first"] == "noise"
    assert says["false refusals"] == "worse" and says["verdict right"] == "worse"
    assert found.n == 40 and found.alone == (1, 0) and len(found.flips) == 40
    assert found.flips[0].before == "answered, vital facts missing"
    with pytest.raises(LineError, match="share no case"):
        compare.compare([row("a")], [row("b")])


def test_a_report_tells_what_changed_since_the_last_one(tmp_path: Path) -> None:
    first = metrics.summarise([row("a", vital=0.0, quotes=(Shown(1, "t1", "<u>原话</u>"),), unsupported=("编的",))])
    assert report.last(first, tmp_path) is None
    report.write(first, tmp_path, "s.jsonl", "python -m bot evaluate s.jsonl")
    second = metrics.summarise([row("a", vital=1.0)])
    change = report.last(second, tmp_path)
    assert change is not None and len(change.flips) == 1
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The worst replies" in page and "&lt;u&gt;原话" in page and "not in what it cites: 编的" in page
    assert "python -m bot evaluate s.jsonl" in page and "viewport" in page
    report.write(second, tmp_path, "s.jsonl", "", change)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Change since the last run" in page and "The worst replies" not in page
    assert compare.load(tmp_path) == second.rows
    (tmp_path / "report.json").write_text('{"rows": [{"id": 1}]}')
    with pytest.raises(LineError, match="no report that this version"):
        compare.load(tmp_path)


def test_exports_are_read_by_others(tmp_path: Path) -> None:
    import ir_measures

    rows = [
        row("a b", gold=("t2",), ranked=("t1", "t2"), vital=0.0, missed=("租金",), text="<x>\x00", verdict="handoff"),
        row("c", forbidden=("x",)),
        row("d", verdict="failed", error="gone"),
        row("e"),
    ]
    exports.write(rows, {("s.jsonl", "a b"): ["租金", "租期"]}, tmp_path)
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels.trec")))
    run = list(ir_measures.read_trec_run(str(tmp_path / "run.trec")))
    assert ir_measures.calc_aggregate([ir_measures.RR @ 10], qrels, run) == {ir_measures.RR @ 10: 0.5}
    assert qrels[0].query_id == "s:a_b"
    suite = ElementTree.fromstring((tmp_path / "junit.xml").read_text(encoding="utf-8"))
    assert suite.attrib["tests"] == "4" and suite.attrib["failures"] == "2" and suite.attrib["errors"] == "1"
    assert suite[0][0].attrib["message"] == "the verdict is handoff; it lacks 租金"
    first = json.loads((tmp_path / "ragas.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["reference"] == "租金；租期" and first["retrieved_context_ids"] == ["t1", "t2"]


@pytest.mark.slow
def test_deepeval_loads_the_dataset(tmp_path: Path) -> None:
    exports.write(
        [row("a", text="每月12元。", quotes=(Shown(1, "t1", "每月12元"),))], {("s.jsonl", "a"): ["租金"]}, tmp_path
    )
    load = (
        "import sys; from deepeval.dataset import EvaluationDataset; found = EvaluationDataset();"
        "found.add_goldens_from_jsonl_file(sys.argv[1], 'user_input', 'response', 'reference',"
        " retrieval_context_key_name='retrieved_contexts'); one = found.goldens[0];"
        "print(one.input, one.actual_output, one.expected_output, one.retrieval_context)"
    )
    environment = {**os.environ, "DEEPEVAL_TELEMETRY_OPT_OUT": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", load, str(tmp_path / "ragas.jsonl")],
        cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout == "怎么租？ 每月12元。 租金 ['每月12元']\n", done.stderr


def test_a_judge_is_parsed_strictly_and_compared_with_the_letters() -> None:
    assert judge.parse("1 是\n2. 否。\n3 也许\n4是\n5 是的\n7 是\n2 是", 5) == {1: True, 4: True}
    said: list[str] = []

    def ask(prompt: str) -> str:
        said.append(prompt)
        if len(said) == 3:
            raise WriterError("away", "timeout")
        return "1 是\n2 否"

    items = [("一", "原话一", True), ("二", "原话二", False), ("三", "原话三", True)]
    figures, notes = judge.opinions([items, [], items, items], ask, Prompt.load("judge"))
    assert [(item.name, item.mean, item.n) for item in figures] == [("grounded, says the judge", 0.5, 4)]
    assert (
        "原话二" in said[0] and "no opinion of 5 sentences; 1 requests failed" in notes[0] and "kappa 1.00" in notes[1]
    )
    assert judge.kappa([(True, True)]) == 1 and judge.kappa([(True, False), (False, True)]) == -1
    reply = answer(("托盘12元", "knowledge", (1,)), ("您好", "courtesy", ()), quotes={1: "托盘12元"})
    assert judge.items(reply, row("a")) == [("托盘12元", "托盘12元", True)] and judge.items(None, row("a")) == []
