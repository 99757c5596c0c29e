"""Root causes: boilerplate is dropped, a specific one is told as one case's and looked for."""

from __future__ import annotations

from bot.records import Ticket
from bot.tickets.causes import CAUSE, cause, without_boilerplate

OWN = "源站的防火墙拦截了加速节点的回源请求，因此访问返回超时。"


def ticket(name: str, text: str) -> Ticket:
    return Ticket(name, "标题", "问题", (), root_cause=text)


def test_a_text_over_unrelated_tickets_is_dropped_in_nearly_any_wording() -> None:
    common = "用户不熟悉控制台的配置方法，没有查看官方的说明文档"
    rows = [
        ticket("a", common),
        ticket("b", f"{common}。"),
        ticket("c", common.replace("官方的", "官方")),
        ticket("d", OWN),
    ]
    assert [row.root_cause for row in without_boilerplate(rows)] == ["", "", "", OWN]
    assert [row.root_cause for row in without_boilerplate(rows[1:])] == [row.root_cause for row in rows[1:]]


def test_a_specific_cause_is_searched_and_told_as_one_case() -> None:
    row = ticket("d", f"**根本原因**：{OWN}")
    found = cause(row, 4)
    assert found and (found.id, found.kind, found.text, found.turn) == ("d/4", "specific", OWN, CAUSE)
    assert OWN in row.text


def test_a_topic_or_a_guess_is_no_cause() -> None:
    for text in ("", "配置问题", "SSL证书配置或更新操作不熟悉", "网络波动或客户端环境异常"):
        assert cause(ticket("a", text), 1) is None
