"""Tickets in rows: .jsonl and .csv with id, title, question, category and answer, text or turns.

A row that cannot be taken is set aside with its line and the reason; the rows around it are kept.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from bot.records import Role, SetAside, Source, Ticket, Turn

COLUMNS = ("id", "title", "question", "category", "answer", "text")
_ROLES: dict[str, Role] = {"customer": "customer", "user": "customer", "agent": "agent", "assistant": "agent"}

Rows = tuple[tuple[Ticket, ...], tuple[SetAside, ...]]


def read_jsonl(text: str, file: str) -> Rows:
    tickets, aside = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("a line must hold a JSON object")
            tickets.append(_ticket(row, file, len(tickets) + len(aside) + 1, number))
        except (ValueError, RecursionError) as error:
            reason = "not JSON" if isinstance(error, json.JSONDecodeError) else str(error)
            aside.append(SetAside(file, number, reason))
    return tuple(tickets), tuple(aside)


def read_csv(text: str, file: str) -> Rows:
    tickets, aside = [], []
    csv.field_size_limit(16_000_000)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = set(reader.fieldnames or ())
    if not names & {"answer", "text", "question"}:
        wanted = ", ".join(COLUMNS)
        return (), (SetAside(file, 1, f"the header names none of the columns answer, text, question ({wanted})"),)
    try:
        for row in reader:
            line, ordinal = reader.line_num, len(tickets) + len(aside) + 1
            try:
                if None in row or None in row.values():
                    raise ValueError("the row has another number of columns than the header")
                tickets.append(_ticket(dict(row), file, ordinal, line))
            except ValueError as error:
                aside.append(SetAside(file, line, str(error)))
    except csv.Error as error:
        aside.append(SetAside(file, reader.line_num, f"not CSV from here on: {error}"))
    return tuple(tickets), tuple(aside)


def _ticket(row: dict[str, Any], file: str, ordinal: int, line: int) -> Ticket:
    fields = {}
    for name in COLUMNS:
        value = row.get(name)
        if value is not None and not isinstance(value, str | int):
            raise ValueError(f"field {name} must be a text")
        fields[name] = "" if value is None else str(value).strip()
    turns = _turns(row.get("turns"))
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


def _turns(value: Any) -> tuple[Turn, ...]:
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
            turns.append(Turn(role, item["text"].strip(), images=item["text"].count("[图片]")))
    return tuple(turns)
