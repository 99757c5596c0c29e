"""What a build says of itself: its manifest, its checksums, and the hashes that tell what changed.

It knows files and records; how an index is made, opened or searched it does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.errors import BuildError
from bot.records import Passage, Statement, Ticket
from bot.search.disk import DATABASE

FORMAT = 3  # Raised when a change of ours makes older builds useless: they are then built anew.
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of tickets.jsonl: a ticket with what its agents said."""

    ticket: Ticket
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`embedding` made the passages' vectors, `heads` those of the heads ("" for none). `contents` and `passages`
    map a ticket to the hash of all it holds and of what is embedded of it.

    `folders` are where the tickets came from, relative to the folder of the index.
    """

    id: str
    created: str
    format: int
    embedding: str
    dims: int
    counts: dict[str, int]
    checksums: dict[str, str]
    contents: dict[str, str]
    passages: dict[str, str]
    report: dict[str, Any]
    folders: list[str] = field(default_factory=list)
    heads: str = ""

    def write(self, folder: Path) -> None:
        (folder / NAME).write_bytes(_manifest.dump_json(self, indent=1))


_manifest = TypeAdapter(Manifest)
_case = TypeAdapter(Case)
_passages = TypeAdapter(tuple[Passage, ...])


def read(folder: Path) -> Manifest:
    """The manifest in the folder of a build."""
    try:
        return parse((folder / NAME).read_bytes(), folder.name)
    except OSError:
        raise damaged(folder.name) from None


def parse(data: bytes, build: str) -> Manifest:
    """The manifest of a build of that name, from its bytes."""
    try:
        return _manifest.validate_json(data)
    except ValidationError:
        raise damaged(build) from None


def damaged(build: str) -> BuildError:
    return BuildError(f"The index build {build} is damaged. Run `python -m bot ingest` to build it anew.")


def verify(folder: Path, checksums: dict[str, str]) -> None:
    """Raises BuildError unless each file is there and as it was written."""
    try:
        if any(_checksum(folder / name) != expected for name, expected in checksums.items()):
            raise damaged(folder.name)
    except OSError:
        raise damaged(folder.name) from None


def sound(folder: Path) -> bool:
    """Whether a build is there whole, every file as it was written."""
    try:
        verify(folder, read(folder).checksums)
    except BuildError:
        return False
    return True


def checksums(folder: Path) -> dict[str, str]:
    """Of every file of a build but the manifest and Chroma's database, which is written to when opened.

    A cut vector file would end the process, not raise: so these are looked at before Chroma does.
    """
    ours = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in (NAME, DATABASE))
    return {path.relative_to(folder).as_posix(): _checksum(path) for path in ours}


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_cases(path: Path, cases: Sequence[Case]) -> None:
    with path.open("wb") as file:
        for case in cases:
            file.write(_case.dump_json(case) + b"\n")


def read_cases(path: Path) -> list[Case]:
    """Raises BuildError for lines that records of this version cannot take."""
    try:
        with path.open("rb") as file:
            return [_case.validate_json(line) for line in file]
    except ValidationError:
        raise damaged(path.parent.name) from None


def content_hash(case: Case, passages: Sequence[Passage]) -> str:
    return _hash(_case.dump_json(case), _passages.dump_json(tuple(passages)))


def passages_hash(passages: Sequence[Passage]) -> str:
    return _hash(_passages.dump_json(tuple(passages)))


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
