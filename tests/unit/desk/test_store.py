"""The desk's memory: what is kept, what is wiped, and what a broken database says."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.desk.store import Desk
from bot.errors import StoreError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "er" / "desk.sqlite3"


@pytest.fixture
def desk(path: Path) -> Desk:
    return Desk(f"sqlite:///{path}")


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_messages_come_back_in_order(desk: Desk) -> None:
    desk.remember("c1", "user", "问")
    desk.remember("c1", "assistant", "答", answer="a1", verdict="answered")
    desk.remember("c2", "user", "别人")
    assert [(m.role, m.text, m.verdict) for m in desk.messages("c1")] == [
        ("user", "问", ""),
        ("assistant", "答", "answered"),
    ]


def test_write_ahead_log_is_on(desk: Desk, path: Path) -> None:
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


def test_one_open_handoff_per_conversation(desk: Desk) -> None:
    first = desk.open_handoff("c1", "要人工", ["域名"], "摘要", "原话")
    second = desk.open_handoff("c1", "别的", [], "", "")
    assert second == first
    assert desk.handoff("c1") == first
    assert desk.cancel_handoff("c1") and not desk.cancel_handoff("c1")
    third = desk.open_handoff("c1", "又要", [], "", "")
    assert third.id != first.id
    assert [record.id for record in desk.handoffs()] == [third.id]
    assert len(desk.handoffs(None)) == 2


def test_two_requests_at_once_open_one(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: desk.open_handoff("c", "r", [], "s", "t").id, range(24)))
    assert len(ids) == 1


@pytest.mark.parametrize("end", ["cancel", "close"])
def test_own_values_leave_the_disk_when_a_handoff_ends(desk: Desk, path: Path, end: str) -> None:
    record = desk.open_handoff("c1", "r", [], "s", "SECRET-VALUE-4711")
    assert b"SECRET-VALUE-4711" in bytes_of(path)
    ended = desk.cancel_handoff("c1") if end == "cancel" else desk.close_handoff(record.id)
    assert ended and not desk.close_handoff(record.id)
    assert b"SECRET-VALUE-4711" not in bytes_of(path)
    assert desk.handoffs(None)[0].transcript == ""


def test_a_locked_database_is_one_sentence(desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.desk.engine.BUSY_SECONDS", 0)
    impatient = Desk(f"sqlite:///{path}")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="locked") as caught:
        impatient.remember("c1", "user", "my own words")
    holder.close()
    assert "my own words" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_full_disk_is_one_sentence(desk: Desk, path: Path) -> None:
    def full(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # type: ignore[attr-defined]

    from sqlalchemy import event

    event.listen(desk._engine, "connect", full)
    desk.close()
    with pytest.raises(StoreError, match="full"):
        for _ in range(50):
            desk.remember("c1", "user", "x" * 5000)


@pytest.mark.parametrize("url", ["sqlite:////proc/none/desk.sqlite3", "nonsense", "nosuch://x/y", "sqlite:////proc"])
def test_a_url_that_cannot_be_used_is_one_sentence(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Desk(url)
    assert "\n" not in str(caught.value)


def test_memory_database_is_shared_between_threads() -> None:
    desk = Desk("sqlite://")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: desk.remember(f"c{n}", "user", "x"), range(8)))
    assert len(desk.messages("c3")) == 1


def test_the_newest_hand_overs_are_read_first(desk: Desk) -> None:
    for name in ("first", "second", "third"):
        desk.open_handoff(name, "r", (), "s", "t")
        desk.remember(name, "user", f"{name} question")
    assert [talk[0].text for talk in desk.handed_over(2)] == ["third question", "second question"]
