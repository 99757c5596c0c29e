from __future__ import annotations

import errno
import socket
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from bot import launch, settings
from bot.launch import LaunchError

ADDRESS = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 7860))


class Taken:
    """A socket whose address is in use."""

    closed = False

    def setsockopt(self, *_: Any) -> None: ...

    def bind(self, address: Any) -> None:
        raise OSError(errno.EADDRINUSE, "Address already in use")

    def close(self) -> None:
        self.closed = True


def unmade() -> FastAPI:
    raise AssertionError("the app must not be made")


def fake(monkeypatch: pytest.MonkeyPatch, **names: Any) -> None:
    names = {"SOCK_STREAM": 1, "SOL_SOCKET": 1, "SO_REUSEADDR": 2, **names}
    monkeypatch.setattr(launch, "socket", SimpleNamespace(**names))


def test_a_port_in_use_is_told_before_the_app_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Taken()
    fake(monkeypatch, getaddrinfo=lambda *_, **__: [ADDRESS], socket=lambda *_: taken)
    with pytest.raises(LaunchError, match=r"Cannot serve on 127\.0\.0\.1:7860: Address already in use\."):
        launch.launch(unmade, settings.load())
    assert taken.closed


def test_a_host_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror("unknown")

    fake(monkeypatch, getaddrinfo=unknown)
    with pytest.raises(LaunchError, match="HOST=no-such-host"):
        launch.launch(unmade, settings.load(host="no-such-host"))
