"""The desk on several machines: the whole circle over two workers, each part killed in turn, and what comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.desk.store import Desk

from .circles import circle, taken, visited
from .conftest import PASSWORD, ask, topology

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.cluster]

QUESTION = "免费证书怎么申请"
DOWN = 30_000  # milliseconds within which a page is to have found its way


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if packages := topology.missing():
        pytest.skip(f"Not installed: {', '.join(packages)}; `make cluster` does that.")
    made = topology.Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        desk = Desk(made.database)
        for name, role, shown in (("anna", "agent", "小安"), ("max", "maintainer", "老麦")):
            desk.accounts.add(name, PASSWORD, role, shown)  # type: ignore[arg-type]
        made.key, _ = desk.clients.add("shop", minute=4)
        made.free, _ = desk.clients.add("any")
        desk.close()
        yield made
    finally:
        made.stop()


def asked(address: str, text: str = QUESTION, key: str = "") -> dict[str, Any]:
    """The Answer of the API."""
    body = json.dumps({"model": "desk", "messages": [{"role": "user", "content": text}]}).encode()
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {key}"} if key else {})}
    with urlopen(Request(f"{address}/v1/chat/completions", body, headers), timeout=30) as reply:
        found: dict[str, Any] = json.load(reply)["choices"][0]["message"]["support"]
        return found


def quoted(address: str, key: str = "") -> list[str]:
    return [citation["quote"] for citation in asked(address, key=key)["citations"]]


def joined(browser: Browser, cluster: Any) -> tuple[Page, Page]:
    """A customer with the first worker, and the agent who took the hand-over with the second."""
    return taken(browser, cluster.url, ("one", "two"))


def done(customer: Page, agent: Page) -> None:
    agent.click("#close summary")
    agent.click("#close button")
    for page in (customer, agent):
        page.context.close()


def says(page: Page, text: str) -> None:
    page.fill("#ask textarea", text)
    page.press("#ask textarea", "Enter")


def test_the_whole_circle_over_two_workers(browser: Browser, cluster: Any) -> None:
    one, two = cluster.addresses
    circle(
        browser,
        cluster.url,
        cluster.folder / "knowledge",
        ("one", "two"),
        lambda: topology.until(lambda: asked(one)["index"] == asked(two)["index"], 30, "the other worker"),
    )


def test_a_quota_holds_over_both_workers(cluster: Any) -> None:
    one, two = cluster.addresses
    answered = 0
    with pytest.raises(HTTPError) as refused:
        for address in (one, two) * 5:  # a minute may end in between: then four more
            asked(address, key=cluster.key)
            answered += 1
    assert refused.value.code == 429 and answered in range(4, 9)
    assert int(refused.value.headers["retry-after"]) <= 60


def test_a_worker_dies_under_a_conversation(browser: Browser, cluster: Any) -> None:
    customer, agent = joined(browser, cluster)
    agent.fill("#text", "第一句")
    agent.keyboard.press("Control+Enter")
    expect(customer.locator("#log .is-person")).to_have_count(1)
    cluster.workers[0].kill()
    agent.fill("#text", "第二句")
    agent.keyboard.press("Control+Enter")
    expect(customer.locator("#log .is-person")).to_have_count(2, timeout=DOWN)
    says(customer, "我还在")
    expect(agent.locator("#talk .customer").last).to_contain_text("我还在", timeout=DOWN)
    expect(agent.locator("#talk .customer:has-text('我还在')")).to_have_count(1)
    expect(customer.locator("#log .asked").first).to_contain_text("lumo-demo.cn")
    cluster.workers[0].start()
    done(customer, agent)


def test_a_worker_dies_while_the_desk_answers(browser: Browser, cluster: Any) -> None:
    customer = visited(browser, cluster.url, worker="two")
    ask(customer, QUESTION)
    before = customer.locator("#log .reply").count()
    cluster.workers[1].kill()
    says(customer, "免费证书有效期多久")
    try:
        expect(customer.locator("#log .reply .actions")).to_have_count(before + 1, timeout=DOWN)
    except AssertionError:  # one retry at most, and the page says so
        assert customer.input_value("#ask textarea") == "免费证书有效期多久"
        customer.press("#ask textarea", "Enter")
        expect(customer.locator("#log .reply .actions")).to_have_count(before + 1, timeout=DOWN)
    expect(customer.locator("#log .asked")).to_have_count(2)
    cluster.workers[1].start()
    customer.context.close()


def test_without_the_chroma_server_both_workers_say_the_same(cluster: Any) -> None:
    before = quoted(cluster.url, cluster.free)
    assert before
    cluster.chroma.kill()
    assert [quoted(address) for address in cluster.addresses] == [before, before]
    cluster.chroma.start()
    topology.until(lambda: quoted(cluster.url, cluster.free) == before, 30)


def test_a_chroma_server_that_hangs_is_not_waited_for_twice(cluster: Any) -> None:
    before = quoted(cluster.addresses[0])
    cluster.chroma.freeze()
    try:
        took = [topology.until(lambda: quoted(cluster.addresses[0]) == before) for _ in range(4)]
    finally:
        cluster.chroma.thaw()
    assert sum(took[1:]) < took[0] + 3, took


def test_the_database_dies_and_nothing_that_was_acknowledged_is_lost(browser: Browser, cluster: Any) -> None:
    customer, agent = joined(browser, cluster)
    agent.fill("#text", "写下了的")
    agent.keyboard.press("Control+Enter")
    expect(customer.locator("#log .is-person")).to_have_count(1)
    cluster.postgres.kill()
    agent.fill("#text", "库没了时写的")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator("#problem")).not_to_be_empty(timeout=DOWN)
    assert agent.input_value("#text") == "库没了时写的"
    says(customer, "库没了时问的")
    expect(customer.locator("#live")).to_contain_text(re.compile("没有送达|没有响应"), timeout=DOWN)
    assert customer.input_value("#ask textarea") == "库没了时问的"
    expect(customer.locator("#log .is-person")).to_have_count(1)  # what was there stays to be read
    cluster.postgres.start()
    for address in cluster.addresses:
        topology.until(lambda address=address: topology.answers(f"{address}/readyz"), 30)
    agent.wait_for_timeout(2000)  # the proxy asks them once a second
    agent.focus("#text")
    agent.keyboard.press("Control+Enter")
    expect(customer.locator("#log .is-person")).to_have_count(2, timeout=DOWN)
    customer.press("#ask textarea", "Enter")
    expect(agent.locator("#talk .customer").last).to_contain_text("库没了时问的", timeout=DOWN)
    expect(agent.locator("#talk .customer:has-text('库没了时问的')")).to_have_count(1)
    expect(agent.locator("#talk .agent")).to_have_text([re.compile("写下了的"), re.compile("库没了时写的")])
    done(customer, agent)


def test_the_proxy_dies_and_pages_find_their_way_back(browser: Browser, cluster: Any) -> None:
    customer, agent = joined(browser, cluster)
    cluster.proxy.kill()
    agent.wait_for_timeout(2000)
    cluster.proxy.start()
    agent.fill("#text", "代理回来了")
    agent.keyboard.press("Control+Enter")
    expect(customer.locator("#log .is-person")).to_contain_text("代理回来了", timeout=DOWN)
    done(customer, agent)


def test_an_ingest_on_a_third_machine_reaches_both(cluster: Any, tmp_path: Path) -> None:
    from bot import keeping
    from bot.settings import Settings

    shared = {"chroma_url": cluster.chroma.url, "knowledge_dir": cluster.folder / "knowledge"}
    settings = Settings(_env_file=None, index_dir=tmp_path / "index", **shared)  # type: ignore[call-arg]
    (cluster.folder / "knowledge" / "third.jsonl").write_text(
        json.dumps(
            {"id": "third", "title": "镜像加速怎么配", "answer": "镜像加速在控制台的加速页打开，十分钟生效。"},
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    fresh_build = keeping.ingest(settings, [cluster.folder / "knowledge"])["build"]
    for address in cluster.addresses:
        topology.until(lambda address=address: asked(address, "镜像加速怎么配")["index"] == fresh_build, 30)
        assert "十分钟" in asked(address, "镜像加速怎么配")["text"]


def test_all_workers_die_and_the_page_goes_on_by_itself(browser: Browser, cluster: Any) -> None:
    customer = visited(browser, cluster.url, worker="one")
    ask(customer, QUESTION)
    for worker in cluster.workers:
        worker.kill()
    says(customer, "证书有效期多久")
    expect(customer.locator("#live")).to_contain_text("还没有送达", timeout=DOWN)
    assert customer.input_value("#ask textarea") == "证书有效期多久"
    expect(customer.get_by_text("错误", exact=True)).to_be_hidden()
    for worker in cluster.workers:
        worker.start()
    customer.wait_for_timeout(2000)
    customer.press("#ask textarea", "Enter")
    expect(customer.locator("#log .asked")).to_have_text([re.compile(QUESTION), re.compile("有效期多久")], timeout=DOWN)
    expect(customer.locator("#log .reply .actions")).to_have_count(2, timeout=DOWN)
    customer.context.close()
