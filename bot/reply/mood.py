"""How angry a customer writes: points for what mood.txt lists, for shouting, and for asking for a person again.

Urgency alone is no anger: who writes 很急 or has waited for days writes calmly until there is more. By words alone,
in Chinese of both scripts and in English: scorn without a word of it is not found. Knows no tickets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from bot.reply.wishes import wants_person
from bot.search.terms import searchable

LEVELS = (3, 5, 8)
"""The points from which anger is 1, 2 and 3: one complaint or three weak signs; a threat, an insult or two
complaints; a threat or an insult with a complaint."""

_AGAIN = (2, 3)  # points for asking for a person in a second and in a third message
_HEAD = re.compile(r"\[(\w+)\](?: (\d+) (\d+))?")
_NEAR = 40  # characters in which a denial is looked for
# A denial right before a word, with nothing but a few small words between. 是不是, 要不要 and the like deny nothing.
_DENIED = re.compile(
    r"(?:(?<![是要会想能可])不(?!会是)|没有?|并非|未|无意)(?:是|会|想|要|必|用|算|太|很|怎么|那么|至于|觉得|打算|准备)*$|"
    r"(?:\bnot|n't|\bno|\bnever|\bwithout)\s(?:(?:a|an|the|any|really|that|so|very|too|being|feeling|trying|going|here|"
    r"to|in|at|all)\s)*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Section:
    words: re.Pattern[str]
    points: int
    most: int


def anger(texts: Sequence[str]) -> int:
    """0 (calm) to 3 (furious), by all messages of a customer together."""
    calm, sections = _lexicon()
    plain = [calm.words.sub(" ", searchable(text)) for text in texts]
    points = sum(section.points * min(_found(section, plain), section.most) for section in sections)
    asked = sum(map(wants_person, texts))
    points += _AGAIN[min(asked, 3) - 2] if asked > 1 else 0
    return sum(points >= level for level in LEVELS)


def _found(section: _Section, texts: Sequence[str]) -> int:
    """How many different words of a section the texts hold, denied ones left out."""
    return len(
        {
            found.group().lower()
            for text in texts
            for found in section.words.finditer(text)
            if not _DENIED.search(text, max(found.start() - _NEAR, 0), found.start())
        }
    )


@lru_cache(maxsize=1)
def _lexicon() -> tuple[_Section, tuple[_Section, ...]]:
    """What is cut out, and the sections that count."""
    sections: list[tuple[list[str], int, int]] = []
    for line in files("bot.reply").joinpath("mood.txt").read_text(encoding="utf-8").splitlines():
        if head := _HEAD.fullmatch(line):
            sections.append(([], int(head[2] or 0), int(head[3] or 0)))
        elif line.strip() and not line.startswith("#"):
            sections[-1][0].extend(line.split())
    calm, *rest = (_Section(re.compile("|".join(words), re.I), points, most) for words, points, most in sections)
    return calm, tuple(rest)
