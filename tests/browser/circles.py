"""The whole circle, wherever the desk runs: a customer asks, the desk cannot, a person answers, a maintainer approves,
and the next customer gets that answer from the desk, cited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from .conftest import ask, sign_in

QUESTION = "对象存储支持把视频转成动态封面图吗？域名 lumo-demo.cn"
ANSWER = "支持，动态封面图在智能多媒体服务里用 avthumb 接口生成，单个视频最长取 30 秒。"


def fresh(browser: Browser, width: int = 1280, worker: str = "", url: str = "") -> Page:
    """A page of a browser of its own; `worker` is the one that a proxy at `url` is to keep it with."""
    context = browser.new_context(viewport={"width": width, "height": 860}, locale="zh-CN")
    if worker:
        context.add_cookies([{"name": "worker", "value": worker, "url": url}])
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


def visited(browser: Browser, url: str, width: int = 390, worker: str = "") -> Page:
    page = fresh(browser, width, worker, url)
    page.goto(url)
    page.wait_for_selector(".welcome .chip")
    return page


def taken(browser: Browser, url: str, workers: tuple[str, str] = ("", "")) -> tuple[Page, Page]:
    """A customer who asked for a person, and the agent who took that hand-over, each with its worker."""
    customer, agent = visited(browser, url, worker=workers[0]), fresh(browser, worker=workers[1], url=url)
    ask(customer, "请帮我转人工，我的域名是 lumo-demo.cn")
    expect(customer.locator("#log .handover")).to_be_visible()
    sign_in(agent, f"{url}/desk?id={customer.locator('#log .number').inner_text()}", "anna")
    agent.click("#take button")  # a key that comes before the page's script is lost
    expect(customer.locator("#log .handover.joined")).to_be_visible()
    return customer, agent


def circle(
    browser: Browser,
    url: str,
    knowledge: Path,
    workers: tuple[str, str] = ("", ""),
    rebuilt: Callable[[], object] = int,
) -> None:
    """Customers are with the first of `workers`, staff with the second; `rebuilt` waits for the new index."""
    ours, theirs = workers
    customer, agent = visited(browser, url, worker=ours), fresh(browser, worker=theirs, url=url)
    ask(customer, QUESTION)
    if not customer.locator("#log .handover").count():
        customer.click("#person")
    expect(customer.locator("#log .handover")).to_contain_text("已登记转人工")

    sign_in(agent, f"{url}/desk", "anna")
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

    maintainer = fresh(browser, worker=theirs, url=url)
    sign_in(maintainer, f"{url}/desk/reuse", "max")
    maintainer.click("button:has-text('批准')")
    expect(maintainer.locator("[role=status]").first).to_contain_text("重建索引后生效")
    assert [path.suffix for path in (knowledge / "approved").iterdir()] == [".md"]
    maintainer.goto(f"{url}/knowledge")
    maintainer.click("#rebuild button")
    expect(maintainer.locator("#rebuild")).to_contain_text("重建完成", timeout=90_000)

    rebuilt()
    another = visited(browser, url, worker=ours)
    ask(another, "视频能转成动态封面图吗")
    reply = another.locator("#log .reply.is-answered")
    expect(reply).to_contain_text("avthumb")
    reply.locator(".cite").first.click()
    expect(another.locator("#panel")).to_contain_text("对象存储能生成视频的动态封面图吗")
    assert "lumo-demo" not in another.content()
    for page in (customer, agent, maintainer, another):
        page.context.close()
