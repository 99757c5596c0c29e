"""How many conversations the desk solved without a person, week by week.

A conversation is solved when its last question was answered, no person took it over, and the customer did not say in
the end that it helped nothing. Whoever leaves without a word counts as helped, so the share is an upper bound. Knows
no database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.desk.use import Talked
from bot.tickets.expiry import CHINA

WEEKS = 12  # shown, the running one among them
OURS = ("answered", "clarify", "handoff")  # a conversation that was only declined is none of ours


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week (2026-W48) in UTC+8 with the day on which it begins, and its conversations by how they ended."""

    name: str
    begins: str
    solved: int = 0
    person: int = 0
    left: int = 0

    @property
    def conversations(self) -> int:
        return self.solved + self.person + self.left

    @property
    def share(self) -> float | None:
        """Solved without a person; None without conversations."""
        return self.solved / self.conversations if self.conversations else None


def since(now: datetime, weeks: int = WEEKS) -> datetime:
    """The beginning of the first of so many weeks, of which the last one holds `now`."""
    monday = _monday(now) - timedelta(weeks=weeks - 1)
    return datetime(monday.year, monday.month, monday.day, tzinfo=CHINA)


def weekly(talks: Iterable[Talked], now: datetime, weeks: int = WEEKS) -> tuple[Week, ...]:
    """Every week up to now, the oldest first, from the first one that has a conversation; none without any."""
    first = since(now, weeks).date()
    counts: dict[date, Counter[str]] = {}
    for talk in talks:
        if end := ended(talk):
            counts.setdefault(_monday(talk.at), Counter())[end] += 1
    begun = sorted(monday for monday in counts if first <= monday <= _monday(now))
    if not begun:
        return ()
    mondays = [begun[0] + timedelta(weeks=n) for n in range((_monday(now) - begun[0]).days // 7 + 1)]
    return tuple(
        Week(f"{year}-W{week:02}", monday.isoformat(), held["solved"], held["person"], held["left"])
        for monday in mondays
        for year, week, _ in (monday.isocalendar(),)
        for held in (counts.get(monday, Counter()),)
    )


def ended(talk: Talked) -> str:
    """How a conversation ended: person, solved or left; "" for one that was none of our business."""
    if not set(talk.verdicts) & set(OURS) and not talk.person:
        return ""
    if talk.person:
        return "person"
    told = [verdict for verdict in talk.verdicts if verdict in ("answered", "handoff")]  # thanks are asked back on
    return "solved" if told and told[-1] == "answered" and not talk.unhelped else "left"


def _monday(at: datetime) -> date:
    day = at.astimezone(CHINA).date()
    return day - timedelta(days=day.weekday())
