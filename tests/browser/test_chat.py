"""The chat page in a real browser: asking, reading sources, feedback, hand-over, both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Live, ask, fakes, visit

pytestmark = pytest.mark.browser


def test_ask_and_read_the_citation(page: Page) -> None:
    ask(page, fakes.CERTIFICATE)
    reply = page.locator("#log .reply").last
    expect(reply.locator("ol li")).to_have_count(4)
    link = reply.locator("ol a")
    assert link.get_attribute("target") == "_blank" and "noopener" in (link.get_attribute("rel") or "")
    expect(reply.locator(".uncovered")).to_contain_text("证书多久能签发")
    reply.locator(".cite.n-1").first.click()
    panel = page.locator("#panel")
    expect(panel).to_be_visible()
    for text in ("SLL证书如何自主生成", "3 个工单说法一致", "对象存储｜其他类咨询", "第 2 个工单", "第 33 行"):
        expect(panel).to_contain_text(text)
    expect(panel.locator("blockquote")).to_contain_text("apply2. 补全信息")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(reply.locator(".cite.n-1").first).to_be_focused()


def test_sentences_arrive_one_by_one_and_can_be_stopped(page: Page, live_app: Live) -> None:
    page.fill("#ask textarea", "慢慢说")
    page.press("#ask textarea", "Enter")
    page.wait_for_function("() => document.querySelectorAll('#log .reply .said').length >= 1")
    assert page.locator("#log .writing").is_visible()
    page.click("#stop")
    expect(page.locator("#log .reply .note")).to_have_text("已停止")
    count = page.locator("#log .reply .said").count()
    page.wait_for_timeout(900)
    assert page.locator("#log .reply .said").count() == count < 8
    expect(page.locator("#send")).to_be_visible()
    ask(page, fakes.QUOTA)
    expect(page.locator("#log .reply").last).to_contain_text("按月结算")


def test_chips_ask_their_question(page: Page) -> None:
    page.locator(".welcome .chip", has_text=fakes.CERTIFICATE).click()
    expect(page.locator("#log .asked")).to_contain_text(fakes.CERTIFICATE)
    page.locator("#log .reply .chip", has_text="付费证书").click()
    expect(page.locator("#log .asked").last).to_contain_text("付费证书的流程一样吗？")
    expect(page.locator("#log .reply .actions")).to_have_count(2)


def test_retry_and_clear(page: Page, live_app: Live) -> None:
    ask(page, fakes.QUOTA)
    before = len(live_app.core.asked)
    page.locator(".do-retry").click()
    page.wait_for_function("() => document.querySelectorAll('#log .reply .actions').length === 1")
    expect(page.locator("#log .reply")).to_have_count(1)
    for _ in range(50):
        if len(live_app.core.asked) == before + 1:
            break
        page.wait_for_timeout(100)
    assert live_app.core.asked[-1].history == ()
    page.click("#new")
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#log .reply")).to_have_count(0)


def test_copy_takes_the_words_without_marks(browser: Browser, live_app: Live) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    visit(page, live_app)
    ask(page, fakes.CERTIFICATE)
    page.locator(".do-copy").click()
    expect(page.locator("#live")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "2. 补全信息" in copied and copied.count("\n") >= 6 and "查看引用" not in copied
    context.close()


def test_feedback_is_stored(page: Page, live_app: Live) -> None:
    ask(page, "证书 打 13800001111")
    reply = page.locator("#log .reply").last
    reply.locator(".do-down").click()
    page.fill("#panel textarea", "步骤过时了")
    page.click("#panel .solid")
    expect(page.locator("#panel")).to_be_hidden()
    reply.locator(".do-unsolved").click()
    expect(page.locator("#live")).to_contain_text("转人工")
    expect(reply.locator(".do-down")).to_have_attribute("aria-pressed", "true")
    for _ in range(50):
        kept = live_app.desk.feedbacks()[0]
        if kept.outcome and kept.comment:
            break
        page.wait_for_timeout(100)
    assert (kept.thumb, kept.outcome, kept.comment) == ("down", "unsolved", "步骤过时了")
    assert kept.question == "证书 打 〈电话〉" and kept.citations == ("t-02", "t-09")


def test_hand_over_and_cancel(page: Page, live_app: Live) -> None:
    ask(page, "请解冻账号，电话 13800001111")
    card = page.locator("#log .person")
    expect(card).to_contain_text("账号解冻只能由人工客服操作")
    expect(card.locator("li")).to_have_count(2)
    handover = page.locator("#log .handover")  # opened by the reply itself
    expect(handover).to_contain_text("已登记转人工")
    number = handover.locator(".number").inner_text()
    record = live_app.desk.queue.get(number)
    assert record is not None and "13800001111" not in record.summary
    assert "13800001111" in live_app.desk.queue.lines(number)[0].text
    page.click("#person")
    expect(page.locator("#live")).to_contain_text("已登记转人工")
    handover.locator(".do-cancel").click()
    expect(page.locator("#log .handover.over")).to_contain_text("已取消")
    assert all(record.id != number for record in live_app.desk.queue.all())


def test_failures_are_sentences(page: Page) -> None:
    ask(page, "爆炸")
    expect(page.locator("#log .error")).to_have_text(re.compile(r"^出错了（错误号 [0-9a-f]{6}），请稍后再试。$"))
    assert "RuntimeError" not in page.content() and "Traceback" not in page.content()
    ask(page, "备用")
    expect(page.locator("#log .note")).to_contain_text("模型没有响应")


def test_english_switch(page: Page, live_app: Live) -> None:
    ask(page, fakes.QUOTA)
    page.click("#switch")
    expect(page.locator("#brand h1")).to_have_text("Support assistant")
    expect(page.locator("#log .reply .sources h4")).to_have_text("Sources")
    expect(page.locator("#ask textarea")).to_have_attribute("placeholder", "Describe your problem")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.reload()
    expect(page.locator("#log .reply .sources h4")).to_have_text("Sources")  # what was said comes back
    page.click("#new")
    expect(page.locator(".welcome h2")).to_have_text("Hello, how can I help?")
    page.reload()
    expect(page.locator(".welcome h2")).to_have_text("Hello, how can I help?")
    expect(page.locator("#person")).to_have_text("Talk to a person")
    page.click("#switch")
    expect(page.locator("#brand h1")).to_have_text("技术支持助手")


def test_two_browsers_do_not_mix(browser: Browser, live_app: Live) -> None:
    contexts = [browser.new_context() for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for opened in pages:
        visit(opened, live_app)
    for opened, word in zip(pages, ("甲方的慢问题", "乙方的慢问题"), strict=True):
        opened.fill("#ask textarea", word)
        opened.press("#ask textarea", "Enter")
    for opened, own, other in zip(pages, "甲乙", "乙甲", strict=True):
        expect(opened.locator("#log .reply .actions")).to_have_count(1)  # both are written at once
        expect(opened.locator("#log .asked")).to_have_count(1)
        text = opened.locator("#log").inner_text()
        assert own in text and other not in text
    ask(pages[0], fakes.QUOTA)
    history: list[Any] = [m.content for m in live_app.core.asked[-1].history]
    assert history[0] == "甲方的慢问题" and not any("乙" in content for content in history)
    for context in contexts:
        context.close()
