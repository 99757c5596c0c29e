"""A build's vectors in a file, asked while the Chroma server is gone: the same cosines by comparing with each.

40,000 vectors of 512 numbers are 40 MB on disk, read from there as needed, and take some 20 ms a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.search.store import Match, Store, Vector

VECTORS, IDS = "spare.npy", "spare.txt"
MOST = 100_000
"""Passages for which a file is written: with more, each host would carry hundreds of megabytes."""
_ROWS = 8192


def write(folder: Path, ids: Sequence[str], store: Store) -> None:
    """The vectors of these passages, each of length 1, as half-precision numbers."""
    if not ids or len(ids) > MOST:
        return
    parts = []
    for start in range(0, len(ids), _ROWS):
        some = ids[start : start + _ROWS]
        found = store.vectors(some)
        rows = np.stack([found[id_] for id_ in some])
        parts.append((rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float16))
    np.save(folder / VECTORS, np.concatenate(parts))
    (folder / IDS).write_text("\n".join(ids), encoding="utf-8")


class Spare:
    """Answers as a Store does, from the files that `write` made."""

    def __init__(self, folder: Path) -> None:
        self._rows = np.load(folder / VECTORS, mmap_mode="r")
        self._ids = (folder / IDS).read_text(encoding="utf-8").split("\n")
        self._places = {id_: place for place, id_ in enumerate(self._ids)}

    def query(self, vector: Vector, n: int) -> list[Match]:
        asked = np.asarray(vector, np.float32)
        asked = asked / max(float(np.linalg.norm(asked)), 1e-9)
        starts = range(0, len(self._ids), _ROWS)
        near = np.concatenate([self._rows[start : start + _ROWS].astype(np.float32) @ asked for start in starts])
        return [Match(self._ids[i], float(near[i])) for i in np.argsort(-near, kind="stable")[:n].tolist()]

    def vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        there = {id_: self._places[id_] for id_ in ids if id_ in self._places}
        return {id_: self._rows[place].astype(np.float32) for id_, place in there.items()}
