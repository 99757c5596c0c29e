"""A build's folder gets its vectors: those of the last build that still hold, and new ones for the rest.

Either as a copy of the last Chroma folder with the difference taken, or laid down anew, which costs about
a millisecond a vector and leaves none that was deleted: hnswlib only marks those. It knows passages and
vectors; what a build is made of besides, and when it counts, it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from bot.errors import BuildError
from bot.records import Passage
from bot.search import spare
from bot.search.disk import copy_chroma, count_chroma, vacuum_chroma
from bot.search.embeddings import NamedEmbeddings
from bot.search.manifest import Manifest
from bot.search.remote import Remote
from bot.search.store import ANEW, BATCH, Store, Vector

Progress = Callable[[int, int], None]  # done, of so many passages

CHROMA = "chroma"
_AT_ONCE = 64  # texts embedded between two calls of progress
# Deleted vectors that a copy may carry along for each one in use: they take room, and a query's time.
_CARRIED = 0.25


def fill(
    folder: Path,
    last: Manifest | None,
    last_folder: Path,
    passages: Mapping[str, Sequence[Passage]],
    hashes: Mapping[str, str],
    embeddings: NamedEmbeddings,
    anew: bool = False,
    progress: Progress | None = None,
) -> int:
    """Makes the folder's Chroma hold these passages; returns the dimensions of its vectors.

    With `anew` no file of the last build is copied, so nothing of what it held besides is left.
    """
    kept, fresh = _parted(last, passages, hashes)
    gone = [ticket for ticket, old in (last.passages if last else {}).items() if hashes.get(ticket) != old]
    if last and not anew:
        carried = count_chroma(last_folder / CHROMA) - len(kept)
        anew = carried > _CARRIED * (len(kept) + len(fresh))
    if last and not anew:
        copy_chroma(last_folder / CHROMA, folder / CHROMA)
    with closing(Store(folder / CHROMA)) as store:
        if last and anew:
            with closing(Store(last_folder / CHROMA)) as old:
                _carry(old, kept, store)
        elif last:
            store.delete(gone)
        dims = _add(fresh, store, embeddings, last.dims if last and kept else 0, progress)
    vacuum_chroma(folder / CHROMA)
    return dims


def fill_remote(
    folder: Path,
    build: str,
    last: Manifest | None,
    remote: Remote,
    passages: Mapping[str, Sequence[Passage]],
    hashes: Mapping[str, str],
    embeddings: NamedEmbeddings,
    progress: Progress | None = None,
) -> int:
    """As `fill`, into a collection of a Chroma server; the folder gets a spare of the vectors."""
    kept, fresh = _parted(last, passages, hashes)
    store = remote.fresh(build)
    if last:
        _carry(remote.store(last.id), kept, store)
    dims = _add(fresh, store, embeddings, last.dims if last and kept else 0, progress)
    spare.write(folder, [passage.id for passage in (*kept, *fresh)], store)
    return dims


def _parted(
    last: Manifest | None, passages: Mapping[str, Sequence[Passage]], hashes: Mapping[str, str]
) -> tuple[list[Passage], list[Passage]]:
    """The passages whose vectors the last build has, and the others."""
    known = last.passages if last else {}
    kept = [p for ticket, new in hashes.items() if known.get(ticket) == new for p in passages[ticket]]
    fresh = [p for ticket, new in hashes.items() if known.get(ticket) != new for p in passages[ticket]]
    return kept, fresh


def _carry(source: Store, kept: Sequence[Passage], target: Store) -> None:
    """Adds the passages with the vectors that they have in another store."""
    for start in range(0, len(kept), BATCH):
        part = kept[start : start + BATCH]
        vectors = source.vectors([passage.id for passage in part])
        target.add(part, np.stack([vectors[passage.id] for passage in part]))


def _add(
    passages: Sequence[Passage], store: Store, embeddings: NamedEmbeddings, dims: int, progress: Progress | None
) -> int:
    """Embeds the passages and adds them; returns the dimensions."""
    for part, vectors in _embedded(passages, embeddings, dims, progress):
        store.add(part, vectors)
        dims = vectors.shape[1]
    return dims


def _embedded(
    passages: Sequence[Passage], embeddings: NamedEmbeddings, dims: int, progress: Progress | None
) -> Iterator[tuple[list[Passage], Vector]]:
    """The passages with their vectors, some thousands at a time; each text is embedded once.

    Raises BuildError for vectors of other dimensions than `dims`, if that is not 0, or than each other.
    """
    alike: dict[str, list[Passage]] = {}
    for passage in passages:
        alike.setdefault(passage.text, []).append(passage)
    texts, done = list(alike), 0
    part: list[Passage] = []
    rows: list[Vector] = []
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        for text, vector in zip(some, embeddings.embed_documents(some), strict=True):
            dims = dims or len(vector)
            if len(vector) != dims:
                raise BuildError(
                    f"The embedding {embeddings.name} gave a vector of {len(vector)} numbers, the index has {dims}: "
                    f"another model has that name now. {ANEW}"
                )
            part += alike[text]
            rows += [np.array(vector, np.float32)] * len(alike[text])
        if progress:
            progress(done + len(part), len(passages))
        if len(part) >= BATCH or start + _AT_ONCE >= len(texts):
            yield part, np.stack(rows)
            done, part, rows = done + len(part), [], []
