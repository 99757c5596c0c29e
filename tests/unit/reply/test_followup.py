"""A question that refers back takes the customer's earlier words along, and no one else's."""

from __future__ import annotations

import pytest

from bot.records import Message, Question
from bot.reply.followup import Asked, Rules

FIRST = Message("user", "通配符证书怎么申请？")
REPLY = Message("assistant", "证书在安全页申请，审核后签发。")
ELSEWHERE = -1.0


def asked(text: str, *history: Message, lean: float = 0.0) -> Asked:
    return Rules(lambda _: lean).rewrite(Question(text, history))


@pytest.mark.parametrize(
    "text",
    [
        "那多久到账？",
        "它能退吗",
        "多久",
        "然后呢？",
        "第二步在哪里操作",
        "what about yours?",
        "Is it a one-off?",
        "怎么收费",
        "那证书到期之后呢",
        "具體要求是什麼",
    ],
)
def test_a_follow_up_stands_behind_what_it_follows(text: str) -> None:
    assert asked(text, FIRST, REPLY) == Asked(f"{FIRST.content}\n{text}", text, (FIRST, REPLY))


def test_a_chain_of_follow_ups_reaches_back_to_its_topic() -> None:
    chain = (FIRST, REPLY, Message("user", "那多久到账？"), Message("assistant", "三天。"))
    assert asked("在哪看？", *chain).text.splitlines() == [FIRST.content, "那多久到账？", "在哪看？"]


def test_thanks_and_a_wish_for_a_person_are_nothing_to_refer_to() -> None:
    between = (Message("user", "转人工"), Message("assistant", "好的。"), Message("user", "谢谢"))
    assert asked("那到期之后呢", FIRST, REPLY, *between).text.splitlines() == [FIRST.content, "那到期之后呢"]


@pytest.mark.parametrize(
    "text",
    [
        "发票在哪里下载？",
        "那电子发票最多能开多少钱？",
        "再问一个，云主机怎么重启",
        "存储空间误删了能不能找回，这个我试过控制台和命令行工具，两边都提示没有权限，报错 E1042，是不是要先授权",
    ],
)
def test_a_change_of_topic_drops_the_history(text: str) -> None:
    assert asked(text, FIRST, REPLY) == Asked(text, text)


def test_words_of_elsewhere_are_not_read_into_the_topic() -> None:
    text = "公司附近的火锅店推荐一家"
    assert asked(text, FIRST, REPLY, lean=ELSEWHERE).text == text
    assert asked("要等几天", FIRST, REPLY, lean=ELSEWHERE).text != "要等几天"


def test_without_history_nothing_is_added() -> None:
    assert asked(" 那多久？ ") == Asked("那多久？", "那多久？")


def test_the_assistants_words_are_never_taken() -> None:
    assert asked("那多久？", REPLY).text == "那多久？"
    assert REPLY.content not in asked("那多久？", FIRST, REPLY).text
