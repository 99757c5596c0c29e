"""Other people's sites that show the chat: a strict policy, styles that mean harm, and what a visitor does there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.serve.app import create_app
from bot.serve.core import Tools
from bot.settings import Settings

from .conftest import Live, fakes, free_port, running

HOSTILE = """
* { display: none !important; visibility: hidden !important; opacity: 0 !important; transform: scale(9) !important;
  pointer-events: none !important; font: 90px serif !important; position: static !important; z-index: -1 !important }
html, body > *, iframe, button, div { all: revert !important; color: red !important }
html, body { display: block !important; visibility: visible !important; opacity: 1 !important;
  transform: none !important; pointer-events: auto !important }
body { height: 4000px !important }
"""
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/hostile.css">
<title>shop</title></head><body><h1>shop</h1><script src="{desk}/embed.js" defer {more}></script></body></html>"""
POLICY = "default-src 'none'; style-src 'self'; script-src {desk}; frame-src {desk}; require-trusted-types-for 'script'"


class Shop:
    """A site that shows the chat: pages at any path, `more` are the tag's attributes."""

    def __init__(self, name: str) -> None:
        self.origin = f"http://{name}:{free_port()}"
        self.desk, self.more, self.lang, self.headers = "", "", "zh-CN", dict[str, str]()

    @contextmanager
    def open(self) -> Iterator[Shop]:
        shop = self

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                css = self.path == "/hostile.css"
                page = PAGE.format(desk=shop.desk, more=shop.more, lang=shop.lang)
                self.send_response(200)
                self.send_header("content-type", "text/css" if css else "text/html; charset=utf-8")
                self.send_header("content-security-policy", POLICY.format(desk=shop.desk))
                for name, value in shop.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write((HOSTILE if css else page).encode())

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", int(self.origin.rpartition(":")[2])), Pages)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield self
        server.shutdown()
        server.server_close()


@contextmanager
def serving(folder: Path, shops: list[Shop], **more: Any) -> Iterator[Live]:
    """The desk, open to these."""
    core, desk = fakes.FakeAssistant(), Desk(f"sqlite:///{folder}/desk.sqlite3")
    origins = ",".join(shop.origin for shop in shops)
    settings = Settings(_env_file=None, embed_origins=origins)  # type: ignore[call-arg]
    with running(create_app(core, desk, settings, Tools()), **more) as url:
        yield Live(url, desk, core)
    desk.close()


@contextmanager
def visiting(browser: Browser, shop: Shop, width: int = 1280, height: int = 800, **more: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **more)
    page = context.new_page()
    page.set_default_timeout(15_000)
    problems: list[str] = []
    page.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto(shop.origin)
    yield page
    assert not problems
    context.close()


def button(page: Page) -> Locator:
    return page.locator("desk-chat button.button")


def chat(page: Page) -> FrameLocator:
    return page.frame_locator("desk-chat iframe")


def opened(page: Page) -> FrameLocator:
    """By keyboard."""
    button(page).focus()
    page.keyboard.press("Enter")
    expect(button(page)).to_have_attribute("aria-expanded", "true")
    expect(chat(page).locator(".welcome .chip, #log .reply").first).to_be_visible()
    return chat(page)


def asked(page: Page, text: str) -> None:
    box = chat(page).locator("#ask textarea")
    before = chat(page).locator("#log .reply .actions").count()
    box.fill(text)
    box.press("Enter")
    expect(chat(page).locator("#log .reply .actions")).to_have_count(before + 1)


def answer(desk: Desk, number: str, text: str) -> None:
    if desk.accounts.find("anna") is None:
        desk.accounts.add("anna", "a long password", "agent", "小安")
    record = desk.queue.get(number)
    if record is not None and not record.agent:
        desk.queue.take(number, "anna", "小安")
    desk.queue.say(number, "anna", Say("agent", text, text, "小安"))
