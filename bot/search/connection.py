"""The collections of a Chroma server by their names: made, found, told apart by their metadata, files kept in them.

Knows Chroma's client and what its errors mean to a person; what the collections are for it does not.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.errors import ChromaError, NotFoundError

from bot.errors import BuildError
from bot.search.store import quiet

_PIECE = 512 * 1024  # bytes of a file in one record
_AT_ONCE = 16  # records in one request: 11 MB in base64, and a server takes 40


class Gone(BuildError):
    """The server does not answer, or not in time."""


class Connection:
    """To the server at `url`, made at the first call; `token` goes with each request.

    `asking` is held around every other call: it raises Gone where the server does not answer within `patience`
    seconds, and BuildError where it refuses.
    """

    def __init__(self, url: str, token: str = "", patience: float = 2.0) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}", "X-Chroma-Token": token} if token else {}
        self._patience, self._lock = patience, threading.Lock()
        self._connected: Any = None

    @contextmanager
    def asking(self) -> Iterator[None]:
        try:
            yield
        except (BuildError, OSError):
            raise
        except NotFoundError as error:
            raise BuildError(
                f"The Chroma server {self.url} has other builds by now. If this stays: run `python -m bot ingest`."
            ) from error
        except ChromaError as error:
            raise BuildError(f"The Chroma server {self.url} refused: {error}.") from error
        except Exception as error:  # it does not connect, takes too long, or what it says is no reply of Chroma's
            raise Gone(
                f"The Chroma server {self.url} (CHROMA_URL) does not answer ({type(error).__name__}). Is it running?"
            ) from error

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

    def told(self, name: str) -> dict[str, Any]:
        """The metadata of a collection; {} where there is none."""
        with suppress(NotFoundError):
            return dict(self.find(name).metadata or {})
        return {}

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
        with self._lock:
            if self._connected is None:
                parts = urlsplit(self.url)
                port = parts.port or (443 if parts.scheme == "https" else 80)
                # Chroma's client asks the server when it is made, and waits for good: so it is asked here before.
                httpx.get(
                    f"{parts.scheme}://{parts.hostname}:{port}/api/v2/heartbeat",
                    headers=self._headers,
                    timeout=self._patience,
                ).raise_for_status()
                made: Any = chromadb.HttpClient(
                    str(parts.hostname), port, parts.scheme == "https", self._headers, quiet()
                )
                made._server._session.timeout = httpx.Timeout(self._patience)
                self._connected = made
            return self._connected


def _pieces(folder: Path) -> Iterator[tuple[str, int]]:
    """The names of a folder's files, each with the numbers of its pieces."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for n in range(max(-(-path.stat().st_size // _PIECE), 1)):
            yield path.relative_to(folder).as_posix(), n


def _text(path: Path, n: int) -> str:
    with path.open("rb") as file:
        file.seek(n * _PIECE)
        return base64.b64encode(file.read(_PIECE)).decode()
