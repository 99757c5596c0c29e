"""Replies of earlier runs, one JSON line each, so that a run that was cut short goes on and a repeated one is quick.

A reply is found by the question, its history and a digest of all that made it (index, prompt, engine, code, settings),
which the caller gives: whatever changes, nothing old is found. Knows nothing of cases or figures.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.evaluate.lines import LineError
from bot.evaluate.run import Reply
from bot.records import Question

_REPLY = TypeAdapter(Reply)


class Cache:
    """The replies kept in a folder by what made them; `hits` counts those that were found."""

    def __init__(self, folder: Path, made_by: str) -> None:
        self.hits = 0
        self._made_by = made_by
        self._path = folder / f"{hashlib.sha256(made_by.encode()).hexdigest()[:16]}.jsonl"
        self._lock = threading.Lock()
        self._known: dict[str, Reply] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise LineError(f"{folder} cannot keep answers: {getattr(error, 'strerror', None) or error}.") from None
        for line in text.splitlines():
            try:
                row = json.loads(line)
                self._known[row["key"]] = _REPLY.validate_python(row["reply"])
            except (ValueError, KeyError, TypeError, ValidationError):
                continue  # torn by a kill: it is asked again
        self._torn = bool(text) and not text.endswith("\n")

    def known(self, question: Question) -> Reply | None:
        found = self._known.get(self._key(question))
        if found is not None:
            with self._lock:
                self.hits += 1
        return found

    def keep(self, question: Question, reply: Reply) -> None:
        """Writes the reply at once; raises LineError where the disk does not take it."""
        line = json.dumps({"key": self._key(question), "reply": asdict(reply)}, ensure_ascii=False)
        with self._lock:
            try:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(("\n" if self._torn else "") + line + "\n")
            except OSError as error:
                raise LineError(f"{self._path} cannot be written: {error.strerror}.") from None
            self._torn = False
            self._known[self._key(question)] = reply

    def _key(self, question: Question) -> str:
        said = [[item.role, item.content] for item in question.history]
        return hashlib.sha256(json.dumps([self._made_by, said, question.text]).encode()).hexdigest()[:32]


def digest(files: Iterable[Path]) -> str:
    """Of the contents of files, in the order of their names; a file that is not there counts as empty."""
    found = hashlib.sha256()
    for path in sorted(files):
        found.update(path.name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b""))
    return found.hexdigest()[:16]
