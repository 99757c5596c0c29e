"""The desk's memory: what is kept, what is wiped, and what a broken database says."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.desk.engine import _engine
from bot.desk.patient import Patient
from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.errors import StoreError


@pytest.fixture
def local(path: Path) -> Desk:
    """In a file of SQLite's."""
    return Desk(f"sqlite:///{path}")


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_messages_come_back_in_order(desk: Desk) -> None:
    desk.remember("c1", "user", "问")
    desk.remember("c1", "assistant", "答", answer="a1", verdict="answered", reply={"text": "答"})
    desk.remember("c2", "user", "别人")
    assert [(m.role, m.text, m.verdict, m.reply) for m in desk.messages("c1")] == [
        ("user", "问", "", None),
        ("assistant", "答", "answered", {"text": "答"}),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:s3c@ret:w@db/desk",
        "postgresql://desk:s3c@ret@db/desk",
        "postgresql://desk:pw@db:s3c/desk",
        "s3cret",
    ],
)
def test_an_address_that_cannot_be_read_is_told_without_its_password(url: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL") as told:
        Desk(url)
    assert "s3c" not in str(told.value) and "ret" not in str(told.value)


def test_a_database_whose_host_went_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    made, given = _engine("postgresql://desk@db/desk"), dict[str, Any]()

    def connect(**parameters: Any) -> None:
        given.update(parameters)
        raise RuntimeError("enough was seen")

    monkeypatch.setattr(Patient, "connect", connect)
    with pytest.raises(RuntimeError, match="enough"):
        made.connect()
    assert given["host"] == "db" and 0 < given["connect_timeout"] <= 10
    assert 0 < given["tcp_user_timeout"] <= 30_000
    assert given["keepalives_idle"] + given["keepalives_interval"] * given["keepalives_count"] <= 30


def test_write_ahead_log_is_on(local: Desk, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_feedback_is_one_row_per_answer_and_can_change(desk: Desk) -> None:
    desk.feedback("a1", conversation="c1", question="问", thumb="up", citations=["t1"])
    desk.feedback("a1", conversation="c1", thumb="down", comment="不对")
    desk.feedback("a1", conversation="c1", outcome="unsolved")
    desk.feedback("a1", conversation="c2", thumb="up")
    kept = {record.conversation: record for record in desk.feedbacks()}
    mine = kept["c1"]
    assert (mine.thumb, mine.outcome, mine.comment) == ("down", "unsolved", "不对")
    assert (mine.question, mine.citations) == ("问", ("t1",))
    assert desk.tally() == {"down": 1, "up": 1, "unsolved": 1, "comments": 1}
    assert [record.conversation for record in desk.feedbacks(conversation="c2")] == ["c2"]


def test_a_browser_gets_its_own_conversation_back_and_no_other(desk: Desk) -> None:
    desk.remember("mine", "user", "问", browser="secret-1")
    desk.remember("other", "user", "别人", browser="secret-2")
    desk.remember("nobody", "user", "程序")
    assert desk.resume("secret-1") == "mine" and desk.resume("secret-2") == "other"
    assert desk.resume("") == desk.resume("secret-3") == ""
    desk.release("secret-1")
    assert desk.resume("secret-1") == "" and desk.resume("secret-2") == "other"
    assert [m.text for m in desk.messages("mine")] == ["问"]


def test_a_browsers_secret_is_not_stored(local: Desk, path: Path) -> None:
    local.remember("mine", "user", "问", browser="secret-4711")
    assert b"secret-4711" not in bytes_of(path)


@pytest.mark.parametrize("end", ["cancel", "close"])
def test_own_values_leave_the_disk_when_a_handoff_ends(local: Desk, path: Path, end: str) -> None:
    said = [Say("customer", "SECRET-VALUE-4711", "〈值〉")]
    record = local.queue.open("c1", "r", [], "s", said, collected=[("订单", "SECRET-VALUE-4712")])
    local.queue.reachable("c1", "SECRET-VALUE-4713")
    local.queue.take(record.id, "anna", "小安")
    local.images.keep(record.id, b"SECRET-VALUE-4714", "image/png", 1, 1)
    assert all(f"SECRET-VALUE-471{n}".encode() in bytes_of(path) for n in (1, 2, 3, 4))
    if end == "cancel":
        assert local.queue.cancel("c1") and not local.queue.cancel("c1")
    else:
        local.queue.close(record.id, "anna")
    assert b"SECRET-VALUE" not in bytes_of(path)


def test_a_locked_database_is_one_sentence(local: Desk, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.desk.engine.BUSY_SECONDS", 0)
    impatient = Desk(f"sqlite:///{path}")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="locked") as caught:
        impatient.remember("c1", "user", "my own words")
    holder.close()
    assert "my own words" not in str(caught.value) and "\n" not in str(caught.value)
    impatient.remember("c1", "user", "once more")
    assert [m.text for m in impatient.messages("c1")] == ["once more"]


def test_a_full_disk_is_one_sentence(local: Desk) -> None:
    def full(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # type: ignore[attr-defined]

    event.listen(local._work.engine, "connect", full)
    local.close()
    with pytest.raises(StoreError, match="full"):
        for _ in range(50):
            local.remember("c1", "user", "x" * 5000)


@pytest.mark.parametrize("url", ["sqlite:////proc/none/desk.sqlite3", "nonsense", "nosuch://x/y", "sqlite:////proc"])
def test_a_url_that_cannot_be_used_is_one_sentence(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Desk(url)
    assert "\n" not in str(caught.value)


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="did not answer") as caught:
        Desk(f"postgresql://desk:pass-word@/desk?host={tmp_path}")
    assert "\n" not in str(caught.value) and "pass-word" not in str(caught.value)


def test_memory_database_is_shared_between_threads() -> None:
    desk = Desk("sqlite://")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: desk.remember(f"c{n}", "user", "x"), range(8)))
    assert len(desk.messages("c3")) == 1


def test_the_newest_hand_overs_are_read_first(desk: Desk) -> None:
    for name in ("first", "second", "third"):
        desk.queue.open(name, "r", (), "s")
        desk.remember(name, "user", f"{name} question")
    assert [talk[0].text for talk in desk.handed_over(2)] == ["third question", "second question"]
