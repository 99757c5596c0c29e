"""What kind of thing is asked for, and whether a sentence is of that kind."""

from __future__ import annotations

import pytest

from bot.reply.intent import asks_time, expected


@pytest.mark.parametrize("question", ["证书多久签发", "有效期是几个月？", "什么时候到账", "How long does it take?"])
def test_a_time_is_asked_for(question: str) -> None:
    assert asks_time(question)


@pytest.mark.parametrize("question", ["怎么开发票", "托盘租金多少", "where is the invoice"])
def test_something_else_is_asked_for(question: str) -> None:
    assert not asks_time(question)


@pytest.mark.parametrize(
    ("question", "meets", "misses"),
    [
        ("托盘多久到期", "租期为90天", "租期以合同为准"),
        ("在哪里看账单", "账单 - 明细：https://portal.qiniu.com/bill", "账单会发给您"),
        ("为什么这么慢", "由于链路较长导致", "建议更换线路"),
        ("怎么退租", "请点击退租按钮", "退租不收费"),
        ("最多租多少个", "上限为20个托盘", "没有上限"),
    ],
)
def test_the_kind_asked_for_counts(question: str, meets: str, misses: str) -> None:
    assert expected(question, meets) > expected(question, misses)


def test_a_question_of_no_kind_favours_nothing() -> None:
    assert expected("你好", "由于链路较长，请点击 https://a.cn/b，需要90天，最多20元") == 0


def test_meeting_more_of_what_is_asked_counts_no_less() -> None:
    question = "为什么要多久？"
    assert expected(question, "由于链路较长，需要90天") >= expected(question, "需要90天") > 0
