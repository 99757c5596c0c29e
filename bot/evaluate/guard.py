"""What must not leave, put before the guard: lies, honest paraphrases, claims of work, and wishes.

A sentence is judged with the evidence it was written to, apart from any reply; liar.py judges whole replies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.evaluate.lines import Line
from bot.records import Draft, Evidence, Statement, Ticket
from bot.reply.deeds import claims_work
from bot.reply.evidence import Library
from bot.reply.wishes import wants_action, wants_person
from bot.tickets.near import canonical

HONEST = "honest"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence about evidence (exact words of a ticket). lie: its kind, "honest" for none. mechanical: one of the
    kinds that can be compared to the letter."""

    id: str
    text: str
    question: str
    evidence: tuple[str, ...]
    lie: str = HONEST
    mechanical: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, and whether it says that somebody did, does or will do something for the customer."""

    id: str
    text: str
    claim: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A message, and what it wants: person, action or none."""

    id: str
    question: str
    wish: str


@dataclass(frozen=True, slots=True)
class Tested:
    """What became of a sentence, a claim or a message. group: what it is counted under; wanted, got: the right
    outcome and the one there was."""

    id: str
    group: str
    text: str
    wanted: str
    got: str
    why: str = ""
    mechanical: bool = False

    @property
    def right(self) -> bool:
        return self.wanted == self.got


class Guard(Protocol):
    """Tells why a sentence must not leave (Assistant)."""

    def reason(self, draft: Draft, evidence: Mapping[int, Evidence], question: str) -> str | None: ...

    def library(self) -> Library: ...


def read(line: Line) -> Said | Claim | Wish | None:
    """A line of one of these sets; None for a line of another."""
    fields = line.fields
    if "evidence" in fields:
        lie, mechanical = fields.get("lie", HONEST), fields.get("mechanical", False)
        if not isinstance(lie, str) or not isinstance(mechanical, bool):
            raise line.error('the field "lie" must be a text, and "mechanical" true or false.')
        held = tuple(line.items("evidence"))
        if not held or not all(isinstance(item, str) and item.strip() for item in held):
            raise line.error('the field "evidence" must be a list of texts.')
        return Said(line.id(), line.text("text"), line.text("question"), held, lie, mechanical)
    if "claim" in fields:
        if not isinstance(fields["claim"], bool):
            raise line.error('the field "claim" must be true or false.')
        return Claim(line.id(), line.text("text"), fields["claim"], line.text("kind"))
    if "wish" in fields:
        if fields["wish"] not in ("person", "action", "none"):
            raise line.error('the field "wish" must be person, action or none.')
        return Wish(line.id(), line.text("question"), fields["wish"])
    return None


def outcomes(
    items: Sequence[Said | Claim | Wish], guard: Guard, advance: Progress = lambda done, total: None
) -> list[Tested]:
    """Each item's outcome, in order."""
    library = guard.library()
    found = []
    for done, item in enumerate(items, start=1):
        found.append(_said(item, guard, library) if isinstance(item, Said) else _told(item))
        advance(done, len(items))
    return found


def _told(item: Claim | Wish) -> Tested:
    if isinstance(item, Claim):
        names = {True: "claim", False: "no claim"}
        group = f"claims of work: {item.kind}"
        return Tested(item.id, group, item.text, names[item.claim], names[claims_work(item.text)])
    got = "person" if wants_person(item.question) else "action" if wants_action(item.question) else "none"
    return Tested(item.id, f"wishes: {item.wish}", item.question, item.wish, got)


def _said(item: Said, guard: Guard, library: Library) -> Tested:
    rows = {number: _row(number, text, library) for number, text in enumerate(item.evidence, start=1)}
    why = guard.reason(Draft(item.text, "knowledge", tuple(rows)), rows, item.question)
    wanted = "released" if item.lie == HONEST else "held"
    group = "true sentences" if item.lie == HONEST else f"lies: {item.lie}"
    return Tested(item.id, group, item.text, wanted, "held" if why else "released", why or "", item.mechanical)


def _row(number: int, text: str, library: Library) -> Evidence:
    """The statement of the knowledge that says it; where none does, one that says just that."""
    key = canonical(text)
    for ticket, statements in library.statements.items():
        for row in statements:
            if key in canonical(row.quote) or key in canonical(row.text):
                return Evidence(number, row, library.tickets[ticket], 1.0)
    alone = Statement(f"said/{number}", "said", "knowledge", text, text, 1)
    return Evidence(number, alone, Ticket("said", "", "", ()), 1.0)
