"""A small linear model over a text's letters and a few signs: which of some kinds it is.

Multinomial logistic regression over hashed character 1- to 3-grams (Weinberger et al., "Feature Hashing for
Large Scale Multitask Learning", 2009). Weights lie in .npz files and hold no sentence. Knows no kind of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BITS = 14  # slots of the grams, and as many of the signs
SIGN = 0.3  # what a sign counts beside the grams, which share a length of 1
_FACTORS = np.array([2654435761, 2246822519, 3266489917], np.uint64)
_WORD = np.uint64(0xFFFFFFFF)
_DOWN = np.uint64(32 - BITS)

Slots = NDArray[np.int64]
Floats = NDArray[np.float32]


class Linear:
    """Weights of the slots, shape (2 * 2**BITS, kinds), and the bias of each kind."""

    def __init__(self, weights: Floats, bias: Floats) -> None:
        self._weights, self._bias = weights, bias

    @classmethod
    @lru_cache(maxsize=8)
    def load(cls, path: Path) -> Linear:
        """A model from its file; each file is read once."""
        with np.load(path, allow_pickle=False) as stored:
            scale = np.float32(stored["scale"])
            return cls(stored["weights"].astype(np.float32) * scale, stored["bias"].astype(np.float32))

    def scores(self, grams: Slots, signs: Slots) -> Floats:
        """Unnormalised log-odds of each kind."""
        found: Floats = self._weights[grams].sum(0) / np.sqrt(len(grams) + 1) + SIGN * self._weights[signs].sum(0)
        return found + self._bias


def grams(shown: str) -> Slots:
    """The slots of a text's 1- to 3-grams, each once, those at either end beside."""
    letters = np.fromiter(map(ord, shown), np.uint64, len(shown))
    found = [_hashed(letters, width, 1) for width in (1, 2, 3)]
    found += [_hashed(letters[-12:], width, 2) for width in (2, 3)]
    found += [_hashed(letters[:10], width, 3) for width in (2, 3)]
    return np.unique(np.concatenate(found)).astype(np.int64)


def signs(named: Sequence[int]) -> Slots:
    """The slots of signs, each a number of its own."""
    found: Slots = ((np.array(named, np.uint64) * _FACTORS[0] & _WORD) >> _DOWN).astype(np.int64) + (1 << BITS)
    return found


def _hashed(letters: NDArray[np.uint64], width: int, salt: int) -> NDArray[np.uint64]:
    many = len(letters) - width + 1
    if many <= 0:
        return np.zeros(0, np.uint64)
    found = np.full(many, salt * 97 + width, np.uint64)
    for at in range(width):
        found = (found ^ letters[at : at + many]) * _FACTORS[at] & _WORD
    hashed: NDArray[np.uint64] = (((found ^ (found >> np.uint64(15))) * _FACTORS[1]) & _WORD) >> _DOWN
    return hashed
