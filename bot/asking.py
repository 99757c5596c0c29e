"""What `questions` does: sets checked against the index, and candidates for new ones from tickets or from use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot import wire
from bot.desk.store import Desk
from bot.evaluate import checking, lines, proposing
from bot.evaluate.checking import Checked
from bot.settings import Settings

MANY = 2000  # feedbacks and hand-overs looked at, the newest first


def check(settings: Settings, paths: Sequence[Path]) -> Checked:
    assistant = wire.assistant(settings)
    try:
        return checking.check(paths, assistant.library().tickets)
    finally:
        assistant.close()


def propose(settings: Settings, source: str, n: int, out: Path) -> tuple[int, int]:
    """Adds up to `n` candidates to a file and leaves what is there; how many were new, of how many.

    source: tickets or use. Raises LineError for a file that holds no JSON lines.
    """
    made = from_use(settings, n) if source == "use" else from_tickets(settings, n)
    before = lines.read_text(out) if out.is_file() else ""
    new = proposing.added((row.id() for row in lines.parse(before, str(out))), made)
    with lines.whole(out) as file:
        file.write(before if not before or before.endswith("\n") else f"{before}\n")
        for one in new:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
    return len(new), len(made)


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
        clean = wire.redactor(settings).clean
        return proposing.from_use(desk.feedbacks(MANY), desk.handed_over(MANY), clean, desk.replies.edited(MANY))[:n]
    finally:
        desk.close()
