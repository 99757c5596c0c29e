"""What can be measured of a question and its evidence before anything is said.

Raw measures: what they mean for this build is calibration.py's business, what follows from them the gate's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.records import Evidence, Hit
from bot.reply.subjects import apart, names
from bot.reply.wishes import asks, wants_action
from bot.search.synonyms import expansion

_LATIN = re.compile(r"[a-z][a-z0-9_.\-]{2,}")
_SYMPTOM = re.compile(r"访问不了|打不开|不能访问|无法|不能用|失败|不行|有问题|报错|异常|慢|失效|挂了|出错")
_LONG = 120  # characters from which a question counts as long
_LEADING = 5  # evidence that a reply would be made from


@dataclass(frozen=True, slots=True)
class Signals:
    """A question's measures by name.

    dense, near: cosines of passages and of statements. best: the leading statement's weight. coverage: 0 to 1, the
    question's rare words in the best ticket. agree: both legs find the same ticket first. knowledge: share of the
    leading statements that are knowledge. acted: the best ticket was solved by an action. act, asks: a wish that
    somebody act, a question how to. unknown: Latin words and error names, up to four, that no ticket found holds.
    symptom: something does not work. length: characters, 1 from 120 on. missing: words of the trade, up to three,
    likewise. apart: the leading statement is about something else. strong, weak, meant, foreign: words of the trade
    and of others. lean: nearer to this knowledge than to matters of elsewhere.
    """

    values: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    @property
    def sound(self) -> bool:
        """Whether every measure is a number; where one is not, nothing is answered."""
        return bool(self.values) and all(map(math.isfinite, self.values.values()))


NONE = Signals({})


def measure(
    question: str,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    resolved: str,
    words: Mapping[str, float],
    named: Sequence[str] = (),
    turn: str = "",
) -> Signals:
    """`resolved`: how the best ticket was; `words`: the domain's counts; `named`: words of the trade that are asked;
    `turn`: the customer's own words where the question was rewritten."""
    if not hits or not evidence:
        return NONE
    found = "\n".join(
        f"{row.ticket.title}\n{row.ticket.question}\n{row.statement.asked}\n{row.statement.text}"
        for row in evidence[:8]
    ).lower()
    leading = evidence[:_LEADING]
    dense = max(hits, key=lambda hit: hit.dense)
    lexical = max(hits, key=lambda hit: hit.lexical)
    return Signals(
        {
            "dense": dense.dense,
            "near": max(row.near for row in leading),
            "best": evidence[0].score,
            "coverage": max(hit.coverage for hit in hits),
            "agree": float(dense.ticket == lexical.ticket),
            "knowledge": sum(row.statement.kind == "knowledge" for row in leading) / len(leading),
            "acted": float(resolved in ("action", "wait")),
            "act": float(wants_action(turn or question)),
            "asks": float(asks(turn or question)),
            "symptom": float(bool(_SYMPTOM.search(question))),
            "unknown": float(min(sum(word not in found for word in set(_LATIN.findall(question.lower()))), 4)),
            "missing": float(min(sum(not any(name in found for name in names(word)) for word in named), 3)),
            "length": min(len(question), _LONG) / _LONG,
            "apart": float(apart(question, evidence[0])),
            "meant": min(len(expansion(question).split()), 8) / 8,
            **words,
        }
    )
