"""The texts of a ticket, all of them in one order: what redaction changes and nothing else does.

Whoever handles all texts of a ticket asks here, so that a field that is added to it cannot be overlooked. Who wrote
and approved an answer is staff, named on purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.records import Ticket


def texts(ticket: Ticket) -> list[str]:
    """What each side said, then what was told of the case."""
    told = [ticket.title, ticket.question, ticket.summary, ticket.root_cause, ticket.product, ticket.topic]
    return [*(turn.text for turn in ticket.turns), *told, *ticket.scenes]


def retold(ticket: Ticket, said: Sequence[str]) -> Ticket:
    """The ticket with these texts in place of its own; as many, in the same order."""
    turns = len(ticket.turns)
    title, question, summary, root_cause, product, topic = said[turns : turns + 6]
    return replace(
        ticket,
        title=title,
        question=question,
        summary=summary,
        root_cause=root_cause,
        product=product,
        topic=topic,
        scenes=tuple(said[turns + 6 :]),
        turns=tuple(replace(turn, text=text) for turn, text in zip(ticket.turns, said, strict=False)),
    )
