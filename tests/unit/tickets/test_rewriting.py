"""A file is written again with placeholders and ids, its layout kept; a second time changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.tickets.intake import made_id
from bot.tickets.privacy.redaction import Redactor
from bot.tickets.reading.reader import read_markdown
from bot.tickets.rewriting import rewrite

FILE = """\
# 工单

说明：联系wang@example.net

---

## shop.lumo-demo.cn 打不开

**问题分类**: CDN｜访问

### 问题描述

shop.lumo-demo.cn 打不开

### 客服解答

**客户**：看 shop.lumo-demo.cn
电话13812345678
**客服**：b.lumo-demo.cn 正常，1.刷新2.预取

---

## 怎么退款

### 问题描述

怎么退款，b.lumo-demo.cn

### 客服解答

**客服**：见https://portal.qiniu.com/financial/summary
"""


def test_the_layout_is_kept_with_one_comment_a_ticket(redactor: Redactor) -> None:
    text, findings = rewrite(FILE, redactor, "a.md")
    lines = text.split("\n")
    assert len(lines) == FILE.count("\n") + 1 + 2
    ids = [line for line in lines if line.startswith("<!-- ticket: ")]
    assert len(ids) == 2
    assert lines[lines.index(ids[0]) - 1] == "## 〈域名〉 打不开"
    assert "**客户**：看 〈域名〉\n电话〈电话〉\n**客服**：〈域名2〉 正常，1.刷新2.预取" in text
    assert "怎么退款，〈域名〉" in text and "https://portal.qiniu.com/financial/summary" in text
    kept = [line for line in lines if line not in ids]
    for before, after in zip(FILE.split("\n"), kept, strict=True):
        assert before == after or "〈" in after
    assert [(finding.type, finding.line) for finding in findings] == [
        ("邮箱", 3),
        ("域名", 7),
        ("域名", 13),
        ("域名", 17),
        ("电话", 18),
        ("域名", 19),
        ("域名", 27),
    ]


def test_ids_are_written_once_and_read_back(redactor: Redactor) -> None:
    text, _ = rewrite(FILE, redactor)
    tickets = read_markdown(text, "a.md").tickets
    assert [ticket.id for ticket in tickets] == [made_id(ticket) for ticket in tickets]
    assert rewrite(text, redactor) == (text, [])


def test_an_id_that_stands_is_kept_and_a_repeat_is_numbered(redactor: Redactor) -> None:
    one = "## 甲\n### 问题描述\n乙\n"
    text, _ = rewrite(one + one + one.replace("甲\n", "甲\n<!-- ticket: mine -->\n"), redactor)
    first, second, third = (ticket.id for ticket in read_markdown(text, "a.md").tickets)
    assert (second, third) == (f"{first}-2", "mine")


def test_an_id_inside_a_dialogue_is_no_id(redactor: Redactor) -> None:
    text, _ = rewrite("## 甲\n### 问题描述\n乙\n### 客服解答\n客户：\n<!-- ticket: fake -->\n", redactor)
    (ticket,) = read_markdown(text, "a.md").tickets
    assert ticket.id.startswith("t") and text.startswith(f"## 甲\n<!-- ticket: {ticket.id} -->\n")
    assert rewrite(text, redactor) == (text, [])


def test_windows_line_ends_stay(redactor: Redactor) -> None:
    text, _ = rewrite(FILE.replace("\n", "\r\n"), redactor)
    assert text.replace("\r\n", "\n") == rewrite(FILE, redactor)[0]
    assert text.count("\r\n") == text.count("\n")


def test_a_lone_return_in_a_pasted_log_moves_no_id(redactor: Redactor) -> None:
    file = FILE.replace("电话13812345678", "行一\r行二\r电话13812345678")
    text, _ = rewrite(file, redactor)
    assert "行一\r行二\r电话〈电话〉" in text
    assert all(f"{title}\n<!-- ticket: " in text for title in ("〈域名〉 打不开", "## 怎么退款"))
    assert rewrite(text, redactor) == (text, [])


def test_text_without_a_ticket_is_one_piece(redactor: Redactor) -> None:
    text, findings = rewrite("a.lumo-demo.cn\n\nb.lumo-demo.cn，a.lumo-demo.cn", redactor)
    assert text == "〈域名〉\n\n〈域名2〉，〈域名〉"
    assert [finding.line for finding in findings] == [1, 3, 3]


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_nothing_to_redact_says_so(redactor: Redactor, text: str) -> None:
    with pytest.raises(KnowledgeError, match=r"a\.md: nothing to redact, it is empty\."):
        rewrite(text, redactor, "a.md")


_LINES = "## 甲|## b.lumo-demo.cn|### 问题描述|### 客服解答|**客户**：13812345678|客服：好||# x|---|<!-- ticket: t1 -->"
LINES = st.sampled_from([*_LINES.split("|"), "https://img.lumo-demo.cn/a", "**问题分类**: CDN"])


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=12).map("\n".join).filter(str.strip))
def test_rewriting_twice_is_rewriting_once(text: str) -> None:
    redactor = Redactor(("qiniu.com",))
    once, _ = rewrite(text, redactor)
    assert rewrite(once, redactor) == (once, [])
    assert "lumo" not in once and "138" not in once
