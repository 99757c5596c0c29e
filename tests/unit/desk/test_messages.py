"""What a robot is sent: signatures by the published recipes, and texts in which a customer's words are no markup."""

from __future__ import annotations

import json

import pytest

from bot.desk.announcing import TITLE, Kind, Notice, message, signature

KINDS: tuple[Kind, ...] = ("wecom", "dingtalk", "feishu")
NOTICE = Notice(number="a1b2", reason="客户要求人工", summary="证书一直审核中", product="SSL 证书", waiting=3)


def test_the_published_signature_recipes_are_kept() -> None:
    """Computed by `printf | openssl dgst -sha256 -hmac`, beside the code."""
    assert signature("dingtalk", "secret", 1_600_000_000.123)[0]["timestamp"] == "1600000000123"
    assert signature("dingtalk", "secret", 1_600_000_000)[0]["sign"] == "XHSnLTbboLLBCrXfAQRHx6W9LkLB43RYwgcsOS2j3vs="
    assert signature("feishu", "secret", 1_600_000_000)[1]["sign"] == "vvU1S4ucHy95pQ90meMW66yQJ+Szge4s9g7hQUu9yP8="
    assert signature("wecom", "secret", 1_600_000_000) == ({}, {})


def shown(kind: Kind, notice: Notice, desk_url: str = "") -> str:
    """All that a group reads."""
    body = message(kind, notice, desk_url)
    if kind == "feishu":
        post = body["content"]["post"]["zh_cn"]
        return "\n".join([post["title"], *(piece["text"] for row in post["content"] for piece in row)])
    return str(body["markdown"].get("content") or body["markdown"]["text"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_tells_what_an_agent_needs(kind: Kind) -> None:
    loud = Notice("a1b2", "客户要求人工", "证书一直审核中", "SSL 证书", 3, angry=True, out_of_hours=True)
    text = shown(kind, loud)
    for part in (
        TITLE,
        "a1b2",
        "客户要求人工",
        "证书一直审核中",
        "SSL 证书",
        "等待人数：3",
        "客户情绪激动、非服务时间",
    ):
        assert part in text
    quiet = shown(kind, Notice("a1b2", "客户要求人工", "证书一直审核中"))
    assert "产品" not in quiet and "注意" not in quiet and "工作台" not in quiet


ATTACKS = (
    '<@all> @all @所有人 <at user_id="all">所有人</at> <at id=all></at> &lt;@all&gt; [点我](https://evil.example) '
    '![图](https://evil.example/x.png) **粗** `码` <font color="warning">红</font>\n# 标题\n> 引用\n- 项\r\n1. 项'
    "\u2028# 又一个 \\<@all\\> ~~删~~ _斜_ \u202e反 \x00\ud800"
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_customers_words_are_no_markup(kind: Kind) -> None:
    plain = shown(kind, Notice("n", "r", "s", "p"))
    hostile = shown(kind, Notice(ATTACKS, ATTACKS, ATTACKS, ATTACKS))
    # The same lines and the same signs of markup as in a message without any.
    assert hostile.count("\n") == plain.count("\n")
    for sign in "<>&@" if kind == "feishu" else "<>&@[]()*`#\\_~|":
        assert hostile.count(sign) == plain.count(sign), sign
    assert json.dumps(message(kind, Notice(ATTACKS, ATTACKS, ATTACKS))).isascii()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("letter", ["字", "a", "<", "😀"])
def test_a_message_is_at_most_4096_bytes_and_keeps_its_link(kind: Kind, letter: str) -> None:
    long = letter * 9000
    text = shown(kind, Notice(long, long, long, long, 10**6, True, True), "https://desk.example/" + "d" * 900)
    assert len(text.encode()) <= 4096 and "…" in text and "打开工作台" in text


def test_the_address_of_the_desk_cannot_end_its_own_link() -> None:
    text = shown("wecom", NOTICE, "https://desk.example/a)b c](x)")
    assert text.count("(") == text.count(")") == 1
