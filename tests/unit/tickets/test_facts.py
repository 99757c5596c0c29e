"""Quantities in other words and units are one; those that differ stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tickets.facts import numbers, quantities


@pytest.mark.parametrize(
    "same",
    [
        ("三个月", "3个月", "３个月", "90天", "九十天"),
        ("1w元", "10000元", "10,000元", "1万元", "一万元"),
        ("一小时", "1个小时", "60分钟", "1h", "1 hour"),
        ("两小时", "2小时", "120min"),
        ("半小时", "30分钟"),
        ("一年", "1年", "365天"),
        ("一周", "7天", "1 week"),
        ("1TB", "1024GB", "1t"),
        ("1毛钱", "0.1元"),
        ("二十万元", "20万元"),
        ("一百二十天", "120天"),
        ("一千零五条", "1005条"),
        ("99.9%", "９９.９％"),
        ("十五天", "15个工作日"),
    ],
)
def test_one_quantity_in_many_words(same: tuple[str, ...]) -> None:
    assert len({frozenset(numbers(f"需要{text}的")) for text in same}) == 1
    assert all(len(numbers(text)) == 1 for text in same)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("一小时", "2小时"),
        ("三个月", "一年"),
        ("10分钟", "10小时"),
        ("10GB", "10元"),
        ("1G", "1M"),
        ("7.13.2", "7.13.0"),
        ("504", "502"),
        ("1234567元", "1234568元"),
        ("0.01元", "0.1元"),
        ("5%", "5个"),
    ],
)
def test_what_differs_stays_apart(first: str, second: str) -> None:
    assert numbers(first) != numbers(second)


@pytest.mark.parametrize(
    "text", ["一个", "一下", "一键升级", "一次", "一条", "两个域名", "万一", "百分之", "半", "没有数"]
)
def test_a_number_word_that_counts_nothing_is_idle(text: str) -> None:
    assert quantities(text) == [] and numbers(text) == set()


def test_versions_codes_and_bare_numbers_stand_as_they_are() -> None:
    assert numbers("SDK 7.13.2 报 504，在 v2 之后") == {"7.13.2", "504", "2"}
    assert numbers("1-3天") == {"1", "duration:4320"}


def test_places_are_those_of_the_text() -> None:
    text = "超过１０天后，每GB 0.2元"
    assert [(text[fact.start : fact.end], fact.dimension) for fact in quantities(text)] == [
        ("１０天", "duration"),
        ("0.2元", "money"),
    ]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(alphabet="零一二两三十百千万半元天wW1,.0个月 %", max_size=12)))
def test_any_text_has_facts_in_order_inside_it(text: str) -> None:
    numbers(text)
    end = 0
    for fact in quantities(text):
        assert end <= fact.start < fact.end <= len(text)
        end = fact.end
