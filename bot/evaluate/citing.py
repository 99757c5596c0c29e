"""Whether citations are right and sentences stand in what they cite, told by letters alone.

Citation precision and recall follow ALCE (Gao et al., "Enabling Large Language Models to Generate Text with Citations",
2023), but for who judges: there a model of entailment, here the set's own acceptable tickets and patterns. Groundedness
is written apart from the guard in bot/reply on purpose: asking the guard whether the guard was right proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from bot.records import Answer, Citation, Sentence
from bot.search.terms import searchable

FACTUAL = ("knowledge", "precedent")
# Of a sentence's pairs of characters, so many must stand in its quotes.
_HELD = 0.6
_LINK = re.compile(r"https?://[\x21-\x7e]+")
_NAME = re.compile(r"[a-z][a-z0-9_.+-]*[a-z0-9]")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)*")
_FRAME = re.compile(r"^[^：:\n]{4,40}[：:]\s*")
_HAN = re.compile(r"[\u3400-\u9fff]+")


def precision(answer: Answer, right: Callable[[Citation], bool]) -> float | None:
    """The share of (sentence, citation) pairs whose ticket is an acceptable one; None without pairs."""
    by_number = {row.n: row for row in answer.citations}
    marks = [n in by_number and right(by_number[n]) for sentence in _factual(answer) for n in sentence.citations]
    return share(marks)


def recall(answer: Answer, facts: Sequence[re.Pattern[str]]) -> float | None:
    """The share of the facts held by a factual sentence that stand in a quote it cites; None where none is held."""
    quotes = {row.n: row.quote for row in answer.citations}
    marks = []
    for fact in facts:
        holding = [sentence for sentence in _factual(answer) if fact.search(sentence.text)]
        if holding:
            marks.append(any(fact.search(quotes[n]) for sentence in holding for n in sentence.citations if n in quotes))
    return share(marks)


def share(marks: Sequence[bool]) -> float | None:
    """The share of what holds; None of nothing."""
    return sum(marks) / len(marks) if marks else None


def supported(answer: Answer) -> dict[str, bool]:
    """Whether each factual sentence stands in the quotes that it cites: every link, name and number, and most of its
    pairs of Chinese characters. What introduces a precedent (in a similar ticket, support found:) is no part of it."""
    quotes = {row.n: row.quote for row in answer.citations}
    return {
        sentence.text: stands(
            _FRAME.sub("", sentence.text) if sentence.kind == "precedent" else sentence.text,
            "\n".join(quotes.get(n, "") for n in sentence.citations),
        )
        for sentence in _factual(answer)
    }


def stands(text: str, quote: str) -> bool:
    """Links and names are looked for as pieces, since agents' links run into the next step (`apply2.`)."""
    said, held = _unnumbered(searchable(text).lower()), searchable(quote).lower()
    bare = _LINK.sub(" ", said)
    if not all(piece in held for piece in (*_LINK.findall(said), *_NAME.findall(bare))):
        return False
    if not set(_NUMBER.findall(bare)) <= set(_NUMBER.findall(held)):
        return False
    pairs = _pairs(bare)
    return not pairs or len(pairs & _pairs(held)) >= _HELD * len(pairs)


def _unnumbered(text: str) -> str:
    """Numbers of a list at the start of a line are the writer's own."""
    return re.sub(r"(?m)^\s*\d{1,2}[.、)]\s*", "", text)


def _pairs(text: str) -> set[str]:
    return {"".join(pair) for run in _HAN.findall(text) for pair in pairwise(run)}


def _factual(answer: Answer) -> list[Sentence]:
    return [sentence for sentence in answer.sentences if sentence.kind in FACTUAL]
