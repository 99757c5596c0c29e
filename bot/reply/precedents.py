"""What the tickets most like a case tell of it: product and topic, how they were solved, how long it took.

Whose they are stays untold: texts are redacted, a single case is a precedent. Knows no letter and no gate.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from bot.proposal import Precedent
from bot.records import Evidence, Hit, Statement, Ticket
from bot.reply.evidence import Library
from bot.reply.handing import akin
from bot.reply.subjects import topics
from bot.tickets.facts import quantities
from bot.tickets.near import canonical, pairs
from bot.tickets.passages import sayable
from bot.tickets.resolution import resolution

VOTERS = 5  # tickets that are heard
LIKE = 0.45  # share of the best ticket's score from which another is heard
CARRIES = 0.5  # share of the votes that a name must have
_NAMED, _SUBJECTS = 0.6, 1.0  # votes beside the best ticket's, which is 1
_SHOWN = 3  # similar tickets that are shown
_SAME = 0.7  # share of two-character pieces from which two cases are one
_LINE = 80  # characters of the line that tells what solved a ticket
_SPAN = re.compile(r"\d+\s*(?:-|~|～|至|到)\s*$")
_DONE = re.compile(r"内|左右|即可|完成|签发|生效|部署|到账|审核|开票|处理")
_NO_TIME = re.compile(r"有效期|过期|期间|每个?月|号为|只有|免费证书")


def heard(question: str, hits: Sequence[Hit], library: Library) -> list[tuple[Ticket, float]]:
    """The tickets that may speak for a case, with their weights: those near the best one and on no other subject."""
    if not hits or hits[0].score <= 0:
        return []
    best = hits[0].score
    near = [(library.tickets[hit.ticket], hit.score / best) for hit in hits[:VOTERS] if hit.score >= LIKE * best]
    return [(ticket, weight * weight) for ticket, weight in near if akin(question, ticket)]


def elected(votes: Iterable[tuple[str, float]]) -> str:
    """The name with most of the weight, "" where none carries."""
    totals: dict[str, float] = defaultdict(float)
    for name, weight in votes:
        totals[name] += weight
    name = max(totals, key=totals.__getitem__, default="")
    return name if name and totals[name] >= CARRIES * sum(totals.values()) else ""


def voted(question: str, voters: Sequence[tuple[Ticket, float]], found: Sequence[Ticket]) -> tuple[str, str]:
    """Product and topic. A product that the customer names has a vote of its own, and so have those of all tickets
    found on the subjects that are named, together."""
    lowered, about = question.lower(), topics(question)
    names = {ticket.product for ticket in found if len(ticket.product) > 1}
    votes = [(ticket.product, weight) for ticket, weight in voters]
    votes += [(name, _NAMED) for name in sorted(names) if name.lower() in lowered]
    told = [(ticket.product, topics(f"{ticket.title} {ticket.question}")) for ticket in found]
    for subject in sorted(about):
        held = Counter(product for product, subjects in told if product and subject in subjects)
        votes += [(name, _SUBJECTS * count / held.total() / len(about)) for name, count in held.items()]
    product = elected(votes)
    topic = elected((ticket.topic, weight) for ticket, weight in voters if ticket.product == product)
    return product, topic if product else ""


def resolved(voters: Sequence[tuple[Ticket, float]], library: Library) -> dict[str, int]:
    """How many of them were solved in which way, and their number."""
    counts = Counter(resolution(library.statements.get(ticket.id, ())) for ticket, _ in voters)
    return {**{str(kind): number for kind, number in counts.most_common()}, "total": len(voters)} if voters else {}


def typical(voters: Sequence[tuple[Ticket, float]], library: Library) -> str:
    """How long it takes, as support stated it in these tickets, with the ticket; "" where none did or two differ."""
    found: dict[str, tuple[str, str]] = {}
    for ticket, _ in voters:
        for row in library.statements.get(ticket.id, ()):
            if row.kind != "knowledge" or _NO_TIME.search(row.text) or not _DONE.search(row.text):
                continue
            for fact in quantities(row.text):
                if fact.dimension == "duration":
                    if row.disputed:
                        return ""
                    lead = _SPAN.search(row.text[: fact.start])
                    span = row.text[lead.start() if lead else fact.start : fact.end].strip()
                    found.setdefault(f"{lead and lead.group()}{fact.value}", (span, ticket.id))
    return "{}（{}）".format(*next(iter(found.values()))) if len(found) == 1 else ""


def similar(hits: Sequence[Hit], evidence: Sequence[Evidence], library: Library) -> tuple[Precedent, ...]:
    """The most similar tickets, each case once, with a line of what solved it."""
    best: dict[str, Statement] = {}
    for row in evidence:
        if row.statement.disputed:
            continue
        best.setdefault(row.ticket.id, row.statement)
    shown: list[Precedent] = []
    seen: list[set[str]] = []
    for hit in hits:
        ticket = library.tickets[hit.ticket]
        rows = library.statements.get(ticket.id, ())
        pieces = pairs(canonical(f"{ticket.title}{ticket.agent_text}"))
        if any(len(pieces & other) >= _SAME * max(min(len(pieces), len(other)), 1) for other in seen):
            continue
        seen.append(pieces)
        line = _solved(rows, best.get(ticket.id))
        shown.append(Precedent(ticket.id, ticket.title, ticket.product, resolution(rows), line))
        if len(shown) == _SHOWN:
            break
    return tuple(shown)


def acted(voters: Sequence[tuple[Ticket, float]], library: Library) -> list[Statement]:
    """What a person did in these tickets."""
    return [row for ticket, _ in voters for row in library.statements.get(ticket.id, ()) if row.kind == "action"]


def _solved(rows: Sequence[Statement], best: Statement | None) -> str:
    deeds = [row for row in rows if row.kind == "action"]
    told = best or next((row for row in rows if sayable(row) and not row.disputed), None)
    if resolution(rows) == "action" or (told is None and deeds):
        return f"客服在后台操作：{_short(deeds[-1].text)}"
    if told is None:
        return "没有记录解决办法"
    return f"{_short(told.text)}{'（另有客服的后台操作）' if deeds else ''}"


def _short(text: str) -> str:
    line = re.sub(r"\s*\n\s*", "；", text.strip())
    return line if len(line) <= _LINE else f"{line[: _LINE - 1]}…"
