"""Texts that say the same in nearly the same words are one; a fact that differs keeps them apart."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tickets import near
from bot.tickets.near import groups, signature

LONG = "您可以在控制台的域名管理里打开配置页，勾选开启防盗链并填写允许访问的来源，保存后十分钟左右全网生效。"


def test_a_word_more_or_a_step_number_makes_no_other_answer() -> None:
    texts = [LONG, f"另外，{LONG}", LONG.replace("左右", ""), f"1. {LONG}"]
    assert groups(texts) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("十分钟", "二十分钟"),
        ("开启", "关闭"),
        ("允许", "不允许"),
        ("域名管理", "域名管理 https://docs.example.com/a"),
        ("防盗链", "防盗链 Nginx"),
    ],
)
def test_a_fact_that_differs_keeps_two_answers_apart(old: str, new: str) -> None:
    assert groups([LONG, LONG.replace(old, new, 1)]) == [0, 1]


def test_the_same_time_in_another_unit_is_the_same_fact() -> None:
    assert signature("证书有效期为三个月") == signature("证书有效期为90天")


def test_masks_of_values_count_for_nothing() -> None:
    assert groups([f"{LONG} 参考〈链接〉", f"{LONG} 参考[URL已脱敏]", f"{LONG} 参考〈链接2〉"]) == [0, 0, 0]


def test_short_texts_are_only_the_same_as_themselves() -> None:
    assert groups(["支持", "支持。", "不支持", "", ""]) == [0, 0, 2, 3, 3]


def test_copies_are_compared_with_firsts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    jaccard = near._jaccard

    def counted(one: set[bytes], other: set[bytes]) -> float:
        compared.append(1)
        return jaccard(one, other)

    monkeypatch.setattr(near, "_jaccard", counted)
    assert groups([f"{LONG}第{number}次" for number in range(300)]) == list(range(300))  # all differ in a number
    assert len(compared) == 0
    assert groups([f"{LONG}{'呢' * number}" for number in range(40)]).count(0) > 5
    assert len(compared) < 200


def test_groups_of_one_or_none() -> None:
    assert groups([]) == [] and groups([LONG]) == [0]


@given(
    st.lists(st.text("甲乙丙丁", min_size=3, max_size=24), max_size=12, unique=True), st.sampled_from([0.6, 0.75, 0.8])
)
def test_of_the_keys_that_are_alike_none_is_passed_over(keys: list[str], alike: float) -> None:
    found = near._promising(dict(enumerate(keys)), alike)
    for one, other in combinations(range(len(keys)), 2):
        if near._jaccard(near._shingles(keys[one]), near._shingles(keys[other])) >= alike:
            assert {one, other} <= set(found)


def test_keys_that_share_no_rare_piece_are_not_compared() -> None:
    assert near._promising(dict(enumerate(["上传文件请用命令行工具", "证书过期后要重新申请"])), 0.8) == []
    assert near._promising({7: LONG}, 0.8) == []
