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
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from bot import keeping
from bot.desk.store import Desk
from bot.settings import Settings

from .conftest import KNOWLEDGE, PASSWORD, ask, free_port, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "对象存储支持把视频转成动态封面图吗？域名 lumo-demo.cn"
ANSWER = "支持，动态封面图在智能多媒体服务里用 avthumb 接口生成，单个视频最长取 30 秒。"
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
        until(self._answers, 60)

    def kill(self) -> None:
        if self._running is not None:
            self._running.send_signal(signal.SIGKILL)
            self._running.wait()
            self._running = None

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz", timeout=2) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False


def until(done: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


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


def fresh(browser: Browser, width: int = 1280) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 860}, locale="zh-CN").new_page()
    page.set_default_timeout(20_000)
    return page


def visited(browser: Browser, server: Server, width: int = 390) -> Page:
    page = fresh(browser, width)
    page.goto(server.url)
    page.wait_for_selector(".welcome .chip")
    return page


def test_the_whole_circle(browser: Browser, server: Server) -> None:
    customer, agent = visited(browser, server), fresh(browser)
    ask(customer, QUESTION)
    if not customer.locator("#log .handover").count():
        customer.click("#person")
    expect(customer.locator("#log .handover")).to_contain_text("已登记转人工")

    sign_in(agent, f"{server.url}/desk", "anna")
    agent.locator("#queue a").first.click()
    expect(agent.locator("#talk .customer")).to_contain_text("lumo-demo.cn")
    expect(agent.locator("#facts")).to_contain_text("lumo-demo.cn")
    agent.keyboard.press("t")
    expect(customer.locator("#log .handover.joined")).to_contain_text("小安 正在为您服务", timeout=2000)

    agent.keyboard.press("d")
    expect(agent.locator("#proposal")).to_be_visible()
    agent.click("#use")
    assert agent.input_value("#text") == agent.input_value("#letter")
    for step in agent.locator("#side .step").all():
        step.check()
    agent.fill("#text", f"您好，{ANSWER}")
    agent.keyboard.press("Control+Enter")
    expect(customer.locator("#log .is-person")).to_contain_text("avthumb", timeout=2000)
    expect(agent.locator("#talk .agent")).to_contain_text("avthumb")
    assert agent.input_value("#text") == ""

    customer.fill("#ask textarea", "明白了，谢谢")
    customer.press("#ask textarea", "Enter")
    expect(agent.locator("#talk .customer").last).to_contain_text("明白了", timeout=2000)
    assert customer.locator("#log .reply:not(.is-person)").count() == 1  # the assistant keeps quiet
    agent.click("#close summary")
    agent.click("#close button")
    expect(customer.locator("#log")).to_contain_text("小安 已离开", timeout=2000)

    agent.locator("#sent a").click()
    agent.fill("[name=title]", "对象存储能生成视频的动态封面图吗")
    agent.fill("[name=question]", "对象存储支持把视频转成动态封面图吗？")
    agent.fill("[name=answer]", ANSWER)
    agent.fill("[name=product]", "对象存储")
    agent.click("button:has-text('提交复用')")
    expect(agent.locator(".flag.open")).to_have_text("待批准")

    maintainer = fresh(browser)
    sign_in(maintainer, f"{server.url}/desk/reuse", "max")
    maintainer.click("button:has-text('批准')")
    expect(maintainer.locator("[role=status]").first).to_contain_text("重建索引后生效")
    assert [path.suffix for path in (server.folder / "knowledge" / "approved").iterdir()] == [".md"]
    maintainer.goto(f"{server.url}/knowledge")
    maintainer.click("#rebuild button")
    expect(maintainer.locator("#rebuild")).to_contain_text("重建完成", timeout=90_000)

    another = visited(browser, server)
    ask(another, "视频能转成动态封面图吗")
    reply = another.locator("#log .reply.is-answered")
    expect(reply).to_contain_text("avthumb")
    reply.locator(".cite").first.click()
    expect(another.locator("#panel")).to_contain_text("对象存储能生成视频的动态封面图吗")
    assert "lumo-demo" not in another.content()
    for page in (customer, agent, maintainer, another):
        page.context.close()


def test_a_server_that_dies_between_taking_and_replying_loses_nothing(browser: Browser, server: Server) -> None:
    customer, agent = visited(browser, server), fresh(browser)
    ask(customer, "请帮我转人工，我的域名是 lumo-demo.cn")
    expect(customer.locator("#log .handover")).to_be_visible()
    number = customer.locator("#log .number").inner_text()
    sign_in(agent, f"{server.url}/desk?id={number}", "anna")
    agent.keyboard.press("t")
    expect(customer.locator("#log .handover.joined")).to_be_visible()
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
    customer, agent = visited(browser, server), fresh(browser)
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
    customer, agent = visited(browser, server), fresh(browser)
    ask(customer, "转人工")
    expect(customer.locator("#log .handover")).to_be_visible()
    sign_in(agent, f"{server.url}/desk?id={customer.locator('#log .number').inner_text()}", "anna")
    agent.keyboard.press("t")
    expect(customer.locator("#log .handover.joined")).to_be_visible()
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
