"""What an agent said that stands on its own: each piece of each turn, of one kind, beside its exact words.

Works on a redacted ticket and knows nothing of other tickets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.records import Statement, StatementKind, Ticket
from bot.tickets.classifier import classify
from bot.tickets.cutting import units
from bot.tickets.wording import tidy


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement without its ticket: what it is, says and quotes, and the turn in which it stands."""

    kind: StatementKind
    text: str
    quote: str
    turn: int


def pieces(ticket: Ticket) -> tuple[Piece, ...]:
    """Every agent sentence of a redacted ticket, in order, each of one kind."""
    return tuple(
        Piece(classify(unit.text), text, unit.quote, index)
        for index, turn in enumerate(ticket.turns)
        if turn.role != "customer"
        for unit in units(turn.text)
        if (text := tidy(unit.text))
    )


def statements(ticket: Ticket, known: Sequence[Piece] | None = None) -> tuple[Statement, ...]:
    """The pieces of a redacted ticket, which may be known already, with its id and what each of them answered."""
    asked, before = [], ""
    for turn in ticket.turns:
        before = turn.text if turn.role == "customer" else before
        asked.append(before)
    return tuple(
        Statement(f"{ticket.id}/{n}", ticket.id, piece.kind, piece.text, piece.quote, piece.turn, asked[piece.turn])
        for n, piece in enumerate(pieces(ticket) if known is None else known, start=1)
    )
