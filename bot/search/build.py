"""Index builds: made beside the running one, published by replacing a pointer, never changed after.

    INDEX_DIR/current                 the id of the build in use
    INDEX_DIR/builds/<id>/            chroma/, tickets.jsonl, lexical.npz, manifest.json

A build starts as a copy of the last one and takes the difference; a killed one leaves the pointer
where it was. The build before the current one is kept, so that an app may go on with it until it
swaps. It knows records, vectors and files; where tickets come from and how they are ranked it does not.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from chromadb.errors import ChromaError

from bot.records import BuildError, Passage, Statement, Ticket
from bot.search.disk import copy_chroma, flush, lock, point, sound_chroma, vacuum_chroma
from bot.search.embeddings import NamedEmbeddings
from bot.search.lexical import Lexical
from bot.search.manifest import (
    FORMAT,
    Case,
    Manifest,
    checksums,
    content_hash,
    damaged,
    passages_hash,
    read,
    read_cases,
    verify,
    write_cases,
)
from bot.search.store import BATCH, Store

Progress = Callable[[int, int], None]  # done, of so many passages

_TICKETS = "tickets.jsonl"
_LEXICAL = "lexical.npz"
_CHROMA = "chroma"
_UNFINISHED = ".unfinished-"
_AT_ONCE = 64  # passages embedded between two calls of progress


@dataclass(frozen=True, slots=True)
class Build:
    """An open build. `lexical` answers in the order of `tickets`."""

    id: str
    manifest: Manifest
    tickets: dict[str, Ticket]
    statements: dict[str, tuple[Statement, ...]]
    store: Store
    lexical: Lexical
    embeddings: NamedEmbeddings

    def close(self) -> None:
        self.store.close()


def current_id(index_dir: Path) -> str | None:
    """The id of the published build; cheap enough to ask before each question."""
    try:
        return (index_dir / "current").read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def open_build(index_dir: Path, embeddings: NamedEmbeddings) -> Build:
    """The published build, its own files checked; raises BuildError saying what to do."""
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
    cases = read_cases(folder / _TICKETS)
    lexical = Lexical.load(folder / _LEXICAL)
    store = _open_store(folder, manifest.counts["passages"])
    return Build(
        id=manifest.id,
        manifest=manifest,
        tickets={case.ticket.id: case.ticket for case in cases},
        statements={case.ticket.id: case.statements for case in cases},
        store=store,
        lexical=lexical,
        embeddings=embeddings,
    )


def publish(
    index_dir: Path,
    tickets: Sequence[Ticket],
    statements: Mapping[str, Sequence[Statement]],
    passages: Mapping[str, Sequence[Passage]],
    embeddings: NamedEmbeddings,
    report: dict[str, Any],
    progress: Progress | None = None,
) -> Manifest:
    """Make a build of these tickets the current one, or return the current one when it is the same.

    `statements` and `passages` are by ticket id; `report` is kept in the manifest as it is.
    """
    cases = [Case(ticket, tuple(statements.get(ticket.id, ()))) for ticket in tickets]
    embedded = {ticket.id: tuple(passages.get(ticket.id, ())) for ticket in tickets}
    try:
        with lock(index_dir):
            return _publish(index_dir, cases, embedded, embeddings, report, progress)
    except (OSError, sqlite3.Error, ChromaError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BuildError(
            f"The index could not be written to {index_dir}: {reason}. The index in use was left as it was."
        ) from error


def _publish(
    index_dir: Path,
    cases: Sequence[Case],
    passages: Mapping[str, Sequence[Passage]],
    embeddings: NamedEmbeddings,
    report: dict[str, Any],
    progress: Progress | None,
) -> Manifest:
    builds = index_dir / "builds"
    builds.mkdir(exist_ok=True)
    for leftover in builds.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover)
    contents = {case.ticket.id: content_hash(case, passages[case.ticket.id]) for case in cases}
    hashes = {ticket: passages_hash(of_ticket) for ticket, of_ticket in passages.items()}
    last = _usable(index_dir, embeddings)
    # The order counts: it is the order in which equal tickets rank.
    if last and list(last.contents.items()) == list(contents.items()):
        return last

    build_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    folder = builds / f"{_UNFINISHED}{build_id}"
    folder.mkdir()
    try:
        dims = _fill(folder, builds / (last.id if last else ""), last, hashes, passages, embeddings, progress)
        write_cases(folder / _TICKETS, cases)
        Lexical.over([case.ticket.text for case in cases]).save(folder / _LEXICAL)
        manifest = Manifest(
            id=build_id,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            format=FORMAT,
            embedding=embeddings.name,
            dims=dims,
            counts={
                "tickets": len(cases),
                "statements": sum(len(case.statements) for case in cases),
                "passages": sum(map(len, passages.values())),
            },
            checksums=checksums(folder),
            contents=contents,
            passages=hashes,
            report=report,
        )
        manifest.write(folder)
        flush(folder)
        folder.rename(builds / build_id)
        before = current_id(index_dir)
        point(index_dir / "current", build_id)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(builds / build_id, ignore_errors=True)
        raise
    for old in builds.iterdir():
        if old.name not in (build_id, before):
            shutil.rmtree(old, ignore_errors=True)
    return manifest


def _fill(
    folder: Path,
    last_folder: Path,
    last: Manifest | None,
    hashes: Mapping[str, str],
    passages: Mapping[str, Sequence[Passage]],
    embeddings: NamedEmbeddings,
    progress: Progress | None,
) -> int:
    """Make the folder's Chroma hold these passages; returns the dimensions of its vectors."""
    known = last.passages if last else {}
    dims = last.dims if last else 0
    gone = [ticket for ticket, old in known.items() if hashes.get(ticket) != old]
    fresh = [p for ticket, new in hashes.items() if known.get(ticket) != new for p in passages[ticket]]
    if last:
        copy_chroma(last_folder / _CHROMA, folder / _CHROMA)
    store = Store(folder / _CHROMA)
    try:
        store.delete(gone)
        for start in range(0, len(fresh), BATCH):
            part = fresh[start : start + BATCH]
            vectors: list[list[float]] = []
            while len(vectors) < len(part):
                texts = [p.text for p in part[len(vectors) : len(vectors) + _AT_ONCE]]
                vectors.extend(embeddings.embed_documents(texts))
                if progress:
                    progress(start + len(vectors), len(fresh))
            store.add(part, np.array(vectors, np.float32))
            dims = len(vectors[0])
    finally:
        store.close()
    vacuum_chroma(folder / _CHROMA)
    return dims


def _usable(index_dir: Path, embeddings: NamedEmbeddings) -> Manifest | None:
    """The current manifest when the next build can start from it, or be it."""
    try:
        build = open_build(index_dir, embeddings)
    except BuildError:
        return None
    build.close()
    return build.manifest


def _current_folder(index_dir: Path) -> Path:
    build_id = current_id(index_dir)
    if build_id is None:
        raise BuildError(f"There is no index in {index_dir}. Run `python -m bot ingest` to build it.")
    # The pointer is a name, not a way out of the folder.
    folder = index_dir / "builds" / Path(build_id).name
    if not folder.is_dir():
        raise damaged(folder)
    return folder


def _open_store(folder: Path, expected: int) -> Store:
    if not sound_chroma(folder / _CHROMA):
        raise damaged(folder)
    try:
        store = Store(folder / _CHROMA)
        if store.count() == expected:
            return store
        store.close()
    except (ChromaError, ValueError, AttributeError):  # Chroma's own, when its start went wrong
        raise damaged(folder) from None
    raise damaged(folder)
