"""Files become knowledge: reader -> redaction -> statements -> door -> conflicts -> clusters -> rulings -> passages.

Hands everything on as records; where it is stored is not its business.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from bot.errors import KnowledgeError
from bot.records import Passage, SetAside, Statement, Ticket
from bot.tickets import door, rulings
from bot.tickets.causes import cause, without_boilerplate
from bot.tickets.clusters import agree, copies
from bot.tickets.conflicts import Conflict, conflicts, dispute
from bot.tickets.expiry import expired
from bot.tickets.memory import Memory
from bot.tickets.passages import passages
from bot.tickets.privacy.placeholders import ANY_MASK
from bot.tickets.privacy.redaction import Redactor
from bot.tickets.reading.reader import read
from bot.tickets.recount import counts
from bot.tickets.statements import Piece, statements

SUFFIXES = (".md", ".jsonl", ".csv")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Redacted tickets in order, what agents said in each, and the passages to embed."""

    tickets: tuple[Ticket, ...]
    statements: dict[str, tuple[Statement, ...]]
    passages: dict[str, tuple[Passage, ...]]
    set_aside: tuple[SetAside, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    redactions: dict[str, int] = field(default_factory=dict)
    files: int = 0
    withheld: tuple[SetAside, ...] = ()
    notes: tuple[SetAside, ...] = ()
    forgotten: int = 0

    def report(self) -> dict[str, object]:
        """Counts for people and for the manifest."""
        return {
            "files": self.files,
            "tickets": len(self.tickets),
            "forgotten": self.forgotten,
            "set_aside": [asdict(row) for row in self.set_aside],
            "withheld": [asdict(row) for row in self.withheld],
            "notes": [asdict(row) for row in self.notes],
            **counts(self.tickets, self.statements, self.passages),
            "redactions": self.redactions,
            "duplicates": copies(row for found in self.statements.values() for row in found),
            "conflicts": len(self.conflicts),
            "open_conflicts": sum(not conflict.holds for conflict in self.conflicts),
            "contradictions": [asdict(conflict) for conflict in self.conflicts],
        }


def files(paths: Iterable[Path]) -> list[Path]:
    """The ticket files of files and folders, sorted; raises KnowledgeError for a path that is not there."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(item for item in path.rglob("*") if item.suffix in SUFFIXES and item.is_file())
        elif path.exists():
            if path.suffix not in SUFFIXES:
                raise KnowledgeError(f"{path}: not a ticket file; {', '.join(SUFFIXES)} are read.")
            found.append(path)
        else:
            raise KnowledgeError(f"{path}: no such file or folder.")
    return list(dict.fromkeys(found))


def learn(
    paths: Sequence[Path],
    redactor: Redactor,
    budget: int,
    progress: Callable[[int, int], None] | None = None,
    forgotten: frozenset[str] = frozenset(),
    memory: Memory | None = None,
    day: str = "",
) -> Knowledge:
    """Reads, redacts and understands every ticket under `paths` but the forgotten ones.

    `memory` spares the work on tickets that it knows, and keeps what became of those taken now. What holds no longer
    on `day` (ISO 8601) is set aside.

    A single file that cannot be read raises KnowledgeError when it was named; inside a folder it is
    set aside with its reason and the rest is taken. No ticket at all raises KnowledgeError.
    """
    todo = files(paths)
    decided = rulings.load(rulings.beside(paths))
    raw, aside, notes = _read(todo, {path for path in paths if path.is_file()})
    if not raw:
        reasons = "; ".join(f"{row.file}, line {row.line}: {row.reason}" for row in aside[:3])
        places = ", ".join(map(str, paths))
        raise KnowledgeError(f"No ticket found in {places}. {reasons}".strip())
    memory = memory or Memory()
    raw, late = _holding(raw, day)
    aside += late
    if not raw:
        raise KnowledgeError(f"Every ticket in {', '.join(map(str, paths))} is past the last day on which it holds.")
    tickets, worked, redactions = _redacted(raw, redactor, memory, progress)
    with_ids = zip(identified(tickets), worked, strict=True)
    taken = [(ticket, *work) for ticket, work in with_ids if ticket.id not in forgotten]
    memory.keep({digest: ticket.id for ticket, digest, _ in taken})
    kept = [ticket for ticket, _, _ in taken]
    if not kept:
        raise KnowledgeError(f"Every ticket in {', '.join(map(str, paths))} is on a list of forgotten ones.")
    kept = without_boilerplate(kept)
    told, withheld = at_the_door(kept, [pieces for _, _, pieces in taken])
    found = rulings.rule(conflicts(told, {ticket.id: ticket.date for ticket in kept if ticket.date}), decided)
    rows, refused = rulings.edit(agree(dispute(told, found)), decided, redactor.clean)
    said: dict[str, list[Statement]] = defaultdict(list)
    for row in rows:
        said[row.ticket].append(row)
    by_ticket = {ticket.id: tuple(said[ticket.id]) for ticket in kept}
    return Knowledge(
        tickets=tuple(kept),
        statements=by_ticket,
        passages={ticket.id: passages(ticket, by_ticket[ticket.id], budget) for ticket in kept},
        set_aside=tuple(aside),
        conflicts=tuple(found),
        redactions=dict(redactions),
        files=len(todo),
        withheld=(*withheld, *refused),
        notes=tuple(notes),
        forgotten=len(tickets) - len(kept),
    )


def _read(todo: Iterable[Path], named: set[Path]) -> tuple[list[Ticket], list[SetAside], list[SetAside]]:
    """The tickets of all files, what was set aside, and what else a maintainer should know."""
    tickets: list[Ticket] = []
    aside: list[SetAside] = []
    notes: list[SetAside] = []
    for path in todo:
        try:
            reading = read(path)
        except KnowledgeError as error:
            if path in named:
                raise
            aside.append(SetAside(path.name, 1, str(error)))
            continue
        tickets += reading.tickets
        aside += reading.set_aside
        notes += reading.notes
    return tickets, aside, notes


def _holding(raw: Sequence[Ticket], day: str) -> tuple[list[Ticket], list[SetAside]]:
    """The tickets that hold on a day, and those that are past their last one as rows set aside."""
    late = [ticket for ticket in raw if expired(ticket, day)]
    rows = [
        SetAside(ticket.source.file, ticket.source.line, f"“{ticket.title[:40]}”: held until {ticket.expires}")
        for ticket in late
    ]
    return [ticket for ticket in raw if not expired(ticket, day)], rows


def _redacted(
    raw: Sequence[Ticket], redactor: Redactor, memory: Memory, progress: Callable[[int, int], None] | None
) -> tuple[list[Ticket], list[tuple[str, tuple[Piece, ...]]], Counter[str]]:
    """The tickets without private values, what memory knows of each, and the findings by type."""

    def redact(ticket: Ticket) -> tuple[Ticket, Counter[str]]:
        clean, findings = redactor.ticket(ticket)
        return clean, Counter(finding.type for finding in findings)

    tickets, worked, types = [], [], Counter[str]()
    for number, ticket in enumerate(raw, start=1):
        digest, made = memory.work(ticket, redact)
        types.update(made.types)
        tickets.append(made.ticket)
        worked.append((digest, made.pieces))
        if progress:
            progress(number, len(raw))
    return tickets, worked, types


def at_the_door(
    tickets: Sequence[Ticket], known: Sequence[Sequence[Piece]] | None = None
) -> tuple[list[Statement], list[SetAside]]:
    """The statements that may become knowledge, and those that were stopped, by ticket and reason."""
    told: list[Statement] = []
    stopped: list[SetAside] = []
    for at, ticket in enumerate(tickets):
        rows = statements(ticket, known[at] if known else None)
        recorded = cause(ticket, len(rows) + 1)
        for row in (*rows, recorded) if recorded else rows:
            why = door.reason(row.text)
            if why is None:
                told.append(row)
            else:
                line = (ticket.turns[row.turn].line if row.turn >= 0 else 0) or ticket.source.line
                stopped.append(SetAside(ticket.source.file, line, f"a sentence of ticket {ticket.id}: {why}"))
    return told, stopped


def identified(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Tickets with an id each: the one given, or one made of what redaction leaves alone; -2 on repeats.

    Only Chinese words of title and question count, so the id says nothing of a value that was
    redacted and stays when redaction improves. A numbered id is never one that was given.
    """
    rows = list(tickets)
    given, taken, used = {ticket.id for ticket in rows}, set[str](), Counter[str]()
    result = []
    for ticket in rows:
        base = name = ticket.id or made_id(ticket)
        while name in taken or (name in given and name != ticket.id):
            used[base] += 1
            name = f"{base}-{used[base] + 1}"
        taken.add(name)
        result.append(replace(ticket, id=name))
    return result


def made_id(ticket: Ticket) -> str:
    words = "".join(re.findall(r"[\u4e00-\u9fff]", ANY_MASK.sub("", f"{ticket.title}{ticket.question}")))
    first = next((turn.text for turn in ticket.turns if turn.role == "agent"), "")
    words = words or "".join(re.findall(r"[\u4e00-\u9fff]", ANY_MASK.sub("", first)))
    return "t" + hashlib.blake2b(words.encode(), digest_size=4).hexdigest()
