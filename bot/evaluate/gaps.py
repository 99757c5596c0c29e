"""What was asked and not answered, grouped: which answers the knowledge lacks, and how often each was wanted.

Counted are questions that thin evidence sent to a person, that the desk asked back on, and whose answer the customer
called unhelpful. Who asked for a person, or for work on an account, met no gap, and what is not our business is none.
Knows no index and no database: it is given messages, vectors and a way to find the nearest ticket.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bot.desk.models import FeedbackRecord, Remembered
from bot.reply.wishes import courtesy, wants_action, wants_person
from bot.search.synonyms import expansion
from bot.search.terms import searchable, terms
from bot.tickets.expiry import CHINA
from bot.tickets.privacy.placeholders import ANY_MASK

# How near two questions are: the cosine of USE's vectors and the overlap of their words, the trade's words for a
# customer's among them in both. Measured on paraphrases of the same tickets (tests/bench/gaps.py, docs/decisions.md).
MEANING, NEAR = 0.8, 0.475
WORDED = 0.2  # how near by words alone, where there are no vectors
MOST = 5000  # questions that are grouped, the newest ones: seconds, and 25 MB
SHOWN = 50  # gaps whose nearest ticket is looked for
_LEAST = 4  # characters of a question that says anything
_SLOTS = 2048  # that words are counted in
_ROWS = 512  # questions that are compared with all others at once
_AGAIN = timedelta(hours=1)  # within which a thumb is about the exchange of the same words

Vectors = Callable[[list[str]], Sequence[Sequence[float]]]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Unmet:
    """A question (redacted) that was not answered. `why`: handoff, clarify or down."""

    text: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that want the same: one of them in their midst, how many, when, why, and the ticket nearest to it.

    `first` and `last` are days in UTC+8, `why` is (reason, count), the most frequent first.
    """

    question: str
    count: int
    first: str
    last: str
    why: tuple[tuple[str, int], ...]
    ticket: str = ""
    examples: tuple[str, ...] = ()


def unmet(
    conversations: Iterable[Sequence[Remembered]],
    feedbacks: Iterable[FeedbackRecord],
    clean: Callable[[str], str],
) -> list[Unmet]:
    """The questions that met a gap, the newest first, each exchange once. `clean` redacts once more at this door."""
    found: dict[tuple[str, datetime], Unmet] = {}
    for messages in conversations:
        asked: Remembered | None = None
        for message in messages:
            if message.role == "user":
                asked = message
            elif asked and message.verdict in ("handoff", "clarify"):
                if _wants_knowledge(asked.text):
                    found.setdefault((asked.text, asked.at), Unmet(clean(asked.text), asked.at, message.verdict))
                asked = None
    told: dict[str, list[datetime]] = {}
    for text, at in found:
        told.setdefault(text, []).append(at)
    rows = list(found.values())
    for record in feedbacks:
        if (record.thumb != "down" and record.outcome != "unsolved") or not _wants_knowledge(record.question):
            continue
        if not any(abs(record.at - at) <= _AGAIN for at in told.get(record.question, ())):
            rows.append(Unmet(clean(record.question), record.at, "down"))
    rows = [row for row in rows if len(_bare(row.text)) >= _LEAST]
    return sorted(rows, key=lambda row: (row.at, row.text), reverse=True)


def gaps(
    questions: Sequence[Unmet], vectors: Vectors | None, nearest: Callable[[str], str] = lambda text: ""
) -> tuple[Gap, ...]:
    """The newest MOST questions as gaps, the most frequent first, then the latest."""
    rows = questions[:MOST]
    found = []
    for members in together([row.text for row in rows], vectors):
        group = [rows[at] for at in members]
        days = sorted(row.at.astimezone(CHINA).date().isoformat() for row in group)
        others = dict.fromkeys(row.text for row in group[1:] if row.text != group[0].text)
        why = tuple(Counter(row.why for row in group).most_common())
        found.append(Gap(group[0].text, len(group), days[0], days[-1], why, examples=tuple(others)[:5]))
    found.sort(key=lambda gap: gap.question)
    found.sort(key=lambda gap: (gap.count, gap.last), reverse=True)
    looked = [_with_ticket(gap, nearest(gap.question)) for gap in found[:SHOWN]]
    return (*looked, *found[SHOWN:])


def together(
    texts: Sequence[str], vectors: Vectors | None, meaning: float = MEANING, near: float = NEAR
) -> list[list[int]]:
    """Groups of positions, the one in the midst of each group first; by words alone where there are no vectors.

    The question with most others near it takes these, then the next of what is left: a chain of neighbours makes no
    group, and the same questions always make the same ones.
    """
    if not texts:
        return []
    plain = [searchable(text) for text in texts]
    said = [f"{text} {expansion(text)}".strip() or "。" for text in plain]
    points = _words(said)
    if vectors is None:
        near = WORDED
    else:
        meant = _unit(np.asarray(vectors(said), np.float32))
        points = np.concatenate([meant * np.float32(meaning**0.5), points * np.float32((1 - meaning) ** 0.5)], axis=1)
    close = np.empty((len(points), len(points)), np.bool_)
    for start in range(0, len(points), _ROWS):
        close[start : start + _ROWS] = points[start : start + _ROWS] @ points.T >= near
    np.fill_diagonal(close, True)
    free = np.ones(len(points), np.bool_)
    found = []
    for at in np.argsort(-close.sum(axis=1), kind="stable").tolist():
        if free[at]:
            members = np.flatnonzero(close[at] & free)
            free[members] = False
            found.append([at, *(other for other in members.tolist() if other != at)])
    return found


def _words(texts: Sequence[str]) -> Floats:
    """Pairs of characters and Latin words, the rare ones counting more, in slots."""
    held = [{term for term in terms(text) if len(term) > 1} for text in texts]
    often = Counter(term for told in held for term in told)
    rows = np.zeros((len(texts), _SLOTS), np.float32)
    for row, told in zip(rows, held, strict=True):
        for term in sorted(told):  # sums of floats depend on their order, that of a set on the process
            row[zlib.crc32(term.encode()) % _SLOTS] += math.log1p(len(texts) / often[term])
    return _unit(rows)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-6), np.float32)


def _wants_knowledge(text: str) -> bool:
    return not (courtesy(text) or wants_person(text) or wants_action(text))


def _with_ticket(gap: Gap, ticket: str) -> Gap:
    return Gap(gap.question, gap.count, gap.first, gap.last, gap.why, ticket, gap.examples)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", ANY_MASK.sub("", text))
