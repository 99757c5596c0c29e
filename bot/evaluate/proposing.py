"""Candidates for a question set, for a person to edit and accept: from tickets, and from what customers asked and met.

A candidate is a line of a set with "accepted": false, which `evaluate` leaves out. Knows no index and no database: it
is given tickets, and what the desk remembers. Nothing here decides what is right: it saves typing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.desk.learning import Sent
from bot.desk.models import FeedbackRecord, Remembered
from bot.records import Statement, Ticket
from bot.tickets.near import canonical, groups
from bot.tickets.passages import sayable
from bot.tickets.privacy.placeholders import ANY_MASK
from bot.tickets.resolution import resolution

FACTS = 3  # proposed for a candidate
LEAST = 4  # characters of a question that says anything
# What of a statement can be looked for to the letter, the most telling first: links, quoted names, amounts, names.
_TELLING = tuple(
    map(
        re.compile,
        (
            r"https?://[\w.-]+(/[\w./#?=&-]+)",
            r"「([^」]{2,20})」",
            r"(\d+(?:\.\d+)?\s*(?:分钟|小时|个?工作日|天|个?月|年|元|[GMT]B|%))",
            r"\b(?!https?\b|www\b)([A-Za-z][A-Za-z0-9_-]{3,})\b(?![:.]//)",
        ),
    )
)


def from_tickets(
    tickets: Mapping[str, Ticket], statements: Mapping[str, Sequence[Statement]], n: int
) -> list[dict[str, Any]]:
    """Up to `n` candidates, in the order of the tickets: what agents answered, and what only a person could do."""
    found: list[dict[str, Any]] = []
    same: dict[str, list[str]] = {}
    for rows in statements.values():
        for row in rows:
            same.setdefault(row.same or row.id, []).append(row.ticket)
    for ticket in tickets.values():
        question = _bare(ticket.question) if len(_bare(ticket.question)) >= LEAST else _bare(ticket.title)
        rows = statements.get(ticket.id, ())
        solved = resolution(rows)
        if len(question) < LEAST or len(found) == n:
            continue
        one: dict[str, Any] = {"id": f"new-{ticket.id}", "kind": "handoff", "question": question}
        told = [row for row in rows if row.kind == "knowledge" and sayable(row)]
        facts = [fact for row in told if (fact := _fact(row, question))][:FACTS]
        if solved in ("self-service", "partial") and facts:
            others = [name for row in told for name in same.get(row.same or row.id, ())]
            one |= {"kind": "answerable", "tickets": list(dict.fromkeys([ticket.id, *others])), "nuggets": facts}
        elif solved != "action":
            continue
        found.append({**one, "source": "tickets", "accepted": False})
    return found


def from_use(
    feedbacks: Sequence[FeedbackRecord],
    conversations: Sequence[Sequence[Remembered]],
    clean: Callable[[str], str],
    edited: Sequence[Sent] = (),
) -> list[dict[str, Any]]:
    """Candidates from what customers said of answers, from conversations that went to a person, and from drafts that
    an agent `edited` or threw away; the most frequent first. `clean` redacts once more at this door.

    Only a hand-over tells its kind; elsewhere the kind is left empty, so that nobody accepts it by oversight. What the
    desk cited stands under `cited`: it is what the desk took for right.
    """
    rows: list[tuple[str, str, str, list[str]]] = []
    for record in feedbacks:
        why = [word for word in (record.thumb, record.outcome) if word] + (["comment"] * bool(record.comment))
        if why and record.question:
            rows.append((clean(record.question), "", ", ".join(why), list(record.citations)))
    for messages in conversations:
        asked = ""
        for message in messages:
            if message.role == "user":
                asked = message.text
            elif message.verdict == "handoff" and asked:
                rows.append((clean(asked), "handoff", "hand-over", []))
                asked = ""
    rows += [(clean(sent.question), "", f"draft {sent.how}", []) for sent in edited if sent.question]
    rows = [row for row in rows if len(_bare(row[0])) >= LEAST]
    leaders = groups([row[0] for row in rows])
    found = []
    for leader in dict.fromkeys(leaders):
        members = [row for row, group in zip(rows, leaders, strict=True) if group == leader]
        question, kind, _, _ = members[0]
        cited = list(dict.fromkeys(ticket for row in members for ticket in row[3]))
        name = hashlib.sha256(canonical(question).encode()).hexdigest()[:8]  # the same when it is proposed again
        one: dict[str, Any] = {"id": f"use-{name}", "kind": kind, "question": question, "tickets": [], "nuggets": []}
        one |= {"times": len(members), "why": sorted({row[2] for row in members}), "cited": cited}
        found.append({**one, "source": "use", "accepted": False})
    return sorted(found, key=lambda one: -one["times"])


def added(known: Iterable[str], candidates: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The candidates whose ids are not known yet: what a person has edited stays as it is."""
    ids = set(known)
    return [one for one in candidates if one["id"] not in ids]


def _fact(row: Statement, question: str) -> dict[str, Any] | None:
    """A fact with a pattern that its words hold; None where they hold nothing telling beyond the question."""
    pieces = [found.group(1) for telling in _TELLING if (found := telling.search(row.text))]
    piece = next((piece for piece in pieces if piece.lower() not in question.lower()), None)
    return {"fact": _bare(row.text)[:80], "pattern": re.escape(piece), "vital": True} if piece else None


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", ANY_MASK.sub(" ", text)).strip()
