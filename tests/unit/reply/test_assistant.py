"""The straight line: five ways out, what leaves and when, and what never does."""

from __future__ import annotations

import pytest

from bot.errors import QuestionError
from bot.records import Answer, Message, Question
from bot.reply.frames import say
from bot.reply.gate import Decision
from tests.unit.reply.checks import ASKED, RENT, check, stated
from tests.unit.reply.fakes import ANSWERED, FakeRetriever, FakeWriter, desk

FORK = Decision("clarify", "fork", "product", ("仓储", "配送"))


def test_answered() -> None:
    answer = desk().answer(ASKED)
    check(answer)
    assert (answer.id, answer.verdict, answer.index) == ("q1", "answered", "build-1")
    assert (answer.engine, answer.prompt, answer.notice) == ("extractive", None, "")
    assert stated(answer)[0] == RENT.text
    assert (answer.citations[0].ticket, answer.citations[0].agree) == ("t1", 3)
    assert answer.citations[0].quote == "托盘按月计租，每个每月12元"


def test_answered_from_what_is_only_near_says_so() -> None:
    answer = desk(Decision("answered", "near")).answer(ASKED)
    check(answer)
    assert answer.sentences[0].text == say("near", "zh")
    assert answer.uncovered == (ASKED.text,)


def test_answered_in_part_by_a_person() -> None:
    answer = desk(found=("t5",)).answer(Question("怎么更换门禁卡？"))
    check(answer)
    assert "门禁卡在前台自助机更换。" in stated(answer)
    assert answer.sentences[-1].text == say("person_step", "zh")
    assert "已经为您更换" not in answer.text


def test_clarify_asks_one_question() -> None:
    answer = desk(FORK).answer(Question("打不开"))
    check(answer)
    assert [row.kind for row in answer.sentences] == ["question"]
    assert "仓储" in answer.text and "$" not in answer.text


@pytest.mark.parametrize("reason", ["asked", "thin", "disputed", "action"])
def test_handoff_says_why_and_how(reason: str) -> None:
    answer = desk(Decision("handoff", reason), found=("t3",)).answer(Question("帮我加急理赔"))
    check(answer)
    assert answer.verdict == "handoff" and answer.handoff and answer.handoff.reason == answer.sentences[0].text
    assert answer.handoff.summary == "帮我加急理赔"
    assert bool(answer.handoff.needs) == (reason == "action")
    for need in answer.handoff.needs:
        assert need in answer.text
    assert answer.sentences[-1].text == say("how", "zh")
    assert "已经为您处理" not in answer.text


def test_declined() -> None:
    answer = desk(Decision("declined", "stranger"), found=()).answer(Question("今天天气怎么样"))
    check(answer)
    assert (answer.verdict, answer.citations) == ("declined", ())
    assert answer.text == say("declined", "zh")


def test_nothing_that_holds_becomes_a_handoff() -> None:
    for found in ((), ("t3",), ("t4",)):
        answer = desk(found=found).answer(ASKED)
        check(answer)
        assert answer.verdict == "handoff" and stated(answer) == []


def test_what_tickets_disagree_on_never_reaches_a_writer_or_a_reply() -> None:
    writer = FakeWriter([RENT])
    answer = desk(writer=writer, found=("t4", "t1")).answer(Question("入库要等多久？"))
    check(answer)
    assert "2小时" not in answer.text
    assert all(not row.statement.disputed for row in writer.briefs[0].evidence)
    assert say("disputed", "zh") in answer.uncovered


@pytest.mark.parametrize("verdict", ["handoff", "declined"])
def test_the_writer_is_not_asked_where_nothing_is_to_be_answered(verdict: str) -> None:
    writer = FakeWriter([RENT])
    desk(Decision(verdict, "thin"), writer).answer(ASKED)  # type: ignore[arg-type]
    assert writer.briefs == []


def test_the_stream_is_the_answer() -> None:
    for decision in (ANSWERED, FORK, Decision("handoff", "thin"), Decision("declined", "x")):
        *sentences, answer = desk(decision).stream(ASKED)
        assert isinstance(answer, Answer) and tuple(sentences) == answer.sentences


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "😀🎉", "？？！", "。", "🙏🙏"])
def test_a_question_without_words_is_refused_before_anything_runs(text: str) -> None:
    retriever = FakeRetriever()
    with pytest.raises(QuestionError):
        desk(retriever=retriever).answer(Question(text))
    with pytest.raises(QuestionError):
        next(iter(desk(retriever=retriever).stream(Question(text))))
    assert retriever.asked == []


def test_a_question_may_be_long_but_not_too_long() -> None:
    assert desk(longest=50).answer(Question("托" * 50)).verdict == "answered"
    with pytest.raises(QuestionError, match="50"):
        desk(longest=50).answer(Question("托" * 51))


def test_english_is_answered_in_english_frames() -> None:
    answer = desk(found=("t1", "t2")).answer(Question("How much is a pallet?"))
    check(answer)
    assert answer.sentences[0].text == say("greeting", "en")


def test_a_chat_is_greeted_once() -> None:
    history = (Message("user", "托盘在哪里？"), Message("assistant", "在东门。"))
    answer = desk().answer(Question("托盘租金怎么算？", history))
    assert say("greeting", "zh") not in answer.text


def test_it_keeps_nothing_between_two_questions() -> None:
    one = desk()
    first, second = (one.answer(ASKED) for _ in range(2))
    assert first.sentences == second.sentences and first.citations == second.citations


def test_what_it_offers_and_knows() -> None:
    one = desk(report={"tickets": 5})
    assert one.knowledge() == {"build": "build-1", "tickets": 5}
    assert one.engine == "extractive" and one.build == "build-1"
    assert one.suggestions(0) == () and len(one.suggestions(1)) == 1


def test_thanks_said_thrice_open_no_hand_over() -> None:
    thanks = Decision("clarify", "courtesy", "thank")
    said = (Message("user", "谢谢"), Message("assistant", say("clarify_thank", "zh"))) * 2
    answer = desk(thanks).answer(Question("谢谢", said))
    assert answer.verdict == "clarify" and answer.handoff is None and answer.text == say("clarify_thank", "zh")
