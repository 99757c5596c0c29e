"""How many conversations needed no person, week by week."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.desk.use import Talked
from bot.evaluate.selfservice import Week, ended, since, weekly

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)  # a Saturday
THEN = datetime(2026, 11, 24, 12, tzinfo=UTC)


def talk(*verdicts: str, at: datetime = THEN, person: bool = False, unhelped: bool = False) -> Talked:
    return Talked(at, verdicts, person, unhelped)


@pytest.mark.parametrize(
    ("one", "end"),
    [
        (talk("answered"), "solved"),
        (talk("clarify", "answered"), "solved"),
        (talk("answered", "clarify"), "solved"),  # thanks get a clarify
        (talk("handoff", "answered"), "solved"),
        (talk("answered", unhelped=True), "left"),
        (talk("answered", "handoff"), "left"),
        (talk("clarify"), "left"),
        (talk("answered", person=True), "person"),
        (talk("declined", person=True), "person"),
        (talk("declined"), ""),
        (talk("stopped"), ""),
        (talk(), ""),
    ],
)
def test_how_a_conversation_ended(one: Talked, end: str) -> None:
    assert ended(one) == end


def test_weeks_run_without_a_hole_up_to_now() -> None:
    told = weekly(
        [
            talk("answered", at=datetime(2026, 11, 10, tzinfo=UTC)),
            talk("answered"),
            talk("answered", person=True),
            talk("clarify"),
            talk("answered"),
            talk("declined"),
        ],
        NOW,
    )
    assert told == (
        Week("2026-W46", "2026-11-09", 1),
        Week("2026-W47", "2026-11-16"),
        Week("2026-W48", "2026-11-23", 2, 1, 1),
    )
    assert [week.share for week in told] == [1.0, None, 0.5]
    assert told[2].conversations == 4


def test_a_week_begins_on_monday_in_china() -> None:
    sunday, monday = datetime(2026, 11, 22, 15, 59, tzinfo=UTC), datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert [week.name for week in weekly([talk("answered", at=sunday)], NOW)] == ["2026-W47", "2026-W48"]
    assert [week.name for week in weekly([talk("answered", at=monday)], NOW)] == ["2026-W48"]


def test_the_turn_of_the_year_has_the_iso_year() -> None:
    now = datetime(2027, 1, 2, tzinfo=UTC)
    assert [week.name for week in weekly([talk("answered", at=datetime(2026, 12, 31, tzinfo=UTC))], now)] == [
        "2026-W53"
    ]


def test_nothing_and_what_is_older_give_no_week() -> None:
    assert weekly([], NOW) == ()
    assert weekly([talk("answered", at=datetime(2025, 1, 1, tzinfo=UTC))], NOW) == ()
    assert since(NOW, 2).isoformat() == "2026-11-16T00:00:00+08:00"
