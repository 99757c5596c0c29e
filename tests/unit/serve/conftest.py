"""The app over a scripted core and a database in memory, called without a network."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.serve.access import COOKIE
from bot.serve.app import create_app
from bot.serve.core import Tools
from bot.serve.pages import chat
from bot.settings import Settings


def _fakes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("serve_fakes", Path(__file__).with_name("fakes.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["serve_fakes"] = module
    spec.loader.exec_module(module)
    return module


fakes = _fakes()
LOOPBACK = ("127.0.0.1", 50000)
STRANGER = ("203.0.113.9", 50000)


def redact(text: str) -> str:
    return text.replace("13800001111", "〈电话〉")


@pytest.fixture
def core() -> Any:
    return fakes.FakeAssistant()


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk("sqlite://")
    yield opened
    opened.close()


@pytest.fixture
def make_app(core: Any, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FastAPI]:
    """Without Gradio's page unless it is asked for: building it takes half a second."""

    def make(page: bool = False, **given: Any) -> FastAPI:
        """`given`: settings, and what stands in Tools."""
        if not page:
            monkeypatch.setattr(chat, "mount", lambda *_: ())
        names = {field.name for field in fields(Tools)}
        tools = Tools(**{"redact": redact, **{name: value for name, value in given.items() if name in names}})
        keys = {name: value for name, value in given.items() if name not in names}
        return create_app(core, desk, Settings(_env_file=None, **keys), tools, report_dir=tmp_path)

    return make


@pytest.fixture
def make_client(make_app: Callable[..., FastAPI]) -> Callable[..., TestClient]:
    def make(client: tuple[str, int] = LOOPBACK, **keys: Any) -> TestClient:
        return TestClient(
            make_app(**keys),
            base_url="http://127.0.0.1:7860",
            client=client,
            raise_server_exceptions=False,
            follow_redirects=False,
        )

    return make


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return make_client(staff_key="staff-key")


@pytest.fixture
def account(desk: Desk) -> Callable[..., str]:
    """Makes an account and signs it in; gives the cookie's token."""

    def make(name: str, role: str = "agent", shown: str = "") -> str:
        if desk.accounts.find(name) is None:
            desk.accounts.add(name, None, role, shown)  # type: ignore[arg-type]
        return desk.accounts.sign_in(name)

    return make


@pytest.fixture
def enter(account: Callable[..., str]) -> Callable[..., TestClient]:
    """Signs a client in, as a maintainer unless told otherwise."""

    def sign_in(client: TestClient, name: str = "max", role: str = "maintainer", shown: str = "老麦") -> TestClient:
        client.cookies.set(COOKIE, account(name, role, shown))
        return client

    return sign_in


@pytest.fixture
def staff(client: TestClient, enter: Callable[..., TestClient]) -> TestClient:
    """Signed in as a maintainer."""
    return enter(client)


@pytest.fixture
def agent(make_client: Callable[..., TestClient], enter: Callable[..., TestClient]) -> TestClient:
    """Signed in as an agent."""
    return enter(make_client(), "anna", "agent", "小安")


@pytest.fixture
def serve_fakes() -> ModuleType:
    return fakes
