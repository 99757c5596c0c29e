"""Root causes: the same text over unrelated tickets is boilerplate and is dropped, a specific one is kept.

What was written as the cause of one case may be told as that case's, never as a rule. Knows how often a
text recurs; whether it is true it does not know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.records import Statement, Ticket
from bot.tickets.near import alike_groups, canonical
from bot.tickets.wording import tidy

CAUSE = -1  # `turn` of a statement that is a ticket's root cause: no agent said it in the dialogue
_RECURS = 3  # a root cause that stands in this many tickets is boilerplate, not a cause
_ALIKE = 0.6  # Jaccard similarity; causes are short, and one word more in one changes much of it
_LEAST = 12  # Chinese characters; a shorter one names a topic
_LABEL = re.compile(r"^\**(?:根本原因|原因|根因)(?:分析)?\**\s*[:：]\s*\**\s*|^[-*•]\s+", re.M)
# Guesses over every kind of case: 配置或使用问题, 可能是网络问题.
_VAGUE = re.compile(
    r"配置或使用|使用方法问题|配置问题$|等问题$|相关问题$|理解有误|不熟悉|可能(?:是|存在|由于)|或.{1,12}(?:问题|异常|错误)$"
)


def without_boilerplate(tickets: Sequence[Ticket]) -> list[Ticket]:
    """The tickets without root causes that recur over them in nearly the same words."""
    holders = [at for at, ticket in enumerate(tickets) if ticket.root_cause.strip()]
    first = alike_groups([canonical(tickets[at].root_cause) for at in holders], [""] * len(holders), _ALIKE)
    counts = Counter(first)
    boilerplate = {at for at, group in zip(holders, first, strict=True) if counts[group] >= _RECURS}
    return [replace(ticket, root_cause="") if at in boilerplate else ticket for at, ticket in enumerate(tickets)]


def cause(ticket: Ticket, number: int) -> Statement | None:
    """The root cause as a statement about this one case; None when there is none worth telling."""
    text = tidy(_LABEL.sub("", ticket.root_cause.strip()))
    if len(re.findall(r"[\u4e00-\u9fff]", text)) < _LEAST or _VAGUE.search(text):
        return None
    return Statement(
        f"{ticket.id}/{number}", ticket.id, "specific", text, ticket.root_cause.strip(), CAUSE, ticket.question
    )
