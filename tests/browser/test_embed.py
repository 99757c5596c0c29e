"""The chat on somebody else's page: a host on another origin, with a strict policy and styles that mean harm."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.serve.app import create_app
from bot.serve.core import Tools
from bot.settings import Settings

from .conftest import Live, fakes, free_port, running

pytestmark = pytest.mark.browser

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


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Of the desk's site (127.0.0.1), and of another origin: the cookie is sent, as between two names of a domain."""
    made = Shop("127.0.0.1")
    with serving(tmp_path_factory.mktemp("desk"), [made]) as live, made.open():
        made.live, made.desk = live, live.url  # type: ignore[attr-defined]
        yield made


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """For uvicorn; signed by itself."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("certificate")
    key, cert = str(folder / "key.pem"), str(folder / "cert.pem")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*made, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return {"ssl_keyfile": key, "ssl_certfile": cert}


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


@pytest.mark.parametrize("width", [1280, 390])
def test_by_keyboard_on_a_hostile_page(browser: Browser, shop: Shop, width: int) -> None:
    with visiting(browser, shop, width) as page:
        expect(page.get_by_role("button", name="打开在线客服")).to_be_visible()
        assert page.locator("desk-chat iframe").count() == 0  # nothing is loaded before it is wanted
        box = button(page).bounding_box()
        assert box and (box["width"], box["height"]) == (56, 56)
        assert box["x"] + 76 == page.evaluate("document.documentElement.clientWidth")
        page.keyboard.press("Tab")
        expect(button(page)).to_be_focused()
        page.keyboard.press("Space")
        frame = chat(page)
        expect(page.get_by_role("dialog", name="在线客服")).to_be_visible()
        assert page.locator("desk-chat iframe").get_attribute("title") == "在线客服"
        expect(frame.locator("#shut" if width == 390 else "#ask textarea")).to_be_focused()
        asked(page, fakes.CERTIFICATE)
        expect(frame.locator("#log .reply ol li")).to_have_count(4)
        frame.locator(".cite.n-1").first.click()
        expect(frame.locator("#panel")).to_be_visible()
        page.keyboard.press("Escape")  # the panel first
        expect(frame.locator("#panel")).to_be_hidden()
        expect(button(page)).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")
        expect(page.locator("desk-chat .box")).to_be_hidden()
        expect(button(page)).to_be_focused()
        assert page.locator("desk-chat .badge").inner_text() == ""


def test_a_reply_of_a_persons_is_counted(browser: Browser, shop: Shop) -> None:
    desk: Desk = shop.live.desk  # type: ignore[attr-defined]
    with visiting(browser, shop) as page:
        opened(page)
        asked(page, "请解冻账号")
        number = chat(page).locator("#log .number").inner_text()
        page.keyboard.press("Escape")
        expect(page.locator("desk-chat .box")).to_be_hidden()
        answer(desk, number, "已经在看了")
        expect(page.locator("desk-chat .badge")).to_have_text("1", timeout=6000)
        answer(desk, number, "请稍等")
        expect(page.locator("desk-chat .badge")).to_have_text("2", timeout=6000)
        expect(button(page)).to_have_attribute("aria-label", "打开在线客服，2 条未读消息")
        page.goto(f"{shop.origin}/another")  # of the same shop, in the same tab
        expect(page.locator("desk-chat .badge")).to_have_text("2")
        answer(desk, number, "好了")
        expect(page.locator("desk-chat .badge")).to_have_text("3", timeout=6000)
        frame = opened(page)
        expect(page.locator("desk-chat .badge")).to_be_hidden()
        expect(frame.locator("#log .is-person").last).to_contain_text("好了")
        expect(frame.locator("#log .asked").first).to_contain_text("请解冻账号")
        desk.queue.close(number, "anna")
        expect(frame.locator("#log")).to_contain_text("小安 已离开")
        frame.locator("#ask textarea").fill("慢慢说")
        page.keyboard.press("Enter")
        expect(frame.locator("#log .writing")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("desk-chat .badge")).to_have_text("1")  # of the assistant's, once it is whole


def test_a_phone_is_covered_and_the_page_behind_rests(browser: Browser, shop: Shop) -> None:
    with visiting(browser, shop, 390, 780, has_touch=True, is_mobile=True) as page:
        button(page).tap()
        frame = chat(page)
        expect(frame.locator(".welcome .chip").first).to_be_visible()
        assert page.locator("desk-chat .box").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
        expect(button(page)).to_be_hidden()
        assert page.evaluate("[document.body.inert, getComputedStyle(document.documentElement).overflow]") == [
            True,
            "hidden",
        ]
        page.mouse.move(200, 300)
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(300)
        assert page.evaluate("scrollY") == 0
        expect(frame.locator("#shut")).to_have_accessible_name("关闭")
        frame.locator("#shut").tap()
        expect(button(page)).to_be_focused()
        assert page.evaluate("[document.body.inert, document.documentElement.style.overflow]") == [False, ""]
        page.evaluate("scrollTo(0, 500)")
        assert page.evaluate("scrollY") == 500


def test_options_of_the_tag(browser: Browser, shop: Shop) -> None:
    shop.more = 'data-lang="en" data-color="#ffd400" data-position="left" data-title="Ask <b>us</b>"'
    try:
        with visiting(browser, shop, reduced_motion="reduce", color_scheme="dark") as page:
            expect(button(page)).to_have_attribute("aria-label", "Open Ask <b>us</b>")
            box = button(page).bounding_box()
            assert box and box["x"] == 20
            looks = "n => [...['background-color', 'color', 'transition-duration'].map((k) => getComputedStyle(n)[k])]"
            assert button(page).evaluate(looks) == ["rgb(255, 212, 0)", "rgb(0, 0, 0)", "0s"]
            frame = opened(page)
            expect(frame.locator(".brand h1")).to_have_text("Ask <b>us</b>")
            expect(frame.locator(".welcome h2")).to_have_text("Hello, how can I help?")
            assert frame.locator("html").evaluate("n => n.style.getPropertyValue('--on')") == "#000"
    finally:
        shop.more = ""


def test_a_site_that_is_not_named_gets_no_frame(browser: Browser, shop: Shop) -> None:
    other = Shop("127.0.0.1")
    other.desk = shop.desk
    with other.open():
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        warned: list[str] = []
        page.on("console", lambda line: warned.append(line.text))
        page.goto(other.origin)
        button(page).click()
        expect(page.locator("desk-chat .note")).to_contain_text("没有在这个网页里打开", timeout=10_000)
        expect(page.locator("desk-chat .note a")).to_be_focused()
        assert page.locator("desk-chat iframe").count() == 0
        assert any(f"EMBED_ORIGINS must name {other.origin}" in line for line in warned)
        page.keyboard.press("Escape")
        expect(button(page)).to_be_focused()
        context.close()


def test_who_is_not_the_host_is_not_heard(browser: Browser, shop: Shop) -> None:
    """A page of another origin that holds a window of the frame, and a frame that speaks for the desk's."""
    with visiting(browser, shop) as page:
        opened(page)
        page.evaluate("postMessage({ desk: 'close' }, '*')")
        page.evaluate("postMessage({ desk: 'unread', unread: 7 }, '*')")
        page.wait_for_timeout(300)
        expect(button(page)).to_have_attribute("aria-expanded", "true")
        inner = next(frame for frame in page.frames if "embed=1" in frame.url)
        inner.evaluate("postMessage({ desk: 'hello', title: 'Evil' }, '*')")  # from itself, not from its parent
        page.wait_for_timeout(300)
        assert inner.locator(".brand h1").inner_text() == "技术支持助手"


