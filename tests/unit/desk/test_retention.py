"""How long things stay, and one customer's data: all of it out, all of it gone, nothing of anybody else."""

from __future__ import annotations

import json
import traceback
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.desk.base import now
from bot.desk.models import ConversationRow
from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.errors import StoreError


def talk(desk: Desk, name: str) -> str:
    """A conversation with a row of it in every table."""
    desk.remember(name, "user", f"{name} asked", browser=name)
    desk.feedback("a", conversation=name, thumb="down", comment=f"{name} said")
    record = desk.queue.open(name, "r", [], f"{name} summary", [Say("customer", f"{name} words")])
    desk.queue.take(record.id, "anna", "小安")
    desk.images.keep(record.id, b"bytes", "image/png", 1, 1, f"{name} image")
    sent = desk.replies.record("anna", "sent", handoff=record.id, conversation=name, text=f"{name} reply")
    desk.replies.propose("anna", "标题", "问", "答", sent=sent.id)
    desk.audit.note("anna", "viewed", record.id, name)
    return record.id


def test_an_export_has_every_table_and_nobody_else(desk: Desk) -> None:
    mine = talk(desk, "mine")
    talk(desk, "other")
    found = desk.retention.export("mine")
    told = json.dumps(found, ensure_ascii=False)
    assert all(found.values()) and "other" not in told
    assert {"mine asked", "mine said", "mine words", "mine reply", "mine image"} <= {
        str(value) for rows in found.values() for row in rows for value in row.values()
    }
    assert desk.retention.conversation(mine) == desk.retention.conversation("mine") == "mine"
    assert desk.retention.conversation("none") == ""


def test_erasing_leaves_the_others_and_the_log(desk: Desk) -> None:
    talk(desk, "mine")
    talk(desk, "other")
    assert desk.retention.erase("mine") >= 8
    assert not any(desk.retention.export("mine").values()) and all(desk.retention.export("other").values())
    assert {row.conversation for row in desk.audit.newest()} == {"mine", "other"}
    assert len(desk.replies.reuses()) == 1  # what was only proposed went along
    assert desk.retention.erase("mine") == 0


def test_erased_words_leave_the_disk(path: Path) -> None:
    desk = Desk(f"sqlite:///{path}")
    talk(desk, "SECRET-4711")
    desk.audit.note("max", "looked")
    desk.retention.erase("SECRET-4711")
    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"SECRET-4711 " not in left  # its number alone stays, in the log


@pytest.mark.parametrize(("days", "stays"), [(30, False), (0, True)])
def test_what_is_old_goes_save_for_who_still_waits(desk: Desk, days: int, stays: bool) -> None:
    for name in ("old", "waits", "new"):
        talk(desk, name)
    desk.queue.cancel("old")
    with desk._work.begin() as session:
        old = update(ConversationRow).where(ConversationRow.id != "new")
        session.execute(old.values(at=now() - timedelta(days=31)))
    assert (desk.retention.purge(days, 0) == 0) is stays
    assert bool(desk.messages("old")) is stays and desk.messages("waits") and desk.messages("new")


def test_the_log_has_a_time_of_its_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.audit.note("anna", "viewed")
    assert desk.retention.purge(0, 30) == 0
    later = now() + timedelta(days=31)
    monkeypatch.setattr("bot.desk.retention.now", lambda: later)
    assert desk.retention.purge(0, 30) == 1 and desk.audit.newest() == ()


def test_what_belongs_to_no_conversation_has_an_end_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.feedback("a", conversation="a program's", comment="words")
    desk.replies.record("anna", "discarded", draft="of a pasted ticket")
    desk.queue.open("lone", "r", [], "s")
    desk.queue.cancel("lone")
    desk.queue.open("waits", "r", [], "s")
    assert desk.retention.purge(30, 0) == 0
    later = now() + timedelta(days=31)
    monkeypatch.setattr("bot.desk.retention.now", lambda: later)
    assert desk.retention.purge(30, 0) == 3
    assert desk.feedbacks() == () and desk.replies.edited() == ()
    assert [record.conversation for record in desk.queue.all(None)] == ["waits"]


def test_erasing_keeps_what_was_approved_and_nothing_that_was_only_proposed(desk: Desk) -> None:
    for name, becomes in (("mine", None), ("other", "approved")):
        talk(desk, name)
        if becomes:
            desk.replies.decide(desk.replies.reuses()[0].id, "proposed", "approved", "max", "a-1")
        desk.retention.erase(name)
    assert [row.state for row in desk.replies.reuses()] == ["approved"]


def test_an_error_quotes_no_words(path: Path) -> None:
    """Whatever prints an exception prints what it came from as well."""
    desk = Desk(f"sqlite:///{path}")
    with desk._work.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE messages")
    with pytest.raises(StoreError) as caught:
        desk.remember("c", "user", "47" * 8)
    assert "47" * 8 not in "".join(traceback.format_exception(caught.value))
