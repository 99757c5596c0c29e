"""What a maintainer decides in the file is followed, what they wrote is kept, and a bad file stops the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.tickets import rulings
from bot.tickets.answers import answers
from bot.tickets.intake import Knowledge, learn
from bot.tickets.privacy.redaction import Redactor

TICKETS = """
## 证书有效期
**问题分类**: CDN｜证书
### 问题描述
免费证书能用多久
### 客服解答
**客服**：您好，免费证书有效期为一年。到期之前在证书管理页面重新申请并部署到域名就可以。

## 证书到期
**问题分类**: CDN｜证书
### 问题描述
证书到期了怎么办
### 客服解答
**客服**：免费证书有效期为90天。到期之前在证书管理页面重新申请并部署到域名就可以。
"""
SAME = "到期之前在证书管理页面重新申请并部署到域名就可以。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.md").write_text(TICKETS, encoding="utf-8")
    return tmp_path


def taken(folder: Path) -> Knowledge:
    return learn([folder], Redactor(("vendor.example",)), 256)


def reviewed(folder: Path) -> Path:
    found, path = taken(folder), folder / rulings.NAME
    rows = [row for said in found.statements.values() for row in said]
    rulings.write(path, answers(found.tickets, rows), found.conflicts)
    return path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def stated(found: Knowledge) -> list[str]:
    return [row.text for said in found.statements.values() for row in said if not row.disputed]


def test_a_fresh_file_changes_nothing(folder: Path) -> None:
    before = taken(folder)
    reviewed(folder)
    assert taken(folder).statements == before.statements
    assert not any("有效期" in text for text in stated(before))


def test_a_ruled_value_is_stated_and_the_other_is_not(folder: Path) -> None:
    path = reviewed(folder)
    change(path, 'holds = ""', 'holds = "90天"')
    found = taken(folder)
    assert [conflict.why for conflict in found.conflicts] == ["ruled"]
    assert [text for text in stated(found) if "有效期" in text] == ["免费证书有效期为90天。"]


def test_each_side_may_be_right_in_its_place(folder: Path) -> None:
    change(reviewed(folder), 'holds = ""', 'holds = "all"')
    assert len([text for text in stated(taken(folder)) if "有效期" in text]) == 2


def test_an_edit_stands_for_every_copy_and_keeps_the_quote(folder: Path) -> None:
    change(reviewed(folder), f'say = "{SAME}"', 'say = "到期前请重新申请并部署。"')
    rows = [row for said in taken(folder).statements.values() for row in said if row.edited]
    assert [(row.text, row.quote) for row in rows] == [("到期前请重新申请并部署。", SAME)] * 2


def test_an_emptied_sentence_is_never_stated(folder: Path) -> None:
    change(reviewed(folder), f'say = "{SAME}"', 'say = ""')
    assert SAME not in stated(taken(folder))


def test_an_edit_is_redacted_and_one_that_talks_to_an_assistant_is_refused(folder: Path) -> None:
    path = reviewed(folder)
    change(path, f'say = "{SAME}"', 'say = "到期前请联系 13912345678 重新申请。"')
    found = taken(folder)
    assert not any("13912345678" in text for text in stated(found)) and SAME in stated(found)
    assert "edit" in found.withheld[0].reason  # a phone number in an answer is stopped at the door


def test_an_edit_whose_sentence_is_gone_is_told(folder: Path) -> None:
    change(reviewed(folder), f'say = "{SAME}"', 'say = "到期前请重新申请。"')
    (folder / "a.md").write_text(TICKETS.replace("到期之前", "在到期以前"), encoding="utf-8")
    assert "no ticket holds any more" in taken(folder).withheld[0].reason


def test_a_second_review_keeps_edits_rulings_and_comments_and_adds_what_is_new(folder: Path) -> None:
    path = reviewed(folder)
    change(path, 'holds = ""', 'holds = "90天"')
    change(path, f'say = "{SAME}"', 'say = "到期前请重新申请并部署。"')
    change(path, "\n[[answer]]\n", "\n# seen by Li\n[[answer]]\n")
    before = path.read_text(encoding="utf-8")
    reviewed(folder)
    assert path.read_text(encoding="utf-8") == before
    more = "## 刷新\n**问题分类**: CDN｜缓存\n### 问题描述\n刷新多久\n"
    more += "### 客服解答\n**客服**：目录刷新提交以后大约十分钟全网生效，请在刷新预取页面查看进度。\n"
    (folder / "b.md").write_text(more + more.replace("## 刷新", "## 再刷新"), encoding="utf-8")
    reviewed(folder)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(before.rstrip()) and "目录刷新" in text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('holds = ""', 'holds = "三天"', "holds is '三天'"),
        ("holds = ", "hold = ", "conflict.1.hold"),
        ('holds = ""', "holds = 3", "conflict.1.holds"),
        ("\n[[answer]]", "\n[[answer]", "not TOML"),
    ],
)
def test_a_file_that_cannot_be_understood_stops_the_build_with_its_place(
    folder: Path, old: str, new: str, told: str
) -> None:
    path = reviewed(folder)
    change(path, old, new)
    with pytest.raises(KnowledgeError, match=r"rulings\.toml") as error:
        taken(folder)
    assert told in str(error.value)


def test_a_file_that_is_no_text_is_told(folder: Path) -> None:
    (folder / rulings.NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KnowledgeError, match="UTF-8"):
        taken(folder)
