"""What the desk's tables tell of its use: replies that answered nothing, and how conversations went."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.desk.models import ConversationRow
from bot.desk.store import Desk
from bot.desk.use import Talked, talks, unmet

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    return Desk("sqlite://")


def say(desk: Desk, conversation: str, *exchanges: tuple[str, str]) -> None:
    for question, verdict in exchanges:
        desk.remember(conversation, "user", question)
        desk.remember(conversation, "assistant", "答", f"{conversation}-{question}", verdict)


def test_each_reply_that_answered_nothing_comes_with_its_own_question_the_newest_first(desk: Desk) -> None:
    say(desk, "a", ("一", "answered"), ("二", "handoff"), ("三", "clarify"))
    say(desk, "b", ("四", "declined"), ("五", "handoff"))
    desk.remember("c", "assistant", "没有问题", "", "handoff")
    found = desk.read(unmet)
    assert [(asked.text, reply.verdict) for asked, reply in found] == [
        ("五", "handoff"), ("三", "clarify"), ("二", "handoff"),
    ]  # fmt: skip
    assert [asked.text for asked, _ in desk.read(lambda session: unmet(session, 1))] == ["五"]


def test_questions_of_two_chats_at_once_are_not_mixed(desk: Desk) -> None:
    desk.remember("a", "user", "甲")
    desk.remember("b", "user", "乙")
    desk.remember("a", "assistant", "答", "", "handoff")
    desk.remember("b", "assistant", "答", "", "clarify")
    assert {(asked.text, reply.verdict) for asked, reply in desk.read(unmet)} == {("甲", "handoff"), ("乙", "clarify")}


def test_how_conversations_went(desk: Desk) -> None:
    say(desk, "solved", ("一", "answered"))
    say(desk, "person", ("二", "handoff"), ("三", "answered"))
    desk.queue.open("person", "r", (), "s")
    say(desk, "back", ("四", "handoff"))
    desk.queue.open("back", "r", (), "s")
    desk.queue.cancel("back")
    say(desk, "bad", ("五", "answered"))
    desk.feedback("a", conversation="bad", thumb="down")
    say(desk, "good", ("六", "answered"))
    desk.feedback("a", conversation="good", thumb="down")
    desk.feedback("b", conversation="good", outcome="solved")
    found = desk.read(lambda session: talks(session, LONG_AGO))
    assert [(talk.verdicts, talk.person, talk.unhelped) for talk in found] == [
        (("answered",), False, False),
        (("handoff", "answered"), True, False),
        (("handoff",), False, False),
        (("answered",), False, True),
        (("answered",), False, False),
    ]


def test_a_closed_hand_over_ended_with_a_person_too(desk: Desk) -> None:
    say(desk, "a", ("一", "handoff"))
    id = desk.queue.open("a", "r", (), "s").id
    desk.queue.take(id, "anna", "小安")
    desk.queue.close(id, "anna")
    (talk,) = desk.read(lambda session: talks(session, LONG_AGO))
    assert talk.person


def test_older_conversations_are_left_out(desk: Desk) -> None:
    say(desk, "old", ("一", "answered"))
    say(desk, "new", ("二", "answered"))
    old = datetime(2026, 1, 1, tzinfo=UTC)
    desk.read(
        lambda session: session.execute(update(ConversationRow).where(ConversationRow.id == "old").values(at=old))
    )
    since = old + timedelta(days=1)
    (talk,) = desk.read(lambda session: talks(session, since))
    assert isinstance(talk, Talked) and talk.at > since
