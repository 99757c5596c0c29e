"""The whole house in a browser: real tickets, real answers, a source that is in the file."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from .conftest import KNOWLEDGE, Live, visit

pytestmark = pytest.mark.browser


def test_a_suggested_question_is_answered_from_a_ticket(browser: Browser, real_app: Live) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(15_000)
    visit(page, real_app)
    page.locator(".welcome .chip").first.click()
    reply = page.locator("#log .reply.is-answered")
    expect(reply.locator(".actions")).to_be_visible()
    reply.locator(".cite").first.click()
    expect(page.locator("#panel blockquote")).to_be_visible()
    quote = page.locator("#panel blockquote").inner_text()
    known = "".join(file.read_text(encoding="utf-8") for file in KNOWLEDGE.glob("*.md"))
    said = re.split(r"〈[^〉]*〉", quote)[0]  # up to the first placeholder, in the ticket's own words
    assert re.sub(r"\s", "", said)[:40] in re.sub(r"\s", "", known)
    context.close()
