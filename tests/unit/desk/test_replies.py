"""What agents sent, what becomes knowledge, what staff tell everybody, and who did what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk.base import now
from bot.desk.store import Desk
from bot.errors import ConflictError


def test_what_became_of_drafts_is_kept(desk: Desk) -> None:
    for how in ("sent", "edited", "edited", "discarded", "written"):
        desk.replies.record("anna", how, handoff="h", draft="d", text="t", evidence=["s/1"])  # type: ignore[arg-type]
    assert [row.how for row in desk.replies.of("h")] == ["sent", "edited", "edited", "discarded", "written"]
    assert [row.how for row in desk.replies.edited()] == ["discarded", "edited", "edited"]
    assert desk.replies.of("h")[0].evidence == ("s/1",) and desk.replies.of("other") == ()


def test_a_sent_reply_is_proposed_once(desk: Desk) -> None:
    sent = desk.replies.record("anna", "sent", text="答")
    first = desk.replies.propose("anna", "标题", "问", "答", sent=sent.id)
    assert desk.replies.propose("anna", "别的", "问", "答", sent=sent.id).id == first.id
    assert desk.replies.propose("anna", "标题", "问", "答").id != first.id


def test_of_two_maintainers_one_decides(desk: Desk) -> None:
    id = desk.replies.propose("anna", "标题", "问", "答").id

    def decide(name: str) -> bool:
        try:
            desk.replies.decide(id, "proposed", "approved", name, "t1")
            return True
        except ConflictError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(decide, ["a", "b", "c", "d"])) == 1
    row = desk.replies.reuse(id)
    assert row is not None and (row.state, row.ticket) == ("approved", "t1")
    with pytest.raises(ConflictError):
        desk.replies.decide(id, "proposed", "refused", "e")


def test_what_was_refused_is_edited_no_more(desk: Desk) -> None:
    id = desk.replies.propose("anna", "标题", "问", "答").id
    row = desk.replies.reuse(id)
    assert row is not None
    edited = replace(row, title="新", product="CDN", expires="2027-01-01")
    assert desk.replies.edit(edited) == edited == desk.replies.reuse(id)
    desk.replies.decide(id, "proposed", "refused", "max")
    with pytest.raises(ConflictError):
        desk.replies.edit(row)


def test_one_notice_at_a_time_and_none_past_its_time(desk: Desk) -> None:
    assert desk.notices.current() is None
    desk.notices.put("anna", "上传故障", "Uploads fail")
    desk.notices.put("anna", "已恢复")
    current = desk.notices.current()
    assert current is not None and (current.zh, current.en) == ("已恢复", "已恢复")
    desk.notices.put("anna", "旧", until=now() - timedelta(minutes=1))
    assert desk.notices.current() is None
    desk.notices.put("anna", "新", until=now() + timedelta(minutes=1))
    assert desk.notices.current() is not None
    desk.notices.put("anna", "")
    assert desk.notices.current() is None


def test_the_log_tells_the_newest_first(desk: Desk) -> None:
    desk.audit.note("anna", "viewed", "h1", "c1")
    desk.audit.note("max", "erased", "c1")
    assert [row.did for row in desk.audit.newest()] == ["erased", "viewed"]
    assert [row.did for row in desk.audit.newest(who="anna")] == ["viewed"]
    assert len(desk.audit.newest(what="c1")) == 2
