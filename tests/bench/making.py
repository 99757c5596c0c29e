"""Tickets made from others: as many as are wanted, like the given ones, and like each other no more than these.

A made ticket has the title and the question of one ticket, and as many turns as that one had, from the dialogues of
one to three others about the same product. A seeded generator varies sentence after sentence: digits change, and at
least one in six pairs of characters gives way to a pair from anywhere in the tickets. In place of a share of the
agents' sentences stands one that the given tickets say more than once.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.records import Ticket, Turn
from bot.tickets.near import canonical

IN_FILE = 100  # tickets
SENTENCE = re.compile(r"[^。！？!?；\n]+[。！？!?；\n]*")
LINK = re.compile(r"(https?://[\x21-\x7e]+|\[[^\]\n]{1,30}\])")
DIGIT = re.compile("[1-9]")
PAIR = re.compile(r"[\u4e00-\u9fff]{2}")
VARIED = 6  # one in so many pairs of characters, and at least one in a sentence


def sentences(tickets: Iterable[Ticket]) -> list[str]:
    said = (turn.text for ticket in tickets for turn in ticket.turns if turn.role == "agent")
    return [found for text in said for found in SENTENCE.findall(text) if len(canonical(found)) >= 4]


def repeated(tickets: Iterable[Ticket]) -> float:
    """The share of agents' sentences that stand, letter by letter, further up as well."""
    keys = [canonical(text) for text in sentences(tickets)]
    return 1 - len(set(keys)) / max(len(keys), 1)


class Maker:
    """Makes tickets from `parts`; `canned` is the share of agents' sentences that many say."""

    def __init__(self, parts: Sequence[Ticket], canned: float, seed: int) -> None:
        self._parts, self._share, self._random = parts, canned, random.Random(seed)
        self._alike: dict[str, list[Ticket]] = defaultdict(list)
        for ticket in parts:
            self._alike[ticket.product].append(ticket)
        said = sentences(parts)
        self._pairs = [pair for text in said for pair in PAIR.findall(text)]
        often = Counter(map(canonical, said))
        self._canned = [text for text in said if often[canonical(text)] > 1] or said

    def ticket(self, number: int) -> Ticket:
        first = self._random.choice(self._parts)
        others = self._random.choices(self._alike[first.product], k=self._random.randint(1, 3))
        turns = [self._turn(turn) for other in others for turn in other.turns][: len(first.turns)]
        return replace(
            first,
            id=f"s{number}",
            title=self._sentence(first.title, 0),
            question=self._text(first.question, 0),
            turns=tuple(turns),
        )

    def _turn(self, turn: Turn) -> Turn:
        return replace(turn, text=self._text(turn.text, self._share if turn.role == "agent" else 0))

    def _text(self, text: str, canned: float) -> str:
        return SENTENCE.sub(lambda match: self._sentence(match.group(), canned), text)

    def _sentence(self, text: str, canned: float) -> str:
        if self._random.random() < canned:
            return self._random.choice(self._canned)
        pieces = LINK.split(text)
        pieces[::2] = [DIGIT.sub(self._digit, piece) for piece in pieces[::2]]
        text = "".join(pieces)
        whole = {at for match in LINK.finditer(text) for at in range(*match.span())}
        places = [match.start() for match in PAIR.finditer(text) if match.start() not in whole]
        for at in self._random.sample(places, -(-len(places) // VARIED)):
            text = text[:at] + self._random.choice(self._pairs) + text[at + 2 :]
        return text

    def _digit(self, match: re.Match[str]) -> str:
        return str(self._random.randint(1, 9))


def markdown(ticket: Ticket) -> str:
    names = {"customer": "客户", "agent": "客服"}
    said = "\n\n".join(f"**{names[turn.role]}**：{_plain(turn.text)}" for turn in ticket.turns)
    title = re.sub(r"\s+", " ", ticket.title)
    cause = _plain(ticket.root_cause)
    return (
        f"## {title}\n<!-- ticket: {ticket.id} -->\n\n**问题分类**：{ticket.product}｜{ticket.topic}\n\n"
        f"### 问题描述\n{_plain(ticket.question)}\n\n### 客服解答\n{said}\n\n### 根本原因分析\n{cause}\n\n---\n\n"
    )


def _plain(text: str) -> str:
    """Without what a Markdown file would take for its own structure."""
    return re.sub(r"(?m)^[#*\->`|\s]+", "", text)


def row(ticket: Ticket) -> str:
    turns = [{"role": turn.role, "text": turn.text} for turn in ticket.turns]
    what = {"id": ticket.id, "title": ticket.title, "question": ticket.question, "turns": turns}
    return json.dumps(what | {"category": f"{ticket.product}｜{ticket.topic}"}, ensure_ascii=False) + "\n"


def write(folder: Path, tickets: Sequence[Ticket]) -> None:
    for number, start in enumerate(range(0, len(tickets), IN_FILE)):
        part = tickets[start : start + IN_FILE]
        if number % 2:
            (folder / f"part-{number:03}.md").write_text("".join(map(markdown, part)), encoding="utf-8")
        else:
            (folder / f"part-{number:03}.jsonl").write_text("".join(map(row, part)), encoding="utf-8")
