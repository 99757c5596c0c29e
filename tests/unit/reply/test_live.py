"""A new build is taken between two questions, and the old one closed once, after its last reply."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from bot.errors import BuildError
from bot.records import Answer, Question, Statement
from bot.reply import live as module
from bot.reply.live import LiveAssistant, Opened
from tests.unit.reply.fakes import FakeLibrary, FakeRetriever, desk

ASKED = Question("托盘租金怎么算？")


class Builds:
    """A pointer to the published build, and what was opened and closed."""

    def __init__(self) -> None:
        self.current: str | None = "b1"
        self.broken: set[str] = set()
        self.opened: list[str] = []
        self.closed: list[str] = []

    def open(self) -> Opened:
        name = self.current or ""
        self.opened.append(name)
        if name in self.broken:
            raise BuildError(f"{name} is damaged")
        return Opened(name, desk(library=FakeLibrary(name)), lambda: self.closed.append(name))

    def live(self) -> LiveAssistant:
        return LiveAssistant(self.open, lambda: self.current)


@pytest.fixture
def builds() -> Builds:
    return Builds()


def test_a_new_build_answers_the_next_question(builds: Builds) -> None:
    live = builds.live()
    assert (live.answer(ASKED).index, live.build) == ("b1", "b1")
    builds.current = "b2"
    assert (live.answer(ASKED).index, live.build) == ("b2", "b2")
    assert (builds.opened, builds.closed) == (["b1", "b2"], ["b1"])


def test_a_reply_in_flight_ends_on_its_build_which_is_then_closed_once(builds: Builds) -> None:
    live = builds.live()
    first, second = live.stream(ASKED), live.stream(ASKED)
    next(first), next(second)
    builds.current = "b2"
    assert live.answer(ASKED).index == "b2"
    assert builds.closed == []
    assert [item.index for item in first if isinstance(item, Answer)] == ["b1"]
    assert builds.closed == []
    assert [item.index for item in second if isinstance(item, Answer)] == ["b1"]
    assert builds.closed == ["b1"]
    live.close()
    assert builds.closed == ["b1", "b2"]


def test_an_abandoned_reply_lets_go(builds: Builds) -> None:
    live = builds.live()
    reply = live.stream(ASKED)
    next(reply)
    builds.current = "b2"
    live.answer(ASKED)
    getattr(reply, "close")()  # noqa: B009
    assert builds.closed == ["b1"]


def test_a_broken_build_leaves_the_old_one_and_is_tried_once(builds: Builds) -> None:
    live = builds.live()
    builds.current, builds.broken = "b2", {"b2"}
    assert [live.answer(ASKED).index for _ in range(3)] == ["b1"] * 3
    assert (builds.opened, builds.closed) == (["b1", "b2"], [])
    builds.current = "b3"
    assert live.answer(ASKED).index == "b3"


def test_a_build_that_could_not_be_opened_for_a_while_is_taken_later(
    builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = builds.live()
    builds.current, builds.broken = "b2", {"b2"}
    assert live.answer(ASKED).index == "b1"
    builds.broken = set()
    assert live.answer(ASKED).index == "b1"
    monkeypatch.setattr(module, "AGAIN", 0.0)
    assert live.answer(ASKED).index == "b2"


def test_a_pointer_that_is_gone_changes_nothing(builds: Builds) -> None:
    live = builds.live()
    builds.current = None
    assert live.answer(ASKED).index == "b1"


def test_without_a_build_there_is_no_assistant(builds: Builds) -> None:
    builds.broken = {"b1"}
    with pytest.raises(BuildError):
        builds.live()


def test_everything_it_offers_is_the_current_builds(builds: Builds) -> None:
    live = builds.live()
    builds.current = "b2"
    assert live.knowledge()["build"] == live.library().id == "b2"
    assert live.engine == "extractive"
    assert live.propose("客户：托盘租金怎么算").answer.index == "b2"
    assert live.suggestions(3) == desk().suggestions(3)


def test_many_at_once_open_a_new_build_once(builds: Builds) -> None:
    live = builds.live()
    seen: list[str] = []

    def ask() -> None:
        for _ in range(20):
            seen.append(live.answer(ASKED).index)

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    builds.current = "b2"
    for asker in askers:
        asker.join()
    live.answer(ASKED)
    assert len(seen) == 160 and set(seen) <= {"b1", "b2"}
    assert (builds.opened, builds.closed) == (["b1", "b2"], ["b1"])


def test_while_one_question_opens_a_build_the_others_are_answered(builds: Builds) -> None:
    live, begun, go = builds.live(), threading.Event(), threading.Event()
    usual = live._open

    def slowly() -> Opened:
        begun.set()
        assert go.wait(30)
        return usual()

    live._open, builds.current = slowly, "b2"
    opener = threading.Thread(target=live.answer, args=(ASKED,))
    opener.start()
    assert begun.wait(30)
    assert live.answer(ASKED).index == "b1"
    go.set()
    opener.join()
    assert (live.answer(ASKED).index, builds.closed) == ("b2", ["b1"])


class Leaving(FakeRetriever):
    """A retriever whose build is removed after so many looks at statements."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def relevance(self, question: str, statements: Sequence[Statement]) -> list[float]:
        self.left -= 1
        if self.left < 0:
            raise BuildError("Failed to get segments")
        return super().relevance(question, statements)


def leaving(builds: Builds, left: int) -> LiveAssistant:
    """An assistant whose first build goes away."""

    def open() -> Opened:
        name = builds.current or ""
        retriever = Leaving(left) if name == "b1" else None
        assistant = desk(library=FakeLibrary(name), retriever=retriever)
        return Opened(name, assistant, lambda: builds.closed.append(name))

    return LiveAssistant(open, lambda: builds.current)


def test_a_question_whose_build_is_removed_is_asked_of_the_next(builds: Builds) -> None:
    live = leaving(builds, 0)
    reply = live.stream(ASKED)
    with pytest.raises(BuildError):  # nothing newer is there: said, not hidden
        next(reply)
    current = iter(["b1", "b2", "b2"])
    live._current = lambda: next(current, "b2")  # published while the reply was being made
    builds.current = "b2"
    assert live.answer(ASKED).index == "b2"
    assert builds.closed == ["b1"]


def test_a_reply_whose_build_is_removed_after_its_first_sentence_ends_whole(builds: Builds) -> None:
    answer = leaving(builds, 1).answer(ASKED)
    assert (answer.index, answer.verdict, answer.suggestions) == ("b1", "answered", ())
    assert answer.citations
