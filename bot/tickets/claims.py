"""What two agents claim about one thing with different values: pairs of clauses, found in linear time.

A claim is a clause with one quantity, one version, or a plain yes or no. Two are about one thing when the words
after the value are the same, or nearly all words are. Knows nothing of which claim is right.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.records import Statement
from bot.tickets.facts import NOT, Fact, quantities
from bot.tickets.near import CONTRASTS, alike_groups, canonical, pairs
from bot.tickets.privacy.placeholders import ANY_MASK

CLAUSE = re.compile(r"[^，。；！？\n]+[，。；！？\n]*")
# Left out of the words after a value, so that 内完成 and 内可以完成 are one and 左右 alone is nothing.
_MODAL = re.compile(r"可以|可|能够?|都|即|就|左右|以内|之内|内|会|的|了")
_AFTER, _OTHERS = 200, 20  # claims that one is held against: a chain of pairs ties all of them together
_SHARED = 0.2  # overlap of two statements' two-character terms from which they may speak of one thing
_ALIKE = 0.75  # Jaccard similarity of two clauses without their values from which they say one thing
_LEAST = 6  # letters of a clause without its value; a shorter one could be about anything
_DENIED, _OTHER = 10, 1  # letters of a clause that another denies; pairs of letters in which they may differ
_VERSION = re.compile(r"(?<![\w.])v?\d+(?:\.\d+){1,3}(?![\w.])", re.I)
_LATIN = re.compile(r"[a-z][a-z0-9_.+\-]*", re.I)
# A clause that is true under a condition or of one case says nothing against another.
_BOUND = re.compile(r"如果|若|假如|当.{1,8}时|的话|除非|目前|现在|当前|暂时|例如|比如|原来|之前")
_CONDITION = re.compile(r"如果|若|假如|的话|时，?$|除非|对于|针对")


@dataclass(frozen=True, slots=True)
class Claim:
    """A clause of a statement with the value it gives: `norm` is that value in one unit."""

    kind: str
    value: str
    norm: str
    clause: str
    ticket: str


def same_predicate(rows: Sequence[Statement]) -> Iterator[tuple[Claim, Claim]]:
    """Durations before the same words (小时内完成, 小时内可以完成) in statements that share terms."""
    places: dict[str, list[tuple[Claim, Counter[str]]]] = defaultdict(list)
    for row in rows:
        for clause in CLAUSE.findall(row.text):
            for fact in quantities(clause):
                predicate = _MODAL.sub("", re.sub(r"\W", "", clause[fact.end :]))[:6]
                if fact.dimension == "duration" and len(predicate) >= 2:
                    places[predicate].append((_valued(row, clause, fact), _terms(row, clause[fact.start :])))
    for found in places.values():
        for index, (one, words) in enumerate(found):
            for other, others in found[index + 1 : index + _AFTER]:
                if one.ticket != other.ticket and one.norm != other.norm and _related(words, others):
                    yield one, other


def same_words(rows: Sequence[Statement]) -> Iterator[tuple[Claim, Claim]]:
    """Clauses that are alike but for one value of one dimension, a version, or a word that denies."""
    claims: list[tuple[Claim, str, str]] = []
    for row in rows:
        before = ""
        for clause in CLAUSE.findall(row.text):
            condition = _neutral(before) if _CONDITION.search(before) else ""
            claims += [
                (claim, f"{condition}{words}", mark)
                for claim, words, mark in _claims(row, clause)
                if len(words) >= _LEAST
            ]
            before = clause
    first = alike_groups([words for _, words, _ in claims], [mark for _, _, mark in claims], _ALIKE)
    seen: dict[int, dict[str, int]] = defaultdict(dict)
    for at, (claim, words, _) in enumerate(claims):
        told = 0
        for norm, place in seen[first[at]].items():
            other, others, _ = claims[place]
            if norm == claim.norm or other.ticket == claim.ticket:
                continue
            if told == _OTHERS:
                break
            # A short yes and no (需要绑定域名, 不需要绑定域名) may be about two things.
            if claim.kind != "polarity" or (len(words) >= _DENIED and len(pairs(others) ^ pairs(words)) <= _OTHER):
                told += 1
                yield other, claim
        seen[first[at]].setdefault(claim.norm, at)


def _claims(row: Statement, clause: str) -> Iterator[tuple[Claim, str, str]]:
    """What a clause claims, its words without the value, and the facts besides that must be equal."""
    if _BOUND.search(clause) or "http" in clause or ANY_MASK.search(clause):
        return
    facts, versions = quantities(clause), list(_VERSION.finditer(clause))
    denials = len(NOT.findall(clause))
    if len(facts) + len(versions) > 1:
        return
    if facts:
        start, end = facts[0].start, facts[0].end
        claim = _valued(row, clause, facts[0])
        unit = re.sub(r"[\d.一二两三四五六七八九十百千万半\s]", "", clause[start:end]) if claim.kind == "count" else ""
    elif versions:
        start, end, unit = *versions[0].span(), ""
        claim = Claim("version", versions[0].group(), versions[0].group().lower().lstrip("v"), clause, row.ticket)
    else:
        start, end, unit = 0, 0, repr(re.findall(r"\d+", clause))
        claim = Claim("polarity", "否" if denials % 2 else "是", str(denials % 2), clause, row.ticket)
        clause, denials = NOT.sub("", clause), 0
    words = f"{clause[:start]} {clause[end:]}"
    latin = sorted({word.lower() for word in _LATIN.findall(words)})
    told = [word for word in CONTRASTS if word in words]
    yield claim, _neutral(words), repr((claim.kind, unit, latin, told, denials % 2))


def _neutral(clause: str) -> str:
    return _MODAL.sub("", canonical(clause))


def _valued(row: Statement, clause: str, fact: Fact) -> Claim:
    value = clause[fact.start : fact.end].strip()
    return Claim(fact.dimension, value, f"{fact.value:.12g}", clause, row.ticket)


def _related(one: Counter[str], other: Counter[str]) -> bool:
    """Whether two statements speak of one thing, the values and the words that they share behind them left out."""
    smaller = min(sum(one.values()), sum(other.values())) or 1
    return sum((one & other).values()) / smaller >= _SHARED


def _terms(row: Statement, tail: str) -> Counter[str]:
    bare = re.sub(r"[\W\d_]+", "", row.text.replace(tail, "").lower())
    return Counter({bare[index : index + 2] for index in range(len(bare) - 1)})
