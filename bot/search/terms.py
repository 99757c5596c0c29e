"""What a text is to a search: placeholders out, one script and one case, cut into terms.

The same cut serves questions and tickets, so that both meet. It knows no index, no weights and no
model; which words matter is measured by `lexical` on the tickets themselves.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from opencc import OpenCC  # type: ignore[import-untyped]

from bot.tickets.privacy.placeholders import ANY_MASK

# A word may hold inner punctuation: qn-regions-cache.jsonl, 7.13.2, x-reqid.
_WORD = re.compile(r"[a-z0-9]+(?:[._\-/:@][a-z0-9]+)*")
_PIECE = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
# Sound in simplified text, though the table of traditional characters lists it.
_NOT_TRADITIONAL = frozenset("覆")
# 签 is 籤 on a label alone.
_LABEL = re.compile("(?<![標书書抽牙便])籤")
# What the converter's table of Taiwan's variants turns the wrong way.
_MENDED = str.maketrans("幺擡", "么抬")


@lru_cache(maxsize=1)
def _scripts() -> tuple[OpenCC, frozenset[str]]:
    """The converter, and the characters that call for it: most texts need no conversion."""
    plain = OpenCC("t2s")
    single = {old for _, _, table in plain.dict_cache.values() for old in table if len(old) == 1}
    return OpenCC("tw2sp"), frozenset(old for old in single if plain.convert(old) != old) - _NOT_TRADITIONAL


def searchable(text: str) -> str:
    """The text as both legs of the search see it: no placeholders, NFKC, simplified script.

    Traditional script is turned with Taiwan's computing words (伺服器 is 服务器), because those
    who write it to a support desk use them.
    """
    return simplified(unicodedata.normalize("NFKC", ANY_MASK.sub(" ", text))).strip()


def simplified(text: str) -> str:
    """The text in simplified script, all else kept."""
    converter, traditional = _scripts()
    return text if traditional.isdisjoint(text) else str(converter.convert(text)).translate(_MENDED)


def in_traditional(text: str) -> bool:
    """Whether a text is written in traditional script."""
    return not _scripts()[1].isdisjoint(text)


def traditional(text: str) -> str:
    """The text in Taiwan's traditional characters, its words kept."""
    return _LABEL.sub("簽", str(_turned().convert(text)))


@lru_cache(maxsize=1)
def _turned() -> OpenCC:
    return OpenCC("s2tw")


def terms(text: str) -> list[str]:
    """Single characters and pairs of them in Chinese, words and their pieces in Latin script."""
    plain = searchable(text).lower()
    found: list[str] = []
    for word in _WORD.findall(plain):
        found.append(word)
        pieces = _PIECE.findall(word)
        if len(pieces) > 1:
            found.extend(pieces)
    for run in _HAN.findall(plain):
        found.extend(run)
        found.extend(map("".join, pairwise(run)))
    return found
