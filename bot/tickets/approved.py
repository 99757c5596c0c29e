"""Answers that staff approved, as ticket files: one a file, named by its id, in the layout of every other ticket.

What is written is read back first, by the reader and the classifier that a build uses (vetting.py), and refused with
the reason where it would not come back as one ticket whose answer can be stated. Knows a folder; who may approve, and
how a build is made, it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bot.errors import KnowledgeError
from bot.records import Ticket
from bot.tickets import replacing
from bot.tickets.intake import made_id
from bot.tickets.privacy.redaction import Redactor
from bot.tickets.reading.reader import read
from bot.tickets.vetting import ID, Approved, checked, rendered

__all__ = ["FOLDER", "Approved", "checked", "listed", "load", "withdraw", "write"]

FOLDER = "approved"  # beside the other ticket files


def write(folder: Path, record: Approved, redactor: Redactor, claims: Callable[[str], bool] = lambda _: False) -> Path:
    """Writes the answer's file, or writes it anew where the id is known; a reader never sees half of it.

    `claims` tells further claims of somebody's work. Raises KnowledgeError with the reason where it is refused.
    """
    record, _ = checked(record, redactor, claims)
    if not record.id:
        record = replace(record, id=_fresh(folder, record))
    path = folder / f"{record.id}.md"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replacing.replace(path, rendered(record))
    except OSError as error:
        raise KnowledgeError(f"The answer could not be written to {path}: {error.strerror or error}.") from None
    return path


def withdraw(folder: Path, id: str) -> None:
    """Takes the answer's file away; the next build is without it. Raises KnowledgeError where there is none."""
    path = _path(folder, id)
    try:
        path.unlink()
        replacing.sync(folder)
    except FileNotFoundError:
        raise _missing(id) from None
    except OSError as error:
        raise KnowledgeError(f"{path} could not be removed: {error.strerror or error}.") from None


def load(folder: Path, id: str) -> Approved:
    """The answer of this id. Raises KnowledgeError where there is none, or its file holds something else."""
    path = _path(folder, id)
    if not path.is_file():
        raise _missing(id)
    found = next((ticket for ticket in read(path).tickets if ticket.id == id and ticket.approver), None)
    if found is None:
        raise KnowledgeError(f"{path}: no approved answer {id} in it; it needs the labels that approved answers have.")
    return Approved.of(found)


def listed(folder: Path) -> tuple[Approved, ...]:
    """All answers of the folder, the newest first. A file that cannot be read is left out here: builds tell of it."""
    found = []
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        try:
            found.append(load(folder, path.stem))
        except KnowledgeError:
            continue
    return tuple(sorted(found, key=lambda record: record.date, reverse=True))


def _fresh(folder: Path, record: Approved) -> str:
    """An id made of title and question as other tickets' are, and of no answer that is there."""
    base = "a" + made_id(Ticket("", record.title, record.question, ()))[1:]
    name, count = base, 1
    while (folder / f"{name}.md").exists():
        count += 1
        name = f"{base}-{count}"
    return name


def _missing(id: str) -> KnowledgeError:
    return KnowledgeError(f"There is no approved answer {id[:64]}.")


def _path(folder: Path, id: str) -> Path:
    if not ID.fullmatch(id):
        raise _missing(id)
    return folder / f"{id}.md"
