"""What `questions` does: sets checked against the index, and candidates for new ones from tickets or from use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot import wire
from bot.desk.store import Desk
from bot.evaluate import checking, proposing
from bot.evaluate.checking import Checked
from bot.settings import Settings

MANY = 2000  # feedbacks and hand-overs looked at, the newest first


def check(settings: Settings, paths: Sequence[Path]) -> Checked:
    assistant = wire.assistant(settings)
    try:
        return checking.check(paths, assistant.library().tickets)
    finally:
        assistant.close()


def from_tickets(settings: Settings, n: int) -> list[dict[str, Any]]:
    assistant = wire.assistant(settings)
    try:
        library = assistant.library()
        return proposing.from_tickets(library.tickets, library.statements, n)
    finally:
        assistant.close()


def from_use(settings: Settings, n: int) -> list[dict[str, Any]]:
    """From the desk's database; StoreError where it cannot be read."""
    desk = Desk(settings.database_url)
    try:
        return used(desk, settings, n)
    finally:
        desk.close()


def used(desk: Desk, settings: Settings, n: int) -> list[dict[str, Any]]:
    """The same from an open desk."""
    talked = dict.fromkeys(record.conversation for record in desk.handoffs(None, MANY))
    messages = [desk.messages(conversation) for conversation in talked]
    return proposing.from_use(desk.feedbacks(MANY), messages, wire.redactor(settings).clean)[:n]
