"""The agents' desk: taking, replying, passing on, closing; what is refused, and that nothing is markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk.handoffs import HandoffRecord
from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.errors import StoreError

JSON = {"accept": "application/json"}
EVIL = "<script>x</script>"


@pytest.fixture
def waiting(desk: Desk) -> HandoffRecord:
    said = [Say("customer", f"我的域名 a.cn {EVIL}", "我的域名 〈域名〉"), Say("bot", "转人工")]
    return desk.queue.open(
        "c1", f"<b>原因</b>{EVIL}", ["域名"], f"摘要 13800001111 {EVIL}", said,
        product="CDN", mood=1, collected=[("域名", "a.cn")],
    )  # fmt: skip


@pytest.fixture
def taken(agent: TestClient, waiting: HandoffRecord) -> HandoffRecord:
    assert agent.post("/desk/take", data={"id": waiting.id}).status_code == 303
    return waiting


def say(client: TestClient, id: str, text: str, **more: Any) -> Any:
    return client.post("/desk/say", data={"id": id, "text": text, "key": "k", **more}, headers=JSON)


def said(reply: Any) -> str:
    return str(reply.json()["error"]["message"])


def test_the_queue_and_a_hand_over(agent: TestClient, waiting: HandoffRecord, desk: Desk) -> None:
    page = agent.get("/desk").text
    assert "等待接手" in page and "情绪激动" in page and "CDN" in page and f"id={waiting.id}" in page
    page = agent.get("/desk", params={"id": waiting.id}).text
    assert "&lt;b&gt;原因" in page and EVIL not in page and "a.cn" in page and "接手 (T)" in page
    assert "发送</button>" not in page
    assert [(row.who, row.did, row.what) for row in desk.audit.newest()] == [("anna", "viewed", waiting.id)]


def test_an_empty_queue_teaches(agent: TestClient) -> None:
    page = agent.get("/desk").text
    assert "没有待处理的转人工" in page and "起草回复" in page
    agent.cookies.set("desk_lang", "en")
    page = agent.get("/desk").text
    assert "Nobody is waiting" in page and '<html lang="en">' in page and "待办" not in page


def test_a_number_that_is_not_there(agent: TestClient) -> None:
    assert agent.get("/desk", params={"id": "nope"}).status_code == 404
    assert agent.post("/desk/take", data={"id": "nope"}).status_code == 404
    assert "已经结束" in said(agent.post("/desk/take", data={"id": "nope"}, headers=JSON))


def test_taking_replying_closing(agent: TestClient, taken: HandoffRecord, desk: Desk) -> None:
    assert "发送</button>" in agent.get("/desk", params={"id": taken.id}).text
    assert say(agent, taken.id, "您好 13800001111").json() == {"done": True}
    lines = desk.queue.lines(taken.id)
    assert (lines[-1].author, lines[-1].name, lines[-1].text) == ("agent", "小安", "您好 13800001111")
    assert [m.text for m in desk.messages("c1")] == ["joined 小安", "您好 〈电话〉"]
    (kept,) = desk.replies.of(taken.id)
    assert (kept.how, kept.text, kept.who, kept.conversation) == ("written", "您好 〈电话〉", "anna", "c1")
    assert "13800001111" not in kept.question
    assert agent.post("/desk/close", data={"id": taken.id}).status_code == 303
    page = agent.get("/desk", params={"id": taken.id}).text
    assert "已经结束" in page and "a.cn" not in page and "设为可复用" in page
    assert [row.did for row in desk.audit.newest()][::-1][:4] == ["took", "viewed", "replied", "closed"]


def test_two_agents_and_one_customer(
    make_client: Callable[..., TestClient], enter: Callable[..., TestClient], taken: HandoffRecord, desk: Desk
) -> None:
    other = enter(make_client(), "ben", "agent", "小本")
    late = other.post("/desk/take", data={"id": taken.id}, headers=JSON)
    assert late.status_code == 409 and "小安 已经接手" in said(late)
    assert "小安 已经接手" in other.post("/desk/take", data={"id": taken.id}).text
    assert "小安 正在处理" in other.get("/desk", params={"id": taken.id}).text
    refused = say(other, taken.id, "我也来")
    assert refused.status_code == 409 and "我也来" not in "".join(line.text for line in desk.queue.lines(taken.id))


def test_what_is_sent_twice_arrives_once(agent: TestClient, taken: HandoffRecord, desk: Desk) -> None:
    for _ in range(3):
        assert say(agent, taken.id, "只说一次").status_code == 200
    assert [line.text for line in desk.queue.lines(taken.id) if line.author == "agent"] == ["只说一次"]
    assert len(desk.replies.of(taken.id)) == 1


def test_sent_and_edited_drafts_are_told_apart(agent: TestClient, taken: HandoffRecord, desk: Desk) -> None:
    say(agent, taken.id, "按步骤申请。[1]", draft="按步骤申请。[1]", evidence="s/1,s/2", key="1")
    say(agent, taken.id, "按步骤申请，明天好。", draft="按步骤申请。[1]", key="2")
    agent.post("/desk/discard", data={"id": taken.id, "draft": "没有用 13800001111"}, headers=JSON)
    sent = desk.replies.of(taken.id)
    assert [row.how for row in sent] == ["sent", "edited", "discarded"]
    assert sent[0].evidence == ("s/1", "s/2") and sent[2].draft == "没有用 〈电话〉"
    assert next(line.text for line in desk.queue.lines(taken.id) if line.author == "agent") == "按步骤申请。"


@pytest.mark.parametrize(
    ("text", "more", "why"),
    [
        ("", {}, "请先写回复"),
        (" [1] ", {}, "请先写回复"),
        ("长" * 8001, {}, "最多 8000"),
        ("已为您解冻", {"steps": "2", "step": ["0"]}, "【请先执行】"),
        ("已为您解冻", {"steps": "2", "step": ["0", "0"]}, "【请先执行】"),
        ("【请先执行：解冻】好了", {}, "【请先执行】"),
        ("您好：\n【处理结果：由客服确认后填写】", {}, "【处理结果】"),
        ("您好：\n【过往工单里没有可靠的说明：由客服补充】", {}, "留空处"),
        ("Hello,\n(Result: to be filled in by support once confirmed)", {}, "留空处"),
        ("Hello,\n(Past tickets hold nothing reliable: to be filled in by support)", {}, "留空处"),
        ("您的域名 〈域名〉 好了", {}, "〈域名〉"),
        ("请参考 [URL已脱敏] 重置", {}, "[URL已脱敏]"),
    ],
)
def test_what_may_not_leave_stays(
    agent: TestClient, taken: HandoffRecord, desk: Desk, text: str, more: dict[str, Any], why: str
) -> None:
    refused = say(agent, taken.id, text, **more)
    assert refused.status_code == 400 and why in said(refused)
    assert not [line for line in desk.queue.lines(taken.id) if line.author == "agent"]
    assert desk.replies.of(taken.id) == ()


def test_ticked_steps_let_it_leave(agent: TestClient, taken: HandoffRecord) -> None:
    assert say(agent, taken.id, "好了", steps="2", step=["0", "1"]).status_code == 200


def test_passing_on(agent: TestClient, taken: HandoffRecord, desk: Desk, account: Callable[..., str]) -> None:
    account("ben", "agent", "小本")
    assert "小本" in agent.get("/desk", params={"id": taken.id}).text
    assert agent.post("/desk/transfer", data={"id": taken.id, "to": "nobody"}, headers=JSON).status_code == 400
    agent.post("/desk/transfer", data={"id": taken.id, "to": "ben"})
    record = desk.queue.get(taken.id)
    assert record is not None and (record.agent, record.name) == ("ben", "小本")
    assert agent.post("/desk/transfer", data={"id": taken.id}, headers=JSON).status_code == 409


def test_a_maintainer_passes_on_what_an_absent_colleague_has(
    make_client: Callable[..., TestClient], enter: Callable[..., TestClient], taken: HandoffRecord, desk: Desk
) -> None:
    other = enter(make_client(), "ben", "agent", "小本")
    assert other.post("/desk/transfer", data={"id": taken.id}, headers=JSON).status_code == 409
    maintainer = enter(make_client())
    assert "转出" in maintainer.get("/desk", params={"id": taken.id}).text
    assert maintainer.post("/desk/transfer", data={"id": taken.id, "to": "ben"}, headers=JSON).status_code == 200
    record = desk.queue.get(taken.id)
    assert record is not None and record.agent == "ben"


def test_the_script_gets_what_is_new(agent: TestClient, taken: HandoffRecord, desk: Desk) -> None:
    first = agent.get("/desk/state", params={"id": taken.id}).json()
    assert first["waiting"] == 0 and EVIL not in first["lines"] and "a.cn" in first["lines"]
    desk.queue.add("c1", [Say("customer", f"还在吗{EVIL}", "还在吗")])
    told = agent.get("/desk/state", params={"id": taken.id, "after": first["last"]}).json()
    assert "还在吗&lt;script&gt;" in told["lines"] and "a.cn" not in told["lines"] and told["last"] > first["last"]
    assert told["state"] == first["state"]
    desk.queue.reachable("c1", "微信 1")
    later = agent.get("/desk/state", params={"id": taken.id}).json()  # what grew is drawn in place: a draft stays
    assert later["state"] == first["state"] and later["facts"] != first["facts"] and "微信 1" in later["facts"]
    desk.queue.transfer(taken.id, "anna", "", "")
    assert agent.get("/desk/state", params={"id": taken.id}).json()["state"] != first["state"]
    for odd in ("", "x", "-1", "１"):
        assert agent.get("/desk/state", params={"id": taken.id, "after": odd}).status_code == 200
    assert "last" not in agent.get("/desk/state").json()


def test_a_database_that_is_gone_is_a_sentence_and_nothing_is_lost(
    agent: TestClient, taken: HandoffRecord, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise StoreError("数据库没有响应，刚才的操作没有完成，请稍后再试。")

    with monkeypatch.context() as broken:
        broken.setattr(desk.queue, "say", gone)
        refused = say(agent, taken.id, "您好")
        assert refused.status_code == 503 and "没有完成" in said(refused)
    assert say(agent, taken.id, "您好").status_code == 200
    assert [line.text for line in desk.queue.lines(taken.id) if line.author == "agent"] == ["您好"]


def test_what_was_changed_before_it_was_sent_again_arrives_too(
    agent: TestClient, taken: HandoffRecord, desk: Desk
) -> None:
    """The first try had arrived and its answer was lost: its key alone does not make the second the same."""
    say(agent, taken.id, "请重启", key="k")
    say(agent, taken.id, "请不要重启", key="k")
    say(agent, taken.id, "请不要重启", key="k")
    assert [line.text for line in desk.queue.lines(taken.id) if line.author == "agent"] == ["请重启", "请不要重启"]


def test_a_line_that_comes_while_the_page_is_made_is_told_once(
    agent: TestClient, taken: HandoffRecord, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = desk.queue.lines

    def late(id: str, after: int = 0) -> Any:
        monkeypatch.setattr(desk.queue, "lines", lines)
        desk.queue.add("c1", [Say("customer", "刚到", "刚到")])
        return lines(id, after)

    monkeypatch.setattr(desk.queue, "lines", late)
    told = agent.get("/desk/state", params={"id": taken.id}).json()
    newest = desk.queue.lines(taken.id)[-1].id
    assert "刚到" in told["lines"] and told["last"] == newest
    monkeypatch.setattr(desk.queue, "lines", late)
    assert f'data-last="{newest + 1}"' in agent.get("/desk", params={"id": taken.id}).text


@pytest.mark.parametrize("steps", ["²", "9" * 5000])
def test_odd_numbers_are_no_failure(agent: TestClient, taken: HandoffRecord, steps: str) -> None:
    assert say(agent, taken.id, "好", steps=steps).status_code in (200, 400)
    assert agent.get("/desk/state", params={"id": taken.id, "after": "9" * 5000}).status_code == 200


def test_a_customer_who_took_it_back_is_told_apart(agent: TestClient, taken: HandoffRecord, desk: Desk) -> None:
    desk.queue.cancel(taken.conversation)
    assert "客户取消了" in agent.get("/desk", params={"id": taken.id}).text
