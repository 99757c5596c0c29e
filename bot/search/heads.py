"""Tickets by their heads: title and question alone, where the rest of a dialogue is noise.

A head is searched by BM25 over heads and by the share of three-character pieces in common, which also meets half words
and misspelt Latin names; beside it a second encoder's cosine to how a ticket begins (one vector a ticket, so a slow one
will do). How these weigh beside the other legs is the retriever's matter; it knows no passages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.errors import BuildError
from bot.records import Ticket
from bot.search.embeddings import NamedEmbeddings
from bot.search.lexical import Lexical
from bot.search.store import ANEW
from bot.search.terms import searchable

Floats = NDArray[np.float32]

HEADS = "heads.npz"
VECTORS = "heads-vectors.npz"
# Characters of a ticket and of a question that the second encoder is given: over 1,245 tickets 150 and 200 found no
# better than 80 and 60, at two to three times the time; and a title alone worse (.733 for .753).
_BEGINNING, _ASKED = 80, 60
_AT_ONCE = 64  # texts embedded between two calls of progress


def head(ticket: Ticket) -> str:
    """Title and question as a search sees them; the first line of a ticket that has neither."""
    told = "\n".join(part for part in (ticket.title, ticket.question) if part)
    lines = (told or ticket.text).split("\n")
    text = told or next((line for line in lines if searchable(line)), "")
    return searchable(text).lower()


def beginning(ticket: Ticket) -> str:
    """What the second encoder is given of a ticket."""
    return searchable(ticket.text)[:_BEGINNING]


def pieces(text: str) -> frozenset[str]:
    """All runs of three characters."""
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))


@dataclass(frozen=True, slots=True)
class Vectors:
    """The beginnings' unit vectors, one row a ticket, each behind a digest of what was embedded."""

    digests: tuple[bytes, ...]
    rows: Floats

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        encoder: NamedEmbeddings,
        last: Vectors | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Vectors:
        """Embeds each text once; what `last` holds is taken over."""
        digests = [hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:16] for text in texts]
        known = dict(zip(last.digests, last.rows, strict=True)) if last else {}
        fresh = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        names = list(fresh)
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            found = encoder.embed_documents([fresh[name] for name in some])
            known |= {name: np.array(row, np.float32) for name, row in zip(some, found, strict=True)}
            if progress:
                progress(min(start + _AT_ONCE, len(names)), len(names))
        sizes = {len(known[digest]) for digest in digests}
        if len(sizes) > 1:
            raise BuildError(
                f"The embedding {encoder.name} gives vectors of other dimensions than it did: another model has that "
                f"name now. {ANEW}"
            )
        rows = np.stack([known[digest] for digest in digests]) if digests else np.zeros((0, 0), np.float32)
        return cls(tuple(digests), rows)

    def save(self, path: Path) -> None:
        digests = np.frombuffer(b"".join(self.digests), np.uint8).reshape(-1, 16)
        np.savez(path, digests=digests, rows=self.rows)

    @classmethod
    def load(cls, path: Path) -> Vectors:
        with np.load(path, allow_pickle=False) as arrays:
            return cls(tuple(row.tobytes() for row in arrays["digests"]), arrays["rows"])


class Heads:
    """The heads of a build's tickets, in their order; `vectors` only where the embedding brings a second encoder."""

    def __init__(self, texts: Sequence[str], lexical: Lexical, vectors: Vectors | None = None) -> None:
        self.texts, self.lexical, self.vectors = tuple(texts), lexical, vectors

    def cosines(self, question: str, encoder: NamedEmbeddings | None) -> Floats | None:
        """The cosine of every ticket's beginning to the question; None without vectors."""
        if self.vectors is None or encoder is None:
            return None
        asked = np.array(encoder.embed_query(question[:_ASKED]), np.float32)
        found: Floats = self.vectors.rows @ asked
        return found

    def overlap(self, question: str, places: Sequence[int]) -> Floats:
        """The share, 0 to 1, of three-character pieces that the question and a head have in common (the overlap
        coefficient, softened by one so that a head of four characters does not win by a single piece)."""
        asked = pieces(question.lower())
        there = [pieces(self.texts[place]) for place in places]
        return np.array([len(asked & one) / (1 + min(len(asked), len(one))) for one in there], np.float32)
