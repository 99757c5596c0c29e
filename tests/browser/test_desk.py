"""The agents' desk in a browser: what is not lost, what is told, and where one is, by keyboard and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.desk.handoffs import HandoffRecord
from bot.desk.saying import Say

from .conftest import Live, sign_in

pytestmark = pytest.mark.browser
NUMBERS = count()


@pytest.fixture
def waiting(live_app: Live) -> Iterator[HandoffRecord]:
    """A customer who waits; gone at the end."""
    desk, name = live_app.desk, f"desk-{next(NUMBERS)}"
    said = [Say("customer", "账号被冻结了，证书也过期，请帮忙解冻"), Say("bot", "需要人工处理")]
    record = desk.queue.open(name, "需要人工处理", ["账号"], "账号被冻结了，请帮忙解冻", said, product="账户与财务")
    yield record
    desk.queue.cancel(name)


@pytest.fixture
def agent(browser: Browser) -> Iterator[Page]:
    yield from _page(browser, 1440, 900)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    yield from _page(browser, 390, 844)


def _page(browser: Browser, width: int, height: int) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def taken(page: Page, live: Live, record: HandoffRecord) -> None:
    sign_in(page, f"{live.url}/desk?id={record.id}")
    page.keyboard.press("t")
    expect(page.locator("#reply")).to_be_visible()


def test_a_draft_and_its_steps_stay_while_the_customer_adds_something(
    agent: Page, live_app: Live, waiting: HandoffRecord
) -> None:
    taken(agent, live_app, waiting)
    agent.keyboard.press("d")
    expect(agent.locator("#say")).to_contain_text("草稿好了")
    agent.keyboard.press("u")
    assert agent.input_value("#text") == agent.input_value("#letter")  # and no "u" at its end
    live_app.desk.queue.reachable(waiting.conversation, "微信 lake_1")
    expect(agent.locator("#facts")).to_contain_text("lake_1")
    expect(agent.locator("#say")).to_contain_text("资料有更新")
    for _ in range(2):  # as it is, and after the page is loaded again
        expect(agent.locator("#side .step")).to_have_count(1)
        agent.focus("#text")
        agent.keyboard.press("Control+Enter")
        expect(agent.locator("#problem")).to_contain_text("勾选")
        agent.reload()
    agent.fill("#text", "请问是哪个账号？")  # own words need no step
    agent.keyboard.press("Control+Enter")
    expect(agent.locator("#talk .agent")).to_contain_text("哪个账号")
    expect(agent.locator("#sent")).to_be_visible()  # and can be marked as reusable at once


def test_own_words_are_not_overwritten_by_a_draft(agent: Page, live_app: Live, waiting: HandoffRecord) -> None:
    taken(agent, live_app, waiting)
    agent.fill("#text", "我自己写的话。")
    agent.click("#draft-it")
    agent.click("#use")
    assert agent.input_value("#text").startswith("我自己写的话。") and "您好" in agent.input_value("#text")
    agent.keyboard.press("Control+z")
    assert agent.input_value("#text") == "我自己写的话。"


def test_a_message_elsewhere_is_marked(agent: Page, live_app: Live, waiting: HandoffRecord) -> None:
    taken(agent, live_app, waiting)
    row = agent.locator(f"#queue a[data-id='{waiting.id}']")
    agent.wait_for_timeout(1200)
    expect(row.locator(".unread")).to_have_count(0)
    agent.goto(f"{live_app.url}/desk")
    live_app.desk.queue.add(waiting.conversation, [Say("customer", "还在吗")])
    expect(row.locator(".unread")).to_have_text("新消息")
    expect(agent).to_have_title("(1) 客服工作台")
    row.click()
    expect(row.locator(".unread")).to_have_count(0)


def test_closing_asks_first(agent: Page, live_app: Live, waiting: HandoffRecord) -> None:
    taken(agent, live_app, waiting)
    agent.fill("#text", "还没发送")
    agent.click("#close summary")
    agent.click("#close button")
    expect(agent.locator("#problem")).to_contain_text("还没有发送")
    agent.keyboard.press("Escape")
    expect(agent.locator("#close form")).to_be_hidden()
    expect(agent.locator("#close summary")).to_be_focused()
    agent.keyboard.press("Enter")
    agent.click("#close button")
    expect(agent.locator("#case")).to_contain_text("已经结束")


def test_the_reply_is_in_sight_and_the_heading_is_read_first(
    agent: Page, live_app: Live, waiting: HandoffRecord
) -> None:
    live_app.desk.queue.add(waiting.conversation, [Say("customer", f"第 {n} 行日志\n" * 5) for n in range(20)])
    taken(agent, live_app, waiting)
    expect(agent.locator("#send")).to_be_in_viewport()
    expect(agent.locator("#case h2")).to_be_focused()
    expect(agent.locator("#case h2")).to_contain_text("账号被冻结了")
    expect(agent.get_by_role("log", name="对话")).to_contain_text("第 19 行")
    assert agent.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_a_phone_shows_the_customer_and_the_way_back(phone: Page, live_app: Live, waiting: HandoffRecord) -> None:
    sign_in(phone, f"{live_app.url}/desk")
    phone.click(f"#queue a[data-id='{waiting.id}']")
    expect(phone.locator("#case h2")).to_be_in_viewport()
    expect(phone.locator("#queue")).to_be_hidden()
    phone.click("#take button")
    phone.click("#draft-it")
    expect(phone.locator("#letter")).to_be_in_viewport()
    phone.click(".to-queue")
    expect(phone.locator(f"#queue a[data-id='{waiting.id}']")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_a_long_log_is_pasted_at_once(agent: Page, live_app: Live) -> None:
    sign_in(agent, f"{live_app.url}/desk/draft")
    agent.context.grant_permissions(["clipboard-read", "clipboard-write"])
    agent.evaluate("navigator.clipboard.writeText('2026-03-01 ERROR upload failed code=614\\n'.repeat(50000))")
    agent.focus("#ticket")
    agent.keyboard.press("Control+v")
    agent.wait_for_function("document.querySelector('#ticket').value.length === 2000000", timeout=8000)
    agent.fill("#ticket", "客户：账号被冻结了")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator("#letter")).to_be_editable()
    expect(agent.locator("#use")).to_have_count(0)


def test_evidence_goes_on_a_line_of_its_own(agent: Page, live_app: Live, waiting: HandoffRecord) -> None:
    taken(agent, live_app, waiting)
    agent.click("#draft-it")
    expect(agent.locator("#proposal")).to_be_visible()
    expect(agent.locator("#side .evidence li").first).to_be_visible()
    agent.fill("#text", "详见 https://support.example/a")
    agent.keyboard.press("Alt+1")
    assert agent.input_value("#text").startswith("详见 https://support.example/a\n")
