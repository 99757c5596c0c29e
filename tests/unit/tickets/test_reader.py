"""Markdown files become tickets: layouts invented here, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.records import Source, Ticket
from bot.tickets.reading.layouts import SECTIONS, section
from bot.tickets.reading.reader import read, read_markdown

PLAIN = """\
# 工单

## 怎样续费

**问题分类**: 账户｜续费问题

### 问题描述

包年主机怎样续费

### 客服解答

**客户**：包年主机怎样续费[图片]
**客服**：您好，在费用中心续费
"""


def one(text: str) -> Ticket:
    reading = read_markdown(text, "a.md")
    assert len(reading.tickets) == 1 and reading.set_aside == ()
    return reading.tickets[0]


def said(ticket: Ticket) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in ticket.turns]


# --- layouts


@pytest.mark.parametrize(
    ("numbering", "title"),
    [
        ("Q1: ", "怎样续费"),
        ("Q12：", "怎样续费"),
        ("问题 1：", "怎样续费"),
        ("案例3. ", "怎样续费"),
        ("1. ", "怎样续费"),
        ("2、", "怎样续费"),
        ("【7】", "怎样续费"),
        ("", "怎样续费"),
        ("1.5 倍速播放卡顿", "1.5 倍速播放卡顿怎样续费"),
        ("404 页面", "404 页面怎样续费"),
    ],
)
def test_a_number_before_a_title_goes_and_one_in_it_stays(numbering: str, title: str) -> None:
    assert one(PLAIN.replace("## 怎样", f"## {numbering}怎样")).title == title


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_every_section_name_is_known_with_marks_around_it(name: str) -> None:
    assert section(f"### 1. {name}：") == section(f"**{name}**") == SECTIONS[name]
    assert section(f"{name}不清楚") is None


def test_bold_labels_with_either_colon_inside_or_outside() -> None:
    ticket = one(
        "## 怎样退款\n\n**问题分类：** 账户|退款\n**相关产品:** 账户、财务\n**问题描述**：想退款\n"
        "**客服解答：**\n客户: 想退款\n客服：在费用中心退款\n**根本原因**: 买错了\n"
    )
    assert (ticket.product, ticket.topic, ticket.scenes) == ("账户", "退款", ("账户", "财务"))
    assert (ticket.question, ticket.root_cause) == ("想退款", "买错了")
    assert said(ticket) == [("customer", "想退款"), ("agent", "在费用中心退款")]


def test_section_values_on_the_next_line() -> None:
    ticket = one(
        "# 端口\n#\n## 分类标签\n云主机｜网络\n\n## 适用场景\n云主机\n## 客户描述\n8443 打不开\n## 解决方法\n放行它\n"
    )
    assert (ticket.product, ticket.topic, ticket.scenes) == ("云主机", "网络", ("云主机",))
    assert said(ticket) == [("agent", "放行它")]


@pytest.mark.parametrize(
    "dialogue",
    [
        "**用户**: 慢\n**工程师**：换线路",
        "客户：慢\n客服:换线路",
        "- **提问**：慢\n- **回答**：换线路",
        "* 问: 慢\n* 答: 换线路",
        "Customer: 慢\nSupport: 换线路",
    ],
)
def test_roles_by_many_names(dialogue: str) -> None:
    assert said(one(f"## 慢\n### 问题描述\n慢\n### 客服解答\n{dialogue}\n")) == [
        ("customer", "慢"),
        ("agent", "换线路"),
    ]


def test_an_answer_of_bullets_without_roles_is_the_agents() -> None:
    ticket = one(
        "## 端口\n### 问题描述\n端口不通\n### 解决方案\n1. 查防火墙\n   记得保存\n2. 放行端口\n\n再换一个网络\n试试\n"
    )
    assert said(ticket) == [
        ("agent", "查防火墙\n   记得保存"),
        ("agent", "放行端口"),
        ("agent", "再换一个网络\n试试"),
    ]
    assert [turn.line for turn in ticket.turns] == [5, 7, 9]


def test_a_summary_beside_the_full_dialogue_is_not_the_dialogue() -> None:
    ticket = one(
        "## 日志\n### 详细问题描述\n日志在哪\n### 解决方案要点\n- 控制台下载\n### 步骤\n"
        "### 完整对话记录\n客户：日志在哪\n客服：日志页里\n"
    )
    assert ticket.summary == "- 控制台下载\n### 步骤"
    assert said(ticket) == [("customer", "日志在哪"), ("agent", "日志页里")]


def test_headings_and_hashes_inside_split_nothing() -> None:
    ticket = one(
        "#\n## 报错\n\n### 问题描述\n# error 1\n## error 2\n### 客服解答\n"
        "**客户**：日志\n# cat /etc/hosts\n## 问题描述不清\n"
        "#\n**客服**：看这里\n### 步骤\n1. 重启\n\n### 根本原因分析\n不明\n"
    )
    assert ticket.question == "# error 1\n## error 2"
    assert said(ticket) == [
        ("customer", "日志\n# cat /etc/hosts\n## 问题描述不清"),
        ("agent", "看这里\n### 步骤\n1. 重启"),
    ]
    assert ticket.root_cause == "不明"


def test_english_words_of_a_pasted_log_are_no_roles() -> None:
    ticket = one(
        "## 登录\n### 问题描述\n登录失败\n### 客服解答\n**客户**：请求如下\nUser: root\nAgent: curl/8\n**客服**：收到\n"
    )
    assert said(ticket) == [("customer", "请求如下\nUser: root\nAgent: curl/8"), ("agent", "收到")]


def test_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode())
    assert read(path) == read_markdown(PLAIN, "a.md")
    assert read_markdown(PLAIN.replace("\n", "\r"), "a.md") == read_markdown(PLAIN, "a.md")


def test_a_ticket_with_an_answer_alone_is_a_ticket_of_its_own() -> None:
    reading = read_markdown("## 甲\n### 客服解答\n客服：子\n## 乙\n### 客服解答\n客服：丑\n", "a.md")
    assert [(ticket.title, said(ticket)) for ticket in reading.tickets] == [
        ("甲", [("agent", "子")]),
        ("乙", [("agent", "丑")]),
    ]


def test_a_ticket_without_an_agent_is_kept() -> None:
    ticket = one("## 催一下\n### 问题描述\n有人吗\n### 客服解答\n**客户**：有人吗\n")
    assert ticket.agent_text == "" and ticket.text == "催一下\n有人吗"


def test_an_id_comment_counts_under_the_title_alone() -> None:
    ticket = one("## 甲\n<!-- ticket: t-1.a -->\n### 问题描述\n乙\n### 客服解答\n客户：\n<!-- ticket: other -->\n")
    assert ticket.id == "t-1.a"
    assert ticket.turns[0].text == "<!-- ticket: other -->"


# --- what is set aside, and files that are none


def test_an_empty_ticket_is_set_aside_with_its_line() -> None:
    reading = read_markdown("## 空的\n### 问题描述\n\n### 客服解答\n\n" + PLAIN.removeprefix("# 工单\n"), "a.md")
    assert [ticket.source for ticket in reading.tickets] == [Source("a.md", 2, 7)]
    assert [(row.file, row.line, row.reason) for row in reading.set_aside] == [
        ("a.md", 1, "“空的”: no question and no answer")
    ]


def test_a_file_without_tickets_says_so() -> None:
    reading = read_markdown("# 说明\n\n这里没有工单。\n", "a.md")
    assert reading.tickets == ()
    assert [(row.line, row.reason.split(":")[0]) for row in reading.set_aside] == [(1, "no ticket found")]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "the file is empty"),
        (b" \n\t\n", "the file is empty"),
        (b"\x89PNG\r\n\x00\x00\x00", "this is a binary file"),
        (b"\xff\xfe## ", "it begins like UTF-16 and is damaged"),
    ],
)
def test_what_is_no_text_raises_one_sentence(tmp_path: Path, raw: bytes, words: str) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(raw)
    with pytest.raises(KnowledgeError, match=words) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))


def test_a_path_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"cannot be read \(No such file"):
        read(tmp_path / "none.md")


def test_rows_are_read_by_their_suffix(tmp_path: Path) -> None:
    rows, table = tmp_path / "a.jsonl", tmp_path / "a.csv"
    rows.write_text('{"id": "a", "text": "b"}\n', "utf-8")
    table.write_text("id,answer\na,b\n", "utf-8-sig")
    for path, line in ((rows, 1), (table, 2)):
        reading = read(path)
        assert [(ticket.id, said(ticket)) for ticket in reading.tickets] == [("a", [("agent", "b")])]
        assert reading.tickets[0].source == Source(path.name, 1, line)
