"""The built-in writer: each thing once, a single case as a precedent, steps a list, the best first."""

from __future__ import annotations

import pytest

from bot.records import Evidence
from bot.reply.grounding import reason
from bot.reply.writers import Brief, Usage
from bot.reply.writers.extractive import SENTENCES, ExtractiveWriter, choose, closed, ordered
from tests.unit.reply.fakes import brief, evidence, statement, ticket


def written(given: Brief) -> list[str]:
    return [draft.text for draft in ExtractiveWriter().write(given, Usage())]


def test_it_needs_no_model() -> None:
    assert (ExtractiveWriter().engine, ExtractiveWriter().prompt) == ("extractive", None)
    assert written(Brief("x", ())) == []


def test_each_thing_is_said_once() -> None:
    assert written(
        brief("托盘按月计租，每个每月12元", "托盘按月计租，每个每月12元。", "托盘都按月计租，每个每月12元")
    ) == ["托盘按月计租，每个每月12元。"]


def test_a_few_sentences_are_enough() -> None:
    texts = ("托盘按月计租", "冷库零下二十度", "扫码枪重启即可", "车牌须先登记", "丢件按申报理赔", "门禁卡前台办理")
    assert 1 < len(written(brief(*texts))) <= SENTENCES


def test_what_is_far_behind_the_best_is_left_out() -> None:
    rows = (evidence("托盘按月计租", 1, 1.0), evidence("冷库零下二十度", 2, 0.05))
    assert [row.n for row in choose(rows)] == [1]


@pytest.mark.parametrize(("language", "lead"), [("zh", "类似工单中，客服"), ("en", "In a similar ticket, support ")])
@pytest.mark.parametrize("text", ["您的库门没有关严", "您的库门没有关严。", "按下面操作\n1. 关门\n2. 重启"])
def test_a_single_case_is_told_as_one(language: str, lead: str, text: str) -> None:
    row = evidence(text, kind="specific")
    (draft,) = ExtractiveWriter().write(Brief("库门", (row,), language), Usage())  # type: ignore[arg-type]
    assert draft.kind == "precedent" and draft.text.startswith(lead) and "。。" not in draft.text
    assert reason(draft, {1: row}, "库门") is None


def test_steps_stay_a_list() -> None:
    steps = "步骤如下\n1. 打开温控页\n2. 调温\n3. 保存"
    assert written(brief(steps)) == [steps]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("按月计租", "按月计租。"),
        ("按月计租。", "按月计租。"),
        ("真的吗？", "真的吗？"),
        ("入口：https://portal.qiniu.com/bill", "入口：https://portal.qiniu.com/bill"),
        ("打开 https://portal.qiniu.com/bill 后下载", "打开 https://portal.qiniu.com/bill 后下载。"),
    ],
)
def test_a_sentence_is_closed(text: str, whole: str) -> None:
    assert closed(text) == whole


def test_a_ticket_is_told_in_one_go_its_best_sentence_first() -> None:
    first, second, third = (statement(text, turn=turn) for text, turn in [("先登记", 1), ("再缴费", 2), ("后领卡", 3)])
    case = ticket("t1", "门禁卡", first, second, third)
    other = evidence("托盘按月计租", 3, 0.9, ticket="t9")
    rows = [Evidence(1, third, case, 1.0), Evidence(2, second, case, 0.95), other, Evidence(4, first, case, 0.8)]
    assert [row.statement.text for row in ordered(rows)] == ["后领卡", "先登记", "再缴费", "托盘按月计租"]
    assert ordered([]) == []
