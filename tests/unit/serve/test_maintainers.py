"""What is learned and what is kept: reuse with four eyes, the log, one customer's data out and gone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk.learning import Sent
from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.errors import KnowledgeError, StoreError
from bot.tickets.approved import Approved

Maker = Callable[..., TestClient]
GIVEN = {
    "title": "证书多久签发",
    "question": "证书多久能好 13800001111",
    "answer": "一般十分钟内签发。",
    "product": "CDN",
}


@pytest.fixture
def written() -> list[Approved]:
    return []


@pytest.fixture
def people(make_client: Maker, enter: Maker, written: list[Approved]) -> dict[str, TestClient]:
    """anna is an agent; max and mia maintain."""

    def approve(record: Approved) -> str:
        if "已为您" in record.answer:
            raise KnowledgeError("这句说的是客服做过的事。")
        written.append(record)
        return record.id

    def withdraw(ticket: str) -> None:
        written.append(Approved("", "", "", "", "", "", id=f"-{ticket}"))

    roles = {"anna": "agent", "max": "maintainer", "mia": "maintainer"}
    return {
        name: enter(make_client(approve=approve, withdraw=withdraw), name, role, name) for name, role in roles.items()
    }


@pytest.fixture
def sent(desk: Desk) -> Sent:
    return desk.replies.record("anna", "edited", conversation="c", question="证书多久能好", text="一般十分钟内签发。")


def propose(client: TestClient, sent: Sent, **changed: str) -> Any:
    return client.post("/desk/reuse", data={**GIVEN, "sent": sent.id, **changed})


def decide(client: TestClient, deed: str, was: str = "proposed", **changed: str) -> Any:
    return client.post("/desk/reuse/decide", data={**GIVEN, "id": "1", "do": deed, "was": was, **changed})


def test_an_agent_proposes_what_was_sent(people: dict[str, TestClient], sent: Sent, desk: Desk) -> None:
    form = people["anna"].get("/desk/reuse", params={"sent": sent.id}).text
    assert "一般十分钟内签发。</textarea>" in form and 'value="证书多久能好"' in form
    assert propose(people["anna"], sent).status_code == 303 and propose(people["anna"], sent).status_code == 303
    (row,) = desk.replies.reuses()
    assert (row.author, row.state, row.question) == ("anna", "proposed", "证书多久能好 〈电话〉")
    assert (
        "待批准" in people["anna"].get("/desk/reuse").text
        and "批准</button>" not in people["anna"].get("/desk/reuse").text
    )


def test_what_is_missing_or_no_day_is_told_and_what_was_typed_stays(people: dict[str, TestClient], sent: Sent) -> None:
    page = propose(people["anna"], sent, title="")
    assert page.status_code == 400 and "都要填写" in page.text and "一般十分钟内签发。" in page.text
    assert "2027-01-31" in propose(people["anna"], sent, expires="明年").text


def test_a_maintainer_approves_and_it_is_written(
    people: dict[str, TestClient], sent: Sent, desk: Desk, written: list[Approved]
) -> None:
    propose(people["anna"], sent)
    assert decide(people["anna"], "approve").status_code == 403 and written == []
    reply = decide(people["max"], "approve", answer="十分钟内签发。", expires="2027-01-31", topic="证书问题")
    assert reply.headers["location"] == "/desk/reuse?done=1"
    assert "重建索引后生效" in people["max"].get("/desk/reuse?done=1").text
    (record,) = written
    assert (record.answer, record.author, record.approver, record.expires, record.category) == (
        "十分钟内签发。", "anna", "max", "2027-01-31", "CDN｜证书问题",
    )  # fmt: skip
    row = desk.replies.reuse(1)
    assert row is not None and (row.state, row.decider, row.ticket) == ("approved", "max", written[0].id)
    late = decide(people["mia"], "approve")
    assert late.status_code == 409 and "别人已经处理" in late.text and len(written) == 1


def test_four_eyes_see_more_than_two(
    people: dict[str, TestClient], make_client: Maker, enter: Maker, sent: Sent
) -> None:
    propose(people["max"], sent)
    assert "需要另一位维护者批准" in people["max"].get("/desk/reuse").text
    assert "不能批准自己" in decide(people["max"], "approve").text
    assert decide(people["mia"], "approve").status_code == 303


def test_two_eyes_are_enough_where_so_set(make_client: Maker, enter: Maker, sent: Sent, desk: Desk) -> None:
    client = enter(make_client(four_eyes=False))
    propose(client, sent)
    assert decide(client, "approve").status_code == 303
    row = desk.replies.reuse(1)
    assert row is not None and row.state == "approved"


def test_what_cannot_be_knowledge_stays_proposed_with_the_reason(
    people: dict[str, TestClient], sent: Sent, desk: Desk
) -> None:
    propose(people["anna"], sent)
    page = decide(people["max"], "approve", answer="已为您解冻。")
    assert page.status_code == 409 and "客服做过的事" in page.text
    row = desk.replies.reuse(1)
    assert row is not None and row.state == "proposed" and row.answer == "已为您解冻。"
    decide(people["max"], "approve")
    assert decide(people["max"], "edit", "approved", answer="已为您解冻。").status_code == 409
    row = desk.replies.reuse(1)
    assert row is not None and row.answer == GIVEN["answer"]  # the file and the row say the same


def test_editing_withdrawing_refusing(
    people: dict[str, TestClient], sent: Sent, desk: Desk, written: list[Approved]
) -> None:
    propose(people["anna"], sent)
    decide(people["max"], "edit", answer="五分钟。")
    assert written == []  # proposed still: nothing is written yet
    decide(people["max"], "approve", answer="五分钟。")
    decide(people["mia"], "edit", "approved", answer="六分钟。")
    assert [record.answer for record in written] == ["五分钟。", "六分钟。"] and written[1].id == written[0].id
    decide(people["mia"], "withdraw", "approved")
    assert written[-1].id == f"-{written[0].id}"
    row = desk.replies.reuse(1)
    assert row is not None and row.state == "withdrawn"
    propose(people["anna"], desk.replies.record("anna", "sent", text="x"))
    people["max"].post("/desk/reuse/decide", data={"id": "2", "do": "refuse", "was": "proposed"})
    assert [row.state for row in desk.replies.reuses()] == ["refused", "withdrawn"]
    for id, deed in (("9", "approve"), ("x", "approve"), ("1", "burn")):
        assert decide(people["max"], deed, id=id).status_code == 409


def test_the_log_and_its_filters(people: dict[str, TestClient], desk: Desk) -> None:
    assert "谁看过" in people["max"].get("/desk/audit").text
    desk.audit.note("anna", "viewed", "h-<b>1", "c1")
    page = people["max"].get("/desk/audit").text
    assert "h-&lt;b&gt;1" in page and "<td>查看</td>" in page
    assert "<td>查看</td>" not in people["max"].get("/desk/audit", params={"who": "ben"}).text


def test_one_customers_data_out_and_gone(people: dict[str, TestClient], desk: Desk) -> None:
    desk.remember("c1", "user", "我的问题")
    desk.remember("c2", "user", "别人的问题")
    number = desk.queue.open("c1", "r", [], "s", [Say("customer", "我的原话")]).id
    reply = people["max"].post("/desk/export", data={"conversation": f" {number} "})
    told = json.loads(reply.text)
    assert "attachment" in reply.headers["content-disposition"] and "别人" not in reply.text
    assert told["messages"][0]["text"] == "我的问题" and told["lines"][0]["text"] == "我的原话"
    assert "条记录" in people["max"].post("/desk/erase", data={"conversation": "c1"}).text
    assert desk.messages("c1") == () and len(desk.messages("c2")) == 1 and desk.queue.all() == ()
    for path in ("/desk/export", "/desk/erase"):
        assert people["max"].post(path, data={"conversation": "c1"}).status_code == 404
    assert [row.did for row in desk.audit.newest()] == ["erased", "exported"]


def test_approving_pressed_twice_makes_one_ticket(
    make_client: Maker, enter: Maker, people: dict[str, TestClient], sent: Sent
) -> None:
    made: list[Approved] = []
    propose(people["anna"], sent)

    def slow(record: Approved) -> str:
        time.sleep(0.2)
        made.append(record)
        return f"a-{len(made)}"

    max = enter(make_client(approve=slow), "max", "maintainer", "max")
    with ThreadPoolExecutor(2) as pool:
        codes = sorted(reply.status_code for reply in pool.map(lambda _: decide(max, "approve"), range(2)))
    assert len(made) == 1 and codes == [303, 409]


def test_a_proposal_that_is_corrected_keeps_its_origin(people: dict[str, TestClient], sent: Sent) -> None:
    refused = propose(people["anna"], sent, expires="morgen")
    assert refused.status_code == 400 and f'name="sent" value="{sent.id}"' in refused.text


def test_what_is_approved_again_after_a_crash_is_the_same_ticket(
    people: dict[str, TestClient], desk: Desk, sent: Sent, written: list[Approved], monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(people["anna"], sent)
    with monkeypatch.context() as broken:
        broken.setattr(desk.replies, "decide", lambda *_: (_ for _ in ()).throw(StoreError("gone")))
        assert decide(people["max"], "approve").status_code == 409
    decide(people["mia"], "approve")
    assert len(written) == 2 and written[0].id == written[1].id
    row = desk.replies.reuse(1)
    assert row is not None and (row.state, row.ticket) == ("approved", written[0].id)
