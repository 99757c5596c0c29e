"""What must not happen in a browser: foreign markup, foreign hosts, and a sent half-word."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Live, ask, fakes, sign_in, visit

pytestmark = pytest.mark.browser

MARKUP = (
    '注入 <img src="http://evil.test/a.png" onerror="window.hacked=1"> ![x](http://evil.test/b.png) '
    "<script>window.hacked=1</script> [x](javascript:window.hacked=1) <style>body{display:none}</style> "
    "<iframe src=http://evil.test></iframe> $$x$$ **粗**"
)


def test_markup_stays_text(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ask(page, MARKUP)
    log = page.locator("#log")
    made = ":is(.asked, .reply) :is(img, script, style, iframe, svg, strong, em, code, .katex)"
    expect(log.locator(made)).to_have_count(0)
    expect(log.locator(".asked")).to_contain_text("**粗**")
    expect(log.locator(".asked")).to_contain_text("<script>window.hacked=1</script>")
    expect(log.locator(".reply .said")).to_contain_text('onerror="window.hacked=1"')
    page.locator("#log .cite").first.click()
    expect(page.locator("#panel")).to_contain_text("<img src=")
    assert page.locator("#panel img").count() == 0
    assert all(a.startswith("http") for a in page.eval_on_selector_all("#log a, #panel a", "l => l.map(a => a.href)"))
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert not [url for url in asked if "evil" in url]


def test_no_request_leaves_for_a_third_party(browser: Browser, live_app: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    dialled: list[Any] = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1"):
            dialled.append(address)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    visit(page, live_app)
    ask(page, fakes.CERTIFICATE)
    page.locator("#log .cite").first.click()
    page.keyboard.press("Escape")
    page.click("#switch")
    page.click("#person")
    page.wait_for_timeout(500)
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(live_app.url).netloc}
    assert not [url for url in asked if url.endswith((".woff2", ".woff", "manifest.json"))]
    assert complaints == [] and dialled == []
    context.close()


def test_enter_that_ends_a_composition_does_not_send(page: Page, live_app: Live) -> None:
    before = len(live_app.core.asked)
    page.click("#ask textarea")
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "zhengshu", "selectionStart": 8, "selectionEnd": 8})
    page.evaluate(
        """() => { const box = document.querySelector('#ask textarea');
        for (const extra of [{isComposing: true}, {keyCode: 229}])
          box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, ...extra})); }"""
    )
    page.wait_for_timeout(500)
    assert page.locator("#log .asked").count() == 0 and len(live_app.core.asked) == before
    session.send("Input.insertText", {"text": "证书"})
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("b")
    assert page.input_value("#ask textarea") == "证书\nb"
    page.keyboard.press("Enter")
    expect(page.locator("#log .asked")).to_have_count(1)
    expect(page.locator("#log .asked br")).to_have_count(1)


def test_staff_pages_in_the_browser(page: Page, live_app: Live) -> None:
    sign_in(page, f"{live_app.url}/knowledge")
    expect(page.locator("h1")).to_have_text("知识库")
    page.click("text=质量")
    expect(page.locator("h1")).to_have_text("质量")
    assert page.evaluate("document.cookie").find("desk_staff") == -1
