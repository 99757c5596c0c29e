"""Answers that contradict each other are found, in one unit, and neither side is stated until one holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.records import Statement
from bot.tickets.conflicts import ALL, Conflict, conflicts, dispute
from bot.tickets.intake import Knowledge


def row(ticket: str, text: str, kind: str = "knowledge") -> Statement:
    return Statement(f"{ticket}/1", ticket, kind, text, text, 0)  # type: ignore[arg-type]


def values(found: list[Conflict]) -> list[list[str]]:
    return [[side.value for side in conflict.sides] for conflict in found]


@pytest.mark.parametrize(
    ("kind", "one", "other", "sides"),
    [
        ("duration", "免费证书有效期为90天，到期要重新申请", "免费证书有效期为一年，到期后续期", ["90天", "一年"]),
        ("duration", "免费证书的申请一般一小时内可以完成", "免费证书申请预计在2小时内完成", ["一小时", "2小时"]),
        ("money", "海外加速流量的单价是0.6元每GB", "海外加速流量的单价是0.8元每GB", ["0.6元", "0.8元"]),
        ("size", "控制台上传的单个文件最大支持500MB", "控制台上传的单个文件最大支持1GB", ["500MB", "1GB"]),
        ("count", "每个账号最多可以创建的空间是100个", "每个账号最多可以创建的空间是20个", ["100个", "20个"]),
        ("version", "从 7.14.0 版本开始支持断点续传", "从 7.13.2 版本开始支持断点续传", ["7.14.0", "7.13.2"]),
        ("polarity", "存储空间创建以后支持修改所在的区域", "存储空间创建以后不支持修改所在的区域", ["是", "否"]),
    ],
)
def test_another_value_about_the_same_thing_is_a_conflict(kind: str, one: str, other: str, sides: list[str]) -> None:
    found = conflicts([row("a", one), row("b", other)])
    assert values(found) == [sides] and found[0].kind == kind and not found[0].holds
    assert [side.tickets for side in found[0].sides] == [("a",), ("b",)]
    assert any(entry.disputed for entry in dispute([row("a", one)], found))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("免费证书有效期为三个月，到期要重新申请", "免费证书有效期为90天，到期要重新申请"),  # one value in two units
        ("免费证书有效期为90天", "付费证书有效期为一年"),  # about two things
        ("上传的单个文件最大500MB", "下载的单个文件最大1GB"),
        ("Android SDK 从 7.14.0 版本开始支持断点续传", "Java SDK 从 7.13.2 版本开始支持断点续传"),
        ("如果没有备案，免费证书有效期为90天", "如果是企业客户申请的，免费证书有效期为30天"),  # bound to a condition
        ("需要绑定域名", "不需要绑定域名"),  # too short to be about one thing
        ("每张工单提交3次就可以", "每张工单提交5张就可以"),
    ],
)
def test_what_is_no_conflict(one: str, other: str) -> None:
    assert conflicts([row("a", one), row("b", other)]) == []


def test_only_agents_knowledge_of_two_tickets_can_conflict() -> None:
    one, other = "免费证书有效期为90天", "免费证书有效期为一年"
    assert conflicts([row("a", one), row("a", other)]) == []
    assert conflicts([row("a", one), row("b", other, kind="specific")]) == []


def test_three_values_are_one_conflict_with_three_sides() -> None:
    found = conflicts(
        [row(name, f"免费证书有效期为{value}") for name, value in (("a", "90天"), ("b", "一年"), ("c", "60天"))]
    )
    assert values(found) == [["90天", "一年", "60天"]]


def test_with_dates_the_newer_word_holds() -> None:
    rows = [row("a", "免费证书有效期为一年"), row("b", "免费证书有效期为90天")]
    (found,) = conflicts(rows, {"a": "2021-03-01", "b": "2024-09-12"})
    assert found.why == "newer" and [side.value for side in found.sides if side.norm == found.holds] == ["90天"]
    assert [entry.disputed for entry in dispute(rows, [found])] == [True, False]
    for dates in ({"b": "2024-09-12"}, {"a": "2024-09-12", "b": "2024-09-12"}):
        assert conflicts(rows, dates)[0].holds == ""


def test_what_holds_is_stated_and_the_rest_is_cut_out_with_its_own_words() -> None:
    text = "免费证书有效期为一年，到期以后要重新申请。"
    rows = [row("a", text), row("b", "免费证书有效期为90天")]
    (found,) = conflicts(rows)
    cut = dispute(rows, [found])
    assert [(entry.id, entry.text, entry.disputed) for entry in cut] == [
        ("a/1.1", "免费证书有效期为一年", True),
        ("a/1.2", "到期以后要重新申请。", False),
        ("b/1", "免费证书有效期为90天", True),
    ]
    assert all(entry.quote in text for entry in cut[:2])
    assert not any(entry.disputed for entry in dispute(rows, [replace(found, holds=ALL)]))


# --- the given file


def test_the_one_dispute_of_the_given_file_is_found(knowledge: Knowledge) -> None:
    (conflict,) = knowledge.conflicts
    assert values([conflict]) == [["一小时", "2 小时"]] and conflict.holds == ""
    assert [len(side.tickets) for side in conflict.sides] == [1, 2]
    disputed = [entry for found in knowledge.statements.values() for entry in found if entry.disputed]
    assert sorted(entry.text for entry in disputed) == [
        "免费证书申请+配置一般是一小时内可以完成",
        "整体一键 https 预计可在 2 小时内完成。",
        "整体一键 https 预计可在 2 小时内完成。",
    ]
    assert not any("三个月" in entry.text or "90天" in entry.text for entry in disputed)
