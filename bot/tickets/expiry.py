"""Until when an answer holds: the day it is where the desk's customers are, and what is past its last day.

Prices and limits change: what is past its day is not stated. Reads the clock only when it is asked to.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from bot.records import Ticket

CHINA = timezone(timedelta(hours=8), "UTC+8")
SOON = 30  # days before its last one in which an answer is to be looked over


def today() -> str:
    """The day it is in UTC+8, as ISO 8601."""
    return datetime.now(CHINA).date().isoformat()


def expired(ticket: Ticket, day: str) -> bool:
    """Whether a ticket is past the last day on which it holds; one without such a day never is."""
    return bool(ticket.expires) and ticket.expires < day


def soon(expires: str, day: str) -> bool:
    """Whether a last day is at most SOON days away, and not past."""
    return bool(expires) and expires >= day and date.fromisoformat(expires) - date.fromisoformat(day) <= timedelta(SOON)
