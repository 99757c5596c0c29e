"""Tickets in rows: .jsonl and .csv with id, title, question, category and answer, text or turns.

A row that cannot be taken is set aside with its line and the reason; the rows around it are kept.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from bot.records import Role, SetAside, Source, Ticket, Turn

COLUMNS = ("id", "title", "question", "category", "answer", "text")
_ROLES: dict[str, Role] = {"customer": "customer", "user": "customer", "agent": "agent", "assistant": "agent"}

Rows = tuple[tuple[Ticket, ...], tuple[SetAside, ...]]


def read_jsonl(text: str, file: str) -> Rows:
    tickets: list[Ticket] = []
    aside: list[SetAside] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            tickets.append(_ticket(_parsed(line), file, len(tickets) + len(aside) + 1, number))
        except ValueError as error:
            aside.append(SetAside(file, number, str(error)))
    return tuple(tickets), tuple(aside)


def read_csv(text: str, file: str) -> Rows:
    tickets: list[Ticket] = []
    aside: list[SetAside] = []
    names: list[str] = []
    for line, row in _rows(list(io.StringIO(text, newline=""))):
        if not names:
            names = [name.strip() for name in row] if isinstance(row, list) else []
            if not {"answer", "text", "question", "turns"} & set(names):
                wanted = ", ".join(COLUMNS)
                reason = f"the header names none of the columns answer, text, question, turns ({wanted}, turns)"
                return (), (SetAside(file, line, reason),)
            continue
        try:
            if isinstance(row, str):
                raise ValueError(row)
            if len(row) != len(names):
                raise ValueError("the row has another number of columns than the header")
            fields: dict[str, Any] = dict(zip(names, row, strict=True))
            if said := fields.pop("turns", "").strip():
                fields["turns"] = _parsed(f'{{"turns": {said}}}')["turns"]
            tickets.append(_ticket(fields, file, len(tickets) + len(aside) + 1, line))
        except ValueError as error:
            aside.append(SetAside(file, line, str(error)))
    return tuple(tickets), tuple(aside)


def _parsed(line: str) -> dict[str, Any]:
    """A JSON object that can be stored as UTF-8; raises ValueError with the reason otherwise."""
    try:
        row = json.loads(line)
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("half a character: a lone surrogate such as \\ud83d") from None
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(row, dict):
        raise ValueError("a line must hold a JSON object")
    return row


def _rows(lines: list[str]) -> Iterator[tuple[int, list[str] | str]]:
    """Each row, or why it is none, with its first line. Behind a broken row it goes on at the next line."""
    csv.field_size_limit(16_000_000)
    start = 0
    while start < len(lines):
        reader, first = csv.reader((lines[at] for at in range(start, len(lines))), strict=True), start + 1
        try:
            for row in reader:
                if row:
                    yield first, row
                first = start + reader.line_num + 1
            return
        except csv.Error as error:
            yield first, f"not CSV: {error}"
            start = first


def _ticket(row: dict[str, Any], file: str, ordinal: int, line: int) -> Ticket:
    fields = {}
    for name in COLUMNS:
        value = row.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            raise ValueError(f"field {name} must be a text")
        fields[name] = "" if value is None else str(value).strip()
    turns = _turns(row.get("turns"), line)
    if not turns:
        said = fields["answer"] or fields["text"]
        turns = (Turn("agent", said, line, said.count("[图片]")),) if said else ()
    if not turns and not fields["question"]:
        raise ValueError("no text, answer, turns or question")
    product, _, topic = fields["category"].replace("|", "｜").partition("｜")
    return Ticket(
        id=fields["id"],
        title=fields["title"],
        question=fields["question"],
        turns=turns,
        product=product.strip(),
        topic=topic.strip(),
        source=Source(file, ordinal, line),
    )


def _turns(value: Any, line: int) -> tuple[Turn, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError("field turns must be a list of {role, text}")
    turns = []
    for item in value:
        if not isinstance(item, dict) or not isinstance(item.get("text"), str):
            raise ValueError("each of turns must be {role, text}")
        role = _ROLES.get(str(item.get("role")).lower())
        if role is None:
            raise ValueError(f"turn role {item.get('role')!r}: must be customer or agent")
        if item["text"].strip():
            turns.append(Turn(role, item["text"].strip(), line, item["text"].count("[图片]")))
    return tuple(turns)
