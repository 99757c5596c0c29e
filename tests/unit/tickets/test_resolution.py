"""How a ticket was solved is read from the kinds of what was said, and what was asked for by name."""

from __future__ import annotations

import pytest

from bot.records import Statement
from bot.tickets.intake import Knowledge
from bot.tickets.resolution import NEEDS, needs, resolution


def rows(*kinds: str) -> list[Statement]:
    return [Statement(f"t/{n}", "t", kind, "x", "x", 0) for n, kind in enumerate(kinds)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("knowledge", "self-service"),
        ("specific courtesy", "self-service"),
        ("knowledge action hold", "partial"),
        ("action request", "action"),
        ("specific action", "action"),
        ("hold courtesy", "wait"),
        ("request", "unresolved"),
        ("courtesy", "unresolved"),
        ("", "unresolved"),
    ],
)
def test_resolutions(kinds: str, expected: str) -> None:
    assert resolution(rows(*kinds.split())) == expected


def asked(*texts: str) -> tuple[str, ...]:
    return needs([Statement("t/1", "t", "request", text, text, 0) for text in texts])


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("麻烦提供一下域名", "需要处理的域名"),
        ("证书 ID 发一下", "订单号或证书 ID"),
        ("消费明细的截图发一下", "账单或实时消费明细的截图"),
        ("把后台的 DNS 配置给一下", "域名服务商后台的 DNS 解析截图"),
        ("请截图看下", "问题画面的截图"),
        ("是哪个bucket呢", "存储空间名称"),
        ("提供一下文件链接", "出现问题的文件链接"),
        ("reqid 有吗", "请求 ID（reqid）"),
        ("用的什么SDK呢", "SDK 的语言和版本"),
        ("把日志发一下", "报错信息或日志"),
    ],
)
def test_each_need_has_its_words(text: str, need: str) -> None:
    assert asked(text) == (need,)
    assert need in [name for name, _ in NEEDS]


def test_needs_come_once_in_their_order_and_the_closer_screenshot_wins() -> None:
    assert asked("reqid 有吗", "域名给一下", "那个域名呢") == ("需要处理的域名", "请求 ID（reqid）")
    assert asked("截图看下", "账单截图发一下") == ("账单或实时消费明细的截图",)


def test_only_requests_ask() -> None:
    assert needs([Statement("t/1", "t", "knowledge", "在域名管理里看", "", 0)]) == ()


def test_how_the_given_tickets_were_solved(knowledge: Knowledge) -> None:
    by_title = {ticket.title: resolution(knowledge.statements[ticket.id]) for ticket in knowledge.tickets}
    assert by_title["这个计算方式是怎么计算的"] == "wait"
    assert by_title["配置进度"] == "action"
    assert by_title["修改密码"] == "self-service"
    assert by_title["域名一直在找回中，这是我自己的域名"] == "partial"
