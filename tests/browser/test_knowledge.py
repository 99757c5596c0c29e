"""The staff's pages about what is known, in a browser: any width, light and dark, by keyboard, without scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.desk.store import Desk
from bot.serve.app import create_app
from bot.serve.core import Tools
from bot.settings import Settings

from .conftest import PASSWORD, fakes, running, sign_in
from .test_reach import CONTRAST

pytestmark = pytest.mark.browser

PAGES = ("", "/tickets", "/ticket?id=t-1", "/answers", "/approved", "/conflicts", "/aside")
CHILD = """
import json, pathlib, sys, time
for done in range(1, 11):
    print(json.dumps({"stage": "index", "done": done, "total": 10}), file=sys.stderr, flush=True)
    while not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.05)
print(json.dumps({"build": "build-1", "files": 2, "tickets": 63}))
"""


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that a rebuild waits for."""
    return tmp_path_factory.mktemp("gate") / "open"


@pytest.fixture(scope="module")
def url(gate: Path) -> Iterator[str]:
    desk = Desk("sqlite://")
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    desk.accounts.add("max", PASSWORD, "maintainer")
    command = [sys.executable, "-c", CHILD, str(gate)]
    app = create_app(fakes.FakeAssistant(), desk, settings, Tools(rebuild=lambda: command))
    with running(app) as address:
        yield f"{address}/knowledge"
    desk.close()


def signed_in(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(15_000)
    sign_in(page, url)
    expect(page.locator("h1")).to_have_text("知识库")
    return page


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="zh-CN")
    yield signed_in(context, url)
    context.close()


@pytest.mark.parametrize("width", [390, 320, 1280])
def test_no_page_scrolls_sideways(browser: Browser, url: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 780})
    page = signed_in(context, url)
    for path in PAGES:
        page.goto(f"{url}{path}")
        page.eval_on_selector_all("details", "all => all.forEach((one) => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough(browser: Browser, url: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = signed_in(context, url)
    everywhere = CONTRAST.replace("#top *, #log *, #foot *, #panel *", "body *")
    for path in PAGES:
        page.goto(f"{url}{path}")
        page.eval_on_selector_all("details", "all => all.forEach((one) => { one.open = true; })")
        assert page.evaluate(everywhere) == [], path
    context.close()


def test_from_the_chart_to_a_ticket_and_to_its_like(page: Page) -> None:
    page.get_by_text("用表格看这些数字").click()
    page.locator("figure").get_by_role("link", name="CDN").click()
    expect(page.get_by_label("产品")).to_have_value("CDN")
    expect(page.get_by_role("table")).to_contain_text("共 2 个工单")
    page.get_by_label("标题、问题或客服的话里含有").fill("SSL")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table")).to_contain_text("共 1 个工单")
    assert "words=SSL" in page.url and "product=CDN" in page.url
    page.get_by_role("link", name="SSL证书怎么申请").click()
    page.get_by_role("link", name="语句 1：通用知识").click()
    assert page.url.endswith("#s1")
    page.locator("#s1").get_by_role("link", name="申请证书").click()
    expect(page.locator("h1")).to_have_text("申请证书")


def test_what_a_screen_reader_meets(page: Page, url: str) -> None:
    expect(page.get_by_role("img", name="各产品的工单数与结局")).to_be_visible()
    expect(page.get_by_role("navigation", name="知识库").get_by_role("link", name="概览")).to_have_attribute(
        "aria-current", "page"
    )
    page.goto(f"{url}/tickets")
    for name in ("产品", "问题类型", "结局", "含有的语句类型", "含有的脱敏类型", "文件"):
        expect(page.get_by_label(name, exact=True)).to_be_visible()
    expect(page.get_by_role("table", name="共 63 个工单")).to_be_visible()
    expect(page.get_by_role("navigation", name="分页").get_by_label("第 1 页")).to_have_attribute(
        "aria-current", "page"
    )
    for path in PAGES:
        page.goto(f"{url}{path}")
        levels = page.eval_on_selector_all("h1,h2,h3,h4", "all => all.map((one) => Number(one.tagName[1]))")
        assert levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels)), path


def test_by_keyboard_alone(page: Page, url: str) -> None:
    page.goto(f"{url}/tickets")
    page.get_by_label("产品", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="筛选").press("Enter")
    expect(page.get_by_role("table")).to_contain_text("共 2 个工单")
    page.get_by_role("region").focus()  # a table that scrolls can be scrolled by keys
    expect(page.get_by_role("region")).to_be_focused()


def test_a_rebuild_is_followed_to_its_end(page: Page, gate: Path) -> None:
    gate.unlink(missing_ok=True)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.get_by_role("button", name="重建索引").click()
    bar = page.get_by_role("progressbar", name="重建进度")
    expect(bar).to_have_attribute("value", "33")
    expect(page.get_by_role("status")).to_contain_text("正在写入检索片段")
    page.reload()
    expect(bar).to_be_visible()
    gate.touch()
    expect(page.locator("#rebuild")).to_contain_text("重建完成")
    expect(page.locator("#rebuild")).to_contain_text("内容没有变化")
    expect(page.get_by_role("button", name="重建索引")).to_be_visible()
    assert complaints == []


def test_a_rebuild_without_scripts(browser: Browser, url: str, gate: Path) -> None:
    gate.unlink(missing_ok=True)
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context, url)
    page.get_by_role("button", name="重建索引").click()
    expect(page.get_by_role("progressbar", name="重建进度")).to_be_visible()
    gate.touch()
    expect(page.locator("#rebuild")).to_contain_text("重建完成", timeout=15_000)
    context.close()
