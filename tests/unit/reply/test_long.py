"""What reads a customer's words takes a line of the time, whatever they write: no message may hold up the others."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.reply import clauses, deeds, duties, mood, needed, wishes

WRITTEN = ("你们到底还要我等多久，", "没", "准备", "!?", "A B ", "not a ", "1", "a-", "a.", " ", "https://a.cn/")
READERS: dict[str, Callable[[str], object]] = {
    "anger": lambda text: mood.anger([text]),
    "wishes": wishes.wants_person,
    "deeds": deeds.claims_work,
    "duties": duties.acts,
    "clauses": clauses.clauses,
    "needed": lambda text: needed.given(text, (), 0),
}


@pytest.mark.parametrize("name", READERS)
def test_eight_times_the_letters_take_no_square_of_the_time(name: str) -> None:
    """In this thread's own time, the least of three: a line gives 8, a square 64. Under a millisecond is noise."""
    read = READERS[name]
    read("词表")

    def least(part: str, letters: int) -> float:
        return min(spent(read, f"{n}{part * (letters // len(part))}") for n in range(3))

    for part in WRITTEN:
        assert least(part, 4000) < 24 * max(least(part, 500), 0.001), part


def spent(read: Callable[[str], object], text: str) -> float:
    before = time.thread_time()
    read(text)
    return time.thread_time() - before
