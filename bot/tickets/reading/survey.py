"""The habits of one ticket file: which labels are sections in it, and how its titles are written.

A file is written by one hand, so what most of its tickets do decides what a doubtful line means: a
bold 原因 that stands in three answers of a hundred is prose where every ticket has a heading for its
cause. Two passes over the lines, no ticket is read here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from bot.tickets.reading.layouts import Section, number
from bot.tickets.reading.marks import ID_COMMENT, RULE, Label, heading, label, loose, strength

OPENING: frozenset[Section] = frozenset({"title", "category", "product", "scenes", "date", "question"})
HEAD: frozenset[Section] = OPENING - {"question"} | {"author", "approver", "expires", "other"}
_SHARE = 0.3  # of the tickets: a label that fewer of them use is no habit
_MOST = 0.5
_FEW = 5  # tickets below which counts say little and the firmer way of writing wins

Pair = tuple[str, str]


@dataclass(slots=True)
class Habits:
    """What holds in this file. `level` is the titles' heading level, 0 where titles are no headings."""

    pairs: dict[Pair, Section] = field(default_factory=dict)
    level: int = 0
    loose: frozenset[str] = frozenset()
    titled: bool = False
    numbered: bool = False
    ruled: bool = False
    head_only: frozenset[str] = frozenset()

    def label(self, line: str) -> Label | None:
        """The section that a stripped line opens in this file."""
        found = label(line)
        if found is None or (kind := self.pairs.get((found.style, found.name))) is None:
            return None
        if kind != found.section:
            return Label(found.style, found.name, kind, found.known, found.rest)
        return found

    def loose_title(self, line: str) -> bool:
        return bool(self.loose) and loose(line) in self.loose


def survey(texts: list[str]) -> Habits:
    counts, kinds, tops = _labels(texts)
    habits = Habits(_accepted(counts, kinds, tops))
    whole = max(tops.values(), default=0)
    levels: Counter[int] = Counter()
    styles: Counter[str] = Counter()
    numbers: Counter[bool] = Counter()
    rules: Counter[bool] = Counter()
    asked = any(kind in ("category", "question") for kind in habits.pairs.values())
    last: tuple[str, bool] | None = None  # the line before, and whether a rule stood above it
    ruled = True
    for text in texts:
        line = text.strip()
        if not line or ID_COMMENT.match(line):
            continue
        if RULE.match(line):
            ruled = True
            continue
        found = habits.label(line)
        if found and last and (found.section in OPENING or (found.section == "answer" and not asked)):
            above = last[0]
            if top := heading(above):
                levels[top[0]] += 1
                numbers[number(top[1]) is not None] += 1
                rules[last[1]] += 1
            elif style := loose(above):
                styles[style] += 1
        last = None if found else (line, ruled)
        ruled = False
    headed = sum(levels.values())
    if headed >= _MOST * whole and headed:
        habits.level = levels.most_common(1)[0][0]
    elif whole:
        habits.loose = frozenset(style for style, count in styles.items() if count >= _MOST * whole)
    habits.titled = bool(habits.level or habits.loose)
    habits.numbered = numbers[True] > numbers[False] or "numbered" in habits.loose
    habits.ruled = rules[True] > rules[False]
    _rename(habits, counts)
    firm = {kind for (style, _), kind in habits.pairs.items() if strength(style) > 1}
    if firm & {"question", "answer", "dialogue"}:
        # Where sections are firmly marked, a plain `原因：` belongs to the text and a plain `分类：` under the title.
        habits.head_only = frozenset({"plain", "bullet"})
    return habits


def _labels(texts: list[str]) -> tuple[Counter[Pair], dict[Pair, Label], Counter[Section]]:
    """How often each way of writing each name occurs, what it means, and the top count of each section."""
    counts: Counter[Pair] = Counter()
    kinds: dict[Pair, Label] = {}
    titles: Counter[Pair] = Counter()
    last: Pair | None = None
    for text in texts:
        line = text.strip()
        if not line or RULE.match(line) or ID_COMMENT.match(line):
            continue
        found = label(line)
        if found:
            pair = (found.style, found.name)
            counts[pair] += 1
            kinds.setdefault(pair, Label(found.style, found.name, found.section, found.known))
            if found.known and found.section in OPENING and last:
                titles[last] += 1
            last = None if found.known else pair
        else:
            last = None
    for pair, count in titles.items():  # a heading right above a category is a title, whatever its words
        if 2 * count >= counts[pair]:
            del counts[pair], kinds[pair]
    tops: Counter[Section] = Counter()
    for pair, count in counts.items():
        if kinds[pair].known:
            tops[kinds[pair].section] = max(tops[kinds[pair].section], count)
    return counts, kinds, tops


def _accepted(counts: Counter[Pair], kinds: dict[Pair, Label], tops: Counter[Section]) -> dict[Pair, Section]:
    whole = max(tops.values(), default=0)
    best: dict[Section, tuple[int, int, str]] = {}
    firmest: defaultdict[Section, int] = defaultdict(int)
    for (style, name), count in counts.items():
        found = kinds[style, name]
        if found.known:
            best[found.section] = max(best.get(found.section, (0, 0, "")), (count, strength(style), style))
            firmest[found.section] = max(firmest[found.section], strength(style))
    styles = {style for _, _, style in best.values()}
    main = {style for (style, name), count in counts.items() if kinds[style, name].known and count >= _SHARE * whole}
    levels = {style for style in styles if style.startswith("h")}
    accepted: dict[Pair, Section] = {}
    for (style, name), count in counts.items():
        found, kind = kinds[style, name], kinds[style, name].section
        if not found.known:
            if style in styles and count >= max(2, _SHARE * whole):
                accepted[style, name] = kind
        elif (
            style in levels & main
            or (style == best[kind][2] and (style in main or _marked(style)))
            or (count >= _SHARE * whole and (whole >= _FEW or strength(style) >= firmest[kind]))
        ):
            accepted[style, name] = kind
    return accepted


def _marked(style: str) -> bool:
    """Whether a label is set apart by marks and holds no value beside it, as `## 使用场景：下载` does."""
    return strength(style) > 1 and not style.endswith(":")


def _rename(habits: Habits, counts: Counter[Pair]) -> None:
    """`问题：` is the title where titles are no headings and a description has a label of its own."""
    names = {pair for pair in habits.pairs if pair[1] in ("问题", "question", "problem", "issue")}
    others = sum(counts[pair] for pair, kind in habits.pairs.items() if kind == "question" and pair not in names)
    labelled = any(kind == "title" for kind in habits.pairs.values())
    for pair in names:
        if not habits.titled and not labelled and others >= _MOST * counts[pair]:
            habits.pairs[pair] = "title"
