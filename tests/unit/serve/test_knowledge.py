"""The pages about what is known: what they show, find and refuse, and that nothing shown is markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from bot.desk.store import Desk

PAGES = [
    "/knowledge",
    "/knowledge/tickets",
    "/knowledge/ticket?id=t-1",
    "/knowledge/answers",
    "/knowledge/approved",
    "/knowledge/conflicts",
    "/knowledge/aside",
]


@pytest.fixture
def look(staff: TestClient) -> Callable[..., str]:
    def get(path: str, status: int = 200, **query: str) -> str:
        answer = staff.get(path, params=query or None)
        assert answer.status_code == status
        return answer.text

    return get


def bare(page: str) -> str:
    """The words of a page."""
    return re.sub(r"<[^>]*>", "", page)


def titles(page: str) -> list[str]:
    return re.findall(r'<td><a href="/knowledge/ticket\?id=[^"]*">([^<]*)</a></td>', page)


@pytest.mark.parametrize("path", [*PAGES, "/knowledge/rebuild"])
def test_it_is_the_staffs_alone(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 401


def test_after_signing_in_one_is_where_one_wanted_to_be(client: TestClient, desk: Desk) -> None:
    desk.accounts.add("max", "a long password", "maintainer")
    given = {"name": "max", "password": "a long password"}
    wanted = "/knowledge/tickets?product=CDN&words=证书"
    asked = client.get(wanted).text
    target = re.search(r'name="next" value="([^"]*)"', asked)
    assert target and target.group(1).startswith("/knowledge/tickets?product=CDN&amp;words=")
    answer = client.post("/desk/sign-in", data={**given, "next": target.group(1).replace("&amp;", "&")})
    assert answer.headers["location"].startswith("/knowledge/tickets?product=CDN&words=")
    for foreign in ("//evil.test", "https://evil.test/knowledge/", "/knowledgeable"):
        answer = client.post("/desk/sign-in", data={**given, "next": foreign})
        assert answer.headers["location"] == "/desk"


def test_the_overview_counts_all_there_is(look: Callable[..., str]) -> None:
    page = look("/knowledge")
    words = bare(page)
    assert "build-1" in words and "2026-01-02 03:04 UTC" in words
    for name, number in (("工单", 63), ("文件", 2), ("语句", 53), ("检索片段", 120), ("重复的语句", 1)):
        assert f"{name}{number}" in words
    for told in ("矛盾（1 处未定）2", "未收入的内容1", "不予引用的语句1", "备注0", "已遗忘的工单0"):
        assert told in words
    assert "通用知识4162" in words and "域名92" in words  # how many statements or values, and how many tickets


def test_the_chart_has_a_name_and_a_table(look: Callable[..., str]) -> None:
    page = look("/knowledge")
    chart = page[page.index("<svg") : page.index("</svg>")]
    assert 'role="img" aria-labelledby="chart-title chart-desc"' in chart
    assert "<title>CDN：客户可自行解决 2 个</title>" in chart
    assert "对象存储602" not in bare(page) and "对象存储60600000" not in bare(chart)
    table = bare(page[page.index("</svg>") :])
    assert "对象存储6060" in table and "CDN220" in table


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"product": "CDN"}, 2),
        ({"topic": "计费问题"}, 60),
        ({"topic": "-"}, 1),
        ({"resolution": "action"}, 1),
        ({"kind": "request"}, 1),
        ({"redacted": "域名"}, 2),
        ({"file": "b.md"}, 61),
        ({"file": "b.md", "product": "CDN"}, 1),
        ({"words": "控制台"}, 2),
        ({"words": "ssl 证书"}, 1),
        ({"words": "t-2"}, 1),
        ({"words": "没有这种话"}, 0),
        ({"product": "没有"}, 0),
        ({}, 63),
    ],
)
def test_tickets_are_filtered(look: Callable[..., str], query: dict[str, str], found: int) -> None:
    page = look("/knowledge/tickets", **query)
    if found:
        assert f"共 {found} 个工单" in page and len(titles(page)) == min(found, 50)
    else:
        assert "没有符合条件的工单" in page
    for value in query.values():  # the form keeps what was chosen
        assert f'value="{value}"' in page


def test_fifty_a_page(look: Callable[..., str]) -> None:
    first = look("/knowledge/tickets", product="对象存储")
    second = look("/knowledge/tickets", product="对象存储", page="2")
    assert len(titles(first)) == 50 and len(titles(second)) == 10 and not {*titles(first)} & {*titles(second)}
    assert "这里是第 51 至 60 个" in second
    onward = re.search(r'href="([^"]*)" rel="next"', first)
    assert onward and look(onward.group(1).replace("&amp;", "&")) == second
    for wrong in ("0", "99", "-1", "x", "9" * 30, "²"):
        assert titles(look("/knowledge/tickets", page=wrong))


def test_a_ticket_with_all_that_is_known(look: Callable[..., str]) -> None:
    page = look("/knowledge/ticket", id="t-1")
    words = bare(page)
    assert "SSL证书怎么申请" in words and "CDN｜证书问题" in words and "2026-01-02" in words
    assert "a.md 第 3 行（第 1 个）" in words and "附图 1 张" in words and "第 6 行" in words
    assert "客户需提供需要处理的域名" in words and "已脱敏的类型域名" in words
    assert "域名没有添加解析记录" in words and "来自根本原因" in words
    assert re.search(r'<mark class="k-knowledge">.*?通用知识.*?在控制台的证书管理里申请免费证书。</mark>', page)
    assert re.search(r'<mark class="k-request">.*?索要信息.*?请提供域名。</mark>', page)
    assert "2 个工单这样说，另外 1 个" in words and '<a href="/knowledge/ticket?id=t-2">申请证书</a>' in page
    assert "维护者改过" in words and "有矛盾，暂不引用" in words
    assert '<a href="/knowledge/ticket?id=t-1">SSL证书怎么申请</a>' in look("/knowledge/ticket", id="t-2")


def test_a_ticket_that_is_not_there(look: Callable[..., str]) -> None:
    assert "没有这个工单" in look("/knowledge/ticket", 404, id="gone")
    assert "没有这个工单" in look("/knowledge/ticket", 404)


def test_answers_that_several_give(look: Callable[..., str]) -> None:
    page = bare(look("/knowledge/answers"))
    assert "1 个答复" in page and "2 个工单这样答" in page and "维护者改过" in page
    assert "SSL证书怎么申请" in page and "申请证书" in page and "python -m bot review" in page


def test_conflicts_with_the_open_ones_first(look: Callable[..., str]) -> None:
    page = look("/knowledge/conflicts")
    assert page.index("c-c-2") < page.index("c-c-1")
    assert bare(page).count("一小时 还是 2小时") == 2 and "1 处未定" in page
    settled = bare(page[page.index("c-c-1") :])
    assert "维护者已裁定" in settled and "一小时 成立" in settled and "2小时 成立" not in settled
    assert '<a href="/knowledge/ticket?id=t-2">' in page and "rulings.toml" in page


def test_what_was_not_taken(look: Callable[..., str]) -> None:
    page = look("/knowledge/aside")
    assert "a.md" in page and "&lt;b&gt;问题" in page
    assert '<a href="/knowledge/ticket?id=t-1">t-1</a>: it carries a foreign link' in page


def test_a_report_of_another_version_is_no_crash(look: Callable[..., str], core: Any) -> None:
    core.knowledge = lambda: {"set_aside": [{"file": 1}], "contradictions": [{"id": "x"}]}
    assert "无法读取" in look("/knowledge/aside") and "无法读取" in look("/knowledge/conflicts")
    assert "build-1" in look("/knowledge")


def test_a_new_build_is_shown_at_once(look: Callable[..., str], core: Any, serve_fakes: ModuleType) -> None:
    look("/knowledge/tickets")
    fresh = serve_fakes.library("build-2")
    fresh.tickets = {"t-2": fresh.tickets["t-2"]}
    core.build, core.shelf = "build-2", fresh
    assert titles(look("/knowledge/tickets")) == ["申请证书"] and "build-2" in look("/knowledge")


def test_nothing_shown_is_markup(look: Callable[..., str], serve_fakes: ModuleType) -> None:
    evil = serve_fakes.EVIL
    for path in (*PAGES, f"/knowledge/ticket?id={quote(evil, safe='')}", f"/knowledge/tickets?words={quote(evil)}"):
        page = look(path)
        assert "<img" not in page and 'onerror="' not in page
    assert "&lt;img src=" in look("/knowledge/ticket", id=evil)
