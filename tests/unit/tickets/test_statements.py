"""What kind of sentence an agent wrote, and how a turn is cut without losing a word of the quote."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.records import STATEMENT_KINDS, Statement
from bot.tickets.causes import CAUSE
from bot.tickets.classifier import classify
from bot.tickets.cutting import units
from bot.tickets.intake import Knowledge
from bot.tickets.mending import links
from bot.tickets.reading.tables import read_jsonl
from bot.tickets.statements import statements

DOC = "https://developer.qiniu.com/kodo/manual/1/some-page"
KINDS = {
    "knowledge": [
        "每个账号每月有10GB免费流量，超出部分按量计费。",
        "证书签发后一般需要10分钟内部署完成。",
        "如需延长有效期，请在控制台重新申请证书。",
        f"下载方式参考文档：{DOC}",
        "步骤如下\n1. 打开控制台\n2. 点击证书",
        "建议使用无痕模式重新登录",
    ],
    "specific": [
        "您的域名目前处于欠费状态。",
        "这边看到您的空间在华东。",
        "您买的套餐不含海外流量。",
        "记录值\t〈记录值〉",
    ],
    "action": ["已经为您重置好了。", "这边已经帮您提交退款。", "正在修复中。", "配置已下发"],
    "request": ["麻烦提供一下域名。", "请问是哪个空间呢？", "方便发一下报错截图吗", "麻烦粘贴一下配置截图"],
    "hold": ["请稍等，我帮您看下。", "稍等。", "这边帮您核实下"],
    "courtesy": ["不客气，祝您生活愉快", "您好，好的。", "感谢您的支持。", "嗯嗯", "[图片]", ""],
}


def said(*turns: tuple[str, str]) -> tuple[Statement, ...]:
    row = {"id": "t", "turns": [{"role": role, "text": text} for role, text in turns]}
    (ticket,), _ = read_jsonl(json.dumps(row), "a.jsonl")
    return statements(ticket)


def test_all_six_kinds_are_here() -> None:
    assert tuple(KINDS) == STATEMENT_KINDS


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_the_kind_of_a_sentence(kind: str, text: str) -> None:
    assert classify(text) == kind


def test_steps_stay_together_in_order_with_their_links_and_fields() -> None:
    text = f"您好，安装步骤如下1.下载{DOC}2.解压文件类型：tar3.运行注意事项安装后重启"
    steps, _ = said(("customer", "怎么安装"), ("agent", text))
    assert steps.text == f"安装步骤如下\n1. 下载：{DOC}\n2. 解压文件类型：tar\n3. 运行"
    assert steps.quote == f"您好，安装步骤如下1.下载{DOC}2.解压文件类型：tar3.运行"
    assert (steps.kind, steps.asked, steps.turn) == ("knowledge", "怎么安装", 1)


def test_a_link_stays_with_its_sentence() -> None:
    first, second = said(("agent", f"计费标准见 {DOC} 。按月结算，说明：{DOC}"))
    assert first.text.startswith(f"计费标准见 {DOC}") and second.text == f"按月结算，说明：{DOC}"
    (whole,) = said(("agent", f"在统计页可以看到流量。{DOC}"))
    assert whole.text == f"在统计页可以看到流量。 {DOC}"


def test_work_and_waiting_are_cut_from_what_is_worth_knowing() -> None:
    found = said(("customer", "开通了吗"), ("agent", "已经为您开通，您可以在控制台查看套餐，请稍等"))
    assert [(row.kind, row.text) for row in found][:2] == [
        ("action", "已经为您开通"),
        ("knowledge", "您可以在控制台查看套餐"),
    ]


def test_a_condition_stays_with_what_it_conditions() -> None:
    (row,) = said(("agent", "如需恢复，请您提交工单联系我们处理。"))
    assert row.text == "如需恢复，请您提交工单联系我们处理。"


def test_ids_count_and_customers_say_nothing() -> None:
    found = said(
        ("customer", "有三个月吗"), ("agent", "免费证书有效期为90天。过期请重新申请证书。"), ("customer", "一年。")
    )
    assert [row.id for row in found] == ["t/1", "t/2"]
    assert {row.asked for row in found} == {"有三个月吗"}


def test_every_quote_of_the_given_file_is_in_its_turn_word_for_word(knowledge: Knowledge) -> None:
    count = 0
    for ticket in knowledge.tickets:
        for row in knowledge.statements[ticket.id]:
            if row.turn == CAUSE:
                assert row.quote == ticket.root_cause and row.asked == ticket.question and row.kind == "specific"
                continue
            turn = ticket.turns[row.turn]
            assert turn.role == "agent" and row.quote and row.quote in turn.text
            assert row.ticket == ticket.id and row.id.startswith(f"{ticket.id}/")
            earlier = [turn.text for turn in ticket.turns[: row.turn] if turn.role == "customer"]
            assert row.asked == (earlier[-1] if earlier else "")
            count += 1
    assert count > 130


def test_the_numbered_steps_of_the_given_file_count_up(knowledge: Knowledge) -> None:
    runs = [
        [int(number) for number in re.findall(r"^(\d+)\. ", row.text, re.M)]
        for found in knowledge.statements.values()
        for row in found
    ]
    assert sorted(run for run in runs if run) == [[1, 2], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]]


def test_every_link_of_an_agent_is_in_a_statement(knowledge: Knowledge) -> None:
    for ticket in knowledge.tickets:
        told = [link.url for row in knowledge.statements[ticket.id] for link in links(row.text)]
        assert told == [link.url for turn in ticket.turns if turn.role == "agent" for link in links(turn.text)]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.lists(
            st.sampled_from([*(text for texts in KINDS.values() for text in texts), "，", "1.", "2.", "\n", DOC, "。"]),
            max_size=6,
        ).map("".join),
        st.text(max_size=40),
    )
)
def test_any_turn_is_cut_into_quotes_of_it_in_order(text: str) -> None:
    position = 0
    for unit in units(text):
        position = text.index(unit.quote, position) + len(unit.quote)
        assert re.sub(r"\s", "", unit.quote) == re.sub(r"\s", "", unit.text)
        assert classify(unit.text) in STATEMENT_KINDS
    kept = sum(len(re.sub(r"\s", "", unit.quote)) for unit in units(text))
    assert kept <= len(re.sub(r"\s", "", text))


def test_a_quoted_customer_a_picture_and_work_are_never_told_as_facts() -> None:
    asked, answered = said(
        ("agent", "应该是服务器的带宽限制吧---------------默认的带宽上限是 500Mbps，需要更高可以联系商务提升。")
    )
    assert asked.kind == "courtesy" and answered.text.startswith("默认的带宽上限")
    assert classify("看下图") != "knowledge" != classify("如上图所示")
    for text, kind in (("正在帮您将域名降级到 HTTP", "action"), ("[图片]", "courtesy")):
        assert classify(text) == kind


def test_a_list_and_a_piece_of_code_stay_whole_and_in_order() -> None:
    text = "注销需要满足以下条件：\n- 没有欠费\n- 没有进行中的提现\n\n"
    text += "示例如下：\nconst a = init();\na.start();\n其它问题再联系我们"
    first, second, *rest = [unit.text for unit in units(text)]
    assert first == "注销需要满足以下条件：\n- 没有欠费\n- 没有进行中的提现"
    assert second == "示例如下：\nconst a = init();\na.start();" and len(rest) == 1


def test_a_sentence_is_not_cut_where_it_breaks_off() -> None:
    assert [unit.text for unit in units("您设置同步任务的时候，有没有勾选同步历史文件呢")] == [
        "您设置同步任务的时候，有没有勾选同步历史文件呢"
    ]


def test_a_bare_link_is_named() -> None:
    (row,) = said(("agent", "https://docs.example.com/guide"))
    assert row.text == "参考链接：https://docs.example.com/guide" and row.quote == "https://docs.example.com/guide"
