"""A line of a labelled question set becomes a case, checked. Knows nothing of how answers are made or judged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from bot.evaluate.lines import Line
from bot.records import Question

Kind = Literal[
    "answerable",
    "partial",
    "followup",
    "clarify",
    "handoff",
    "unanswerable",
    "in_scope",
    "oos",
    "oos_near",
    "injection",
    "privacy",
    "benign",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Nugget:
    """A fact that a good answer holds: it does where `pattern` is found. `vital` ones are the answer itself."""

    fact: str
    pattern: re.Pattern[str]
    vital: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what its answer is held against.

    tickets: the right ones, each by id or by its place in the file (from 1). forbid: what must not be shown. tags: any
    words to tell figures apart by. source: the file's name.
    """

    question: Question
    kind: Kind
    tickets: tuple[str | int, ...] = ()
    nuggets: tuple[Nugget, ...] = ()
    forbid: tuple[re.Pattern[str], ...] = ()
    tags: tuple[str, ...] = ()
    source: str = ""
    line: int = 0


def read(line: Line) -> Case:
    """The case of a line."""
    kind = line.text("kind")
    if kind not in KINDS:
        raise line.error(f'the field "kind" is "{kind}", but must be one of {", ".join(KINDS)}.')
    return Case(
        question=line.question(),
        kind=kind,
        tickets=tuple(_ticket(line, item) for item in line.items("tickets")),
        nuggets=tuple(_nugget(line, item) for item in line.items("nuggets")),
        forbid=tuple(_pattern(line, "forbid", item) for item in line.items("forbid")),
        tags=tuple(_tag(line, item) for item in line.items("tags")),
        source=Path(line.file).name,
        line=line.number,
    )


def _tag(line: Line, item: Any) -> str:
    if not isinstance(item, str) or not item.strip():
        raise line.error('the field "tags" takes words.')
    return item


def _ticket(line: Line, item: Any) -> str | int:
    if isinstance(item, bool) or not isinstance(item, str | int) or item == "" or (isinstance(item, int) and item < 1):
        raise line.error('the field "tickets" takes ticket ids, or places in the file as whole numbers from 1.')
    return item


def _nugget(line: Line, item: Any) -> Nugget:
    if not isinstance(item, dict):
        raise line.error('the field "nuggets" takes {"fact", "pattern", "vital"}.')
    fact, vital = item.get("fact"), item.get("vital", True)
    if not isinstance(fact, str) or not fact.strip():
        raise line.error('the field "fact" of a nugget is missing.')
    if not isinstance(vital, bool):
        raise line.error('the field "vital" of a nugget must be true or false.')
    return Nugget(fact, _pattern(line, "pattern", item.get("pattern")), vital)


def _pattern(line: Line, field: str, value: Any) -> re.Pattern[str]:
    if not isinstance(value, str) or not value:
        raise line.error(f'the field "{field}" must be a regular expression.')
    try:
        return re.compile(value, re.IGNORECASE)
    except re.error as error:
        raise line.error(f'the field "{field}" is no regular expression: {error}.') from None
