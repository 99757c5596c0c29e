"""Files become knowledge: the straight line reader -> redaction -> statements -> door -> clusters -> passages.

Hands everything on as records; where it is stored is not its business.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.records import STATEMENT_KINDS, KnowledgeError, Passage, SetAside, Statement, Ticket
from bot.tickets import door
from bot.tickets.clusters import Conflict, agree, canonical, conflicts, dispute
from bot.tickets.passages import passages
from bot.tickets.reader import read
from bot.tickets.redaction import ANY_MASK, Redactor
from bot.tickets.resolution import resolution
from bot.tickets.statements import statements

SUFFIXES = (".md", ".jsonl", ".csv")
_RECURS = 3  # a root cause that stands in this many tickets is boilerplate, not a cause


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

    def report(self) -> dict[str, object]:
        """Counts for people and for the manifest."""
        rows = [row for found in self.statements.values() for row in found]
        kinds = Counter(row.kind for row in rows)
        copies = Counter(canonical(row.text) for row in rows if row.kind in ("knowledge", "specific"))
        return {
            "files": self.files,
            "tickets": len(self.tickets),
            "set_aside": [{"file": row.file, "line": row.line, "reason": row.reason} for row in self.set_aside],
            "withheld": [{"file": row.file, "line": row.line, "reason": row.reason} for row in self.withheld],
            "statements": {kind: kinds.get(kind, 0) for kind in STATEMENT_KINDS},
            "resolutions": dict(Counter(resolution(self.statements[ticket.id]) for ticket in self.tickets)),
            "passages": sum(len(found) for found in self.passages.values()),
            "redactions": self.redactions,
            "duplicates": sum(count - 1 for count in copies.values()),
            "conflicts": len(self.conflicts),
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
    paths: Sequence[Path], redactor: Redactor, budget: int, progress: Callable[[int, int], None] | None = None
) -> Knowledge:
    """Reads, redacts and understands every ticket under `paths`.

    A single file that cannot be read raises KnowledgeError when it was named; inside a folder it is
    set aside with its reason and the rest is taken. No ticket at all raises KnowledgeError.
    """
    named = {path for path in paths if path.is_file()}
    raw: list[Ticket] = []
    aside: list[SetAside] = []
    todo = files(paths)
    for path in todo:
        try:
            reading = read(path)
        except KnowledgeError as error:
            if path in named:
                raise
            aside.append(SetAside(path.name, 1, str(error)))
            continue
        raw += reading.tickets
        aside += reading.set_aside
    if not raw:
        reasons = "; ".join(f"{row.file}, line {row.line}: {row.reason}" for row in aside[:3])
        places = ", ".join(map(str, paths))
        raise KnowledgeError(f"No ticket found in {places}. {reasons}".strip())
    tickets, redactions = [], Counter[str]()
    for number, ticket in enumerate(raw, start=1):
        clean, findings = redactor.ticket(ticket)
        redactions.update(finding.type for finding in findings)
        tickets.append(clean)
        if progress:
            progress(number, len(raw))
    tickets = without_boilerplate(identified(tickets))
    told, withheld = at_the_door(tickets)
    rows = agree(told)
    found = conflicts(rows)
    said: dict[str, list[Statement]] = defaultdict(list)
    for row in dispute(rows, found):
        said[row.ticket].append(row)
    by_ticket = {ticket.id: tuple(said[ticket.id]) for ticket in tickets}
    return Knowledge(
        tickets=tuple(tickets),
        statements=by_ticket,
        passages={ticket.id: passages(ticket, by_ticket[ticket.id], budget) for ticket in tickets},
        set_aside=tuple(aside),
        conflicts=tuple(found),
        redactions=dict(redactions),
        files=len(todo),
        withheld=tuple(withheld),
    )


def at_the_door(tickets: Iterable[Ticket]) -> tuple[list[Statement], list[SetAside]]:
    """The statements that may become knowledge, and those that were stopped, by ticket and reason."""
    told: list[Statement] = []
    stopped: list[SetAside] = []
    for ticket in tickets:
        for row in statements(ticket):
            why = door.reason(row.text)
            if why is None:
                told.append(row)
            else:
                line = ticket.turns[row.turn].line or ticket.source.line
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


def without_boilerplate(tickets: Sequence[Ticket]) -> list[Ticket]:
    """Root causes that recur over the tickets are worth nothing and are dropped."""
    counts = Counter(canonical(ticket.root_cause) for ticket in tickets)
    return [
        replace(ticket, root_cause="") if counts[canonical(ticket.root_cause)] >= _RECURS else ticket
        for ticket in tickets
    ]
