"""The facts of a sentence that can be compared exactly: numbers with their units, made alike first.

三个月, 3个月 and 90天 are one duration; 1w元 and 10000元 one amount. A month counts 30 days and a
year 365, as tickets use them. Knows nothing of which facts are true.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_MINUTES = {
    "秒": 1 / 60, "秒钟": 1 / 60, "s": 1 / 60, "sec": 1 / 60, "second": 1 / 60, "seconds": 1 / 60,
    "分钟": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1,
    "小时": 60, "个小时": 60, "h": 60, "hour": 60, "hours": 60,
    "天": 1440, "日": 1440, "个工作日": 1440, "工作日": 1440, "day": 1440, "days": 1440,
    "周": 10080, "个星期": 10080, "星期": 10080, "week": 10080, "weeks": 10080,
    "个月": 43200, "月": 43200, "month": 43200, "months": 43200,
    "年": 525600, "year": 525600, "years": 525600,
}  # fmt: skip
_BYTES = {"b": 1, "kb": 2**10, "k": 2**10, "mb": 2**20, "m": 2**20, "gb": 2**30, "g": 2**30, "tb": 2**40, "t": 2**40}
_MONEY = {"元": 1, "块": 1, "块钱": 1, "毛": 0.1, "毛钱": 0.1, "角": 0.1, "分钱": 0.01, "yuan": 1, "rmb": 1}
_UNITS = sorted({*_MINUTES, *_BYTES, *_MONEY, "%", "个", "次", "条", "台", "倍"}, key=len, reverse=True)
_CN = "零一二两三四五六七八九十百千万半"
_UNIT = "|".join(re.escape(unit) for unit in _UNITS)
_QUANTITY = re.compile(
    rf"(?<![A-Za-z\d.])(?P<number>\d+(?:,\d{{3}})*(?:\.\d+)?|[{_CN}]+)(?P<scale>[wW万千]?)\s*"
    rf"(?P<unit>{_UNIT})(?![A-Za-z])",
    re.I,
)
_PLAIN = re.compile(r"(?<![\w.])\d+(?:\.\d+)*(?![\w.])|\d+(?:\.\d+)+|\d+")
_WIDE = re.compile("[\uff01-\uff5e]")
# Words that deny, and those that only look like it (不仅, 没关系, 非常, 分别).
NOT = re.compile(
    r"不(?!妨|仅|过|同|然|论|管|断|客气|好意思)|没有?(?!关系)|无法|无(?=需|须|法)|未(?!来)|勿|禁止|(?<![分特类区级个识性辨])别(?=[^的名人])|"
    r"非(?![常法])|\b(?:not|no|never|cannot|can't|don't|doesn't|without)\b",
    re.I,
)
# 一个, 一下, 一键: a number word that counts nothing.
_IDLE = re.compile(r"^[一两]$")


@dataclass(frozen=True, slots=True)
class Fact:
    """A quantity: `dimension` duration (minutes), size (bytes), money (yuan) or count, and its place."""

    dimension: str
    value: float
    start: int
    end: int


def quantities(text: str) -> list[Fact]:
    """Quantities with units, in order."""
    found = []
    folded = _fold(text)
    for match in _QUANTITY.finditer(folded):
        number, unit = match.group("number"), match.group("unit").lower()
        value = _number(number)
        if value is None or (_IDLE.match(number) and unit in ("个", "次", "条", "台", "月", "日")):
            continue
        value *= {"w": 10000, "万": 10000, "千": 1000}.get(match.group("scale").lower(), 1)
        for dimension, table in (("duration", _MINUTES), ("money", _MONEY), ("size", _BYTES)):
            if unit in table:
                found.append(Fact(dimension, round(value * table[unit], 6), *match.span()))
                break
        else:
            found.append(Fact("share" if unit == "%" else "count", value, *match.span()))
    return found


def numbers(text: str) -> set[str]:
    """Every number, version or quantity of a text in a comparable form.

    Quantities become "dimension:value"; the digits that are left stand as they are.
    """
    folded = _fold(text)
    facts = quantities(folded)
    found = {f"{fact.dimension}:{fact.value:.12g}" for fact in facts}
    rest = list(folded)
    for fact in facts:
        rest[fact.start : fact.end] = " " * (fact.end - fact.start)
    found |= set(_PLAIN.findall("".join(rest)))
    return found


def _fold(text: str) -> str:
    """Full-width forms made half-width, length kept."""
    if not _WIDE.search(text):
        return text
    folded = "".join(unicodedata.normalize("NFKC", char) if 0xFF01 <= ord(char) <= 0xFF5E else char for char in text)
    return folded if len(folded) == len(text) else text


def _number(text: str) -> float | None:
    if text[0].isdigit():
        return float(text.replace(",", ""))
    if text == "半":
        return 0.5
    total, digit = 0.0, 0.0
    for char in text:
        if char in _DIGITS:
            digit = float(_DIGITS[char])
        elif char in _SCALES:
            total = (total + digit if char == "万" else total) or total
            total = total * _SCALES[char] if char == "万" else total + (digit or 1) * _SCALES[char]
            digit = 0
        else:
            return None
    return total + digit
