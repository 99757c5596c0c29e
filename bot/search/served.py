"""A build's passages in a collection of a Chroma server, and what is asked instead while that is gone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from bot.records import Passage
from bot.search.connection import Gone, Missing
from bot.search.spare import VECTORS, Spare
from bot.search.store import Match, Store, Vector

REST = 5.0
"""Seconds for which a server that did not answer is not asked: each question would wait for it in vain."""

log = logging.getLogger(__name__)
T = TypeVar("T")


class ServedStore(Store):
    """`find` gives the collection, `asking` turns the client's errors into ours; `folder` may hold a spare. `lost`
    tells whether a collection that is missing has no newer one in its place."""

    batch = 1000  # a request of 1536 numbers a vector is 10 MB, and a server takes 40

    def __init__(
        self,
        find: Callable[[], Any],
        asking: Callable[[], AbstractContextManager[None]],
        folder: Path | None = None,
        lost: Callable[[], bool] = lambda: False,
    ) -> None:
        self._find, self._guard, self._folder, self._lost = find, asking, folder, lost
        self._lock, self._until = threading.Lock(), 0.0
        self._spare: Spare | None = None
        self._found: Any = None

    @property
    def _collection(self) -> Any:  # type: ignore[override]
        if self._found is None:
            self._found = self._find()
        return self._found

    def add(self, passages: Sequence[Passage], vectors: Vector) -> None:
        with self._asking():
            super().add(passages, vectors)

    def delete(self, tickets: Sequence[str]) -> None:
        with self._asking():
            super().delete(tickets)

    def count(self) -> int:
        with self._asking():
            return super().count()

    def query(self, vector: Vector, n: int) -> list[Match]:
        return self._either(lambda: super(ServedStore, self).query(vector, n), lambda spare: spare.query(vector, n))

    def vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        return self._either(lambda: super(ServedStore, self).vectors(ids), lambda spare: spare.vectors(ids))

    def close(self) -> None:
        """Nothing: the connection outlives builds."""

    def _asking(self) -> AbstractContextManager[None]:
        return self._guard()

    def _either(self, ask: Callable[[], T], instead: Callable[[Spare], T]) -> T:
        if self._folder is None or not (self._folder / VECTORS).is_file():
            return ask()
        now = time.monotonic()
        with self._lock:
            asks = now >= self._until
            if asks and self._until:  # one question tries again, and no other waits with it
                self._until = now + REST
        if asks:
            try:
                found = ask()
                if self._until:
                    log.warning("the Chroma server answers again")
                    self._until = 0.0
                return found
            except (Gone, Missing) as error:
                if isinstance(error, Missing) and not self._lost():
                    raise
                if not self._until:
                    log.warning("vectors are taken from this host's copy: %s", error)
                self._until = time.monotonic() + REST
        with self._lock:
            self._spare = self._spare or Spare(self._folder)
        return instead(self._spare)
