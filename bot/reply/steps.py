"""The clauses of a text and the pairs of characters in them, and whether its steps stand as their source tells them.

Knows texts only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from bot.search.terms import searchable

CLAUSE = re.compile(r"[^，。；！？：,;:!?\n]+")
HAN = re.compile(r"[\u3400-\u9fff]+")
# Words that any sentence may hold: what is left without them is what it speaks of.
FRAME = re.compile(
    r"类似(?:的)?工单中?|记录的原因是?|客服(?:的)?(?:说明|答复|建议|解释)(?:是|为)?|过往工单|您好|请|您|可以|需要|如果|"
    r"参考|文档|链接|地址|页面|入口|查看|看看?|这份|这篇|这个|里面|接下来|第\d步|步骤|试试?|再|那个?|上|下|里|"
    r"的话|了|的|呢|哦|进行|一下|这个|这里|即可|就|会|能|都|也|把|将|在|是|和|与|或|及|后|时|为|到|从|对|要"
)
# Where a stop was left out: between two sentences, and before the number of a step.
_RUN = re.compile(r"(?<=[\u3400-\u9fff])[ \t]+(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff/])(?=\d[.、][\u3400-\u9fff])")
_AFTER = re.compile(r"之后|然后|接着|后再")
_THEN = re.compile(r"先|然后|再(?!试|看|次|测)|接着|之后|最后|\n\s*\d{1,2}[.、]")
# 下载日志后进行分析: the one stands before the other.
_BEHIND = re.compile(r"([\u3400-\u9fffA-Za-z]{4,})后(?:才|再|就|即可|便|进行|可以?)+([\u3400-\u9fff]{2,6})")
_LABEL = re.compile(r"[「\[【][^」\]】]*[」\]】]")


def parts(text: str) -> list[str]:
    """Its clauses."""
    return CLAUSE.findall(_RUN.sub("，", text))


def pairs(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters."""
    return ["".join(pair) for run in HAN.findall(text) for pair in pairwise(run)]


def in_order(text: str, sources: Sequence[str]) -> bool:
    """Whether the clauses of a text stand as those of its sources that they speak of, where either tells steps."""
    clauses = [_words(_AFTER.split(clause)[-1]) for clause in parts(text)]
    return all(_follows(text, [words for words in clauses if len(words) >= 2], searchable(one)) for one in sources)


def _follows(text: str, clauses: Sequence[set[str]], source: str) -> bool:
    others = [_words(other) for other in dict.fromkeys(parts(source))]
    if behind := _BEHIND.search(source):
        first, second = map(_words, behind.groups())
        if behind.group() not in text and _reversed(_LABEL.sub(" ", text), first, second):
            return False
        others = others[1:]  # the first clause may name what the steps are for
    if not _THEN.search(text) and "→" not in source and "->" not in source:
        return True
    shared = [(len(words), [len(words & other) for other in others]) for words in clauses]
    told = [row for length, row in shared if 2 * max(row, default=0) >= length and row.count(max(row)) == 1]
    places = [row.index(max(row)) for row in told]
    return places == sorted(places)


def _reversed(text: str, first: set[str], second: set[str]) -> bool:
    """Whether a text speaks last of what comes second before it speaks of what comes first."""
    one = [text.find(pair) for pair in first - second if pair in text]
    two = [text.rfind(pair) for pair in second - first if pair in text]
    return bool(one and two) and fmean(two) < fmean(one)


def _words(text: str) -> set[str]:
    return set(pairs(FRAME.sub(" ", text)))
