"""What a maintainer has decided, in a file beside the tickets: which side of a conflict holds, how an answer reads.

`rulings.toml` is written by `python -m bot review`, edited by a person, and read by every build. A file that
cannot be understood stops the build: a decision half taken would be worse. Knows answers and conflicts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tomlkit.items import AoT, Table

from bot.errors import KnowledgeError
from bot.records import SetAside, Statement
from bot.tickets import door, replacing
from bot.tickets.answers import Answer, digest
from bot.tickets.conflicts import ALL, Conflict
from bot.tickets.near import canonical

NAME = "rulings.toml"
_HEAD = (
    "What a maintainer has decided about these tickets. `python -m bot review` adds to it and keeps what is here.",
    '[[conflict]]: write into `holds` the value of the side that may be stated, or "all" when each is right in its',
    'place; while it is empty no side is stated. [[answer]]: edit what a sentence says; with "" it is never said.',
    "`quote` is the agent's own words and is what a reply cites; `made` tells an edit from what was found: leave it.",
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Side(_Strict):
    value: str
    says: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()


class _Conflict(_Strict):
    id: str
    kind: str = ""
    holds: str = ""
    note: str = ""
    side: tuple[_Side, ...] = ()


class _Sentence(_Strict):
    say: str
    quote: str
    made: str


class _Answer(_Strict):
    id: str
    about: str = ""
    note: str = ""
    tickets: tuple[str, ...] = ()
    sentence: tuple[_Sentence, ...] = ()


class _File(_Strict):
    conflict: tuple[_Conflict, ...] = ()
    answer: tuple[_Answer, ...] = Field(default=())


@dataclass(frozen=True, slots=True)
class Edit:
    """What a maintainer wrote in place of an agent's words, and where it stands."""

    say: str
    file: str
    quote: str


@dataclass(frozen=True, slots=True)
class Rulings:
    """`edits` by the digest of the quote that they stand for."""

    conflicts: tuple[_Conflict, ...] = ()
    edits: Mapping[str, Edit] = field(default_factory=dict)


def beside(paths: Iterable[Path]) -> list[Path]:
    """The rulings files of these folders, and of the folders of these files."""
    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in paths)
    return [file for folder in folders if (file := folder / NAME).is_file()]


def load(files: Iterable[Path]) -> Rulings:
    """All rulings of these files; raises KnowledgeError naming file, place and what is wrong."""
    conflicts: list[_Conflict] = []
    edits: dict[str, Edit] = {}
    for path in files:
        read = _parsed(path)
        for conflict in read.conflict:
            values = [side.value for side in conflict.side]
            if conflict.holds not in ("", ALL, *values):
                raise KnowledgeError(
                    f"{path}: conflict {conflict.id}: holds is {conflict.holds!r}, but it takes one of the sides' "
                    f"values ({', '.join(values)}), {ALL!r}, or nothing."
                )
            conflicts.append(conflict)
        for answer in read.answer:
            for row in answer.sentence:
                if digest(row.say) != row.made:
                    edits[digest(row.quote)] = Edit(row.say.strip(), path.name, row.quote)
    return Rulings(tuple(conflicts), edits)


def rule(found: Sequence[Conflict], rulings: Rulings) -> list[Conflict]:
    """The conflicts with what a maintainer ruled; a ruling outweighs a date."""
    result = []
    for conflict in found:
        for ruled in rulings.conflicts:
            if ruled.holds and _same(ruled, conflict):
                conflict = replace(conflict, holds=_norm(ruled, conflict), why="ruled")
        result.append(conflict)
    return result


