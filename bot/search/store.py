"""Passages and their vectors in a Chroma folder, behind the few calls that the search needs.

It knows passages and vectors; which model made the vectors, what a build is and how tickets are
ranked it does not. Close it before its folder is copied, vacuumed or dropped, and never while
another thread is asking: Chroma then fails with an AttributeError of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings
from chromadb.errors import ChromaError, InvalidArgumentError
from numpy.typing import NDArray

from bot.errors import BuildError
from bot.records import Passage

Vector = NDArray[np.float32]

_COLLECTION = "passages"
# Chroma keeps every added text and vector in a queue until so many have come in; with its default,
# 1000, a deleted ticket of a small collection would stay readable on disk for good. 1 costs no
# time: adding 10,000 vectors took 11.3 s instead of 11.2.
_SYNC = 1
# Candidates that HNSW looks at; a query asks for up to 300 passages.
_EF = 300
HNSW: Any = {"hnsw": {"space": "cosine", "ef_search": _EF, "sync_threshold": _SYNC, "batch_size": _SYNC}}
ANEW = (
    "Delete the file `current` in the folder of the index (INDEX_DIR) and run `python -m bot ingest` to build it anew."
)
BATCH = 4000  # Chroma refuses more than 5461 records a call.


@dataclass(frozen=True, slots=True)
class Match:
    """The id of a passage near a vector, and its cosine."""

    id: str
    similarity: float


def quiet() -> Settings:
    """Chroma's settings: it would read our .env as its own, and report to its vendor."""
    return Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]


class Store:
    """One collection in the folder `path`, made when it is not there."""

    batch = BATCH

    def __init__(self, path: Path) -> None:
        name = str(path.resolve())
        try:
            # The declared type of a client is an interface that lacks close().
            self._client = cast(Any, chromadb.PersistentClient(path=name, settings=quiet()))
        except BaseException:
            # Chroma keeps what did not start, on a full disk say, and would hand it to the next who opens the folder.
            if not SharedSystemClient._identifier_to_refcount.get(name):
                SharedSystemClient._identifier_to_system.pop(name, None)
            raise
        try:
            # No embedding function: the default one is downloaded at its first use.
            self._collection: chromadb.Collection = self._client.get_or_create_collection(
                _COLLECTION, embedding_function=None, configuration=HNSW
            )
        except BaseException:
            self._client.close()
            raise

    def add(self, passages: Sequence[Passage], vectors: Vector) -> None:
        for start in range(0, len(passages), self.batch):
            part = passages[start : start + self.batch]
            self._collection.add(
                ids=[passage.id for passage in part],
                embeddings=vectors[start : start + self.batch],
                documents=[passage.text for passage in part],
                metadatas=[{"ticket": passage.ticket, "statement": passage.statement} for passage in part],
            )

    def delete(self, tickets: Sequence[str]) -> None:
        """All passages of these tickets; those that are not there are passed over."""
        for start in range(0, len(tickets), BATCH):
            where: Any = {"ticket": {"$in": list(tickets[start : start + BATCH])}}
            self._collection.delete(where=where)

    def query(self, vector: Vector, n: int) -> list[Match]:
        """The `n` nearest passages, or all when there are fewer, nearest first."""
        with self._asking():
            try:
                # Without what Chroma keeps beside the vectors: fetching that took two thirds of a query's time.
                found = self._collection.query(query_embeddings=vector, n_results=n, include=["distances"])
            except InvalidArgumentError as error:
                if "dimension" not in str(error):
                    raise
                raise BuildError(
                    f"The embedding gives vectors of {len(vector)} numbers, the index has others: another model has "
                    f"that name now. {ANEW}"
                ) from error
            distances = found["distances"] or [[]]
            return [Match(id_, 1.0 - distance) for id_, distance in zip(found["ids"][0], distances[0], strict=True)]

    def vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """The vectors of those passages that are there."""
        if not ids:
            return {}
        with self._asking():
            found = self._collection.get(ids=list(dict.fromkeys(ids)), include=["embeddings"])
            return dict(zip(found["ids"], np.asarray(found["embeddings"], np.float32), strict=True))

    def count(self) -> int:
        return self._collection.count()

    def close(self) -> None:
        """Free the files and about 95 MB; a second call does nothing."""
        self._client.close()

    def _asking(self) -> AbstractContextManager[None]:
        """Around a question and the reading of its answer, which may show only then to be none."""
        return _readable()


@contextmanager
def _readable() -> Iterator[None]:
    """Tells what a store says whose folder was damaged, or removed under it for a newer build."""
    try:
        yield
    except ChromaError as error:
        raise BuildError(f"The index cannot be read ({error}). If this stays: {ANEW}") from error
