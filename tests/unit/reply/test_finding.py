"""Questions of several parts, both searches of a rewritten one, and hand-overs in words."""

from __future__ import annotations

import pytest

from bot.records import Hit, Message
from bot.reply.clauses import clauses
from bot.reply.finding import Finder, merged, together
from bot.reply.followup import Asked
from bot.reply.frames import say
from bot.reply.gate import Decision
from bot.reply.handing import alike, handed, repeated, waits
from tests.unit.reply.fakes import ANSWERED, FakeGate, FakeLibrary, FakeRetriever, evidence, match

THIN = Decision("handoff", "thin")


class Gate(FakeGate):
    """Answers what speaks of pallets."""

    def decide(self, question, *signals, **more):  # type: ignore[no-untyped-def]
        return ANSWERED if "托盘" in question else self.decision


def finder(decision: Decision = THIN) -> tuple[Finder, FakeRetriever]:
    retriever = FakeRetriever()
    return Finder(FakeLibrary(), retriever, match, Gate(decision)), retriever


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("托盘怎么租？冷库在哪里？", ("托盘怎么租", "冷库在哪里")),
        ("托盘怎么租，另外冷库在哪里", ("托盘怎么租", "冷库在哪里")),
        ("刚签了合同。托盘怎么租", ("刚签了合同。托盘怎么租",)),
        ("刚签了合同。托盘怎么租？还有冷库能不能用", ("刚签了合同，托盘怎么租", "冷库能不能用")),
        ("how do I rent one? what does it cost", ("how do I rent one", "what does it cost")),
        ("托盘怎么租？急！", ("托盘怎么租？急！",)),
        ("托盘怎么租，多久能送到", ("托盘怎么租", "多久能送到")),
        ("货一直没到，怎么查", ("货一直没到，怎么查",)),
        ("怎么回事，怎么办", ("怎么回事，怎么办",)),
    ],
)
def test_the_things_that_a_message_asks(text: str, parts: tuple[str, ...]) -> None:
    assert clauses(text) == parts


def test_what_is_covered_is_answered_and_the_rest_is_named() -> None:
    both = finder()[0].find(Asked("托盘怎么租？冷库在哪里？", "托盘怎么租？冷库在哪里？"))
    assert both.decision == ANSWERED and both.uncovered == ("冷库在哪里",)
    none = finder()[0].find(Asked("门在哪里？冷库在哪里？", "门在哪里？冷库在哪里？"))
    assert none.decision == THIN and none.uncovered == ()


def test_a_part_that_tickets_dispute_leaves_the_other_part_answered() -> None:
    text = "托盘怎么租，多久能送到"
    found = finder(Decision("handoff", "disputed"))[0].find(Asked(text, text))
    assert found.decision == ANSWERED and found.uncovered == ("多久能送到",)


def test_a_part_that_refers_back_is_looked_up_with_the_words_it_refers_to() -> None:
    desk, retriever = finder()
    desk.find(Asked("仓储怎么租？能提前退吗？", "仓储怎么租？能提前退吗？"))
    assert "仓储 能提前退吗" in retriever.asked and "能提前退吗" not in retriever.asked


def test_the_evidence_of_two_parts_takes_turns() -> None:
    first, second = [evidence("甲", 1), evidence("乙", 2)], [evidence("丙", 3), evidence("甲", 1)]
    rows = together([first, second])
    assert [row.statement.text for row in rows] == ["甲", "丙", "乙"] and [row.n for row in rows] == [1, 2, 3]


def test_a_rewritten_question_and_the_raw_one_are_both_searched() -> None:
    found, retriever = finder()
    found.find(Asked("托盘怎么租\n多久", "多久"))
    assert {"托盘怎么租\n多久", "多久"} <= set(retriever.asked)


def test_two_searches_become_one() -> None:
    first, second = Hit("t1", 0.5, 0, 0, 0), Hit("t1", 0.9, 0, 0, 0)
    other = Hit("t2", 0.7, 0, 0, 0)
    assert merged([first, other], [second]) == [second, other]


def test_a_hand_over_says_what_support_can_do_and_asks_for_what_is_missing() -> None:
    hits = [Hit("t3", 1.0, 0, 0, 0)]
    frames, handoff = handed(Decision("handoff", "action"), "帮我退款", (), hits, FakeLibrary(), "zh")
    assert [name for name, _ in frames] == ["handoff", "can", "needs", "how"]
    assert handoff.cause == "action" and "订单号或证书 ID" in handoff.needs and "需要处理的域名" in handoff.needs
    said = (Message("user", "域名是〈域名〉，订单〈编号〉"),)
    _, handoff = handed(Decision("handoff", "action"), "帮我退款", said, hits, FakeLibrary(), "zh")
    assert handoff.needs == ()


def test_a_reply_that_handed_over_is_known_by_its_words() -> None:
    for lang in ("zh", "en"):
        assert waits((Message("assistant", f"…\n{say('how', lang)}"), Message("user", "好")))
    assert not waits((Message("assistant", "托盘按月计租"),)) and not waits(())


def test_the_third_time_is_a_repetition() -> None:
    once = (Message("user", "托盘怎么租？"), Message("assistant", "按月。"))
    assert not repeated("托盘怎么租", once)
    assert repeated("托盘怎么租！", (*once, Message("user", "托盘怎么租"), Message("assistant", "按月。")))
    assert alike("域名证书怎么申请呢", "域名证书怎么申请") and not alike("证书怎么申请", "发票怎么申请")
