"""How a recogniser is written: a pattern, the kind it finds, and what a text must hold for it to run.

Knows no private value. `needs` and `digits` only save time: a text without any of them cannot match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Span = tuple[str, int, int]
CJK = r"\u4e00-\u9fff"
# What stands between a label and its value. Bounded, so that a run of blanks costs nothing; one line break at most,
# as tables and forms lose their cells to it.
GAP = r"[ \t\u3000\"'“”「【\[（(]{0,3}"
SEP = rf"{GAP}(?:[:：=]|是|为)?{GAP}\n?{GAP}"
SAID = rf"{GAP}(?:[:：=]|是|为){GAP}\n?{GAP}"
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE[0xFF20] = ord("@")
_ANY_WIDE = re.compile("[\uff10-\uff19\uff20-\uff3a\uff41-\uff5a]")


@dataclass(frozen=True, slots=True)
class Recogniser:
    """Yields the private spans of one shape; runs when a word of `needs` (in lower case) and a digit are there."""

    find: Callable[[str], Iterable[Span]]
    needs: tuple[str, ...] = ()
    digits: bool = False


def pattern(kind: str, regex: str, needs: str = "", digits: bool = False, flags: int = 0) -> Recogniser:
    """A recogniser for a regex; its group `v` (or the whole match) is the private value."""
    compiled = re.compile(regex, flags)
    group: str | int = "v" if "v" in compiled.groupindex else 0

    def find(text: str) -> Iterator[Span]:
        for match in compiled.finditer(text):
            yield kind, *match.span(group)

    return Recogniser(find, tuple(needs.split()), digits)


def narrow(text: str) -> str:
    """Full-width letters, digits and @ as ASCII, every character in its place; punctuation stays."""
    return text.translate(_WIDE) if _ANY_WIDE.search(text) else text
