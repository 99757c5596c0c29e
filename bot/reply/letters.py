"""What the linear models of wishes and deeds see of a message: its letters, and signs that patterns found.

Knows no pattern and no kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.tickets.linear import Linear, Slots, grams, signs

_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_LINK = re.compile(r"https?://\S+|(?<![a-z0-9-])[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HEAD, _TAIL = 60, 100  # letters of a long message: what is wanted stands at its ends


def slots(plain: str, found: Sequence[bool], step: int = 6) -> tuple[Slots, Slots]:
    """The slots of a searchable text; `found` says which signs stand in it, `step` how its length is counted.

    That it holds no Chinese is a sign behind those.
    """
    text = re.sub(r"\s+", " ", _NUMBER.sub("0", _LINK.sub("链", plain.lower())))
    if len(text) > _HEAD + _TAIL:
        text = text[:_HEAD] + text[-_TAIL:]
    there = [number for number, stands in enumerate((*found, not _HAN.search(plain)), start=1) if stands]
    pairs = [100 + 12 * one + other for one in there for other in there if one < other]
    length = 15485863 * (min(8, len(text) // step) + 1)
    return grams(f"^{text}$"), signs([*(104729 * (number + 1) for number in (*there, *pairs)), length])


def share(weights: Path, grams: Slots, signs: Slots) -> NDArray[np.float32]:
    """How likely each kind is, summing to 1."""
    scores = Linear.load(weights).scores(grams, signs)
    raised = np.exp(scores - scores.max())
    shares: NDArray[np.float32] = raised / raised.sum()
    return shares
