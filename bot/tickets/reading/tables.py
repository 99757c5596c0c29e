"""Tickets in rows: .jsonl and .csv with id, title, question, category and answer, text or turns.

A row that cannot be taken is set aside with its line and the reason; the rows around it are kept.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from bot.records import Role, SetAside, Source, Ticket, Turn
from bot.tickets.reading.decoding import clean

COLUMNS = ("id", "title", "question", "category", "answer", "text")
ID = re.compile(r"[\w.\-:/@#+=~]{1,128}")  # goes into TREC run lines, whose columns are parted by blanks
_ROLES: dict[str, Role] = {"customer": "customer", "user": "customer", "agent": "agent", "assistant": "agent"}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_MARKS = ",;\t|"
_FIELD = 4_000_000  # characters of a CSV field
_BROKEN = 300  # rows that are no CSV; each may cost a look at _FIELD characters

Rows = tuple[tuple[Ticket, ...], tuple[SetAside, ...]]
Found = tuple[int, dict[str, Any] | str]


def read_jsonl(text: str, file: str, most: int = 100_000) -> Rows:
    """A JSON object a line; also one JSON list of them, or objects that run over several lines."""
    first = text.lstrip("\ufeff \t\r\n")[:2]
    loose = first[:1] == "[" or first.rstrip() == "{"
    return _taken(_objects(text) if loose else _json_lines(text), file, most)


def read_csv(text: str, file: str, most: int = 100_000) -> Rows:
    """Rows below a header, parted by the mark that parts the header: comma, semicolon, tab or bar."""
    text = text.removeprefix("\ufeff")
    mark = max(_MARKS, key=text[: max(0, text.find("\n")) or len(text)].count)
    rows = _rows(io.StringIO(text, newline="").readlines(), mark)
    line, header = next(rows, (1, []))
    if not header:
        return (), ()
    names = [name.strip().lower() for name in header] if isinstance(header, list) else []
    if not {"answer", "text", "question", "turns"} & set(names):
        wanted = ", ".join(COLUMNS)
        reason = f"the header names none of the columns answer, text, question, turns ({wanted}, turns)"
        return (), (SetAside(file, line, reason),)
    twice = [name for name, count in Counter(names).items() if count > 1 and name in (*COLUMNS, "turns")]
    if twice:
        return (), (SetAside(file, line, f"the header names the column {twice[0]} more than once"),)
    return _taken(_fields(rows, names), file, most)


def _taken(rows: Iterator[Found], file: str, most: int) -> Rows:
    tickets: list[Ticket] = []
    aside: list[SetAside] = []
    for ordinal, (line, row) in enumerate(rows, start=1):
        if ordinal > most:
            aside.append(SetAside(file, line, f"more than {most:,} rows: the rest of the file is not read"))
            break
        try:
            if isinstance(row, str):
                raise ValueError(row)
            tickets.append(_ticket(row, file, ordinal, line))
        except ValueError as error:
            aside.append(SetAside(file, line, str(error)))
    return tuple(tickets), tuple(aside)


# --- JSON


def _json_lines(text: str) -> Iterator[Found]:
    for number, line in enumerate(io.StringIO(text.removeprefix("\ufeff"), newline="\n"), start=1):
        if line.strip():
            yield number, _parsed(line, _DECODER.decode)


def _objects(text: str) -> Iterator[Found]:
    """The objects of a JSON list, or one after another. Behind a broken one it goes on at the next like it."""
    at, line, counted = 0, 1, 0
    while True:
        at = _between(text, at)
        if at >= len(text):
            return
        line, counted = line + text.count("\n", counted, at), at
        row = _parsed(text, lambda whole, start=at: _DECODER.raw_decode(whole, start))  # type: ignore[misc]
        if isinstance(row, tuple):
            at = row[1]
            yield line, row[0] if isinstance(row[0], dict) else "an item must be a JSON object"
            continue
        yield line, row
        indent = text[text.rfind("\n", 0, at) + 1 : at]
        following = re.compile(rf"\n{indent if not indent.strip() else ''}\{{").search(text, at + 1)
        if not following:
            return
        at = following.start() + 1


def _between(text: str, at: int) -> int:
    """Past what stands between two objects: white space, commas, and the brackets of the list itself."""
    found = _GAP.match(text, at)
    return found.end() if found else at


_GAP = re.compile(r"[\s,\ufeff\[\]]*")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        name, count = Counter(key for key, _ in pairs).most_common(1)[0]
        if len({json.dumps(value) for key, value in pairs if key == name}) > 1:
            raise _Twice(f"field {name[:40]} stands there {count} times")
    return row


class _Twice(ValueError):
    """A field that an object holds more than once, with different values."""


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_unique)


def _parsed(text: str, parse: Callable[[str], Any]) -> Any:
    """What `parse` makes of `text`, if it can be stored as UTF-8; the reason in words otherwise."""
    try:
        row = parse(text)
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "half a character: a lone surrogate such as \\ud83d"
    except _Twice as error:
        return str(error)
    except (ValueError, RecursionError):
        return "not JSON"
    return row if isinstance(row, dict | tuple) else "a line must hold a JSON object"


# --- CSV


def _fields(rows: Iterator[tuple[int, list[str] | str]], names: list[str]) -> Iterator[Found]:
    for line, row in rows:
        if isinstance(row, str):
            yield line, row
            continue
        if len(row) > len(names) and not any(cell.strip() for cell in row[len(names) :]):
            row = row[: len(names)]
        if len(row) != len(names):
            yield line, f"the row has another number of columns than the header: {len(row)}, not {len(names)}"
            continue
        fields: dict[str, Any] = dict(zip(names, row, strict=True))
        if said := fields.pop("turns", "").strip():
            held = _parsed(f'{{"turns": {said}}}', _DECODER.decode)
            if isinstance(held, str):
                yield line, held
                continue
            fields["turns"] = held["turns"]
        yield line, fields


def _rows(lines: list[str], mark: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row, or why it is none, with its first line. Behind a broken row it goes on at the next line."""
    csv.field_size_limit(_FIELD)
    start = broken = 0
    while start < len(lines):
        reader = csv.reader((lines[at] for at in range(start, len(lines))), delimiter=mark, strict=True)
        first = start + 1
        try:
            for row in reader:
                if row:
                    yield first, row
                first = start + reader.line_num + 1
            return
        except csv.Error as error:
            broken += 1
            if broken > _BROKEN:
                yield first, f"more than {_BROKEN} rows are not CSV: the rest of the file is not read"
                return
            yield first, f"not CSV: {error}"
            start = first


# --- rows


def _ticket(row: dict[str, Any], file: str, ordinal: int, line: int) -> Ticket:
    fields = {}
    for name in COLUMNS:
        value = row.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            raise ValueError(f"field {name} must be a text")
        fields[name] = "" if value is None else clean(str(value)).strip()
    if fields["id"] and not ID.fullmatch(fields["id"]):
        raise ValueError("field id must be 1 to 128 letters, digits or . - : / @ # + = ~ _ without blanks")
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
        date=day(str(row.get("date") or "")),
    )


def day(text: str) -> str:
    """The first day that a text names, as ISO 8601; empty when it names none."""
    found = _DAY.search(text[:200])
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


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
            raise ValueError(f"turn role {str(item.get('role'))[:40]!r}: must be customer or agent")
        if text := clean(item["text"]).strip():
            turns.append(Turn(role, text, line, text.count("[图片]")))
    return tuple(turns)
