"""The lists of forgotten tickets: ids that must not become knowledge again while a file still holds them.

A list is a text file, one id a line, with `# comments`; a maintainer may edit it. It lies beside the
ticket files, so that it outlives an index, and in the folder of an index. It knows ids and files; what
a ticket is, and how it leaves an index, it does not.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import KnowledgeError
from bot.tickets import replacing

NAME = "forgotten.txt"
_HEAD = "# Tickets that `python -m bot forget` took out. Without its line a ticket comes in again at the next ingest.\n"
_PLAIN = re.compile(r'[^\s"#]\S*')  # any other id is written as a JSON text


def read(paths: Iterable[Path]) -> frozenset[str]:
    """The ids listed in and under the folders among `paths`, and beside the files among them.

    Raises KnowledgeError for a list that is there and cannot be read: forgetting less than was asked
    for would bring a ticket back.
    """
    found: set[str] = set()
    for path in paths:
        beside = [path.with_name(NAME)] if path.is_file() else []
        for item in path.rglob(NAME) if path.is_dir() else beside:
            found.update(_ids(item))
    return frozenset(found)


def add(folder: Path, tickets: Iterable[str]) -> None:
    """Appends, with today's date, those that the folder's list does not hold yet; a reader never sees half a list."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    with _alone(folder):
        known, today = _ids(path), datetime.now(UTC).date().isoformat()
        lines = [f"{_written(ticket)}  # {today}\n" for ticket in dict.fromkeys(tickets) if ticket not in known]
        if not lines:
            return
        before = path.read_text(encoding="utf-8-sig") if path.exists() else _HEAD
        if before and not before.endswith("\n"):
            before += "\n"
        replacing.replace(path, before + "".join(lines))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two that add at once do it one after the other."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _written(ticket: str) -> str:
    return ticket if _PLAIN.fullmatch(ticket) else json.dumps(ticket)


def _ids(path: Path) -> set[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return set()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise KnowledgeError(f"The list of forgotten tickets {path} cannot be read: {why}.") from None
    return {ticket for line in text.split("\n") if (ticket := _id(line.strip()))}


def _id(line: str) -> str:
    if line.startswith('"'):
        with suppress(ValueError):
            return str(json.JSONDecoder().raw_decode(line)[0])
    return "" if line.startswith("#") else re.split(r"\s#", line)[0].strip()
