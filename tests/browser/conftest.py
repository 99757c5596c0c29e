"""A live app on loopback and a real browser. Which core answers is chosen by `core` alone."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from bot.desk.store import Desk
from bot.serve.app import create_app
from bot.serve.core import Tools
from bot.settings import Settings

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PASSWORD = "a long password"
KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


def borrowed(name: str, *path: str) -> ModuleType:
    """A helper module of another test folder, by its path below tests/."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1].joinpath(*path))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


fakes = borrowed("serve_fakes", "unit", "serve", "fakes.py")
topology = borrowed("topology", "cluster", "topology.py")
free_port = topology.free_port


@dataclass
class Live:
    """The running app, and what it was made of."""

    url: str
    desk: Desk
    core: Any


@pytest.fixture(scope="session")
def core() -> Any:
    """The assistant under the page: a fake, so that each test knows what is answered."""
    return fakes.FakeAssistant()


@contextmanager
def running(app: FastAPI, **more: Any) -> Iterator[str]:
    """Serves any app on a free port of loopback; gives its address. `more` goes to uvicorn, a certificate for one."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", **more))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"{'https' if more else 'http'}://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def live_app(core: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Over the fake core."""
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(f"sqlite:///{folder}/desk.sqlite3")
    settings = Settings(_env_file=None, api_key=None)  # type: ignore[call-arg]
    desk.accounts.add("max", PASSWORD, "maintainer", "老麦")
    app = create_app(core, desk, settings, Tools(redact=lambda text: text.replace("13800001111", "〈电话〉")))
    with running(app) as url:
        yield Live(url, desk, core)
    desk.close()


@pytest.fixture(scope="session")
def real_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Over the real wiring and the tickets in knowledge/."""
    from bot import keeping, wire

    folder = tmp_path_factory.mktemp("real")
    url = f"sqlite:///{folder}/desk.sqlite3"
    settings = Settings(_env_file=None, index_dir=folder / "index", database_url=url)  # type: ignore[call-arg]
    keeping.ingest(settings, [KNOWLEDGE])
    with running(wire.app(settings)) as address:
        desk = Desk(url)
        yield Live(address, desk, None)
        desk.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.fail("The browser tests need chromium or google-chrome on the PATH.")
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chrome
        chrome.close()


@pytest.fixture
def page(browser: Browser, live_app: Live) -> Iterator[Page]:
    with opened(browser, live_app, 1280, 860) as shown:
        yield shown


@contextmanager
def opened(browser: Browser, live: Live, width: int, height: int) -> Iterator[Page]:
    """The chat in a browser of its own, which forgets everything at the end."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(15_000)
    visit(page, live)
    yield page
    context.close()


def sign_in(page: Page, url: str, name: str = "max") -> None:
    """Opens a page of the staff's, by way of the form."""
    page.goto(url)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("nav a[aria-current]")


def visit(page: Page, live: Live) -> None:
    page.goto(live.url)
    page.wait_for_selector(".welcome .chip")


def ask(page: Page, text: str) -> None:
    """Types and sends by keyboard, and waits for the whole reply."""
    before = page.locator("#log .reply .actions").count()
    page.fill("#ask textarea", text)
    page.press("#ask textarea", "Enter")
    page.wait_for_function("n => document.querySelectorAll('#log .reply .actions').length > n", arg=before)
