"""Hand-overs: one each, one agent each, nothing sent twice, and what each side sees."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.desk.handoffs import HandoffRecord
from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.errors import ConflictError


def handed(desk: Desk, conversation: str = "c1", **more: object) -> HandoffRecord:
    return desk.queue.open(conversation, "要人工", ["域名"], "摘要", [Say("customer", "原话", "原话")], **more)  # type: ignore[arg-type]


def test_one_open_handoff_per_conversation(desk: Desk) -> None:
    first = handed(desk)
    assert handed(desk).id == first.id
    assert desk.queue.cancel("c1") and not desk.queue.cancel("c1")
    third = handed(desk)
    assert third.id != first.id
    assert [record.id for record in desk.queue.all()] == [third.id]
    assert len(desk.queue.all(None)) == 2
    newest = desk.queue.of("c1")
    assert newest is not None and newest.id == third.id


def test_requests_at_once_open_one(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: handed(desk).id, range(24)))
    assert len(ids) == 1


def test_of_agents_at_once_one_gets_it(desk: Desk) -> None:
    id = handed(desk).id

    def take(n: int) -> str:
        try:
            return desk.queue.take(id, f"agent-{n}", f"甲{n}").agent
        except ConflictError as error:
            assert "已经接手" in str(error)
            return ""

    with ThreadPoolExecutor(8) as pool:
        winners = [name for name in pool.map(take, range(16)) if name]
    assert len(winners) == 1
    record = desk.queue.get(id)
    assert record is not None and record.agent == winners[0]
    assert [line.text for line in desk.queue.lines(id)].count("joined") == 1


def test_taking_twice_in_two_tabs_is_taking_once(desk: Desk) -> None:
    id = handed(desk).id
    desk.queue.take(id, "anna", "小安")
    assert desk.queue.take(id, "anna", "小安").agent == "anna"
    assert [line.text for line in desk.queue.lines(id)].count("joined") == 1


def test_only_who_has_it_speaks_passes_on_and_closes(desk: Desk) -> None:
    id = handed(desk).id
    for deed in (
        lambda: desk.queue.say(id, "ben", Say("agent", "x")),
        lambda: desk.queue.transfer(id, "ben"),
        lambda: desk.queue.close(id, "ben"),
    ):
        with pytest.raises(ConflictError, match="请先接手"):
            deed()
    desk.queue.take(id, "anna", "小安")
    for deed in (
        lambda: desk.queue.say(id, "ben", Say("agent", "x")),
        lambda: desk.queue.transfer(id, "ben"),
        lambda: desk.queue.close(id, "ben"),
    ):
        with pytest.raises(ConflictError, match="小安 已经接手"):
            deed()
    desk.queue.close(id, "anna")
    with pytest.raises(ConflictError, match="已经结束"):
        desk.queue.say(id, "anna", Say("agent", "x"))


def test_a_reply_that_is_sent_again_is_one_line(desk: Desk) -> None:
    id = handed(desk).id
    desk.queue.take(id, "anna", "小安")
    line, first = desk.queue.say(id, "anna", Say("agent", "您好", "您好", "小安", "key-1"))
    again, second = desk.queue.say(id, "anna", Say("agent", "您好", "您好", "小安", "key-1"))
    assert (line.id, first, second) == (again.id, True, False)
    with ThreadPoolExecutor(6) as pool:
        told = list(
            pool.map(lambda _: desk.queue.say(id, "anna", Say("agent", "好", "好", "小安", "key-2")), range(12))
        )
    assert sum(new for _, new in told) == 1
    assert [line.text for line in desk.queue.lines(id) if line.author == "agent"] == ["您好", "好"]
    assert [m.text for m in desk.messages("c1") if m.role == "agent"] == ["您好", "好"]


def test_what_was_said_survives_the_server(desk: Desk, opened: Callable[[], Desk]) -> None:
    id = desk.queue.open("c1", "r", [], "s").id
    desk.queue.take(id, "anna", "小安")
    desk.queue.say(id, "anna", Say("agent", "我的话 13800001111", "我的话 〈电话〉", "小安", "k"))
    desk.close()
    other = opened()
    record = other.queue.get(id)
    assert record is not None and (record.state, record.agent) == ("open", "anna")
    assert [line.text for line in other.queue.lines(id)] == ["opened", "joined", "我的话 13800001111"]
    assert [m.text for m in other.messages("c1")] == ["joined 小安", "我的话 〈电话〉"]


def test_the_angry_come_before_those_who_wait_a_little_longer(desk: Desk) -> None:
    calm, angry = handed(desk, "calm"), handed(desk, "angry", mood=2)
    assert [record.id for record in desk.queue.all()] == [angry.id, calm.id]
    assert desk.queue.add("calm", [Say("customer", "太差了")], mood=3)
    assert [record.id for record in desk.queue.all()] == [calm.id, angry.id]


def test_a_transfer_goes_to_a_colleague_or_back(desk: Desk) -> None:
    id = handed(desk).id
    desk.queue.take(id, "anna", "小安")
    assert desk.queue.transfer(id, "anna", "ben", "小本", "CDN").agent == "ben"
    record = desk.queue.transfer(id, "ben")
    assert (record.agent, record.taken, record.product) == ("", None, "CDN")
    assert desk.queue.take(id, "anna", "小安").agent == "anna"


def test_the_last_words_wait_for_the_customers_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    id = handed(desk).id
    desk.queue.take(id, "anna", "小安")
    desk.queue.say(id, "anna", Say("agent", "再见", "再见", "小安"))
    desk.queue.close(id, "anna")
    assert [line.text for line in desk.queue.lines(id)] == ["opened", "joined", "再见", "left"]
    desk.queue.sweep()
    assert len(desk.queue.lines(id)) == 4
    monkeypatch.setattr("bot.desk.queue.LEFT", timedelta())
    desk.queue.sweep()
    assert desk.queue.lines(id) == ()


def test_how_to_reach_somebody_and_what_they_add(desk: Desk) -> None:
    assert not desk.queue.reachable("c1", "x") and not desk.queue.add("c1", [])
    id = handed(desk, collected=[("域名", "a.cn")]).id
    assert desk.queue.reachable("c1", "微信 abc")
    assert desk.queue.add("c1", [Say("customer", "订单 1", "订单 〈编号〉", key="k")], collected=[("编号", "1")])
    assert desk.queue.add("c1", [Say("customer", "订单 1", "订单 〈编号〉", key="k")])
    record = desk.queue.get(id)
    assert record is not None and record.contact == "微信 abc"
    assert set(record.collected) == {("域名", "a.cn"), ("编号", "1")}
    assert [m.text for m in desk.messages("c1")] == ["订单 〈编号〉"]
    desk.queue.cancel("c1")
    record = desk.queue.get(id)
    assert record is not None and (record.contact, record.collected) == ("", ())


def test_images_live_as_long_as_their_hand_over(desk: Desk) -> None:
    id = handed(desk).id
    image = desk.images.keep(id, b"png", "image/png", 10, 20, "文字")
    assert desk.images.of(id) == (image,) and desk.images.data(image.id) == (id, "image/png", b"png")
    desk.queue.cancel("c1")
    assert desk.images.of(id) == () and desk.images.data(image.id) is None
    with pytest.raises(ConflictError, match="没有保存"):
        desk.images.keep(id, b"png", "image/png", 10, 20)


def test_connections_that_were_cut_are_made_anew(desk: Desk, opened: Callable[[], Desk]) -> None:
    """A database that was restarted: what was being done fails in a sentence, the next thing works."""
    id = handed(desk).id
    desk.queue.take(id, "anna", "小安")
    if desk._work.engine.dialect.name == "postgresql":
        other = opened()
        with other._work.begin() as session:
            session.connection().exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            )
    else:
        desk.close()
    desk.queue.say(id, "anna", Say("agent", "还在", "还在", "小安", "k"))
    assert [line.text for line in desk.queue.lines(id)][-1] == "还在"


def test_who_waits_for_an_agent_who_is_gone_waits_for_any_other(desk: Desk) -> None:
    mine, other = handed(desk, "c1").id, handed(desk, "c2").id
    desk.queue.take(mine, "anna", "小安")
    desk.queue.take(other, "ben", "小本")
    assert desk.queue.free("anna") == 1 and desk.queue.free("anna") == 0
    assert desk.queue.take(mine, "mia", "小米").agent == "mia"
    record = desk.queue.get(other)
    assert record is not None and record.agent == "ben"
