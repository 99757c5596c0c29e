"""The chat page for everyone: a phone, a keyboard alone, a screen reader, the dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Live, ask, fakes, visit

pytestmark = pytest.mark.browser

CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (css) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => { for (; node; node = node.parentElement) {
    const c = rgba(getComputedStyle(node).backgroundColor); if (c[3] > 200) return c; } return [255, 255, 255, 255]; };
  const poor = [];
  for (const node of document.querySelectorAll('#top *, #log *, #foot *, #panel *')) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !node.offsetParent || node.closest('.sr')) continue;
    const a = light(rgba(getComputedStyle(node).color)), b = light(ground(node));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${node.className || node.tagName}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("width", [390, 320])
def test_a_phone_has_no_sideways_scroll(browser: Browser, live_app: Live, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 780}, has_touch=True, is_mobile=True)
    page = context.new_page()
    visit(page, live_app)
    wide = "() => [document.documentElement.scrollWidth, document.querySelector('#log [role=log]')?.scrollWidth || 0]"
    assert max(page.evaluate(wide)) <= width
    ask(page, fakes.CERTIFICATE)
    ask(page, "x" * 300)
    assert max(page.evaluate(wide)) <= width
    for name in ("#new", "#switch", "#person", "#send"):
        box = page.locator(name).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, name
    page.locator("#log .cite").first.tap()
    sheet = page.locator("#panel").bounding_box()
    assert sheet and sheet["width"] == width and sheet["y"] > 100
    page.mouse.click(width / 2, 20)  # beside the sheet
    expect(page.locator("#panel")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_light_and_dark(browser: Browser, live_app: Live, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    visit(page, live_app)
    assert page.evaluate(CONTRAST) == []
    ask(page, fakes.CERTIFICATE)
    page.locator(".do-up").last.click()
    ask(page, "请解冻账号")
    expect(page.locator("#log .handover")).to_be_visible()
    page.locator("#log .cite").first.click()
    assert page.evaluate(CONTRAST) == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(14, 19, 27)" if scheme == "dark" else "rgb(245, 247, 251)")
    context.close()


def test_by_keyboard_alone(page: Page) -> None:
    def tab_to(selector: str, limit: int = 40) -> None:
        for _ in range(limit):
            page.keyboard.press("Tab")
            if page.evaluate("s => !!document.activeElement?.matches(s)", selector):
                return
        raise AssertionError(f"no way by Tab to {selector}")

    tab_to(".welcome .chip")
    page.keyboard.press("Enter")
    expect(page.locator("#log .reply .actions")).to_have_count(1)
    expect(page.locator("#ask textarea")).to_be_focused()
    page.keyboard.type("证书")
    page.keyboard.press("Enter")
    expect(page.locator("#log .reply .actions")).to_have_count(2)
    page.evaluate("document.activeElement.blur()")
    tab_to(".cite")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .shut")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_hidden()
    tab_to(".do-up")
    page.keyboard.press("Space")
    expect(page.locator(".do-up").first).to_have_attribute("aria-pressed", "true")
    page.evaluate("document.activeElement.blur()")
    tab_to("#person")
    page.keyboard.press("Enter")
    expect(page.locator("#log .handover")).to_be_visible()
    tab_to(".do-cancel", 80)
    page.keyboard.press("Enter")
    expect(page.locator("#log .handover.over")).to_be_visible()


def test_everything_has_a_name(page: Page) -> None:
    ask(page, fakes.CERTIFICATE)
    expect(page.locator("#log [role=log]")).to_have_attribute("aria-label", "对话内容")
    expect(page.get_by_role("textbox", name="您的问题")).to_be_visible()
    for name in ("发送", "转人工", "新对话", "有帮助", "没有帮助", "复制", "重新回答", "已解决", "未解决"):
        expect(page.get_by_role("button", name=name, exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="查看引用 1").first).to_be_visible()
    labels = page.eval_on_selector_all("#log [aria-label]", "l => l.map(n => n.getAttribute('aria-label'))")
    assert not [label for label in labels if "<" in label or "&#" in label]
    page.locator("#log .cite").first.click()
    expect(page.get_by_role("dialog", name="引用的工单 1")).to_be_visible()
