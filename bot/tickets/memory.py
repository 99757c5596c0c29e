"""What became of each ticket at the last ingest, redacted and cut, so that only new ones are worked on.

An entry is found by a digest of the raw ticket, made with a random key that stays in the folder of the index: without
it nobody can find out by trying whether a value stood in a ticket. The code, its settings and its libraries are part
of the digest, so that another version finds nothing. The file holds redacted text alone, of tickets that are in the
build beside it. Knows nothing of builds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import platform
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from bot.records import Ticket
from bot.tickets.statements import Piece, pieces
from bot.tickets.texts import retold, texts

NAME = "memory.tsv"
KEY = "memory.key"
_LIBRARIES = ("phonenumbers", "python-stdnum", "tldextract")  # they say what is private


@dataclass(frozen=True, slots=True)
class Made:
    """A redacted ticket, the number of findings of each type, and what its agents said, in pieces."""

    ticket: Ticket
    types: Mapping[str, int]
    pieces: tuple[Piece, ...]


class Memory:
    """`settings` says whatever else decides what becomes of a ticket. Nothing is remembered until `keep`."""

    def __init__(self, key: bytes = b"", settings: str = "", lines: Collection[bytes] = ()) -> None:
        self._key, self._version = key, f"{_version()} {settings}"
        self._known: dict[str, bytes] = {}
        self._worked: dict[str, bytes] = {}
        self._kept: dict[str, bytes] = {}  # digest to the name of a ticket, as JSON
        for line in lines:
            digest, name, entry = line.split(b"\t")
            self._known[digest.decode()], self._kept[digest.decode()] = entry, name

    @classmethod
    def load(cls, index_dir: Path, build: str | None, settings: str) -> Memory:
        """What the build of this name remembers; nothing when its file is not there or not whole."""
        key = _secret(index_dir / KEY)
        lines: list[bytes] = []
        if build:
            with suppress(OSError):
                seal, *lines = (index_dir / "builds" / Path(build).name / NAME).read_bytes().split(b"\n")
                lines = lines if hmac.compare_digest(seal, _seal(key, lines)) else []
        return cls(key, settings, lines)

    def work(self, raw: Ticket, make: Callable[[Ticket], tuple[Ticket, Counter[str]]]) -> tuple[str, Made]:
        """What became of a raw ticket, and its digest; a ticket that is not known is made."""
        digest = self._digest(raw)
        if (entry := self._worked.get(digest) or self._known.get(digest)) is not None:
            said, types, rows = json.loads(entry.decode("utf-8", "surrogatepass"))
            made = Made(retold(raw, said), types, tuple(Piece(*row) for row in rows))
        else:
            clean, counts = make(raw)
            made = Made(clean, counts, pieces(clean))
            entry = _json([texts(clean), counts, [astuple(piece) for piece in made.pieces]])
        self._worked[digest] = entry
        return digest, made

    def keep(self, names: Mapping[str, str]) -> None:
        """Of what was worked on these are remembered, from digest to the id of a ticket, and nothing else."""
        self._known = {digest: self._worked[digest] for digest in names}
        self._kept = {digest: _json(name) for digest, name in names.items()}
        self._worked = {}

    def forget(self, tickets: Collection[str]) -> None:
        gone = {_json(name) for name in tickets}
        self._kept = {digest: name for digest, name in self._kept.items() if name not in gone}

    def write(self, folder: Path) -> None:
        lines = [b"\t".join((digest.encode(), name, self._known[digest])) for digest, name in self._kept.items()]
        (folder / NAME).write_bytes(b"\n".join((_seal(self._key, lines), *lines)))

    def _digest(self, raw: Ticket) -> str:
        told = json.dumps([self._version, [turn.role for turn in raw.turns], texts(raw)])
        return hashlib.blake2b(told.encode(), key=self._key, digest_size=16).hexdigest()


def _json(value: object) -> bytes:
    """Without a tab or a line break, which JSON escapes."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _seal(key: bytes, lines: Collection[bytes]) -> bytes:
    return hmac.digest(key, b"\n".join(lines), "sha256").hex().encode()


def _secret(path: Path) -> bytes:
    """The key of a folder, made at its first use; one for this once where none can be kept."""
    with suppress(OSError):
        if len(key := path.read_bytes()) == hashlib.blake2b.MAX_KEY_SIZE:
            return key
    key = secrets.token_bytes(hashlib.blake2b.MAX_KEY_SIZE)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_bytes(key)
        fresh.replace(path)
    return key


@lru_cache(maxsize=1)
def _version() -> str:
    """A digest of all that makes a raw ticket what it becomes."""
    told = hashlib.blake2b(digest_size=16)
    for path in sorted(path for path in Path(__file__).parent.rglob("*.*") if path.suffix != ".pyc"):
        told.update(path.read_bytes())
    libraries = [f"{name} {metadata.version(name)}" for name in _LIBRARIES]
    return " ".join((told.hexdigest(), platform.python_version(), *libraries))
