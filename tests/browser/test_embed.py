"""The chat on somebody else's page: a host on another origin, with a strict policy and styles that mean harm."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bot.desk.store import Desk

from .conftest import fakes
from .shops import Shop, answer, asked, button, chat, opened, serving, visiting

pytestmark = pytest.mark.browser


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
