"""What a search sees of a text."""

from __future__ import annotations

import pytest

from bot.search.terms import searchable, terms


@pytest.mark.parametrize(
    "text",
    [
        "〈域名〉",
        "〈电话2〉",
        "[域名]",
        "[REDACTED_URL]",
        "[REDACTED_ID_CARD_15]",
        "[URL已脱敏]",
        "[URL:域名]",
        "[图片]",
    ],
)
def test_a_placeholder_is_neither_indexed_nor_searched(text: str) -> None:
    assert terms(text) == []
    assert terms(f"证{text}书") == ["证", "书"]


@pytest.mark.parametrize("text", ["[域名管理]", "[https配置]", "[修改配置]", "【下载】"])
def test_a_button_is_no_placeholder(text: str) -> None:
    assert terms(text)


def test_words_are_kept_whole_and_in_pieces() -> None:
    assert terms("qn-regions-cache.jsonl") == ["qn-regions-cache.jsonl", "qn", "regions", "cache", "jsonl"]


def test_chinese_is_cut_into_characters_and_pairs() -> None:
    assert terms("冷库温") == ["冷", "库", "温", "冷库", "库温"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＣＤＮ　加速", "cdn 加速"),
        ("證書過期", "证书过期"),
        ("伺服器壞了", "服务器坏了"),
        ("發票抬頭", "发票抬头"),
        ("什麼", "什么"),
        ("HTTPS", "https"),
    ],
)
def test_width_case_and_script_do_not_matter(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize("text", ["覆盖范围是什么", "著名的核心群", "怎么抬头开票"])
def test_simplified_text_stays_as_it_is(text: str) -> None:
    assert searchable(text) == text


@pytest.mark.parametrize("text", ["", "   ", "😀🎉", "……！？"])
def test_text_without_words_has_no_terms(text: str) -> None:
    assert terms(text) == []
