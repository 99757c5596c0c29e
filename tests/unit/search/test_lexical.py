"""BM25 over texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.search.lexical import Lexical

TEXTS = ["冷库温度怎么调", "托盘租金多少", "scanner-v2.cfg 报错", "温度", ""]


@pytest.fixture
def lexical() -> Lexical:
    return Lexical.over(TEXTS)


@pytest.mark.parametrize(("query", "best"), [("冷库", 0), ("租金", 1), ("SCANNER-V2.CFG", 2), ("cfg", 2), ("溫度", 3)])
def test_the_text_that_holds_the_words_is_first(lexical: Lexical, query: str, best: int) -> None:
    assert int(np.argmax(lexical.scores(query))) == best


@pytest.mark.parametrize("query", ["", "😀", "[域名]", "卫星发射"])
def test_nothing_shared_scores_nothing(lexical: Lexical, query: str) -> None:
    assert not lexical.scores(query).any()
    assert not lexical.covered(query, range(len(TEXTS))).any()


def test_rare_words_tell_more_and_unknown_ones_most(lexical: Lexical) -> None:
    assert lexical.idf("温度") < lexical.idf("租金") < lexical.idf("卫星")


def test_coverage_is_a_share_and_the_same_one_by_one(lexical: Lexical) -> None:
    query = "冷库温度和卫星"
    together = lexical.covered(query, range(len(TEXTS)))
    assert together == pytest.approx([lexical.coverage(query, text) for text in TEXTS])
    assert 0 < together[0] < 1
    assert list(lexical.covered(query, [3, 0])) == [together[3], together[0]]
    assert lexical.coverage("温度", "温度计") == pytest.approx(1)


def test_a_longer_text_with_the_same_words_scores_less() -> None:
    scores = Lexical.over(["温度", "温度，还有许多别的没有关系的话"]).scores("温度")
    assert scores[0] > scores[1] > 0


@pytest.mark.parametrize("texts", [TEXTS, [], [""]])
def test_what_is_saved_is_read_back(tmp_path: Path, texts: list[str]) -> None:
    lexical = Lexical.over(texts)
    lexical.save(tmp_path / "lexical.npz")
    again = Lexical.load(tmp_path / "lexical.npz")
    assert np.array_equal(again.scores("温度 cfg"), lexical.scores("温度 cfg"))
    assert again.idf("温度") == lexical.idf("温度")
