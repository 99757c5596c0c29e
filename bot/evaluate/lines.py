"""JSON lines in, whole files out: what every batch reads and writes.

Knows nothing of what a line means. A complaint names the file, the line and the field.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

from bot.errors import DeskError
from bot.records import Message, Question


class LineError(DeskError):
    """A line that cannot be used, with its place."""


@dataclass(frozen=True, slots=True)
class Line:
    """One JSON object of a file; the getters check what they hand out."""

    file: str
    number: int
    fields: dict[str, Any]

    def error(self, complaint: str) -> LineError:
        return LineError(f"{self.file}, line {self.number}: {complaint}")

    def text(self, field: str) -> str:
        """A text that must be there and not be blank."""
        value = self.fields.get(field)
        if value is None:
            raise self.error(f'the field "{field}" is missing.')
        if not isinstance(value, str) or not value.strip():
            raise self.error(f'the field "{field}" must be a text that is not empty.')
        return value

    def id(self) -> str:
        """The id, a whole number taken as its digits."""
        value = self.fields.get("id")
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.text("id")

    def items(self, field: str) -> list[Any]:
        """A list, empty where the field is missing or null."""
        value = self.fields.get(field)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error(f'the field "{field}" must be a list.')
        return value

    def question(self) -> Question:
        """{id, question, history?} as the assistant takes it."""
        history = tuple(self.message(item) for item in self.items("history"))
        return Question(text=self.text("question"), history=history, id=self.id())

    def message(self, item: object) -> Message:
        """{role: user or assistant, content} of a history."""
        if not isinstance(item, dict) or item.get("role") not in ("user", "assistant"):
            raise self.error('"history" takes {"role": "user" or "assistant", "content": text}.')
        if not isinstance(item.get("content"), str):
            raise self.error('the field "content" of a history message must be a text.')
        return Message(role=item["role"], content=item["content"])


def read(path: Path) -> list[Line]:
    """All JSON objects of a file, blank lines left out; their ids must differ and be there."""
    lines = []
    first_seen: dict[str, int] = {}
    for row in parse(read_text(path), str(path)):
        key = row.id()
        if key in first_seen:
            raise row.error(f'the field "id" repeats "{key}" of line {first_seen[key]}.')
        first_seen[key] = row.number
        lines.append(row)
    if not lines:
        raise LineError(f"{path} holds no line.")
    return lines


def parse(text: str, name: str) -> Iterator[Line]:
    """Each line of JSON in `text`; `name` is for complaints."""
    for number, raw in enumerate(text.split("\n"), start=1):
        if raw.strip():
            yield line(raw, name, number)


def line(raw: str, name: str, number: int) -> Line:
    """One line of JSON."""
    try:
        fields = json.loads(raw)
    except (json.JSONDecodeError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise LineError(f"{name}, line {number}: not JSON ({what}).") from None
    if not isinstance(fields, dict):
        raise LineError(f"{name}, line {number}: a JSON object is needed.")
    return Line(name, number, fields)


def history(path: Path) -> tuple[Message, ...]:
    """Messages of a chat from a JSON list, or from JSON lines."""
    text = read_text(path)
    if text.lstrip().startswith("["):
        try:
            items = json.loads(text)
        except (json.JSONDecodeError, RecursionError):
            raise LineError(f"{path} is not JSON.") from None
        holder = Line(str(path), 1, {})
        return tuple(holder.message(item) for item in items)
    return tuple(row.message(row.fields) for row in parse(text, str(path)))


def read_text(path: Path) -> str:
    """A UTF-8 file, or standard input for "-"; a byte order mark is dropped."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LineError(f"{path} is not UTF-8 text (byte {error.start}).") from None
    except OSError as error:
        raise LineError(f"{path} cannot be read: {error.strerror}.") from None


@contextmanager
def whole(path: Path) -> Iterator[TextIO]:
    """A file to write that appears under its name only when it is complete; "-" is standard output."""
    if str(path) == "-":
        yield cast(TextIO, sys.stdout)
        return
    target = path.resolve()  # a link stays a link, its target is replaced
    if target.exists() and not target.is_file():
        with _opened(path, target) as device:
            yield device
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _opened(path, part) as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _opened(path: Path, actual: Path) -> TextIO:
    try:
        return actual.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise LineError(f"{path} cannot be written: {error.strerror}.") from None
