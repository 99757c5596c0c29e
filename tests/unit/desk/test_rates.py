"""Rates counted in the desk's database: one limit over several workers, gone when their time is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from limits import parse
from limits.errors import StorageError
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import func, select

from bot.desk import rates
from bot.desk.base import now
from bot.desk.rates import RateRow
from bot.desk.store import Desk


def test_two_workers_share_one_limit(opened: Callable[[], Desk]) -> None:
    one, other = (MovingWindowRateLimiter(opened().rates) for _ in range(2))
    item = parse("3/minute")
    assert [worker.hit(item, "question", "10.0.0.1") for worker in (one, other, one, other, one)] == [True] * 3 + [
        False
    ] * 2
    assert one.hit(item, "question", "10.0.0.2") and one.hit(item, "image", "10.0.0.1")
    assert other.get_window_stats(item, "question", "10.0.0.1").remaining == 0


def test_many_at_once_get_no_more_than_the_limit(opened: Callable[[], Desk]) -> None:
    item, got = parse("10/minute"), list[bool]()
    desks = [opened(), opened()]

    def tries(desk: Desk) -> None:
        limiter = MovingWindowRateLimiter(desk.rates)
        got.extend(limiter.hit(item, "question", "one") for _ in range(5))

    threads = [threading.Thread(target=tries, args=(desks[n % 2],)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got.count(True), len(got)) == (10, 30)


def test_a_window_moves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    limiter, item, began = MovingWindowRateLimiter(desk.rates), parse("1/minute"), now()
    assert limiter.hit(item, "question", "one") and not limiter.hit(item, "question", "one")
    reset = limiter.get_window_stats(item, "question", "one").reset_time
    assert 0 < reset - began.timestamp() <= 62
    monkeypatch.setattr(rates, "_clock", lambda session: began + timedelta(seconds=62))
    assert limiter.hit(item, "question", "one")


def test_no_address_is_kept_and_none_for_long(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    MovingWindowRateLimiter(desk.rates).hit(parse("5/minute"), "question", "203.0.113.7")
    assert "203.0.113.7" not in str(desk.read(lambda session: session.scalars(select(RateRow.key)).all()))
    later = now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(rates, "now", lambda: later)
    desk.retention.purge(0, 0)
    assert desk.read(lambda session: session.scalar(select(func.count()).select_from(RateRow))) == 0


def test_a_database_that_is_gone_is_told_as_the_library_expects(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk._work.begin() as session:
        session.connection().exec_driver_sql("DROP TABLE rates")
    with pytest.raises(StorageError):
        MovingWindowRateLimiter(desk.rates).hit(parse("5/minute"), "question", "one")
