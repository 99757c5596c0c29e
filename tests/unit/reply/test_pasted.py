"""From a pasted ticket to what its customer asks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.reply.pasted import MOST, READ, read
from bot.reply.systems import system

TICKET = """## 托盘租金

### 问题描述

托盘一个月多少钱

### 客服解答

**客户**：第一句
**客服**：您好，十二元。
**客户**：能便宜吗
可以开发票吗
**客户**：急
"""
DIALOGUE = "客户：货丢了\n两箱\n客服：您好，请稍等\n工程师: 在查\n用户: 怎么赔"


def test_a_whole_ticket_gives_title_description_and_last_words() -> None:
    question = read(TICKET).question
    lines = question.text.splitlines()
    assert lines[:2] == ["托盘租金", "托盘一个月多少钱"]
    assert "急" in lines and "可以开发票吗" in question.text
    assert "十二元" not in question.text and "第一句" not in question.text


def test_a_dialogue_gives_the_customers_turns_alone() -> None:
    assert read(DIALOGUE).question.text == "货丢了\n两箱\n怎么赔"


def test_text_without_roles_is_the_question() -> None:
    assert read("  冷库温度偏高\n报错 E1042 ").question.text == "冷库温度偏高\n报错 E1042"


@pytest.mark.parametrize("text", ["", " \n\t ", "😀？！", "**：**"])
def test_nothing_is_wordless(text: str) -> None:
    assert read(text).wordless


def test_a_long_one_is_cut_and_repeats_are_said_once() -> None:
    assert 400 < len(read("托盘" * 5000).question.text) <= MOST
    assert read("客户：怎么赔\n客服：在\n客户：怎么赔").question.text == "怎么赔"


CHATWOOT = {
    "id": 7,
    "additional_attributes": {"mail_subject": "托盘丢了"},
    "messages": [
        {"content": "两箱货不见了", "message_type": 0, "attachments": [{"file_type": "image", "data_url": "x"}]},
        {"content": "Anna was assigned", "message_type": 2},
        {"content": "他是老客户", "message_type": 1, "private": True},
        {"content": "您好，请稍等", "message_type": 1},
        {"content": None, "message_type": 0, "attachments": [{"file_type": "image"}]},
    ],
}
ZENDESK = {
    "ticket": {
        "id": 35,
        "subject": "托盘丢了",
        "description": "两箱货不见了",
        "requester_id": 11,
        "comments": [
            {
                "author_id": 11,
                "plain_body": "两箱货不见了",
                "attachments": [{"content_type": "image/png"}, {"content_type": "text/plain"}],
            },
            {"author_id": 2, "html_body": "<div><p>您好，请稍等</p></div>", "public": True},
            {"author_id": 2, "body": "他是老客户", "public": False},
            {"author_id": 11, "body": "怎么赔"},
        ],
    }
}


@pytest.mark.parametrize(("ticket", "images", "last"), [(CHATWOOT, 2, "两箱货不见了"), (ZENDESK, 1, "怎么赔")])
def test_a_ticket_systems_json(ticket: dict[str, Any], images: int, last: str) -> None:
    pasted = read(json.dumps(ticket, ensure_ascii=False))
    assert pasted.title == "托盘丢了" and pasted.images == images
    assert "您好，请稍等" in [turn.text for turn in pasted.turns if turn.role == "agent"]
    assert "老客户" not in pasted.whole and "Anna" not in pasted.whole
    assert pasted.question.text.splitlines()[0] == "托盘丢了" and pasted.question.text.endswith(last)


@pytest.mark.parametrize(
    "value", ['{"level": "error", "code": 504}', "[1, 2]", "{broken", '{"messages": 3}', "[" * 5000]
)
def test_other_json_is_a_log(value: str) -> None:
    assert system(value) is None
    assert read(value).turns[0].text == value


def test_rows_of_this_project_are_tickets() -> None:
    row = {
        "title": "租金",
        "question": "怎么算",
        "turns": [{"role": "客服", "text": "按月"}, {"role": "客户", "text": "能开票吗"}],
    }
    pasted = read(json.dumps(row, ensure_ascii=False))
    assert [(turn.role, turn.text) for turn in pasted.turns] == [
        ("customer", "怎么算"),
        ("agent", "按月"),
        ("customer", "能开票吗"),
    ]
    assert read(json.dumps([{"role": "user", "content": "怎么算"}])).question.text == "怎么算"


def test_mail_is_read_without_its_quotes_and_tags() -> None:
    mail = (
        "From: a@b.test\nSubject: 托盘丢了\n\n怎么赔？\n\nOn Mon, 1 Jan 2024 at 10:00, Support wrote:\n> 您好，请稍等"
    )
    assert read(mail).question.text == "托盘丢了\n怎么赔？"
    html = '<html><style>p{}</style><p>怎么赔&nbsp;？</p><img src="a.png"><script>x()</script></html>'
    pasted = read(html)
    assert pasted.question.text == "怎么赔 ？" and pasted.images == 1
    assert read("a < b 且 <p> 是标签").turns[0].text == "a < b 且 <p> 是标签"


@pytest.mark.parametrize("text", ["[图片]", "客户：[图片]\n客服：您好", "**标题**：\n客户：![a](b.png)"])
def test_nothing_but_pictures_is_wordless(text: str) -> None:
    pasted = read(text)
    assert pasted.wordless and pasted.images == 1


def test_a_line_before_the_dialogue_is_its_title() -> None:
    assert read("冷库坏了\n客户：怎么办\n客服：在查").title == "冷库坏了"
    assert read("标题：冷库坏了\n客户：怎么办").title == "冷库坏了"


def test_a_long_log_is_asked_by_its_failures_and_read_by_its_ends() -> None:
    rows = [f"2024-01-01 10:00:{n:02} GET /{n} 200 ok" for n in range(50)]
    asked = read("\n".join(["上传失败了", *rows, "ERROR upload refused: E1042", *rows])).question.text
    assert "上传失败了" in asked and "E1042" in asked and len(asked) < MOST
    pasted = read("开头\n" + "仓储记录\n" * 100_000 + "结尾")
    assert pasted.cut > 400_000 and len(pasted.whole) <= READ + 1
    assert pasted.whole.startswith("开头") and pasted.whole.endswith("结尾")
    many = {"messages": [{"content": "托盘" * 500, "message_type": 0} for _ in range(900)]}
    assert read(json.dumps(many)).cut and len(read(json.dumps(many)).whole) <= READ + 1000
