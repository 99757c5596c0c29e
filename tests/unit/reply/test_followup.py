"""A question that refers back takes the customer's earlier words along, and no one else's."""

from __future__ import annotations

import pytest

from bot.records import Message, Question
from bot.reply.followup import standalone

FIRST = Message("user", "托盘租金怎么算？按月还是按天")
REPLY = Message("assistant", "托盘按月计租，到期自动续租。")


def asked(text: str, *history: Message) -> str:
    return standalone(Question(text, history))


@pytest.mark.parametrize(
    "text", ["那多久到账？", "它能退吗", "多久", "然后呢？", "第二步在哪里操作", "what about invoices?"]
)
def test_a_follow_up_stands_behind_what_it_follows(text: str) -> None:
    assert asked(text, FIRST, REPLY) == f"{FIRST.content}\n{text}"


def test_a_chain_of_follow_ups_reaches_back_to_its_topic() -> None:
    chain = (FIRST, REPLY, Message("user", "那多久到账？"), Message("assistant", "三天。"))
    assert asked("在哪看？", *chain).splitlines() == [FIRST.content, "那多久到账？", "在哪看？"]


@pytest.mark.parametrize(
    "text",
    [
        "冷库的温度应该怎么调整？",
        "冷库温度偏高，这个应该怎么处理，我已经试过重启控制面板和更换门封条，都不行，报错 E1042",
    ],
)
def test_a_new_question_stands_alone(text: str) -> None:
    assert asked(text, FIRST, REPLY) == text


def test_without_history_nothing_is_added() -> None:
    assert asked(" 那多久？ ") == "那多久？"


def test_the_assistants_words_are_never_taken() -> None:
    assert asked("那多久？", REPLY) == "那多久？"
    assert "到期自动续租" not in asked("那多久？", FIRST, REPLY)
