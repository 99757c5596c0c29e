"""What a build asks of the disk: one builder at a time, files that are really there, a pointer that
is never half written, and a copy of a Chroma folder in use. It knows nothing of what the files mean.
"""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
import struct
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import BuildError
from bot.tickets.replacing import replace, sync

DATABASE = "chroma.sqlite3"


@contextmanager
def lock(index_dir: Path, wait: bool = False) -> Iterator[None]:
    """Held while building; the kernel lets go of it when a builder is killed.

    Where another holds it, BuildError is raised, or with `wait` it is waited for.
    """
    index_dir.mkdir(parents=True, exist_ok=True)
    with (index_dir / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise BuildError(
                f"Another build of the index in {index_dir} is running. Wait until it has ended, then try again."
            ) from None
        yield


def flush(folder: Path) -> None:
    """Wait until all files of the folder have reached the disk."""
    for path in [*(path for path in folder.rglob("*") if path.is_file()), folder]:
        sync(path)


def point(pointer: Path, build_id: str) -> None:
    """Replace the pointer's content; a reader sees the old one or the new one."""
    replace(pointer, build_id + "\n")


def keep(folder: Path, wanted: Collection[str | None]) -> None:
    """Removes all entries of a folder but the wanted ones; raises BuildError for one that does not go."""
    for old in folder.iterdir():
        if old.name not in wanted:
            try:
                shutil.rmtree(old)
            except OSError as error:
                why = error.strerror or error
                raise BuildError(f"The new index is in use, but {old} could not be removed: {why}.") from error


def copy_chroma(source: Path, target: Path) -> None:
    """A copy of a Chroma folder that an app may have open: SQLite copies its own file, in one state."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{DATABASE}*"))
    with (
        closing(sqlite3.connect(_existing(source), uri=True)) as old,
        closing(sqlite3.connect(target / DATABASE)) as new,
    ):
        old.backup(new)


def sound_chroma(folder: Path) -> bool:
    """Whether Chroma's database is there and in order, as far as SQLite can tell."""
    if not (folder / DATABASE).is_file():
        return False
    try:
        with closing(sqlite3.connect(_existing(folder), uri=True)) as database:
            return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def vacuum_chroma(folder: Path) -> None:
    """Take what was deleted out of a closed Chroma folder: until then it is only marked as free.

    Chroma's full-text index keeps the deleted texts' words, three characters each, until it is merged.
    """
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as database:
        database.execute("INSERT INTO embedding_fulltext_search(embedding_fulltext_search) VALUES ('optimize')")
        database.execute("VACUUM")
    blank_unused(folder)


def blank_unused(folder: Path) -> None:
    """Zeros the room that a closed Chroma folder's vector files keep for vectors to come.

    hnswlib writes that room as it came from the heap, so it may hold any text this process has handled,
    raw tickets among them.
    """
    for header in folder.glob("*/header.bin"):
        capacity, count, size = _sizes(header)
        for name, each in (("data_level0.bin", size), ("length.bin", 4)):
            path = header.with_name(name)
            length = path.stat().st_size
            if length not in (capacity * each, count * each):
                raise BuildError(f"{path} is not laid out as this version knows; the index was not published.")
            with path.open("r+b") as file:
                file.seek(count * each)
                file.write(bytes(length - count * each))


def count_chroma(folder: Path) -> int:
    """The vectors in a closed Chroma folder's files, those among them that were deleted included."""
    return sum(_sizes(header)[1] for header in folder.glob("*/header.bin"))


def _sizes(header: Path) -> tuple[int, int, int]:
    """Capacity, count and bytes a vector: after hnswlib's version of 4 bytes and an offset of 8, 8 bytes each."""
    capacity, count, size = struct.unpack_from("<3Q", header.read_bytes(), 12)
    return capacity, count, size


def _existing(folder: Path) -> str:
    # Not read-only: an app that was killed while it opened the folder left a journal that has to be rolled back.
    return f"{(folder / DATABASE).resolve().as_uri()}?mode=rw"
