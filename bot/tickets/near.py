"""Which texts say the same in nearly the same words: MinHash over three-character shingles, in linear time.

Two texts are one only when their facts are equal as well: numbers in one unit, links, names in Latin
letters, yes or no, and words that mean the opposite of each other (上传, 下载). Knows nothing of tickets.

Source: Broder, "On the resemblance and containment of documents" (1997); datasketch's MinHashLSH.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from bot.tickets.facts import NOT, numbers
from bot.tickets.mending import links
from bot.tickets.privacy.placeholders import ANY_MASK

ALIKE = 0.8  # Jaccard similarity of two texts' shingles from which they are one answer
_PERMUTATIONS = 64
_WIDTH = 3
_ROUNDING = 1e-9
_CROWD = 100  # texts that are near each other and not alike; one more of these is compared, and with it nothing else
_LEAST = 8  # letters; a shorter text is only ever the same as itself
# Pairs of which each word turns a sentence into another one.
CONTRASTS = tuple(
    "上传 下载 开启 关闭 打开 公开 私有 国内 国外 海外 境外 境内 增加 减少 添加 删除 升级 降级 收费 付费 免费 前端"
    " 后端 源站 内网 外网 个人 企业 成功 失败 华东 华北 华南 东南亚 北美 之前 之后 大于 小于 高于 低于 超过 不足"
    " 以上 以下 第一 第二".split()
)
_STEP = re.compile(r"(?m)^\s*(?:\d{1,2}\s*[.、．:：)）]|[-*•])(?!\d)\s*")
_NOISE = re.compile(r"[\W_]+")
_LATIN = re.compile(r"[a-z][a-z0-9_.+\-]*[a-z0-9]|[a-z]")


def canonical(text: str) -> str:
    """What two wordings of the same answer share: letters and digits alone."""
    return _NOISE.sub("", text.lower())


def pairs(text: str) -> set[str]:
    """The two-character pieces of a text."""
    return {text[at : at + 2] for at in range(len(text) - 1)}


def signature(text: str) -> str:
    """The facts of a text, which must be equal before it can be one with another. Masks count for nothing."""
    urls = links(text)
    bare = text
    for link in reversed(urls):
        bare = f"{bare[: link.start]} {bare[link.end :]}"
    bare = _STEP.sub("", ANY_MASK.sub(" ", bare)).lower()
    facts = [sorted(numbers(bare)), sorted(link.url.rstrip("/") for link in urls), sorted(set(_LATIN.findall(bare)))]
    said = [word for word in CONTRASTS if word in bare]
    return repr((facts, len(NOT.findall(bare)), said))


def groups(texts: Sequence[str], alike: float = ALIKE) -> list[int]:
    """For each text the position of the first text that says the same, its own when it is the first."""
    bare = [canonical(ANY_MASK.sub("", _STEP.sub("", text))) or canonical(text) for text in texts]
    return alike_groups(bare, [signature(text) for text in texts], alike)


def alike_groups(keys: Sequence[str], marks: Sequence[str], alike: float) -> list[int]:
    """For each key the position of the first one that is nearly the same and has the same mark.

    Only first ones are compared with, so that n copies cost n and not n² comparisons.
    """
    same: dict[tuple[str, str], int] = {}
    found = [same.setdefault(pair, position) for position, pair in enumerate(zip(keys, marks, strict=True))]
    fresh: dict[str, dict[int, str]] = defaultdict(dict)
    for (key, mark), position in same.items():
        if len(key) >= _LEAST:
            fresh[mark][position] = key
    promising = sorted(at for alike_facts in fresh.values() for at in _promising(alike_facts, alike))
    into = _merged([(at, keys[at], marks[at]) for at in promising], alike)
    return [into.get(first, first) for first in found]


def _promising(keys: Mapping[int, str], alike: float) -> list[int]:
    """The positions of keys that may be alike another one: one in ten or twenty, and no pair is lost.

    Two sets with a Jaccard similarity of `alike` share at least that part of the larger one. So in one order of all
    pieces, here the rarest first, they meet in the first few: the prefixes of Chaudhuri, Ganti and Kaushik, "A
    primitive operator for similarity joins" (2006).
    """
    if len(keys) < 2:
        return []
    often = Counter(piece for key in keys.values() for piece in _shingles(key))
    heads: dict[int, list[str]] = {}
    for position, key in keys.items():
        pieces = sorted(_shingles(key), key=lambda piece: (often[piece], piece))
        heads[position] = pieces[: len(pieces) - math.ceil(alike * len(pieces) - _ROUNDING) + 1]
    first = Counter(piece for head in heads.values() for piece in head)
    return [position for position, head in heads.items() if any(first[piece] > 1 for piece in head)]


def _merged(rows: Sequence[tuple[int, str, str]], alike: float) -> dict[int, int]:
    """For each position whose key is nearly the same as an earlier first one of its mark, that one's."""
    if len(rows) < 2:
        return {}
    # Imported here: it takes most of a second, and only builds need it.
    from datasketch import MinHash, MinHashLSH

    # What the index finds is compared again, so it should rather find too much than miss.
    index = MinHashLSH(threshold=alike, num_perm=_PERMUTATIONS, weights=(0.1, 0.9))
    hashes = MinHash.generator(
        (_salted(key, mark) for _, key, mark in rows), num_perm=_PERMUTATIONS, hashfunc=zlib.crc32
    )
    firsts: dict[int, tuple[str, set[str]]] = {}
    into: dict[int, int] = {}
    for (position, key, mark), minhash in zip(rows, hashes, strict=True):
        shingles = _shingles(key)
        found = index.query(minhash)
        near = [at for at in found if firsts[at][0] == mark and _jaccard(firsts[at][1], shingles) >= alike]
        if near:
            into[position] = min(near)
        elif len(found) < _CROWD:
            index.insert(position, minhash)
            firsts[position] = mark, shingles
    return into


def _shingles(key: str) -> set[str]:
    return {key[at : at + _WIDTH] for at in range(len(key) - _WIDTH + 1)}


def _salted(key: str, mark: str) -> list[bytes]:
    """Pieces of the text behind its facts: texts that differ in these share no piece."""
    salt = format(zlib.crc32(mark.encode()), "x")
    return [f"{salt}{piece}".encode() for piece in _shingles(key)]


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)
