"""What leaves of what a writer proposes, and when: no lie, no private value; and who writes when a model fails."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.errors import WriterError
from bot.records import Draft, Message, Question, Sentence
from bot.reply.frames import say
from bot.reply.gate import Decision
from tests.unit.reply.checks import ASKED, NOTICE, RENT, check, stated
from tests.unit.reply.fakes import MASK, SECRET, FakeRetriever, FakeWriter, desk

CASE = Draft("类似工单中，客服的说明是：您的库门没有关严，请检查门封条。", "precedent", (3,))
LIES = (
    Draft("托盘按年计租，每个每年99元。", "knowledge", (1,)),
    Draft("托盘按月计租。", "knowledge", ()),
    Draft("托盘按月计租。", "knowledge", (42,)),
    Draft("已为您办理退租。", "knowledge", (2,)),
    Draft("退租请打开 https://evil.test/pay", "knowledge", (2,)),
    Draft("托盘不按月计租，每个每月12元。", "knowledge", (1,)),
)


def test_a_sentence_leaves_as_soon_as_it_holds_and_not_before() -> None:
    writer = FakeWriter([LIES[0], RENT, LIES[1], NOTICE])
    for item in desk(writer=writer).stream(ASKED):
        writer.log.append(f"left {item.text}" if isinstance(item, Sentence) else "whole")
    steps = [step for step in writer.log if say("greeting", "zh") not in step]
    wrote = [f"wrote {line.text}" for line in (LIES[0], RENT, LIES[1], NOTICE)]
    assert steps == [*wrote[:2], f"left {RENT.text}", *wrote[2:], f"left {NOTICE.text}", "whole"]


def test_a_lying_writers_sentences_are_left_out() -> None:
    answer = desk(writer=FakeWriter([*LIES, RENT, *LIES])).answer(ASKED)
    check(answer)
    assert stated(answer)[0] == RENT.text
    assert not {row.text for row in LIES} & set(stated(answer))
    assert (answer.engine, answer.prompt, answer.fault) == ("fake-model", "digest", "ungrounded")
    assert answer.notice == say("model_thin", "zh")
    assert NOTICE.text in stated(answer)  # too little was left: quotes are added
    assert answer.tokens == {"prompt": 11, "completion": 7}


def test_a_lie_beside_the_truth_is_left_out_in_silence() -> None:
    answer = desk(writer=FakeWriter([RENT, LIES[0], NOTICE])).answer(ASKED)
    assert stated(answer) == [RENT.text, NOTICE.text]
    assert (answer.notice, answer.fault) == ("", "")


def test_citations_are_numbered_by_first_use_and_said_once() -> None:
    both = Draft("退租须提前7天在预约页提出，托盘按月计租，每个每月12元。", "knowledge", (1, 2))
    answer = desk(writer=FakeWriter([CASE, NOTICE, NOTICE, both])).answer(ASKED)
    check(answer)
    assert [row.citations for row in answer.sentences if row.citations] == [(1,), (2,), (3, 2)]
    assert [row.ticket for row in answer.citations] == ["t2", "t1", "t1"]
    assert stated(answer) == [CASE.text, NOTICE.text, both.text]


def test_a_writers_own_courtesy_is_dropped() -> None:
    own = (
        Draft("亲爱的客户您好！", "courtesy"),
        RENT,
        Draft("祝您生活愉快！", "courtesy"),
        Draft("还有吗？", "question"),
    )
    answer = desk(writer=FakeWriter(own)).answer(ASKED)
    assert [row.text for row in answer.sentences] == [say("greeting", "zh"), RENT.text]


@pytest.mark.parametrize(
    "lines",
    [
        (WriterError("dead"),),
        (*LIES[:2], WriterError("broken off")),
        LIES,
        (),
        (Draft("您好！", "courtesy"),),
    ],
    ids=["dead", "breaks off", "lies", "silent", "polite"],
)
def test_when_nothing_of_the_models_holds_the_built_in_writer_answers_and_says_so(
    lines: Sequence[Draft | WriterError],
) -> None:
    answer = desk(writer=FakeWriter(lines)).answer(ASKED)
    check(answer)
    assert (answer.verdict, answer.engine, answer.prompt) == ("answered", "extractive", None)
    assert answer.notice == say("model_failed", "zh")
    assert stated(answer)[0] == RENT.text
    assert [row.text for row in answer.sentences].count(say("greeting", "zh")) == 1


def test_what_held_before_a_model_broke_off_stands() -> None:
    answer = desk(writer=FakeWriter([RENT, WriterError("broken off")])).answer(ASKED)
    check(answer)
    assert (answer.verdict, stated(answer)[0]) == ("answered", RENT.text)


def test_private_values_reach_neither_search_nor_writer_nor_reply() -> None:
    retriever, writer = FakeRetriever(), FakeWriter([RENT, Draft(f"托盘按月计租，请拨{SECRET}。", "knowledge", (1,))])
    history = (Message("user", f"我的电话 {SECRET}，托盘怎么租"), Message("assistant", f"好的 {SECRET}"))
    answer = desk(writer=writer, retriever=retriever).answer(Question(f"那 {SECRET} 呢？", history))
    check(answer)
    assert retriever.asked and MASK in retriever.asked[0]
    assert SECRET not in repr(retriever.asked) + repr(writer.briefs)
    assert MASK in writer.briefs[0].question and MASK in writer.briefs[0].history[0].content
    handed = desk(Decision("handoff", "thin")).answer(Question(f"我的电话 {SECRET}，请回电"))
    assert handed.handoff and SECRET not in repr(handed)


def test_a_model_that_repeats_a_private_value_is_held_back() -> None:
    secret = f"托盘租金问 {SECRET}"
    answer = desk(writer=FakeWriter([Draft(f"托盘按月计租，每个每月12元 {SECRET}", "knowledge", (1,)), RENT])).answer(
        Question(secret)
    )
    assert stated(answer) == [RENT.text] and SECRET not in repr(answer)
