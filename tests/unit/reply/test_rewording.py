"""A draft told otherwise keeps its numbers, and an edited one those of what still rests on evidence."""

from __future__ import annotations

import pytest

from bot.proposal import Proposal
from bot.reply.frames import say
from bot.reply.gate import Decision
from bot.reply.mail import CITED
from bot.reply.rewording import TONES, attribute, gentler, shorter
from tests.unit.reply.fakes import desk

RENT = "客户：托盘租金怎么算？\n客服：您好"


@pytest.fixture
def made() -> Proposal:
    return desk().propose(RENT)


def numbers(proposal: Proposal) -> list[tuple[int, ...]]:
    return [line.citations for line in proposal.lines if line.citations]


def test_shorter_keeps_what_leads(made: Proposal) -> None:
    short = shorter(made)
    assert len(short.text) < len(made.text) and numbers(short) == numbers(made)[:2]
    assert short.lines[0] == made.lines[0] and short.lines[-1] == made.lines[-1]


def test_shorter_keeps_what_is_asked_for() -> None:
    asked = desk(Decision("handoff", "action"), found=("t3",)).propose("丢件了，麻烦退款")
    assert "1. 订单号或证书 ID" in shorter(asked).text and say("letter_slot", "zh") in shorter(asked).text


def test_gentler_changes_frames_alone(made: Proposal) -> None:
    kind = gentler(made)
    assert kind.text.startswith(say("dear_gentle", "zh")) and kind.text.endswith(say("letter_end_gentle", "zh"))
    assert [line for line in kind.lines if line.citations] == [line for line in made.lines if line.citations]
    assert gentler(kind) == kind and "Thank you for your patience" in gentler(in_english()).text


def in_english(_: Proposal | None = None) -> Proposal:
    return desk().propose(RENT, language="en")


def test_english_marks_what_stays_chinese() -> None:
    near = desk(Decision("answered", "near"), found=("t2",))
    asked, told = (near.propose("库门的域名退款，请处理", language=language) for language in ("zh", "en"))
    assert told.language == "en" and numbers(told) == numbers(asked)
    assert say("letter_near", "en") in told.text and "1. the order number or certificate ID" in told.text
    quote = next(line.text for line in told.lines if line.kind in CITED)
    assert quote.startswith("“In a similar ticket, support explained: ") and quote.endswith(
        "(support's words, in Chinese)"
    )


@pytest.mark.parametrize("tone", [lambda made: made, in_english, *TONES.values()])
def test_an_unedited_letter_keeps_every_number(made: Proposal, tone: object) -> None:
    letter = tone(made)  # type: ignore[operator]
    found = attribute(letter.text, letter)
    assert [row.citations for row in found if row.citations] == numbers(letter)
    assert not [row for row in found if row.kind == "own"]


def test_an_edited_sentence_keeps_its_number_while_it_rests_on_the_same(made: Proposal) -> None:
    lines = ("您好：", "托盘是按月计租的，每个每月12元。", "退租须提前30天在预约页提出。", "明天给您回电话。")
    edited = "\n".join((*lines, "已经为您办理退租。[1]"))
    found = attribute(edited, made)
    assert [(row.kind, row.citations) for row in found] == [
        ("courtesy", ()),
        ("knowledge", (1,)),
        ("own", ()),
        ("own", ()),
        ("own", ()),
    ]
    assert "[1]" not in found[-1].text


def test_a_mark_that_an_agent_set_is_checked(made: Proposal) -> None:
    (right,) = attribute("每个每月12元[1]", made)
    (wrong,) = attribute("仓库周末休息[1]", made)
    assert right.citations == (1,) and (wrong.kind, wrong.citations) == ("own", ())
    assert attribute("", made) == [] and attribute("仓库周末休息[77]", made)[0].kind == "own"


def test_a_frame_of_another_draft_is_nobodys_own_words(made: Proposal) -> None:
    said = say("letter_near", "zh")
    assert said not in made.text
    assert [line.kind for line in attribute(f"{said}\n我今天生日。", made)] == ["courtesy", "own"]