@pytest.mark.parametrize("secure", [True, False])
def test_another_site_over_https_and_without(
    browser: Browser, secure: bool, certificate: dict[str, str], tmp_path: Path
) -> None:
    """The frame's cookie is that site's own over https; without, the conversation lasts as long as the frame."""
    made = Shop("localhost")
    made.headers = {"cross-origin-embedder-policy": "require-corp"}
    with serving(tmp_path, [made], **(certificate if secure else {})) as live:
        made.desk = live.url
        with made.open(), visiting(browser, made, ignore_https_errors=True) as page:
            frame = opened(page)
            asked(page, "请解冻账号")
            number = frame.locator("#log .number").inner_text()
            (
                expect(frame.locator("#attach")).to_be_visible
                if secure
                else expect(frame.locator("#attach")).to_be_hidden
            )()
            page.keyboard.press("Escape")
            answer(live.desk, number, "您好，我来看看")
            expect(page.locator("desk-chat .badge")).to_have_text("1", timeout=8000)
            cookies = [row for row in page.context.cookies() if row["name"] == "desk_browser"]
            assert [(row["sameSite"], row["secure"], row["httpOnly"]) for row in cookies] == (
                [("None", True, True)] if secure else []
            )
            page.reload()
            frame = opened(page)
            if secure:
                expect(frame.locator("#log .is-person")).to_contain_text("我来看看")
                frame.locator("#switch").click()
                expect(frame.locator("#person")).to_have_text("Talk to a person")
                picture = frame.locator("html").evaluate(IMAGE)
                assert picture == 400  # heard, and looked at: it is no image
            else:
                expect(frame.locator(".welcome")).to_be_visible()


IMAGE = "() => fetch('/ui/image', { method: 'POST', body: 'no image' }).then((reply) => reply.status)"
