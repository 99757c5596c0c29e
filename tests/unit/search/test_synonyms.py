"""A question is searched with the trade's words for what it says in a customer's."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files

import pytest

from bot.search.synonyms import expansion

ROWS = [
    line
    for line in files("bot.search").joinpath("synonyms.txt").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def _row(line: str) -> tuple[list[str], list[str]]:
    words, _, said = line.partition(":")
    return words.split(), said.lower().split()


@pytest.mark.parametrize("line", ROWS, ids=lambda line: line.partition(":")[0])
def test_each_line_has_both_sides_and_every_variant_is_of_use(line: str) -> None:
    words, said = _row(line)
    assert words
    assert said
    assert len(said) == len(set(said))
    for variant in said:
        assert len(variant) >= 2
        assert not all(word.lower() in variant for word in words), "it expands to nothing"


def test_every_variant_stands_in_one_line_only() -> None:
    said = [variant for line in ROWS for variant in _row(line)[1]]
    assert sorted({variant for variant in said if said.count(variant) > 1}) == []


@pytest.mark.parametrize("line", ROWS, ids=lambda line: line.partition(":")[0])
def test_every_variant_finds_its_line(line: str) -> None:
    words, said = _row(line)
    for variant in said:
        missing = {word for word in words if word.lower() not in variant}
        assert missing <= set(expansion(variant).split()), variant


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("浏览器上那个小锁没了", "证书"),
        ("我网站前面老是不安全", "HTTPS"),
        ("开个票怎么弄", "发票"),
        ("存图片用的秘钥在哪看", "密钥"),
        ("流量被人狂刷", "盗刷"),
        ("老外打不开", "海外"),
        ("My CERT is gone", "证书"),
    ],
)
def test_the_trades_words_are_added(question: str, words: str) -> None:
    assert words in expansion(question).split()


def test_words_already_there_are_left_out_and_none_comes_twice() -> None:
    words = expansion("SSL证书的小锁,域名网站不安全,续签续费").split()
    assert "证书" not in words
    assert "域名" not in words
    assert len(words) == len(set(words))


@pytest.mark.parametrize("text", ["concert", "certify", "ssl2x", "100元", "a10g", "kts"])
def test_latin_letters_and_digits_match_as_whole_words(text: str) -> None:
    assert expansion(text) == ""


@pytest.mark.parametrize("text", ["cert过期", "我的cert", "cert,", "(CERT)"])
def test_a_latin_word_may_stand_beside_chinese(text: str) -> None:
    assert "证书" in expansion(text)


@pytest.mark.parametrize("text", ["", "你好", "今天天气怎么样", "红烧肉怎么做好吃", "推荐一部电影", "1 + 1 = ?"])
def test_what_is_nobodys_trade_is_not_expanded(text: str) -> None:
    assert expansion(text) == ""


def test_importing_it_reads_no_file() -> None:
    code = "from bot.search import synonyms; assert synonyms._groups.cache_info().currsize == 0"
    subprocess.run([sys.executable, "-c", code], check=True)
