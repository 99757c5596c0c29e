"""What happens to a conversation: answers, failures, feedback, hand-over, and what is kept of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bot.desk.store import Desk
from bot.errors import StoreError
from bot.serve.core import Tools
from bot.serve.pages.session import Chat
from bot.serve.pages.talk import Talk
from bot.serve.pages.texts import ZH
from bot.serve.telemetry import Telemetry

PHONE = "13800001111"


@pytest.fixture
def chat(core: Any, desk: Desk) -> Chat:
    def values(text: str) -> list[tuple[str, str]]:
        return [("电话", PHONE)] if PHONE in text else []

    return Chat(core, desk, Telemetry(), Tools(redact=lambda text: text.replace(PHONE, "〈电话〉"), values=values))


def ask(chat: Chat, talk: Talk, text: str) -> Any:
    *_, last = chat.ask(talk, text, ZH)
    return last


def act(chat: Chat, talk: Talk, **what: Any) -> str:
    return chat.act(talk, json.dumps(what), ZH)


def test_history_goes_along_and_ids_are_own(chat: Chat, core: Any) -> None:
    one, other = Talk(), Talk()
    ask(chat, one, "额度")
    ask(chat, other, "证书")
    ask(chat, one, "那证书呢")
    assert [m.content for m in core.asked[-1].history] == ["额度", "免费额度按月结算，每个月都有。"]
    assert one.id and one.id != other.id


def test_what_is_remembered_is_redacted(chat: Chat, desk: Desk) -> None:
    talk = Talk()
    ask(chat, talk, f"我的电话 {PHONE}")
    kept = desk.messages(talk.id)
    assert [m.role for m in kept] == ["user", "assistant"]
    assert PHONE not in "".join(m.text for m in kept) and kept[1].verdict == "clarify"


def test_failures_are_sentences(chat: Chat) -> None:
    talk = Talk()
    broken = ask(chat, talk, "爆炸")
    assert broken.state == "failed" and broken.error.startswith("出错了（错误号 ")
    assert re.fullmatch(r"模型服务没有响应，请稍后再试。（错误号 [0-9a-f]{6}）", ask(chat, talk, "模型坏了").error)
    assert ask(chat, talk, "长" * 9000).error == "问题太长了，最多 8000 个字。"


def test_an_answer_survives_a_full_disk(chat: Chat, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StoreError("磁盘已满。")

    monkeypatch.setattr(desk, "remember", full)
    exchange = ask(chat, Talk(), "额度")
    assert exchange.state == "done" and exchange.notice.startswith(ZH.not_kept)


def test_stopping_keeps_what_was_said_and_adds_nothing(chat: Chat, desk: Desk) -> None:
    talk = Talk()
    growing = chat.ask(talk, "额度", ZH)
    next(growing)
    exchange = next(growing)
    chat.stop(talk, ZH)
    assert list(growing) == [] and exchange.state == "stopped"
    assert [m.verdict for m in desk.messages(talk.id)] == ["", "stopped"]


def test_feedback_is_stored_with_question_and_citations(chat: Chat, desk: Desk) -> None:
    talk = Talk()
    ask(chat, talk, f"证书 {PHONE}")
    assert act(chat, talk, do="up", item=0) == ZH.thanks
    assert act(chat, talk, do="unsolved", item=0) == ZH.sorry
    assert act(chat, talk, do="comment", item=0, comment=f"打 {PHONE}") == ZH.thanks
    (kept,) = desk.feedbacks()
    assert (kept.thumb, kept.outcome, kept.question) == ("up", "unsolved", "证书 〈电话〉")
    assert kept.comment == "打 〈电话〉" and kept.citations == ("t-02", "t-09")


@pytest.mark.parametrize("payload", ["", "{", "[]", "1", '{"do":"up"}', '{"do":"up","item":"0"}', '{"do":1,"item":0}'])
def test_a_forged_press_does_nothing(chat: Chat, desk: Desk, payload: str) -> None:
    talk = Talk()
    ask(chat, talk, "额度")
    assert chat.act(talk, payload, ZH) == ""
    assert act(chat, talk, do="up", item=7) == act(chat, talk, do="drop", item=0) == ""
    assert desk.feedbacks() == ()


def test_a_hand_over_takes_the_own_words_along_and_loses_them_when_cancelled(chat: Chat, desk: Desk) -> None:
    talk = Talk()
    ask(chat, talk, f"请解冻，电话 {PHONE}")
    assert chat.hand_over(talk, ZH) == ZH.already  # the reply opened it
    (opened,) = desk.queue.all()
    assert opened.reason == "账号解冻只能由人工客服操作。" and len(opened.needs) == 2
    assert opened.collected == (("电话", PHONE),) and PHONE not in opened.summary and opened.product == "账户"
    lines = desk.queue.lines(opened.id)
    assert [(line.author, line.text) for line in lines] == [
        ("customer", f"请解冻，电话 {PHONE}"),
        ("bot", "这个需要人工客服为您处理。"),
        ("event", "opened"),
    ]
    ask(chat, talk, "补充：上周冻结的")
    assert "上周冻结" in "".join(line.text for line in desk.queue.lines(opened.id))
    chat.cancel(talk, ZH)
    assert desk.queue.all() == () and all(line.author == "event" for line in desk.queue.lines(opened.id))
    assert talk.handover() is None


def test_the_page_learns_that_an_agent_closed_it(chat: Chat, desk: Desk) -> None:
    talk = Talk()
    chat.hand_over(talk, ZH)
    id = desk.queue.all()[0].id
    desk.queue.take(id, "anna", "小安")
    desk.queue.close(id, "anna")
    ask(chat, talk, "额度")
    assert talk.handover() is None


def test_one_hand_over_at_a_time_and_the_assistant_knows_of_it(chat: Chat, core: Any, desk: Desk) -> None:
    talk = Talk()
    ask(chat, talk, "请解冻账号")
    ask(chat, talk, "请解冻账号，快点")
    assert [question.waiting for question in core.asked] == [False, True] and len(desk.queue.all()) == 1


def test_after_a_cancelled_one_only_a_wish_opens_another(chat: Chat, desk: Desk) -> None:
    talk = Talk()
    ask(chat, talk, "请解冻账号")
    chat.cancel(talk, ZH)
    ask(chat, talk, "请解冻账号")
    assert desk.queue.all() == ()
    assert chat.hand_over(talk, ZH) == "" and len(desk.queue.all()) == 1


def test_the_second_reply_of_no_help_opens_one(chat: Chat, desk: Desk) -> None:
    talk = Talk()
    ask(chat, talk, "额度")
    ask(chat, talk, "证书")
    assert act(chat, talk, do="down", item=0) == ZH.thanks and desk.queue.all() == ()
    assert act(chat, talk, do="down", item=0) == ZH.thanks and desk.queue.all() == ()
    assert act(chat, talk, do="down", item=1) == ZH.opened
    assert desk.queue.all()[0].reason == ZH.unhelpful_reason
    chat.cancel(talk, ZH)
    assert act(chat, talk, do="down", item=1) == ZH.thanks and desk.queue.all() == ()
