"""One browser, several tabs, several days: nothing that is said between a customer and a person goes astray."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk.handoffs import HandoffRecord
from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.serve.core import Tools
from bot.serve.pages import view
from bot.serve.pages.session import Chat
from bot.serve.pages.talk import Exchange, Said, Talk
from bot.serve.pages.texts import BROWSER, ZH
from bot.serve.telemetry import Telemetry


@pytest.fixture
def announced() -> list[HandoffRecord]:
    return []


@pytest.fixture
def chat(core: Any, desk: Desk, announced: list[HandoffRecord]) -> Chat:
    return Chat(core, desk, Telemetry(), Tools(announce=announced.append))


@pytest.fixture
def live(make_client: Any) -> Any:
    client: TestClient = make_client()

    def revision(browser: str) -> str:
        return str(client.get("/ui/live", headers={"cookie": f"{BROWSER}={browser}"}).json()["rev"])

    return revision


def say(chat: Chat, talk: Talk, text: str) -> Any:
    *_, last = chat.ask(talk, text, ZH)
    return last


def shown(talk: Talk) -> str:
    return "".join(message["content"] for message in view.messages(talk, ZH))


def joined(desk: Desk, talk: Talk, text: str = "您好，我在") -> str:
    record = desk.queue.of(talk.id)
    assert record is not None
    desk.queue.take(record.id, "anna", "小安")
    desk.queue.say(record.id, "anna", Say("agent", text, text, "小安"))
    return record.id


def test_who_asks_for_a_person_first_of_all_gets_the_persons_words(chat: Chat, desk: Desk, live: Any) -> None:
    talk = Talk(browser="secret")
    chat.hand_over(talk, ZH)
    before = live("secret")
    joined(desk, talk)
    assert before and live("secret") != before
    again = chat.restore("secret", ZH)
    assert again.id == talk.id and "您好，我在" in shown(again)


def test_a_tab_with_another_question_does_not_hide_the_one_that_waits(chat: Chat, desk: Desk, live: Any) -> None:
    waits, other = Talk(browser="secret"), Talk(browser="secret")
    chat.hand_over(waits, ZH)
    say(chat, other, "额度")
    before = live("secret")
    joined(desk, waits)
    assert live("secret") != before
    assert chat.restore("secret", ZH).id == waits.id
    chat.begin(other, ZH)
    assert chat.restore("secret", ZH).id == waits.id and live("secret")


def test_both_tabs_that_wait_are_told(chat: Chat, desk: Desk, live: Any) -> None:
    one, two = Talk(browser="secret"), Talk(browser="secret")
    chat.hand_over(one, ZH)
    chat.hand_over(two, ZH)
    for talk in (one, two):
        before = live("secret")
        joined(desk, talk)
        assert live("secret") != before


def test_a_tab_from_before_the_hand_over_writes_to_the_person_too(chat: Chat, desk: Desk, core: Any) -> None:
    first = Talk(browser="secret")
    say(chat, first, "额度")
    second = chat.restore("secret", ZH)
    chat.hand_over(first, ZH)
    id = joined(desk, first)
    asked = len(core.asked)
    assert isinstance(say(chat, second, "还有一件事"), Said) and len(core.asked) == asked
    assert desk.queue.lines(id)[-1].text == "还有一件事"
    assert "您好，我在" in shown(second) and shown(second).count("额度每个月") == shown(first).count("额度每个月")
    assert sum(isinstance(item, Exchange) for item in second.items) == 1


def test_asking_for_a_person_in_two_tabs_is_announced_once(chat: Chat, announced: list[HandoffRecord]) -> None:
    first = Talk(browser="secret")
    say(chat, first, "额度")
    second = chat.restore("secret", ZH)
    chat.hand_over(first, ZH)
    chat.hand_over(second, ZH)
    assert len(announced) == 1 and second.handover() is not None


def test_a_second_hand_over_is_heard_though_numbers_begin_anew(
    chat: Chat, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite gives numbers of deleted rows again."""
    talk = Talk(browser="secret")
    chat.hand_over(talk, ZH)
    id = joined(desk, talk)
    for n in range(5):
        desk.queue.say(id, "anna", Say("agent", f"第{n}句", "", "小安"))
    chat.pull(talk)
    desk.queue.close(id, "anna")
    chat.pull(talk)
    monkeypatch.setattr("bot.desk.queue.LEFT", timedelta(0))
    desk.queue.sweep()
    chat.hand_over(talk, ZH)
    joined(desk, talk, "又见面了")
    assert chat.pull(talk) and "又见面了" in shown(talk)


def test_the_last_words_are_seen_where_the_customer_acts_first(chat: Chat, desk: Desk) -> None:
    talk = Talk(browser="secret")
    chat.hand_over(talk, ZH)
    desk.queue.close(joined(desk, talk, "已处理好"), "anna")
    chat.cancel(talk, ZH)
    assert "已处理好" in shown(talk) and talk.handover() is None


def test_the_last_words_are_seen_where_a_reply_was_under_way(chat: Chat, desk: Desk) -> None:
    talk = Talk(browser="secret")
    chat.hand_over(talk, ZH)
    growing = chat.ask(talk, "额度", ZH)
    next(growing)
    desk.queue.close(joined(desk, talk, "已处理好"), "anna")
    list(growing)
    assert "已处理好" in shown(talk) and talk.handover() is None


def test_last_words_wait_for_a_customer_who_is_back_within_the_hour(
    chat: Chat, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(browser="secret")
    chat.hand_over(talk, ZH)
    id = joined(desk, talk, "已处理好")
    monkeypatch.setattr("bot.desk.store.RESUMED", timedelta(0))  # begun more than a day ago
    desk.queue.close(id, "anna")
    assert "已处理好" in shown(chat.restore("secret", ZH))


def test_a_question_is_not_lost_with_the_page_that_asked_it(chat: Chat, desk: Desk) -> None:
    talk = Talk(browser="secret")
    chat.hand_over(talk, ZH)
    growing = chat.ask(talk, "额度", ZH)
    next(growing)
    growing.close()  # loaded again meanwhile
    assert [m.text for m in desk.messages(talk.id) if m.role == "user"] == ["额度"]
    record = desk.queue.of(talk.id)
    assert record is not None and "额度" in [line.text for line in desk.queue.lines(record.id)]


def test_a_person_reads_the_whole_reply_that_was_being_written(chat: Chat, desk: Desk) -> None:
    talk = Talk(browser="secret")
    growing = chat.ask(talk, "证书", ZH)
    next(growing), next(growing)
    chat.hand_over(talk, ZH)
    *_, last = growing
    record = desk.queue.of(talk.id)
    assert record is not None and last.text in [line.text for line in desk.queue.lines(record.id)]


def test_an_agent_is_told_that_the_customer_began_anew(chat: Chat, desk: Desk) -> None:
    talk = Talk(browser="secret")
    chat.hand_over(talk, ZH)
    id = joined(desk, talk)
    chat.begin(talk, ZH)
    assert desk.queue.lines(id)[-1].text == "away" and desk.queue.all()[0].id == id
    assert chat.restore("secret", ZH).items == []


def test_half_a_character_reaches_the_person(chat: Chat, desk: Desk) -> None:
    talk = Talk(browser="secret")
    say(chat, talk, "表情 \ud83d 和 \0 人工")
    assert [m.text for m in desk.messages(talk.id) if m.role == "user"] == ["表情 \ufffd 和 \ufffd 人工"]
