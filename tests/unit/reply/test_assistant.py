"""The straight line: five ways out, what leaves and when, and what never does."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from bot.errors import QuestionError, WriterError
from bot.records import Answer, Draft, Message, Question, Sentence
from bot.reply.frames import say
from bot.reply.gate import Decision
from tests.unit.reply.fakes import ANSWERED, MASK, SECRET, FakeRetriever, FakeWriter, desk

RENT = Draft("托盘按月计租，每个每月12元。", "knowledge", (1,))
NOTICE = Draft("退租须提前7天在预约页提出。", "knowledge", (2,))
CASE = Draft("类似工单中，客服的说明是：您的库门没有关严，请检查门封条。", "precedent", (3,))
LIES = (
    Draft("托盘按年计租，每个每年99元。", "knowledge", (1,)),
    Draft("托盘按月计租。", "knowledge", ()),
    Draft("托盘按月计租。", "knowledge", (42,)),
    Draft("已为您办理退租。", "knowledge", (2,)),
    Draft("退租请打开 https://evil.test/pay", "knowledge", (2,)),
    Draft("托盘不按月计租，每个每月12元。", "knowledge", (1,)),
)
FORK = Decision("clarify", "fork", "product", ("仓储", "配送"))
ASKED = Question("托盘租金怎么算？", id="q1")
KEYS = {"id", "verdict", "text", "sentences", "citations", "uncovered", "handoff", "suggestions", "engine", "prompt"}
KEYS |= {"index", "tokens", "ms"}


def stated(answer: Answer) -> list[str]:
    return [row.text for row in answer.sentences if row.kind in ("knowledge", "precedent")]


def check(answer: Answer) -> None:
    """What holds of every answer."""
    body = answer.as_json()
    assert KEYS <= set(body) <= KEYS | {"notice", "fault"}
    assert json.loads(json.dumps(body, ensure_ascii=False)) is not None
    assert set(body["tokens"]) == {"prompt", "completion"}
    assert {"retrieve", "first_sentence", "total"} <= set(body["ms"])
    for row in body["citations"]:
        assert (
            {"n", "ticket", "title", "quote", "agree", "source"}
            <= set(row)
            <= {*("n", "ticket", "title", "quote", "agree", "source", "category", "also")}
        )
        assert set(row["source"]) == {"file", "ordinal", "line"}
    for row in body["sentences"]:
        assert set(row) == {"text", "kind", "citations"}
        assert bool(row["citations"]) == (row["kind"] in ("knowledge", "precedent"))
    assert answer.text == "\n".join(row.text for row in answer.sentences)
    used = list(dict.fromkeys(n for row in answer.sentences for n in row.citations))
    assert used == [row.n for row in answer.citations] == list(range(1, len(used) + 1))
    assert "[1]" not in answer.text and SECRET not in json.dumps(body)
    assert (answer.handoff is not None) == (answer.verdict == "handoff")


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


def test_a_sentence_leaves_as_soon_as_it_holds_and_not_before() -> None:
    writer = FakeWriter([LIES[0], RENT, LIES[1], NOTICE])
    for item in desk(writer=writer).stream(ASKED):
        writer.log.append(f"left {item.text}" if isinstance(item, Sentence) else "whole")
    steps = [step for step in writer.log if say("greeting", "zh") not in step]
    wrote = [f"wrote {line.text}" for line in (LIES[0], RENT, LIES[1], NOTICE)]
    assert steps == [*wrote[:2], f"left {RENT.text}", *wrote[2:], f"left {NOTICE.text}", "whole"]


def test_the_stream_is_the_answer() -> None:
    for decision in (ANSWERED, FORK, Decision("handoff", "thin"), Decision("declined", "x")):
        *sentences, answer = desk(decision).stream(ASKED)
        assert isinstance(answer, Answer) and tuple(sentences) == answer.sentences


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
