"""The collections of a Chroma server by their names: made, found, told apart by their metadata, files kept in them.

Knows Chroma's client and what its errors mean to a person; what the collections are for it does not.
"""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT
from chromadb.errors import ChromaError, NotFoundError

from bot.errors import BuildError, SettingError
from bot.search.store import quiet

_PIECE = 512 * 1024  # bytes of a file in one record
_AT_ONCE = 16  # records in one request: 11 MB in base64, and a server takes 40


class Gone(BuildError):
    """The server does not answer, or not in time."""


class Missing(BuildError):
    """What was asked for is not there: a newer build took its place, or the server lost it."""


class Connection:
    """To the server at `url`, made at the first call; `token` goes with each request, `database` is made if need be.

    `asking` is held around every other call: it raises Gone where the server does not answer within `patience`
    seconds, Missing where it has nothing of that name, and BuildError where it refuses.
    """

    def __init__(self, url: str, token: str = "", patience: float = 2.0, database: str = DEFAULT_DATABASE) -> None:
        self.url = url
        self._address = _address(url)
        self._headers = {"Authorization": f"Bearer {token}", "X-Chroma-Token": token} if token else {}
        self._database = database
        self._patience, self._lock = patience, threading.Lock()
        self._connected: Any = None
        self._tried = 0.0

    @contextmanager
    def asking(self) -> Iterator[None]:
        try:
            yield
        except (BuildError, OSError):
            raise
        except NotFoundError as error:
            raise Missing(
                f"The Chroma server {self.url} has other builds by now. If this stays: run `python -m bot ingest`."
            ) from error
        except ChromaError as error:
            if error.code() >= 500 or error.code() == 429:  # it fails, or has too much to do
                raise Gone(f"The Chroma server {self.url} cannot answer ({type(error).__name__}).") from error
            raise BuildError(f"The Chroma server {self.url} refused: {error}.") from error
        except Exception as error:  # it does not connect, takes too long, or what it says is no reply of Chroma's
            raise self._gone(error) from error

    def _gone(self, error: Exception) -> Gone:
        why = f"HTTP {error.response.status_code}" if isinstance(error, httpx.HTTPStatusError) else type(error).__name__
        return Gone(f"The Chroma server {self.url} (CHROMA_URL) does not answer ({why}). Is it running?")

    def make(self, name: str, configuration: Any = None, metadata: dict[str, Any] | None = None) -> bool:
        """Makes a collection; False where there is one of that name, be it by a moment."""
        try:
            self._client().create_collection(
                name, configuration=configuration, metadata=metadata, embedding_function=None
            )
        except ChromaError as error:
            if "already exists" in str(error):
                return False
            raise
        return True

    def find(self, name: str) -> Any:
        return self._client().get_collection(name, embedding_function=None)

    def there(self, name: str) -> Any:
        """A collection; None where there is none."""
        with suppress(NotFoundError):
            return self.find(name)
        return None

    def told(self, name: str) -> dict[str, Any]:
        """The metadata of a collection; {} where there is none."""
        found = self.there(name)
        return dict(found.metadata or {}) if found else {}

    def tell(self, name: str, metadata: dict[str, Any]) -> None:
        """Replaces the metadata of a collection, which is made where there is none."""
        self._client().get_or_create_collection(name, embedding_function=None).modify(metadata=metadata)

    def names(self) -> list[str]:
        found: list[str] = []
        while some := self._client().list_collections(limit=100, offset=len(found)):
            found += [collection.name for collection in some]
        return found

    def delete(self, name: str) -> None:
        with suppress(NotFoundError):
            self._client().delete_collection(name)

    def remove(self, collection: Any) -> None:
        """Deletes this one and not another that has its name by now; only its name Chroma changes by its own id."""
        name = f"gone-{secrets.token_hex(8)}"
        with suppress(NotFoundError):
            collection.modify(name=name)
            self.delete(name)

    def put(self, name: str, folder: Path) -> None:
        """A new collection with all files of a folder, in pieces."""
        self.make(name)
        files, pieces = self.find(name), list(_pieces(folder))
        for start in range(0, len(pieces), _AT_ONCE):
            some = pieces[start : start + _AT_ONCE]
            files.add(
                ids=[f"{file}:{n}" for file, n in some],
                embeddings=[[1.0]] * len(some),  # a record must have one; nobody asks for it
                metadatas=[{"n": n, "data": _text(folder / file, n)} for file, n in some],
            )

    def get(self, name: str, file: str) -> bytes:
        """A file of such a collection; b"" where there is none of that name."""
        files, data, n = self.find(name), b"", 0
        while found := files.get(ids=[f"{file}:{n + i}" for i in range(_AT_ONCE)], include=["metadatas"])["metadatas"]:
            data += b"".join(base64.b64decode(piece["data"]) for piece in sorted(found, key=lambda piece: piece["n"]))
            n += _AT_ONCE
        return data

    def clock(self) -> float:
        """The server's time in seconds: the hosts' own may differ."""
        return float(self._client().heartbeat()) / 1e9

    def _client(self) -> Any:
        came = time.monotonic()
        with self._lock:
            if self._connected is None:
                if self._tried > came:  # in vain, while this one stood in line: it need not wait as long once more
                    raise Gone(f"The Chroma server {self.url} (CHROMA_URL) does not answer. Is it running?")
                try:
                    self._connected = self._made()
                finally:
                    self._tried = time.monotonic()
            return self._connected

    def _made(self) -> Any:
        scheme, host, port = self._address
        # Chroma's client asks the server when it is made, and waits for good: so it is asked here before.
        reply = httpx.get(f"{scheme}://{host}:{port}/api/v2/heartbeat", headers=self._headers, timeout=self._patience)
        if reply.status_code in (401, 403):
            raise BuildError(f"The Chroma server {self.url} lets nobody in with this CHROMA_TOKEN.")
        if reply.status_code == 404:
            raise BuildError(f"At CHROMA_URL, {self.url}, something answers that is no Chroma server of version 1.")
        reply.raise_for_status()
        if self._database != DEFAULT_DATABASE:  # where it is there already, nothing happens
            databases = f"{scheme}://{host}:{port}/api/v2/tenants/{DEFAULT_TENANT}/databases"
            httpx.post(databases, json={"name": self._database}, headers=self._headers, timeout=self._patience)
        made: Any = chromadb.HttpClient(host, port, scheme == "https", self._headers, quiet(), database=self._database)
        made._server._session.timeout = httpx.Timeout(self._patience)
        return made


def _address(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. The address stands in errors and logs, so it may hold no password; a path is not used."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        host, port = "", 0
    if not host or parts.username is not None or parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingError(
            "Setting CHROMA_URL takes scheme, host and port alone, such as http://chroma:8000: no path, no name and no "
            "password (CHROMA_TOKEN is for a secret)."
        )
    return parts.scheme, f"[{host}]" if ":" in host else host, port


def _pieces(folder: Path) -> Iterator[tuple[str, int]]:
    """The names of a folder's files, each with the numbers of its pieces."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for n in range(max(-(-path.stat().st_size // _PIECE), 1)):
            yield path.relative_to(folder).as_posix(), n


def _text(path: Path, n: int) -> str:
    with path.open("rb") as file:
        file.seek(n * _PIECE)
        return base64.b64encode(file.read(_PIECE)).decode()
