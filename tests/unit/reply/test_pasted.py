"""From a pasted ticket to what its customer asks."""

from __future__ import annotations

import pytest

from bot.errors import QuestionError
from bot.reply.pasted import MOST, question_of

TICKET = """## 托盘租金

### 问题描述

托盘一个月多少钱

### 客服解答

**客户**：第一句
**客服**：您好，十二元。
**客户**：能便宜吗
可以开发票吗
**客户**：急
"""
DIALOGUE = "客户：货丢了\n两箱\n客服：您好，请稍等\n工程师: 在查\n用户: 怎么赔"


def test_a_whole_ticket_gives_title_description_and_last_words() -> None:
    question = question_of(TICKET)
    lines = question.text.splitlines()
    assert lines[:2] == ["托盘租金", "托盘一个月多少钱"]
    assert "急" in lines and "可以开发票吗" in question.text
    assert "十二元" not in question.text and "第一句" not in question.text


def test_a_dialogue_gives_the_customers_turns_alone() -> None:
    assert question_of(DIALOGUE).text == "货丢了\n两箱\n怎么赔"


def test_text_without_roles_is_the_question() -> None:
    assert question_of("  冷库温度偏高\n报错 E1042 ").text == "冷库温度偏高\n报错 E1042"


@pytest.mark.parametrize("text", ["", " \n\t ", "😀？！", "**：**"])
def test_nothing_is_refused(text: str) -> None:
    with pytest.raises(QuestionError):
        question_of(text)


def test_a_long_one_is_cut_and_repeats_are_said_once() -> None:
    assert 400 < len(question_of("托盘" * 5000).text) <= MOST
    assert question_of("客户：怎么赔\n客服：在\n客户：怎么赔").text == "怎么赔"
