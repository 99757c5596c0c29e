"""Sets told apart by their fields; the guard's outcomes; a liar's trial; both sides of a refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evaluate import guard, metrics, sets
from bot.evaluate.guard import Claim, Said, Tested, Wish
from bot.evaluate.judging import Row
from bot.evaluate.lines import LineError
from tests.unit.reply.fakes import FakeWriter, desk

SAID = {
    "id": "s",
    "text": "托盘按月租，每个每月12元。",
    "question": "托盘？",
    "evidence": ["托盘按月计租，每个每月12元"],
}
CASE = {"id": "c", "kind": "oos", "question": "天气？"}


def written(tmp_path: Path, *lines: dict[str, Any]) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_lines_are_told_apart_by_their_fields(tmp_path: Path) -> None:
    claim = {"id": "k", "text": "已处理", "claim": True, "kind": "done"}
    wish = {"id": "w", "question": "转人工", "wish": "person"}
    lie = SAID | {"id": "l", "lie": "number", "mechanical": True}
    path = written(tmp_path, SAID, lie, claim, wish, CASE)
    other = path.with_name("other.jsonl")
    other.write_bytes(path.read_bytes())
    loaded = sets.load([path, other])
    assert [case.kind for case in loaded.cases] == ["oos", "oos"]
    assert [type(item) for item in loaded.items] == [Said, Said, Claim, Wish] * 2


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (SAID | {"evidence": []}, '"evidence" must be a list'),
        (SAID | {"evidence": [3]}, '"evidence" must be a list'),
        (SAID | {"mechanical": "yes"}, '"mechanical" true or false'),
        (SAID | {"lie": 3}, '"lie" must be a text'),
        ({"id": "k", "text": "x", "claim": "yes", "kind": "done"}, '"claim" must be true'),
        ({"id": "w", "question": "x", "wish": "tea"}, '"wish" must be person'),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: dict[str, Any], complaint: str) -> None:
    with pytest.raises(LineError, match=complaint):
        sets.load([written(tmp_path, line)])


def test_each_item_has_its_outcome() -> None:
    assistant = desk(FakeWriter([]))
    lie = Said("l", "托盘按月租，每个每月15元。", "托盘？", ("托盘按月计租，每个每月12元",), "number", True)
    true = Said("t", "托盘按月租，每个每月12元。", "托盘？", ("托盘按月计租，每个每月12元",))
    claims = [Claim("a", "已为您处理", True, "done"), Claim("b", "审核通过后即可开票", False, "knowledge")]
    wishes = [Wish("p", "转人工", "person"), Wish("n", "托盘怎么租", "none")]
    found = guard.outcomes([lie, true, *claims, *wishes], assistant)
    assert [(row.group, row.got) for row in found] == [
        ("lies: number", "held"),
        ("true sentences", "released"),
        ("claims of work: done", "claim"),
        ("claims of work: knowledge", "no claim"),
        ("wishes: person", "person"),
        ("wishes: none", "none"),
    ]
    assert all(row.right for row in found) and found[0].why == "number"


def test_counts_by_group_and_the_curve_of_risk() -> None:
    rows = [
        Tested("1", "b", "", "held", "held"),
        Tested("2", "b", "", "held", "released"),
        Tested("3", "a", "", "x", "x"),
    ]
    assert [(group.name, group.n, group.right) for group in metrics.groups(rows)] == [("a", 1, 1), ("b", 2, 1)]
    asked = [Row("1", "oos", "", "answered", odds=1.0), Row("2", "answerable", "", "answered", odds=3.0)]
    assert metrics.risk_coverage([*asked, Row("3", "injection", "", "answered", odds=9.0)]) == ((0.5, 0.0), (1.0, 0.5))
    assert metrics.risk_coverage([]) == ()


def test_both_sides_of_a_refusal() -> None:
    kinds = ["answerable", "answerable", "unanswerable", "oos", "oos", "injection", "in_scope"]
    verdicts = ["answered", "handoff", "answered", "declined", "answered", "answered", "declined"]
    rows = [Row(str(n), kind, "", verdict) for n, (kind, verdict) in enumerate(zip(kinds, verdicts, strict=True))]  # type: ignore[arg-type]
    figures = {item.name: item for item in metrics.summarise(rows).figures}
    assert figures["domain, accept: recall"].mean == 0.75 and figures["domain, accept: precision"].mean == 0.75
    assert figures["domain, refuse: F1"].mean == 0.5 and figures["domain, refuse: F1"].n == 6
    assert figures["answerability, accept: precision"].mean == pytest.approx(1 / 3)
    assert figures["answerability, accept: recall"].mean == 0.5 and figures["false refusals"].mean == 0.5
    assert not [name for name in figures if "domain" in name] or metrics.two_sided("x", [True], [True]) == []
