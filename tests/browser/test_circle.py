"""The whole circle over the real wiring: a customer asks, the desk cannot, a person answers, and the next customer
gets that answer from the desk, cited. And what happens when the server dies on the way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bot import keeping
from bot.desk.store import Desk
from bot.settings import Settings

from .circles import circle, fresh, taken, visited
from .conftest import KNOWLEDGE, PASSWORD, ask, free_port, sign_in, topology

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


class Server:
    """app.py as a process of its own, over a copy of the knowledge."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = f"sqlite:///{folder}/desk.sqlite3"
        shutil.copytree(KNOWLEDGE, folder / "knowledge")
        given = {"index_dir": folder / "index", "knowledge_dir": folder / "knowledge"}
        keeping.ingest(Settings(_env_file=None, **given), [folder / "knowledge"])  # type: ignore[arg-type]
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        values = {
            "PORT": str(self.port),
            "INDEX_DIR": str(self.folder / "index"),
            "KNOWLEDGE_DIR": str(self.folder / "knowledge"),
            "DATABASE_URL": self.database,
        }
        self._running = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={**os.environ, **values},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        topology.until(lambda: topology.answers(f"{self.url}/healthz"))

    def kill(self) -> None:
        if self._running is not None:
            self._running.send_signal(signal.SIGKILL)
            self._running.wait()
            self._running = None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("circle"))
    desk = Desk(made.database)
    for name, role, shown in (("anna", "agent", "小安"), ("max", "maintainer", "老麦")):
        desk.accounts.add(name, PASSWORD, role, shown)  # type: ignore[arg-type]
    desk.close()
    made.start()
    yield made
    made.kill()


def test_the_whole_circle(browser: Browser, server: Server) -> None:
    circle(browser, server.url, server.folder / "knowledge")


def test_a_server_that_dies_between_taking_and_replying_loses_nothing(browser: Browser, server: Server) -> None:
    customer, agent = taken(browser, server.url)
    agent.fill("#text", "这段话不能丢")
    server.kill()
    agent.keyboard.press("Control+Enter")
    expect(agent.locator("#problem")).to_contain_text("没有发送出去")
    assert agent.input_value("#text") == "这段话不能丢"
    server.start()
    agent.reload()
    assert agent.input_value("#text") == "这段话不能丢"
    agent.focus("#text")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator("#talk .agent")).to_have_count(1)
    expect(customer.locator("#log .is-person")).to_contain_text("这段话不能丢")
    expect(customer.locator("#log .asked")).to_contain_text("lumo-demo.cn")
    customer.fill("#ask textarea", "收到了")
    customer.press("#ask textarea", "Enter")
    expect(agent.locator("#talk .customer").last).to_contain_text("收到了", timeout=3000)
    expect(agent.locator("#talk .agent")).to_have_count(1)
    for page in (customer, agent):
        page.context.close()


def test_two_tabs_of_one_agent_agree(browser: Browser, server: Server) -> None:
    customer, agent = visited(browser, server.url), fresh(browser)
    ask(customer, "转人工")
    expect(customer.locator("#log .handover")).to_be_visible()
    number = customer.locator("#log .number").inner_text()
    address = f"{server.url}/desk?id={number}"
    sign_in(agent, address, "anna")
    other = agent.context.new_page()
    other.goto(address)
    agent.click("#take button")
    expect(other.locator("#reply")).to_be_visible(timeout=5000)
    agent.fill("#text", "左边写的")
    other.fill("#text", "右边写的")
    agent.click("#send")
    expect(other.locator("#talk .agent")).to_have_text(re.compile("左边写的"))
    assert other.input_value("#text") == "右边写的"
    other.click("#send")
    expect(agent.locator("#talk .agent")).to_have_count(2)
    other.click("#close summary")
    other.click("#close button")
    expect(agent.locator("#case")).to_contain_text("已经结束", timeout=5000)
    for page in (customer, agent):
        page.context.close()


def test_a_database_that_is_locked_for_a_while_loses_nothing(browser: Browser, server: Server) -> None:
    customer, agent = taken(browser, server.url)
    holder = sqlite3.connect(server.database.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    agent.fill("#text", "锁住时写的")
    agent.click("#send")
    customer.fill("#ask textarea", "锁住时问的")
    customer.press("#ask textarea", "Enter")
    expect(agent.locator("#problem")).to_contain_text("数据库没有响应", timeout=20_000)
    expect(customer.locator("#live")).to_contain_text("没有送达", timeout=20_000)
    assert agent.input_value("#text") == "锁住时写的" and customer.input_value("#ask textarea") == "锁住时问的"
    holder.execute("ROLLBACK")
    holder.close()
    agent.click("#send")
    customer.press("#ask textarea", "Enter")
    expect(customer.locator("#log .is-person")).to_have_count(1)
    expect(agent.locator("#talk .customer").last).to_contain_text("锁住时问的")
    agent.wait_for_timeout(1500)
    expect(agent.locator("#talk .customer:has-text('锁住时问的')")).to_have_count(1)
    expect(agent.locator("#talk .agent")).to_have_count(1)
    agent.click("#close summary")
    agent.click("#close button")
    for page in (customer, agent):
        page.context.close()
