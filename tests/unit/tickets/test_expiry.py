"""Until when an answer holds, and what a build does with one that holds no longer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.records import Ticket
from bot.tickets.approved import Approved, write
from bot.tickets.expiry import expired, soon, today
from bot.tickets.intake import learn
from bot.tickets.privacy.redaction import Redactor

REDACTOR = Redactor(("qiniu.com",))


@pytest.mark.parametrize(
    ("expires", "day", "past"),
    [
        ("", "2026-01-01", False),
        ("2026-01-01", "2026-01-01", False),  # the last day counts
        ("2026-01-01", "2026-01-02", True),
        ("2026-01-31", "2026-01-09", False),
        ("2026-01-01", "", False),  # without a clock nothing is past
    ],
)
def test_the_last_day_is_a_day_on_which_it_holds(expires: str, day: str, past: bool) -> None:
    assert expired(Ticket("a", "t", "q", (), expires=expires), day) is past


@pytest.mark.parametrize(
    ("expires", "near"),
    [("", False), ("2025-12-31", False), ("2026-01-01", True), ("2026-01-31", True), ("2026-02-01", False)],
)
def test_what_is_to_be_looked_over(expires: str, near: bool) -> None:
    assert soon(expires, "2026-01-01") is near


def test_today_is_a_day() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", today())


def test_a_build_sets_aside_what_holds_no_longer(tmp_path: Path) -> None:
    for id, expires in (("a1", "2026-01-01"), ("a2", "")):
        said = f"免费证书 {id} 的有效期是三个月。"
        record = Approved("证书多久", "证书用多久？", said, "李", "王", "2025-01-01", expires, id=id)
        write(tmp_path / "approved", record, REDACTOR)
    assert [ticket.id for ticket in learn([tmp_path], REDACTOR, 256, day="2026-01-01").tickets] == ["a1", "a2"]
    later = learn([tmp_path], REDACTOR, 256, day="2026-01-02")
    assert [ticket.id for ticket in later.tickets] == ["a2"]
    assert [(row.file, row.reason) for row in later.set_aside] == [("a1.md", "“证书多久”: held until 2026-01-01")]
    (tmp_path / "approved" / "a2.md").unlink()
    with pytest.raises(KnowledgeError, match="past the last day"):
        learn([tmp_path], REDACTOR, 256, day="2026-01-02")
