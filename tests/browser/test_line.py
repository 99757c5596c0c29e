"""The line for replies, as those see it who stand in it: one reply is written at a time here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.desk.store import Desk
from bot.serve.app import create_app
from bot.serve.core import Tools
from bot.settings import Settings

from .conftest import Live, fakes, opened, running

pytestmark = pytest.mark.browser


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Live]:
    desk, core = Desk(f"sqlite:///{tmp_path}/desk.sqlite3"), fakes.FakeAssistant()
    settings = Settings(_env_file=None, generations=1)  # type: ignore[call-arg]
    with running(create_app(core, desk, settings, Tools())) as url:
        yield Live(url, desk, core)
    desk.close()


def queued(first: Page, second: Page, question: str) -> None:
    """The first is answered slowly, and the second is told to be next."""
    first.fill("#ask textarea", "慢慢说")
    first.press("#ask textarea", "Enter")
    first.wait_for_selector("#log .reply .said")
    second.fill("#ask textarea", question)
    second.press("#ask textarea", "Enter")
    expect(second.locator("#log .writing")).to_contain_text("下一位就是您")


def test_the_wait_is_told_and_the_reply_comes(browser: Browser, narrow: Live) -> None:
    with opened(browser, narrow, 1280, 860) as first, opened(browser, narrow, 390, 844) as second:
        queued(first, second, fakes.QUOTA)
        expect(second.locator("#log .reply .said")).to_contain_text("免费额度按月结算", timeout=15_000)
        expect(first.locator("#log .reply .said")).to_have_count(8, timeout=15_000)


def test_who_stops_while_waiting_may_ask_again(browser: Browser, narrow: Live) -> None:
    with opened(browser, narrow, 1280, 860) as first, opened(browser, narrow, 1280, 860) as second:
        queued(first, second, fakes.CERTIFICATE)
        second.click("#stop")
        expect(second.locator("#log .reply .note")).to_have_text("已停止")
        expect(second.locator("#send")).to_be_visible()
        second.fill("#ask textarea", fakes.QUOTA)
        second.press("#ask textarea", "Enter")
        expect(second.locator("#log .reply").last).to_contain_text("免费额度按月结算", timeout=15_000)
    assert [question.text for question in narrow.core.asked] == ["慢慢说", fakes.QUOTA]
