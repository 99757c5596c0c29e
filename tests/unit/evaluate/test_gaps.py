"""What was asked and not answered: which questions count, how they are grouped, and in which order they are shown."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.desk.models import FeedbackRecord, Remembered
from bot.evaluate.gaps import Gap, Unmet, gaps, together, unmet
from bot.search.embeddings import UseEmbeddings
from bot.search.terms import terms

DAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


def vectors(texts: list[str]) -> list[list[float]]:
    rows = np.full((len(texts), 256), 1e-6)
    for row, text in zip(rows, texts, strict=True):
        for term in terms(text):
            row[zlib.crc32(term.encode()) % 256] += 1
    found: list[list[float]] = rows.tolist()
    return found


def exchange(question: str, verdict: str, at: datetime = DAY) -> tuple[Remembered, Remembered]:
    return Remembered("user", question, "", "", at), Remembered("assistant", "答", "a", verdict, at)


def feedback(question: str, at: datetime = DAY, **said: str) -> FeedbackRecord:
    values = {"thumb": None, "outcome": None, **said}
    return FeedbackRecord("c", "a", question, values["thumb"], values["outcome"], "", (), at)  # type: ignore[arg-type]


def asked(text: str, day: int = 0, why: str = "handoff") -> Unmet:
    return Unmet(text, DAY + timedelta(days=day), why)


# --- which questions count


@pytest.mark.parametrize(
    ("question", "verdict", "counts"),
    [
        ("对象存储支持多版本吗", "handoff", True),
        ("上传失败怎么办", "clarify", True),
        ("对象存储支持多版本吗", "answered", False),
        ("今天天气怎么样", "declined", False),
        ("我要找人工客服", "handoff", False),
        ("请帮我把域名 example 解封一下", "handoff", False),
        ("谢谢", "clarify", False),
        ("〈域名〉？", "handoff", False),
        ("???", "clarify", False),
    ],
)
def test_a_gap_is_what_the_knowledge_lacks(question: str, verdict: str, counts: bool) -> None:
    assert bool(unmet([exchange(question, verdict)], [], str)) is counts


def test_what_customers_called_unhelpful_is_a_gap_and_counted_once() -> None:
    rows = [
        feedback("证书多久能签发", thumb="down"),
        feedback("证书怎么续期", outcome="unsolved"),
        feedback("证书在哪里下载", thumb="up"),
        feedback("存储怎么计费", at=DAY + timedelta(minutes=5), thumb="down"),  # said of the exchange below
        feedback("存储怎么计费", at=DAY + timedelta(days=3), thumb="down"),
    ]
    found = unmet([exchange("存储怎么计费", "clarify")], rows, str)
    assert [(row.text, row.why) for row in found] == [
        ("存储怎么计费", "down"),
        ("证书怎么续期", "down"),
        ("证书多久能签发", "down"),
        ("存储怎么计费", "clarify"),
    ]


def test_an_exchange_given_twice_is_one_and_two_of_the_same_words_are_two() -> None:
    once, later = exchange("存储怎么计费", "handoff"), exchange("存储怎么计费", "handoff", DAY + timedelta(hours=5))
    assert len(unmet([once, once, later], [], str)) == 2


def test_every_reply_goes_with_the_question_before_it() -> None:
    talk = (*exchange("存储怎么计费", "answered"), *exchange("支持多版本吗", "handoff"), exchange("x", "handoff")[1])
    assert [row.text for row in unmet([talk], [], str)] == ["支持多版本吗"]


def test_private_values_are_taken_out_once_more() -> None:
    (row,) = unmet(
        [exchange("13800001111 收不到短信怎么办", "handoff")], [], lambda text: text.replace("1380000", "〈电话〉")
    )
    assert row.text.startswith("〈电话〉")


# --- grouping


def test_the_same_in_other_words_is_one_gap_with_its_days_and_reasons() -> None:
    rows = [
        asked("对象存储支持多版本吗", 2),
        asked("对象存储支持多版本吗？", 0, "down"),
        asked("请问对象存储支持多版本吗", 1),
        asked("发票抬头填错了怎么改", 9),
    ]
    one, other = gaps(rows, vectors, lambda text: "t1" if "存储" in text else "")
    assert (one.count, one.first, one.last, one.ticket) == (3, "2026-11-02", "2026-11-04", "t1")
    assert one.why == (("handoff", 2), ("down", 1))
    assert {one.question, *one.examples} == {row.text for row in rows[:3]}
    assert other == Gap("发票抬头填错了怎么改", 1, "2026-11-11", "2026-11-11", (("handoff", 1),))


def test_the_most_frequent_come_first_then_the_latest() -> None:
    rows = [asked("发票怎么开", 1), asked("直播延迟太高", 3), asked("短信签名被拒", 2), asked("短信签名被拒", 0)]
    assert [gap.question for gap in gaps(rows, vectors)] == ["短信签名被拒", "直播延迟太高", "发票怎么开"]


def test_days_are_those_of_china() -> None:
    late = Unmet("发票怎么开", datetime(2026, 11, 2, 17, tzinfo=UTC), "handoff")
    assert gaps([late], vectors)[0].first == "2026-11-03"


def test_groups_do_not_depend_on_chance_and_hold_each_question_once() -> None:
    texts = [
        f"{word}{end}" for word in ("证书", "存储", "直播", "短信") for end in ("怎么续期", "怎么计费", "坏了", "")
    ]
    first = together(texts, vectors)
    assert first == together(texts, vectors)
    assert sorted(at for members in first for at in members) == list(range(len(texts)))


def test_a_chain_of_neighbours_is_no_group() -> None:
    turned = [[np.cos(angle), np.sin(angle)] for angle in np.linspace(0, np.pi, 9)]
    groups = together([chr(0x4E00 + n) for n in range(9)], lambda texts: turned)
    assert len(groups) > 1


def test_without_vectors_words_group_what_is_nearly_the_same() -> None:
    rows = [asked("对象存储支持多版本吗"), asked("对象存储支持多版本吗？", 1), asked("发票怎么开", 2)]
    assert [gap.count for gap in gaps(rows, None)] == [2, 1]


def test_nothing_asked_is_no_gap() -> None:
    assert gaps([], vectors) == () and together([], vectors) == []


def test_paraphrases_of_customers_meet_by_meaning() -> None:
    texts = [
        "后台登不进去了，密码死活想不起来",
        "七牛登陆密码忘了，怎么找会",
        "电子发票最多能开多少金额",
        "要开一张两万块的发票，能选电子的不",
        "云主机一直显示关机中，点重启也没反应",
    ]
    groups = together(texts, UseEmbeddings().embed_documents)
    assert sorted(sorted(members) for members in groups) == [[0, 1], [2, 3], [4]]