def edit(
    statements: Sequence[Statement], rulings: Rulings, clean: Callable[[str], str]
) -> tuple[list[Statement], list[SetAside]]:
    """The statements with a maintainer's words in place of the agents', for every copy of an edited one.

    A maintainer's words come through the same door as an agent's: redacted, and refused with a reason
    when they talk to an assistant. An edit whose sentence is no longer in the tickets is told, not lost.
    """
    told: dict[str, str] = {}
    aside: list[SetAside] = []
    used: set[str] = set()
    for row in statements:
        key = digest(row.quote)
        if (found := rulings.edits.get(key)) is None:
            continue
        used.add(key)
        why = door.reason(clean(found.say))
        if why:
            aside.append(SetAside(found.file, 1, f"the edit of “{row.quote[:30]}” was not taken: {why}"))
        else:
            told[row.same or row.id] = clean(found.say)
    for key, lost in rulings.edits.items():
        if key not in used:
            aside.append(
                SetAside(lost.file, 1, f"an edit stands for words that no ticket holds any more: “{lost.quote[:40]}”")
            )
    rows = []
    for row in statements:
        say = told.get(row.same or row.id)
        rows.append(
            row if say is None else replace(row, text=say or row.text, edited=True, disputed=row.disputed or not say)
        )
    return rows, aside


def write(path: Path, answers: Sequence[Answer], conflicts: Sequence[Conflict]) -> tuple[int, int]:
    """Adds what is new to the file, which keeps its comments and edits; how many answers and conflicts are new."""
    kept = _parsed(path) if path.is_file() else _File()
    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.is_file() else tomlkit.document()
    if not path.is_file():
        for line in _HEAD:
            document.add(tomlkit.comment(line))
    known = {digest(row.quote) for answer in kept.answer for row in answer.sentence}
    fresh_conflicts = [row for row in conflicts if not any(_same(ruled, row) for ruled in kept.conflict)]
    fresh_answers = [row for row in answers if digest(row.sentences[0].quote) not in known]
    for name, tables in (
        ("conflict", [_conflict_table(row) for row in fresh_conflicts]),
        ("answer", [_answer_table(row) for row in fresh_answers]),
    ):
        listed = document.setdefault(name, tomlkit.aot()) if tables else None
        for table in tables:
            assert isinstance(listed, AoT)
            listed.append(table)
    replacing.replace(path, tomlkit.dumps(document))
    return len(fresh_answers), len(fresh_conflicts)


def _conflict_table(conflict: Conflict) -> Table:
    table = tomlkit.table()
    table.update({"id": conflict.id, "kind": conflict.kind, "holds": "", "note": ""})
    sides = tomlkit.aot()
    for side in conflict.sides:
        row = tomlkit.table()
        row.update({"value": side.value, "says": list(side.clauses), "tickets": list(side.tickets)})
        sides.append(row)
    table.append("side", sides)
    return table


def _answer_table(answer: Answer) -> Table:
    table = tomlkit.table()
    table.update({"id": answer.id, "about": answer.about, "note": "", "tickets": list(answer.tickets)})
    sentences = tomlkit.aot()
    for statement in answer.sentences:
        row = tomlkit.table()
        row.append("say", tomlkit.string(statement.text, multiline="\n" in statement.text))
        row.append("quote", tomlkit.string(statement.quote, multiline="\n" in statement.quote))
        row.append("made", digest(statement.text))
        sentences.append(row)
    table.append("sentence", sentences)
    return table


def _same(ruled: _Conflict, conflict: Conflict) -> bool:
    """Whether a ruling is about this conflict: the same id, or clauses of two of its sides."""
    said = {canonical(clause) for side in ruled.side for clause in side.says}
    return (
        ruled.id == conflict.id or sum(any(canonical(c) in said for c in side.clauses) for side in conflict.sides) > 1
    )


def _norm(ruled: _Conflict, conflict: Conflict) -> str:
    """The ruled value in the unit of the conflict; a value that no ticket gives any more holds for none."""
    if ruled.holds == ALL:
        return ALL
    said = {canonical(clause) for side in ruled.side if side.value == ruled.holds for clause in side.says}
    for side in conflict.sides:
        if side.value == ruled.holds or any(canonical(clause) in said for clause in side.clauses):
            return side.norm
    return ""


def _parsed(path: Path) -> _File:
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{path}: cannot be read as UTF-8 text ({error}).") from None
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{path}: not TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise KnowledgeError(f"{path}: {place}: {first['msg']}.") from None
