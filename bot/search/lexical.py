"""BM25 over whole tickets: the leg of the search that carries when there are thousands of them.

An inverted index in three arrays (for each term the tickets that hold it, and what each match is
worth), so that a question costs one slice a term. It knows texts by position only: no tickets and
no vectors.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.search.terms import terms

Floats = NDArray[np.float32]

# k1 and b: on titles as questions over 1,245 tickets MRR@10 was .661 with k1 .6 and .647 with the
# usual 1.2; b from .5 to .9 changed less than .01.
_K1 = 0.6
_B = 0.75
# A single character says less than its IDF claims, for its pairs are terms as well: at half weight
# questions in customers' own words rose from .602 to .616, titles stayed.
_SINGLE = 0.5
# A term that a question repeats counts more, with a ceiling (BM25's k3): .616 to .624.
_K3 = 8.0
_EXTRA = 0.5  # what a word counts that is only meant, beside one that is said


class Lexical:
    """The index over texts; `scores` and `covered` answer in the texts' order."""

    def __init__(self, size: int, words: Sequence[str], arrays: dict[str, NDArray[np.generic]]) -> None:
        self.size = size
        self._ids = {word: number for number, word in enumerate(words)}
        self._idf = arrays["idf"].astype(np.float32)
        self._start = arrays["start"].astype(np.int64)
        self._texts = arrays["texts"].astype(np.int32)
        self._worth = arrays["worth"].astype(np.float32)

    @classmethod
    def over(cls, texts: Sequence[str], k1: float = _K1, b: float = _B) -> Lexical:
        size = len(texts)
        ids: dict[str, int] = defaultdict(count().__next__)
        said = [np.fromiter(map(ids.__getitem__, terms(text)), np.int32) for text in texts]
        found = [np.unique(numbers, return_counts=True) for numbers in said]
        term_of = np.concatenate([np.empty(0, np.int32), *(numbers for numbers, _ in found)])
        often = np.concatenate([np.empty(0, np.float32), *(counts for _, counts in found)], dtype=np.float32)
        text_of = np.repeat(np.arange(size, dtype=np.int32), [len(numbers) for numbers, _ in found])
        lengths = np.array([len(numbers) for numbers in said], np.float32)
        held = np.bincount(term_of, minlength=len(ids))
        idf = np.log1p((size - held + 0.5) / (held + 0.5))
        norm = k1 * (1 - b + b * lengths / max(float(lengths.mean()) if size else 1.0, 1.0))
        worth = idf[term_of] * often * (k1 + 1) / (often + norm[text_of])
        order = np.argsort(term_of, kind="stable")
        start = np.concatenate(([0], np.cumsum(held)))
        return cls(size, list(ids), {"idf": idf, "start": start, "texts": text_of[order], "worth": worth[order]})

    def save(self, path: Path) -> None:
        words = np.frombuffer("\n".join(self._ids).encode(), np.uint8)
        np.savez(
            path,
            size=np.int64(self.size),
            words=words,
            idf=self._idf,
            start=self._start,
            texts=self._texts,
            worth=self._worth,
        )

    @classmethod
    def load(cls, path: Path) -> Lexical:
        with np.load(path, allow_pickle=False) as arrays:
            words = arrays["words"].tobytes().decode()
            return cls(int(arrays["size"]), words.split("\n") if words else [], dict(arrays))

    def idf(self, term: str) -> float:
        """How telling a term is; one that no text holds tells most."""
        known = self._ids.get(term)
        return float(self._idf[known]) if known is not None else math.log1p((self.size + 0.5) / 0.5)

    def scores(self, query: str) -> Floats:
        """The BM25 score of every text, 0 where no term is shared."""
        found = np.zeros(self.size, np.float32)
        for term, often in Counter(terms(query)).items():
            span = self._span(term)
            found[self._texts[span]] += _share(term) * often * (_K3 + 1) / (often + _K3) * self._worth[span]
        return found

    def covered(self, query: str, places: Sequence[int]) -> Floats:
        """`coverage` of the query by the texts at these places."""
        wanted, found = np.array(places, np.int32), np.zeros(len(places), np.float32)
        weights = self._weights(query)
        for term, weight in weights.items():
            if len(texts := self._texts[self._span(term)]):  # in rising order
                near = np.minimum(np.searchsorted(texts, wanted), len(texts) - 1)
                found[texts[near] == wanted] += weight
        return found / max(sum(weights.values()), 1e-9)

    def coverage(self, query: str, text: str) -> float:
        """The share, 0 to 1, of the query's IDF mass whose terms the text contains."""
        held = set(terms(text))
        weights = self._weights(query)
        return sum(weight for term, weight in weights.items() if term in held) / max(sum(weights.values()), 1e-9)

    def matcher(self, query: str, more: str = "") -> Callable[[str], float]:
        """Tells of any text the share, 0 to 1, of the query's known IDF mass that it holds.

        Terms that no text of the index holds are left out, since they tell no text from another; those
        of `more` count half.
        """
        weights = {term: _EXTRA * _share(term) * self.idf(term) for term in terms(more) if term in self._ids}
        weights |= {term: _share(term) * self.idf(term) for term in terms(query) if term in self._ids}
        total = max(sum(weights.values()), 1e-9)
        return lambda text: sum(weights[term] for term in set(terms(text)) & weights.keys()) / total

    def _weights(self, query: str) -> dict[str, float]:
        return {term: _share(term) * self.idf(term) for term in terms(query)}

    def _span(self, term: str) -> slice:
        known = self._ids.get(term)
        return slice(0, 0) if known is None else slice(int(self._start[known]), int(self._start[known + 1]))


def _share(term: str) -> float:
    return _SINGLE if len(term) == 1 and not term.isascii() else 1.0
