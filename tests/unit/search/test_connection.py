"""What is said of an address that is no Chroma server's, and of one that does not let us in."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.errors import BuildError, SettingError
from bot.search.connection import Connection, Gone
from bot.search.remote import Remote

URL = "http://chroma.invalid:8000"


@pytest.mark.parametrize(
    "url",
    [
        "http://desk:s3cret@chroma:8000",
        "http://s3cret@chroma:8000",
        "http://chroma:8000/s3cret/",
        "https://chroma?s3cret",
        "http://chroma:s3cret",
        "http://",
    ],
)
def test_an_address_with_more_than_host_and_port_is_told_without_it(url: str) -> None:
    with pytest.raises(SettingError, match="CHROMA_URL") as told:
        Connection(url)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("url", [URL, f"{URL}/", "https://chroma", "http://[::1]:8000"])
def test_addresses_that_are_taken(url: str) -> None:
    assert Connection(url).url == url


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, BuildError, "CHROMA_TOKEN"),
        (403, BuildError, "CHROMA_TOKEN"),
        (404, BuildError, "no Chroma server"),
        (301, Gone, "HTTP 301"),
        (502, Gone, "HTTP 502"),
    ],
)
def test_what_a_wrong_server_says_is_told(
    status: int, kind: type[BuildError], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = httpx.Response(status, request=httpx.Request("GET", URL))
    monkeypatch.setattr(httpx, "get", lambda *_, **__: reply)
    with pytest.raises(BuildError, match=said) as told:
        Remote(Connection(URL, "s3cret")).current()
    assert type(told.value) is kind and "s3cret" not in str(told.value)


def test_who_waited_for_a_try_in_vain_does_not_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    connection, tries = Connection(URL), []
    trying, over = threading.Event(), threading.Event()

    def get(*_: Any, **__: Any) -> httpx.Response:
        tries.append(1)
        trying.set()
        over.wait(30)
        raise httpx.ConnectTimeout("")

    monkeypatch.setattr(httpx, "get", get)
    told: list[str] = []

    def ask() -> None:
        with pytest.raises(Gone) as error:
            Remote(connection).current()
        told.append(str(error.value))

    askers = [threading.Thread(target=ask) for _ in range(6)]
    askers[0].start()
    trying.wait(30)
    for asker in askers[1:]:
        asker.start()
    while sum("_client" in _names(asker) for asker in askers) < 6:
        time.sleep(0.01)
    over.set()
    for asker in askers:
        asker.join(30)
    assert len(told) == 6 and len(tries) == 1


def _names(thread: threading.Thread) -> list[str]:
    frame, found = sys._current_frames().get(thread.ident or 0), []
    while frame is not None:
        found.append(frame.f_code.co_name)
        frame = frame.f_back
    return found


def test_a_worker_looks_on_whatever_happened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    again = threading.Event()
    results = iter([ValueError("a customer's words"), UnicodeDecodeError("utf-8", b"", 0, 1, "x")])

    def pull(*_: Any, **__: Any) -> None:
        for error in results:
            raise error
        again.set()
        threading.Event().wait()

    remote = Remote(Connection(URL))
    monkeypatch.setattr(remote, "pull", pull)
    threading.Thread(target=remote.follow, args=(tmp_path, 0.0), daemon=True).start()
    assert again.wait(30)
