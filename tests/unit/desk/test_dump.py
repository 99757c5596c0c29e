"""Tables out as lines and in again, within a kind of database and from one to the other."""

from __future__ import annotations

import pytest
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from bot.desk.dump import dumped, loaded
from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.errors import StoreError


def test_rows_move_between_databases_and_numbers_go_on(desk: Desk) -> None:
    """From SQLite in memory into either kind."""
    first = Desk("sqlite://")
    id = first.queue.open("c", "r", [], "s", [Say("customer", "一"), Say("customer", "二")]).id
    first.images.keep(id, b"\x00\xff", "image/png", 1, 1)
    lines = list(dumped(first._work))
    assert loaded(desk._work, lines) == len(lines)
    assert desk.queue.lines(id) == first.queue.lines(id) and list(dumped(desk._work)) == lines
    desk.queue.add("c", [Say("customer", "三", "三")])
    assert [line.text for line in desk.queue.lines(id)] == ["一", "二", "opened", "三"]
    first.close()


def test_all_or_nothing(desk: Desk) -> None:
    desk.remember("c", "user", "问")
    lines = list(dumped(desk._work))
    with pytest.raises(StoreError, match="holds"):
        loaded(desk._work, lines)
    for broken in ("{", "[]", '{"table": "nope", "row": {}}', '{"table": "messages", "row": {}}'):
        with pytest.raises(StoreError, match="none of this version"):
            loaded(desk._work, [*lines, broken], force=True)
        assert [message.text for message in desk.messages("c")] == ["问"]
    assert loaded(desk._work, lines, force=True) == len(lines)


def test_what_addresses_did_is_in_no_backup(desk: Desk) -> None:
    MovingWindowRateLimiter(desk.rates).hit(parse("5/minute"), "question", "203.0.113.7")
    assert not any('"table": "rates"' in line for line in dumped(desk._work))
