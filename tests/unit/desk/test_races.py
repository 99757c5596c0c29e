"""Two hands at once: what is said while a hand-over ends, lines out of their order, guesses side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.errors import AccountError, ConflictError

WORD = "a long password"


@contextmanager
def held_before(desk: Desk, first: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Stops whoever is about to send a statement that begins so: they wait for the second event, the first tells."""
    reached, go = threading.Event(), threading.Event()

    def hold(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(first) and not reached.is_set():
            reached.set()
            go.wait(2)

    event.listen(desk._work.engine, "before_cursor_execute", hold)
    yield reached, go
    event.remove(desk._work.engine, "before_cursor_execute", hold)


LEAVES: dict[str, tuple[str, Callable[[Desk, str], object]]] = {
    "words": (
        "UPDATE handoffs",
        lambda desk, _: desk.queue.add("c1", [Say("customer", "SECRET", "〈〉", key="k")], 0, [("电话", "SECRET")]),
    ),
    "contact": ("UPDATE handoffs", lambda desk, _: desk.queue.reachable("c1", "SECRET")),
    "image": ("INSERT INTO images", lambda desk, id: desk.images.keep(id, b"SECRET", "image/png", 1, 1, "SECRET")),
}


@pytest.mark.parametrize("what", LEAVES)
def test_nothing_of_the_customers_own_outlives_a_hand_over_that_ends_meanwhile(
    desk: Desk, opened: Callable[[], Desk], what: str
) -> None:
    id = desk.queue.open("c1", "r", [], "s").id
    desk.queue.take(id, "anna", "小安")
    first, leave = LEAVES[what]
    other = opened()

    def leaving() -> bool:
        try:
            return bool(leave(desk, id))
        except ConflictError:
            return False

    with held_before(desk, first) as (reached, go), ThreadPoolExecutor(2) as pool:
        left = pool.submit(leaving)
        assert reached.wait(5)
        closed = pool.submit(other.queue.close, id, "anna")
        threading.Event().wait(0.3)
        go.set()
        left.result(), closed.result()
    record = other.queue.get(id)
    assert record is not None and (record.state, record.collected, record.contact) == ("closed", (), "")
    assert other.images.of(id) == () and "SECRET" not in "".join(line.text for line in other.queue.lines(id))


def test_a_line_is_never_overtaken_by_a_later_one(desk: Desk, opened: Callable[[], Desk]) -> None:
    """A page asks for what came after the newest line it has: a smaller number may not appear after that."""
    id = desk.queue.open("c1", "r", [], "s").id
    desk.queue.take(id, "anna", "小安")
    other = opened()
    seen: list[int] = []
    with held_before(desk, "INSERT INTO messages") as (reached, go), ThreadPoolExecutor(2) as pool:
        agent = pool.submit(desk.queue.say, id, "anna", Say("agent", "答", "答", "小安", "a"))
        assert reached.wait(5)
        customer = pool.submit(other.queue.add, "c1", [Say("customer", "问", "问", key="c")])
        threading.Event().wait(0.3)
        seen += [line.id for line in other.queue.lines(id)]
        go.set()
        agent.result(), customer.result()
    later = [line.id for line in other.queue.lines(id) if line.id not in seen]
    assert min(later) > max(seen)


def test_guesses_side_by_side_lock_an_account_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.accounts.add("anna", WORD, "agent")
    together = threading.Barrier(5)
    verify = desk.accounts._verify

    def at_once(hash: str, password: str) -> bool:
        together.wait(5)
        return verify(hash, password)

    monkeypatch.setattr(desk.accounts, "_verify", at_once)
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: desk.accounts.check("anna", "wrong"), range(5)))
    monkeypatch.setattr(desk.accounts, "_verify", verify)
    with pytest.raises(AccountError, match="锁定"):
        desk.accounts.check("anna", WORD)


def test_a_right_guess_does_not_slip_in_while_the_account_is_locked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.accounts.add("anna", WORD, "agent")
    verify = desk.accounts._verify

    def locked_meanwhile(hash: str, password: str) -> bool:
        monkeypatch.setattr(desk.accounts, "_verify", verify)
        for _ in range(5):
            desk.accounts.check("anna", "wrong")
        return verify(hash, password)

    monkeypatch.setattr(desk.accounts, "_verify", locked_meanwhile)
    with pytest.raises(AccountError, match="锁定"):
        desk.accounts.check("anna", WORD)
