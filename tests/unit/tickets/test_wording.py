"""An agent's typing becomes a sentence for a reader, and no fact is lost on the way."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tickets.intake import Knowledge
from bot.tickets.mending import links
from bot.tickets.wording import tidy

DOC = "https://developer.qiniu.com/kodo/manual/1/some-page"
WORDS = ["您好", "嗯嗯", "好的", "稍等", "这边", "您这边", "看", "可以续费", "不支持", "的", "呢", "哈", "～", "一下的"]
MARKS = ["，", "。", "！", "!", "、", "；", "：", "」", " ", "\n"]
FACTS = ["7.13.2", "3天", "0.2元", "504", "1.", "12、", DOC, "https://portal.qiniu.com/x?a=1"]
TAILS = ["，不理解的地方截图发一下", "也就是", "〈域名〉", "十分抱歉", "，我们帮您看下", "[图片]"]


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("您好，是的，按月结算的哈", "按月结算"),
        ("嗯嗯好的，您这边重新登录看下吧", "重新登录"),
        ("这边您好，重启即可", "重启即可"),
        ("这边看到了", "这边看到了"),
        ("这边帮您看下", ""),
        ("需要三个月的", "需要三个月"),
        ("文件是您的", "文件是您的"),
        ("不支持的呢。", "不支持。"),
        ("1、打开\n2.关闭[图片]", "1. 打开\n2. 关闭"),
        ("版本 1.5 以上", "版本 1.5 以上"),
        (f"说明{DOC}", f"说明：{DOC}"),
        (f"请参考{DOC}", f"请参考 {DOC}"),
        (f"说明：{DOC}", f"说明：{DOC}"),
        ("在明细里看，不理解的地方您可以截图发一下", "在明细里看"),
        (f"不理解的地方截图发一下，文档{DOC}", f"不理解的地方截图发一下，文档：{DOC}"),
        ("去掉根域名，也就是 〈主机记录〉", "去掉根域名"),
        ("您好！", ""),
    ],
)
def test_edges_go_and_marks_come(typed: str, clean: str) -> None:
    assert tidy(typed) == clean


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.lists(st.sampled_from(WORDS + MARKS + FACTS + TAILS), max_size=9).map("".join), st.text(max_size=30))
)
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS + MARKS + FACTS), max_size=9).map("".join))
def test_numbers_links_and_negations_are_never_touched(text: str) -> None:
    clean = tidy(text)
    assert re.findall(r"\d", clean) == re.findall(r"\d", text)
    assert clean.count("不") == text.count("不")


def test_links_of_what_agents_said_are_kept(knowledge: Knowledge) -> None:
    for found in knowledge.statements.values():
        for row in found:
            assert [link.url for link in links(row.text)] == [link.url for link in links(row.quote)]
            assert tidy(row.text) == row.text
