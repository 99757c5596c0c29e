"""A person in the conversation, as the customer's page lives it: joined, spoken with, left, and loaded again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk.handoffs import HandoffRecord
from bot.desk.saying import Say
from bot.desk.screenshots import Screenshot
from bot.desk.store import Desk
from bot.errors import StoreError
from bot.serve.core import Tools
from bot.serve.pages import view
from bot.serve.pages.session import Chat, Unsent
from bot.serve.pages.talk import Exchange, Said, Talk
from bot.serve.pages.texts import BROWSER, ZH
from bot.serve.shelf import Shelf
from bot.serve.telemetry import Telemetry

PHONE = "13800001111"
SHOT = Screenshot(b"png", "image/png", 4, 3)


@pytest.fixture
def announced() -> list[HandoffRecord]:
    return []


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def chat(core: Any, desk: Desk, announced: list[HandoffRecord], shelf: Shelf) -> Chat:
    tools = Tools(
        redact=lambda text: text.replace(PHONE, "〈电话〉"),
        values=lambda text: [("电话", PHONE)] if PHONE in text else [],
        anger=lambda texts: int(any("差" in text for text in texts)),
        announce=announced.append,
    )
    return Chat(core, desk, Telemetry(), tools, shelf)


@pytest.fixture
def talk(chat: Chat, desk: Desk) -> Talk:
    """Handed over and taken by anna, which the page has not noticed yet."""
    talk = Talk(browser="secret")
    say(chat, talk, "请解冻账号，太差了")
    desk.queue.take(desk.queue.all()[0].id, "anna", "小安")
    return talk


def say(chat: Chat, talk: Talk, text: str) -> Any:
    *_, last = chat.ask(talk, text, ZH)
    return last


def shown(talk: Talk) -> str:
    return "".join(message["content"] for message in view.messages(talk, ZH))


def test_a_hand_over_is_announced_with_product_and_mood(talk: Talk, announced: list[HandoffRecord]) -> None:
    (record,) = announced
    assert (record.product, record.mood, record.language) == ("账户", 1, "zh")


def test_a_person_joins_speaks_and_leaves(chat: Chat, talk: Talk, desk: Desk, core: Any) -> None:
    assert chat.pull(talk) and not chat.pull(talk)
    assert "小安 已加入对话" in shown(talk) and "小安 正在为您服务" in shown(talk)
    id = desk.queue.all()[0].id
    desk.queue.say(id, "anna", Say("agent", "请发订单号 <b>", "请发订单号", "小安"))
    assert chat.pull(talk) and "请发订单号 &#60;b&#62;" in shown(talk) and "<b>小安</b>" in shown(talk)
    asked = len(core.asked)
    item = say(chat, talk, f"订单 1，电话 {PHONE}")
    assert isinstance(item, Said) and len(core.asked) == asked  # the bot is silent
    assert desk.queue.lines(id)[-1].text == f"订单 1，电话 {PHONE}"
    assert [m.text for m in desk.messages(talk.id)][-1] == "订单 1，电话 〈电话〉"
    record = desk.queue.get(id)
    assert record is not None and record.collected == (("电话", PHONE),)
    desk.queue.say(id, "anna", Say("agent", "好了，再见", "好了，再见", "小安"))
    desk.queue.close(id, "anna")
    assert chat.pull(talk) and talk.person() == "" and talk.handover() is None
    assert "好了，再见" in shown(talk) and "小安 已离开" in shown(talk)
    assert isinstance(say(chat, talk, "额度"), Exchange)  # and answers again


def test_what_was_written_before_the_page_noticed_goes_to_the_person(chat: Chat, talk: Talk) -> None:
    assert isinstance(say(chat, talk, "还在吗"), Said) and talk.person() == "小安"


def test_a_reply_under_way_ends_when_somebody_joins(chat: Chat, talk: Talk, desk: Desk, core: Any) -> None:
    other = Talk()
    growing = chat.ask(other, "慢慢说", ZH)
    next(growing)
    next(growing)
    chat.hand_over(other, ZH)
    handover = other.handover()
    assert handover is not None
    handover.person = "小安"
    *_, last = growing
    assert last.state == "stopped" and len(last.sentences) < 8


def test_what_did_not_arrive_is_told_and_sent_again(
    chat: Chat, talk: Talk, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.pull(talk)

    def gone(*_: Any, **__: Any) -> None:
        raise StoreError("数据库没有响应。")

    with monkeypatch.context() as broken:
        broken.setattr(desk.queue, "add", gone)
        with pytest.raises(Unsent, match="没有送达"):
            say(chat, talk, "我的话")
    with pytest.raises(Unsent, match="8000"):
        say(chat, talk, "长" * 8001)
    assert not [item for item in talk.items if isinstance(item, Said) and item.author == "customer"]
    assert isinstance(say(chat, talk, "我的话"), Said)


def test_a_customer_may_end_it_as_well(chat: Chat, talk: Talk, desk: Desk) -> None:
    chat.pull(talk)
    chat.cancel(talk, ZH)
    assert "这次转人工已结束" in shown(talk) and desk.queue.all() == ()
    assert isinstance(say(chat, talk, "额度"), Exchange)


def test_a_transfer_is_seen(chat: Chat, talk: Talk, desk: Desk) -> None:
    id = desk.queue.all()[0].id
    desk.queue.transfer(id, "anna", "ben", "小本")
    assert chat.pull(talk) and "对话已转给 小本" in shown(talk) and talk.person() == "小本"
    desk.queue.transfer(id, "ben")
    assert chat.pull(talk) and "转回待办列表" in shown(talk) and talk.person() == ""


def test_a_reload_brings_it_all_back_in_the_own_words(chat: Chat, talk: Talk, desk: Desk) -> None:
    chat.pull(talk)
    say(chat, talk, f"电话 {PHONE}")
    desk.queue.say(desk.queue.all()[0].id, "anna", Say("agent", "收到", "收到", "小安"))
    again = chat.restore("secret", ZH)
    chat.pull(talk)
    assert shown(again) == shown(talk) and again.id == talk.id and PHONE in shown(again)
    assert isinstance(say(chat, again, "还有"), Said) and not chat.pull(again)
    assert chat.pull(talk) and "还有" in shown(talk)  # the other tab


def test_after_the_end_a_reload_shows_what_was_kept(chat: Chat, talk: Talk, desk: Desk) -> None:
    say(chat, talk, f"电话 {PHONE}")
    id = desk.queue.all()[0].id
    desk.queue.say(id, "anna", Say("agent", "收到", "收到", "小安"))
    desk.queue.close(id, "anna")
    again = shown(chat.restore("secret", ZH))
    assert PHONE not in again and "〈电话〉" in again and "收到" in again and "小安 已离开" in again


def test_a_reload_brings_an_answer_back_with_its_sources_and_thumb(chat: Chat) -> None:
    talk = Talk(browser="secret")
    say(chat, talk, "证书")
    chat.act(talk, json.dumps({"do": "up", "item": 0}), ZH)
    again = chat.restore("secret", ZH)
    assert shown(again) == shown(talk) and 'class="cite n-1"' in shown(again)
    (item,) = again.items
    assert isinstance(item, Exchange) and item.thumb == "up"


def test_nobody_elses_conversation_comes_back(chat: Chat, talk: Talk) -> None:
    for browser in ("", "other"):
        assert chat.restore(browser, ZH).items == []
    begun = chat.begin(talk, ZH)
    assert begun.items == [] and begun.browser == "secret" and chat.restore("secret", ZH).items == []


def test_what_cannot_be_read_back_is_left_alone_and_read_later(
    chat: Chat, talk: Talk, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(chat, talk, "电话")
    with monkeypatch.context() as broken:
        broken.setattr(desk, "resume", lambda browser: (_ for _ in ()).throw(StoreError("没有响应")))
        lost = chat.reread("secret", ZH)
    assert "没有响应" in lost.trouble and not lost.browser and not lost.items
    with pytest.raises(Unsent, match="没有响应"):
        say(chat, lost, "这句给人看")
    assert chat.act(lost, json.dumps({"do": "up", "item": 0}), ZH) == lost.trouble
    assert chat.hand_over(lost, ZH) == chat.cancel(lost, ZH) == lost.trouble
    assert chat.begin(lost, ZH) is lost and not chat.pull(lost)
    assert shown(chat.reread("secret", ZH)) == shown(talk)


def test_a_way_to_be_reached(chat: Chat, talk: Talk, desk: Desk) -> None:
    press = json.dumps({"do": "contact", "item": 0, "comment": f" 微信 {PHONE} "})
    assert chat.act(talk, press, ZH) == ZH.reached
    record = desk.queue.all()[0]
    assert record.contact == f"微信 {PHONE}" and "联系方式已交给客服" in shown(talk)
    assert chat.act(Talk(), press, ZH) == ""


def test_outside_service_hours_the_card_says_when(core: Any, desk: Desk) -> None:
    chat = Chat(core, desk, Telemetry(), Tools(hours=lambda language: "周一至周五 09:00-18:00"))
    talk = Talk()
    chat.hand_over(talk, ZH)
    assert "周一至周五 09&#58;00&#45;18&#58;00" in shown(talk) and "留下联系方式" in shown(talk)


def test_a_screenshot_goes_with_the_hand_over_and_with_no_other(
    chat: Chat, talk: Talk, desk: Desk, shelf: Shelf
) -> None:
    def keep(browser: str, into: Talk, text: str = f"报错 {PHONE}") -> str:
        press = {"do": "image", "item": -1, "comment": json.dumps({"id": shelf.put(browser, SHOT), "text": text})}
        return chat.act(into, json.dumps(press), ZH)

    id = desk.queue.all()[0].id
    assert keep("secret", talk) == ZH.image_kept
    (image,) = desk.images.of(id)
    assert image.text == "报错 〈电话〉" and desk.images.data(image.id) == (id, "image/png", b"png")
    assert keep("other", talk) == ZH.image_gone and len(desk.images.of(id)) == 1
    later = Talk(browser="later")
    assert keep("later", later) == "" and later.pictures
    chat.hand_over(later, ZH)
    handover = later.handover()
    assert handover is not None and len(desk.images.of(handover.number)) == 1 and later.pictures == []


@pytest.mark.parametrize("told", ["", "{", "[]", "{}", '{"id": 1}'])
def test_a_forged_screenshot_does_nothing(chat: Chat, talk: Talk, told: str) -> None:
    press = json.dumps({"do": "image", "item": -1, "comment": told})
    assert chat.act(talk, press, ZH) in ("", ZH.image_gone)


def test_the_page_is_told_of_its_own_alone(make_client: Any, desk: Desk, talk: Talk) -> None:
    client: TestClient = make_client()
    desk.queue.open("other", "r", [], "s")

    def revision(browser: str) -> str:
        return str(client.get("/ui/live", headers={"cookie": f"{BROWSER}={browser}"}).json()["rev"])

    before = revision("secret")
    assert before and revision("other") == revision("") == revision("' OR 1=1") == ""
    desk.queue.say(desk.queue.of(talk.id).id, "anna", Say("agent", "x"))  # type: ignore[union-attr]
    assert revision("secret") != before


def test_a_question_whose_process_dies_is_there_to_be_asked_again(chat: Chat, desk: Desk) -> None:
    talk = Talk(browser="dead")
    reply = chat.ask(talk, f"证书怎么办 {PHONE}", ZH)
    next(reply), next(reply)  # nobody reads on, and nothing is closed: as after a kill
    assert [(row.role, row.text) for row in desk.messages(talk.id)] == [("user", "证书怎么办 〈电话〉")]
    again = chat.restore("dead", ZH)
    (item,) = again.items
    assert isinstance(item, Exchange) and item.state == "stopped" and "do-retry" in shown(again)
    *_, last = chat.ask(again, item.question, ZH, again=True)
    assert isinstance(last, Exchange) and last.answer and len(again.items) == 1
    assert [row.role for row in desk.messages(talk.id)] == ["user", "user", "assistant"]
