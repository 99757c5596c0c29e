"""Builds in a Chroma server (CHROMA_URL), so that many hosts answer from one index.

    collection desk             metadata: current, the id of the build in use
    collection vectors-<id>     the passages of a build with their vectors
    collection files-<id>       the other files of that build
    collection building         there while somebody builds; metadata: holder, at

Each host keeps a copy of a build's files in its own INDEX_DIR, checked by the manifest, and asks the server for
vectors alone. A build is there whole before it becomes the current one. What a build is made of it does not know.
"""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.errors import BuildError
from bot.search import manifest
from bot.search.connection import Connection
from bot.search.disk import keep, lock, point
from bot.search.served import ServedStore
from bot.search.store import HNSW

_DESK, _BUILDING, _VECTORS, _FILES = "desk", "building", "vectors-", "files-"
_STALE = 120  # seconds after which a builder that gave no sign is taken for dead
_PULLED = ".pulled-"
# Others may have collections on that server: what is not named as a build of ours is never touched.
_NAME = re.compile(rf"({_VECTORS}|{_FILES})(\d{{8}}T\d{{12}}Z)")

log = logging.getLogger(__name__)


class Remote:
    """Over a connection, with its errors."""

    def __init__(self, server: Connection) -> None:
        self._server = server

    @contextmanager
    def alone(self) -> Iterator[str]:
        """One builder at a time among all hosts; gives what `publish` asks for.

        Raises BuildError where there is another one that gives signs of life; while that makes the very first
        build, as when all hosts start at once, it is waited for.
        """
        server, holder, ended = self._server, secrets.token_hex(8), threading.Event()
        first = self.current() is None
        while not self._begun(holder):
            if not first:
                raise BuildError(
                    f"Another build of the index in {server.url} is running. Wait until it has ended, then try again."
                )
            time.sleep(1)
        threading.Thread(target=self._sign, args=(holder, ended), daemon=True).start()
        try:
            yield holder
        finally:
            ended.set()
            with suppress(BuildError), server.asking():
                if (place := server.there(_BUILDING)) and place.metadata.get("holder") == holder:
                    server.remove(place)

    def _begun(self, holder: str) -> bool:
        """Whether nobody else builds, and so `holder` may."""
        server = self._server
        with server.asking():
            if place := server.there(_BUILDING):
                if server.clock() - float((place.metadata or {}).get("at", 0)) < _STALE:
                    return False
                server.remove(place)  # and not what another one may have put in its place by now
            return server.make(_BUILDING, metadata={"holder": holder, "at": server.clock()})

    def _sign(self, holder: str, ended: threading.Event) -> None:
        """A builder's signs of life."""
        while not ended.wait(_STALE / 4):
            with suppress(BuildError), self._server.asking():
                if (place := self._server.there(_BUILDING)) and place.metadata.get("holder") == holder:
                    place.modify(metadata={"holder": holder, "at": self._server.clock()})

    def fresh(self, build: str) -> ServedStore:
        """A new store for a build that is being made."""
        with self._server.asking():
            if not self._server.make(_VECTORS + build, HNSW):
                raise BuildError(f"There is a build {build} already.")
        return self.store(build)

    def store(self, build: str, folder: Path | None = None) -> ServedStore:
        """The store of a build; the `folder` with its files serves while the server is gone, or has lost it."""

        def lost() -> bool:
            return self.current() in (None, build)

        return ServedStore(lambda: self._server.find(_VECTORS + build), self._server.asking, folder, lost)

    def publish(self, folder: Path, build: str, holder: str) -> None:
        """Brings the folder's files to the server, then makes that build the current one."""
        server = self._server
        with server.asking():
            server.put(_FILES + build, folder)
            if server.told(_BUILDING).get("holder") != holder:
                raise BuildError("Another host has begun a build in the meantime: this one was given up.")
            server.tell(_DESK, {"current": build})

    def drop(self, build: str) -> None:
        """Takes back a build that did not become the current one."""
        with suppress(BuildError), self._server.asking():
            if self._server.told(_DESK).get("current") != build:
                self._server.delete(_FILES + build)
                self._server.delete(_VECTORS + build)

    def keep(self, wanted: Collection[str | None]) -> None:
        """Removes all builds but the wanted ones."""
        with self._server.asking():
            for name in self._server.names():
                if (named := _NAME.fullmatch(name)) and named[2] not in wanted:
                    self._server.delete(name)

    def held(self) -> dict[str, frozenset[str]]:
        """The ids of the tickets in each build; one that cannot be read is left out."""
        found = {}
        with self._server.asking():
            for build in self._builds():
                data = self._server.get(_FILES + build, manifest.NAME)
                with suppress(BuildError):
                    found[build] = frozenset(manifest.parse(data, build).contents)
        return found

    def _builds(self) -> list[str]:
        named = map(_NAME.fullmatch, self._server.names())
        return [found[2] for found in named if found and found[1] == _FILES]

    def current(self) -> str | None:
        """The id of the build in use; None where there is none yet."""
        with self._server.asking():
            told = self._server.told(_DESK).get("current")
        return Path(str(told)).name if told else None

    def pull(self, index_dir: Path, check: bool = True) -> str | None:
        """Makes the server's current build the current one of a folder; returns its id, None where there is none.

        Another process that builds or pulls there is waited for. With `check` a copy that was damaged is fetched anew.
        """
        if (build := self.current()) is None:
            return None
        with lock(index_dir, wait=True):
            self.take(index_dir, build, check)
        return build

    def take(self, index_dir: Path, build: str, check: bool = True) -> None:
        """As `pull`, for who holds the folder's lock."""
        pointer, builds = index_dir / "current", index_dir / "builds"
        before = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else None
        if not (builds / build).is_dir() or (check and not manifest.sound(builds / build)):
            self._fetch(build, builds)
        if before != build:
            point(pointer, build)
        # What left the server may hold a forgotten ticket.
        if others := {folder.name for folder in builds.iterdir()} - {build}:
            with self._server.asking():
                kept = others.intersection(self._builds())
            keep(builds, {build, *kept})

    def _fetch(self, build: str, builds: Path) -> None:
        """The files of a build, whole and as they were written, or none of them."""
        folder = builds / f"{_PULLED}{build}"
        shutil.rmtree(folder, ignore_errors=True)  # what a kill left
        folder.mkdir(parents=True)
        try:
            with self._server.asking():
                (folder / manifest.NAME).write_bytes(self._server.get(_FILES + build, manifest.NAME))
                checksums = manifest.read(folder).checksums
                for name in checksums:
                    if not (path := folder / name).resolve().is_relative_to(folder.resolve()):
                        raise manifest.damaged(build)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(self._server.get(_FILES + build, name))
            manifest.verify(folder, checksums)
            shutil.rmtree(builds / build, ignore_errors=True)  # a damaged one
            folder.rename(builds / build)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def follow(self, index_dir: Path, every: float = 1.0) -> None:
        """Pulls whatever becomes current, for good; a server that is gone is asked again."""
        failed = ""
        while True:
            time.sleep(every)
            try:
                self.pull(index_dir, check=False)
                if failed:
                    log.warning("the index is followed again")
                failed = ""
            except Exception as error:  # noqa: BLE001 - a worker that stopped looking would lag for good
                told = str(error) if isinstance(error, (BuildError, OSError)) else type(error).__name__
                if failed != told:
                    log.warning("the index is not followed: %s", told)
                failed = told
