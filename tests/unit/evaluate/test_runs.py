"""Replies are kept and taken again, several at a time."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import DeskError
from bot.evaluate.cache import Cache, digest
from bot.evaluate.lines import LineError
from bot.evaluate.run import Reply, replies
from bot.records import Answer, Citation, Message, Question, Sentence, Source
from bot.reply.finding import Measured


class Desk:
    """Answers with the question's own text, and counts what it was asked."""

    def __init__(self, broken: str = "") -> None:
        self.asked: list[str] = []
        self.broken = broken
        self._lock = threading.Lock()

    def answer(self, question: Question) -> Answer:
        with self._lock:
            self.asked.append(question.text)
        if question.text == self.broken:
            raise DeskError("gone")
        fault = "timeout" if question.text == "slow" else ""
        return Answer(question.id, "answered", question.text, (Sentence(question.text, "knowledge", ()),), fault=fault)

    def measured(self, question: Question) -> Measured:
        return Measured({}, (), 1.5, ("t1",))


def questions(*texts: str) -> list[Question]:
    return [Question(text, id=text) for text in texts]


@pytest.mark.parametrize("jobs", [1, 4])
def test_replies_come_in_order_and_are_kept_for_the_next_run(tmp_path: Path, jobs: int) -> None:
    asked = questions("a", "b", "bad", "slow", "c")
    told: list[tuple[int, int]] = []
    first = replies(asked, Desk("bad"), Cache(tmp_path, "v1"), jobs, lambda done, total: told.append((done, total)))
    assert [one.answer and one.answer.text for one in first] == ["a", "b", None, "slow", "c"]
    assert told == [(place, 5) for place in range(1, 6)] and first[2].error == "gone"
    again, desk = Cache(tmp_path, "v1"), Desk()
    second = replies(asked, desk, again, jobs)
    assert (
        sorted(desk.asked) == ["bad", "slow"] and again.hits == 3
    )  # what failed, or fell back for a fault, is asked again
    assert second[0] == first[0] and second[0].odds == 1.5 and second[0].ranked == ("t1",)


def test_what_made_an_answer_is_part_of_its_name(tmp_path: Path) -> None:
    replies(questions("a"), Desk(), Cache(tmp_path, "v1"))
    other = Cache(tmp_path, "v1")
    assert other.known(Question("a", (Message("user", "before"),))) is None
    assert Cache(tmp_path, "v2").known(Question("a")) is None and other.known(Question("a")) is not None


def test_a_line_torn_by_a_kill_is_asked_again_and_spoils_no_other(tmp_path: Path) -> None:
    replies(questions("a", "b"), Desk(), Cache(tmp_path, "v1"))
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-20])
    desk = Desk()
    replies(questions("a", "b"), desk, Cache(tmp_path, "v1"))
    assert desk.asked == ["b"]
    desk = Desk()
    replies(questions("a", "b"), desk, Cache(tmp_path, "v1"))
    assert desk.asked == []


def test_a_cache_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LineError, match="cannot keep answers"):
        Cache(tmp_path / "file", "v1")


def test_an_interrupt_ends_a_run(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replies(questions("a", "b", "c"), Desk(), Cache(tmp_path, "v1"), 1, stop)
    assert Cache(tmp_path, "v1").known(Question("a")) is not None


def test_a_digest_is_of_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = digest([tmp_path / "a", tmp_path / "none"])
    assert before == digest([tmp_path / "none", tmp_path / "a"])
    (tmp_path / "a").write_text("2")
    assert before != digest([tmp_path / "a", tmp_path / "none"])


def test_a_reply_survives_the_disk(tmp_path: Path) -> None:
    whole = Desk().answer(Question("托盘"))
    cited = (Citation(1, "t1", "", "托盘", 1, Source("f.md", 1, 1)),)
    full = Reply(replace(whole, citations=cited, ms={"retrieve": 1.0}, uncovered=("x",)), "", 0.5, ("t1", "t2"), 2.0)
    Cache(tmp_path, "v").keep(Question("q"), full)
    assert Cache(tmp_path, "v").known(Question("q")) == full
