"""Index builds: made beside the running one, published by replacing a pointer, never changed after.

    INDEX_DIR/current                 the id of the build in use
    INDEX_DIR/builds/<id>/            chroma/, tickets.jsonl, lexical.npz, heads*.npz, manifest.json

A build takes from the last one what has not changed; a killed one leaves the pointer where it was. The
build before the current one is kept, so that an app may go on with it until it swaps, but for one that
holds a forgotten ticket. It knows records, vectors and files; where tickets come from and how they are
ranked it does not.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chromadb.errors import ChromaError

from bot.errors import BuildError
from bot.records import Passage, Statement, Ticket
from bot.search.connection import Gone
from bot.search.disk import flush, keep, lock, point
from bot.search.embeddings import NamedEmbeddings
from bot.search.filling import Progress, fill, fill_remote
from bot.search.heads import HEADS, VECTORS, Vectors, beginning, head
from bot.search.lexical import Lexical
from bot.search.manifest import (
    FORMAT,
    Case,
    Manifest,
    checksums,
    content_hash,
    passages_hash,
    write_cases,
)
from bot.search.opening import LEXICAL, TICKETS, checked, current_id, held, name_of, open_store
from bot.search.remote import Remote

_UNFINISHED = ".unfinished-"

log = logging.getLogger(__name__)


def publish(
    index_dir: Path,
    tickets: Sequence[Ticket],
    statements: Mapping[str, Sequence[Statement]],
    passages: Mapping[str, Sequence[Passage]],
    embeddings: NamedEmbeddings,
    report: dict[str, Any],
    progress: Progress | None = None,
    forgotten: Collection[str] = (),
    folders: Sequence[str] = (),
    beside: Callable[[Path], None] = lambda folder: None,
    remote: Remote | None = None,
) -> Manifest:
    """Make a build of these tickets the current one, or return the current one when it is the same.

    `statements` and `passages` are by ticket id; `report` and `folders` are kept in the manifest as they
    are; `beside` writes what else is to lie in the build's folder. Of `forgotten` tickets, which must not be
    among `tickets`, nothing stays on disk: where a build holds one of them, the new build takes over no file
    and becomes the only one. With `remote` the build is kept there for all hosts, and here is a copy of it.
    """
    cases = [Case(ticket, tuple(statements.get(ticket.id, ()))) for ticket in tickets]
    embedded = {ticket.id: tuple(passages.get(ticket.id, ())) for ticket in tickets}
    try:
        with lock(index_dir), remote.alone() if remote else nullcontext("") as holder:
            builds = index_dir / "builds"
            builds.mkdir(exist_ok=True)
            for leftover in builds.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(leftover)
            lost = remote is not None and not _brought(remote, index_dir)
            there, before = held(index_dir), current_id(index_dir)
            if remote:
                there |= remote.held()
            alone = any(ids.intersection(forgotten) for ids in there.values())
            outside = (remote, holder) if remote else None
            manifest = _publish(
                index_dir, cases, embedded, embeddings, report, progress, alone or lost, folders, beside, outside
            )
            if manifest.id == before:
                before = max((build for build in there if build < manifest.id), default=None)
            wanted = {manifest.id} if alone or before not in there else {manifest.id, before}
            keep(builds, wanted)
            if remote:
                remote.keep(wanted)
            return manifest
    except (OSError, sqlite3.Error, ChromaError) as error:
        reason = error.args[0][0][2] if isinstance(error, shutil.Error) else getattr(error, "strerror", None) or error
        raise BuildError(
            f"The index could not be written to {index_dir}: {reason}. The index in use was left as it was."
        ) from error


def _brought(remote: Remote, index_dir: Path) -> bool:
    """Whether the server's current build is the one here by now. One that cannot be read is to be made anew."""
    newest = remote.current()
    try:
        if newest:
            remote.take(index_dir, newest)
    except Gone:
        raise
    except BuildError as error:
        log.warning("The build on the Chroma server is left: %s", error)
    return newest == current_id(index_dir)


def _publish(
    index_dir: Path,
    cases: Sequence[Case],
    passages: Mapping[str, Sequence[Passage]],
    embeddings: NamedEmbeddings,
    report: dict[str, Any],
    progress: Progress | None,
    anew: bool,
    folders: Sequence[str],
    beside: Callable[[Path], None],
    outside: tuple[Remote, str] | None,
) -> Manifest:
    builds = index_dir / "builds"
    contents = {case.ticket.id: content_hash(case, passages[case.ticket.id]) for case in cases}
    hashes = {ticket: passages_hash(of_ticket) for ticket, of_ticket in passages.items()}
    last = _usable(index_dir, embeddings, outside[0] if outside else None)
    # The order counts: it is the order in which equal tickets rank.
    same = last and list(last.contents.items()) == list(contents.items()) and last.folders == list(folders)
    same = same and last is not None and last.heads == name_of(embeddings.second)
    if last and same and not anew:
        return last

    build_id = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    folder = builds / f"{_UNFINISHED}{build_id}"
    folder.mkdir()
    try:
        last_folder = builds / (last.id if last else "")
        if outside:
            dims = fill_remote(folder, build_id, last, outside[0], passages, hashes, embeddings, progress)
        else:
            dims = fill(folder, last, last_folder, passages, hashes, embeddings, anew, progress)
        write_cases(folder / TICKETS, cases)
        beside(folder)
        Lexical.over([case.ticket.text for case in cases]).save(folder / LEXICAL)
        Lexical.over([head(case.ticket) for case in cases]).save(folder / HEADS)
        if second := embeddings.second:
            known = Vectors.load(last_folder / VECTORS) if last and last.heads == second.name else None
            begun = [beginning(case.ticket) for case in cases]
            Vectors.of(begun, second, known, progress).save(folder / VECTORS)
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
            folders=list(folders),
            heads=name_of(embeddings.second),
        )
        manifest.write(folder)
        flush(folder)
        if outside:
            outside[0].publish(folder, build_id, outside[1])
        folder.rename(builds / build_id)
        point(index_dir / "current", build_id)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if current_id(index_dir) != build_id:  # an interrupt may come right after the pointer was replaced
            shutil.rmtree(builds / build_id, ignore_errors=True)
            if outside:
                outside[0].drop(build_id)
        raise
    return manifest


def _usable(index_dir: Path, embeddings: NamedEmbeddings, remote: Remote | None) -> Manifest | None:
    """The current manifest when the next build can start from it, or be it."""
    try:
        folder, manifest = checked(index_dir, embeddings)
        open_store(folder, manifest.counts["passages"], remote).close()
    except BuildError:
        return None
    return manifest
