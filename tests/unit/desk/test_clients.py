"""Programs' keys: kept as digests, found, revoked, and counted in minutes and days over several processes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.desk import clients
from bot.desk.clients import PREFIX, CallRow, ClientRow, Spent
from bot.desk.store import Desk
from bot.errors import AccountError

NOON = datetime(2026, 3, 4, 12, 0, 40, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def set(at: datetime) -> None:
        monkeypatch.setattr(clients, "now", lambda: at)

    set(NOON)
    return set


def test_a_key_is_shown_once_and_kept_as_a_digest(desk: Desk, clock: object) -> None:
    key, client = desk.clients.add("Shop", "agent", 5, 7)
    assert key.startswith(PREFIX) and len(key) > 48
    assert (client.name, client.role, client.minute, client.day, client.used) == ("shop", "agent", 5, 7, None)
    assert desk.clients.find(key) == client and desk.clients.all() == (client,)
    for wrong in ("", key[:-1], key + "x", key.removeprefix(PREFIX), f"{PREFIX}\ud800", f"{PREFIX}ключ\0"):
        assert desk.clients.find(wrong) is None
    kept = desk.read(lambda session: session.scalars(select(ClientRow)).one())
    assert key not in str(vars(kept)) and key[8:] not in str(vars(kept))


def test_a_revoked_key_opens_nothing_and_its_name_can_begin_anew(desk: Desk, opened: Callable[[], Desk]) -> None:
    old, _ = desk.clients.add("shop", "agent")
    with pytest.raises(AccountError, match="already"):
        desk.clients.add("shop")
    opened().clients.revoke("SHOP")
    assert desk.clients.find(old) is None and not desk.clients.all()[0].active
    new, client = desk.clients.add("shop")
    assert client.role == "chat" and desk.clients.find(new) == client and desk.clients.find(old) is None


@pytest.mark.parametrize(
    "given", [("a b",), ("",), ("x" * 65,), ("a", "boss"), ("a", "chat", -1), ("a", "chat", 0, 1 << 40)]
)
def test_what_no_key_can_be_is_refused(desk: Desk, given: tuple[object, ...]) -> None:
    with pytest.raises(AccountError):
        desk.clients.add(*given)  # type: ignore[arg-type]
    with pytest.raises(AccountError, match="no key"):
        desk.clients.revoke("nobody")
    assert desk.clients.all() == ()


def test_a_minutes_quota_ends_with_the_minute(desk: Desk, clock: Callable[[datetime], None]) -> None:
    _, client = desk.clients.add("shop", "chat", 2)
    assert [desk.clients.count(client) for _ in range(3)] == [None, None, Spent("minute", 2, 20)]
    clock(NOON + timedelta(seconds=19, microseconds=999_999))
    assert desk.clients.count(client) == Spent("minute", 2, 1)
    clock(NOON + timedelta(seconds=20))
    assert desk.clients.count(client) is None


def test_what_a_minute_refuses_is_no_part_of_the_day(desk: Desk, clock: Callable[[datetime], None]) -> None:
    _, client = desk.clients.add("shop", "chat", 1, 2)
    assert [desk.clients.count(client) is None for _ in range(5)] == [True, *[False] * 4]
    clock(NOON + timedelta(minutes=1))
    assert desk.clients.count(client) is None
    clock(NOON + timedelta(minutes=2))
    assert desk.clients.count(client) == Spent("day", 2, 43_040)
    clock(NOON + timedelta(hours=12))
    assert desk.clients.count(client) is None


def test_without_a_quota_only_the_day_of_use_is_kept(desk: Desk, clock: object) -> None:
    key, client = desk.clients.add("shop")
    assert all(desk.clients.count(client) is None for _ in range(3))
    found = desk.clients.find(key)
    assert found is not None and found.used == NOON.date()
    assert desk.read(lambda session: session.scalars(select(CallRow)).all()) == []


def test_a_quota_holds_over_several_processes(opened: Callable[[], Desk]) -> None:
    desks = [opened() for _ in range(4)]
    _, client = desks[0].clients.add("shop", "chat", 0, 30)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: desks[n % 4].clients.count(client), range(80)))
    assert sum(spent is None for spent in done) == 30


def test_old_counts_are_swept_and_todays_stay(desk: Desk, clock: Callable[[datetime], None]) -> None:
    _, client = desk.clients.add("shop", "chat", 10, 10)
    clock(NOON - timedelta(days=1))
    desk.clients.count(client)
    clock(NOON - timedelta(hours=1))
    desk.clients.count(client)
    clock(NOON)
    desk.clients.count(client)
    desk.retention.purge(0, 0)
    rows = desk.read(lambda session: session.execute(select(CallRow.span, CallRow.count).order_by(CallRow.span)).all())
    assert [tuple(row) for row in rows] == [("day", 2), ("minute", 1)]
