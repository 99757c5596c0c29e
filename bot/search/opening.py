"""The published build, opened: its own files checked, and what to do said where they are not sound.

Knows files, records and vectors; how a build is made it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chromadb.errors import ChromaError

from bot.errors import BuildError
from bot.records import Statement, Ticket
from bot.search import spare
from bot.search.connection import Gone
from bot.search.disk import sound_chroma
from bot.search.embeddings import NamedEmbeddings
from bot.search.filling import CHROMA
from bot.search.heads import HEADS, VECTORS, Heads, Vectors, head
from bot.search.lexical import Lexical
from bot.search.manifest import (
    FORMAT,
    Manifest,
    damaged,
    read,
    read_cases,
    verify,
)
from bot.search.remote import Remote
from bot.search.store import Store
from bot.tickets.clusters import sources

TICKETS = "tickets.jsonl"
LEXICAL = "lexical.npz"


@dataclass(frozen=True, slots=True)
class Build:
    """An open build. `lexical` and `heads` answer in the order of `tickets`."""

    id: str
    manifest: Manifest
    tickets: dict[str, Ticket]
    statements: dict[str, tuple[Statement, ...]]
    store: Store
    lexical: Lexical
    heads: Heads
    embeddings: NamedEmbeddings
    sources: dict[str, tuple[str, ...]]
    """The tickets that say what a statement says, by the id of the one that stands for them."""

    def close(self) -> None:
        self.store.close()


def current_id(index_dir: Path) -> str | None:
    """The id of the published build; cheap enough to ask before each question."""
    try:
        return (index_dir / "current").read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def open_build(index_dir: Path, embeddings: NamedEmbeddings, remote: Remote | None = None) -> Build:
    """The published build, its own files checked; raises BuildError saying what to do.

    With `remote` its vectors are there, and the folder holds a copy of the rest.
    """
    folder, manifest = checked(index_dir, embeddings)
    if manifest.heads != name_of(embeddings.second):
        raise BuildError(
            f"The tickets' heads were embedded with {manifest.heads or 'nothing'}, the setting HEADS_EMBEDDING means "
            f"{name_of(embeddings.second) or 'nothing'}. Change it back, or run `python -m bot ingest`."
        )
    cases = read_cases(folder / TICKETS)
    lexical = Lexical.load(folder / LEXICAL)
    vectors = Vectors.load(folder / VECTORS) if manifest.heads else None
    heads = Heads([head(case.ticket) for case in cases], Lexical.load(folder / HEADS), vectors)
    store = open_store(folder, manifest.counts["passages"], remote)
    return Build(
        id=manifest.id,
        manifest=manifest,
        tickets={case.ticket.id: case.ticket for case in cases},
        statements={case.ticket.id: case.statements for case in cases},
        store=store,
        lexical=lexical,
        heads=heads,
        embeddings=embeddings,
        sources=sources([row for case in cases for row in case.statements]),
    )


def name_of(second: NamedEmbeddings | None) -> str:
    """The name of the encoder of heads, "" for none."""
    return second.name if second else ""


def held(index_dir: Path) -> dict[str, frozenset[str]]:
    """The ids of the tickets in each build on disk; a build that cannot be read is left out."""
    found = {}
    for folder in (index_dir / "builds").glob("*"):
        try:
            found[folder.name] = frozenset(read(folder).contents)
        except BuildError:
            continue
    return found


def checked(index_dir: Path, embeddings: NamedEmbeddings) -> tuple[Path, Manifest]:
    """The folder of the published build and its manifest, the files but Chroma's database as they were written.

    Which encoder embedded the heads is not looked at: a build may start from one that had another.
    """
    folder = _current_folder(index_dir)
    manifest = read(folder)
    if manifest.format != FORMAT:
        raise BuildError("The index was made by another version. Run `python -m bot ingest` to build it anew.")
    if manifest.embedding != embeddings.name:
        raise BuildError(
            f"The index was made with the embedding {manifest.embedding}, the setting EMBEDDING means "
            f"{embeddings.name}. Change it back, or run `python -m bot ingest` to build the index anew."
        )
    verify(folder, manifest.checksums)
    return folder, manifest


def _current_folder(index_dir: Path) -> Path:
    build_id = current_id(index_dir)
    if build_id is None:
        raise BuildError(f"There is no index in {index_dir}. Run `python -m bot ingest` to build it.")
    # The pointer is a name, not a way out of the folder.
    folder = index_dir / "builds" / Path(build_id).name
    if not folder.is_dir():
        raise damaged(folder.name)
    return folder


def open_store(folder: Path, expected: int, remote: Remote | None = None) -> Store:
    """The vectors of a build, all of them; those of a server that is gone are not counted where there is a spare."""
    if remote is not None:
        store: Store = remote.store(folder.name, folder)
        try:
            whole = store.count() == expected
        except Gone:
            whole = (folder / spare.VECTORS).is_file()
            if not whole:
                raise
        if whole:
            return store
        raise damaged(folder.name)
    if not sound_chroma(folder / CHROMA):
        raise damaged(folder.name)
    try:
        store = Store(folder / CHROMA)
        if store.count() == expected:
            return store
        store.close()
    except (ChromaError, ValueError, AttributeError):  # Chroma's own, when its start went wrong
        raise damaged(folder.name) from None
    raise damaged(folder.name)
