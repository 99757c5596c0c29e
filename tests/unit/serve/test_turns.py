"""Replies in turn: a fair line of bounded length, a stated wait, and a turn that always comes back."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.errors import LateError
from bot.serve import turns as module
from bot.serve.errors import Refused
from bot.serve.pages import view
from bot.serve.pages.session import Chat, Unsent
from bot.serve.pages.talk import Exchange, Talk
from bot.serve.pages.texts import EN, ZH
from bot.serve.telemetry import Telemetry
from bot.serve.turns import Place, Turns

ASK = {"model": "support-desk", "messages": [{"role": "user", "content": "额度"}]}
SOON = 20  # seconds after which a test has failed, and no measurement


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


def has(place: Place) -> bool:
    return place.turn.done() and place.turn.exception() is None


def served(turns: Turns, places: dict[str, Place]) -> list[str]:
    """The order in which places in line get their turn, each given back before the next."""
    order: list[str] = []
    while waiting := [name for name in places if name not in order]:
        (name,) = [name for name in waiting if has(places[name])]
        order.append(name)
        places[name].leave()
    return order


def test_of_one_client_who_came_first_goes_first() -> None:
    turns = Turns(1)
    assert served(turns, {str(n): turns.join("a") for n in range(6)}) == list("012345")


def test_a_reply_that_could_not_be_begun_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    turns = Turns(1)
    place = turns.join("a")
    monkeypatch.setattr(threading.Thread, "start", full)
    with pytest.raises(RuntimeError):
        try:
            place.write(iter("x"))
        finally:
            place.leave()
    assert has(turns.join("b"))


def test_a_client_with_many_requests_pushes_back_nobody_who_has_one() -> None:
    turns = Turns(1)
    places = {f"a{n}": turns.join("a") for n in range(6)}
    places |= {"b0": turns.join("b"), "c0": turns.join("c"), "c1": turns.join("c")}
    assert served(turns, places) == ["a0", "b0", "c0", "a1", "c1", "a2", "a3", "a4", "a5"]


def test_whoever_holds_fewest_turns_gets_the_next() -> None:
    turns = Turns(3)
    many = [turns.join("a") for _ in range(9)]
    one = turns.join("b")
    many[1].leave()
    assert has(one) and not has(many[3])


def test_a_full_line_makes_room_for_who_has_less_in_it() -> None:
    turns = Turns(1, waiting=3)
    held, *line = [turns.join("a") for _ in range(4)]
    with pytest.raises(Refused) as refused:
        turns.join("a")
    assert refused.value.refusal.status == 429 and refused.value.refusal.wait >= 1
    one = turns.join("b")
    with pytest.raises(Refused, match="Too many"):
        line[2].wait(0)
    with pytest.raises(Refused):
        turns.join("b")  # two of three are as many as the other has
    assert served(turns, {"a0": held, "b": one, "a1": line[0], "a2": line[1]}) == ["a0", "b", "a1", "a2"]


def test_what_is_ahead_is_told_and_is_true() -> None:
    turns = Turns(2)
    turns._usual = 3.0
    places = {f"a{n}": turns.join("a") for n in range(5)} | {f"b{n}": turns.join("b") for n in range(2)}
    told = {name: place.ahead() for name, place in places.items()}
    assert told["a0"] == told["a1"] == (0, 0)
    assert told["b0"] == (1, 3), "two replies of three seconds, two at once"
    assert told["b1"] == (3, 6) and told["a4"] == (4, 8)
    for name, place in places.items():
        place.leave()
        assert place.ahead() == (0, 0), name


def test_the_wait_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(module, "time", type("Clock", (), {"monotonic": staticmethod(lambda: clock[0])}))
    turns = Turns(1, waiting=1)
    for took in (4.0, 4.0):
        place = turns.join("a")
        clock[0] += took
        place.leave()
    turns.join("a")
    assert turns.join("a").ahead() == (0, 4)
    with pytest.raises(Refused) as refused:
        turns.join("a")
    assert refused.value.refusal.wait == 4


def test_who_leaves_the_line_takes_no_turn_along() -> None:
    async def run() -> None:
        turns = Turns(1)
        first = turns.join("a")

        async def gone() -> bool:
            return True

        async def stays() -> bool:
            return False

        leaving = asyncio.ensure_future(turns.written("a", iter(()), stays))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        with pytest.raises(Refused, match="has left"):
            await turns.written("b", iter(()), gone)
        last = turns.join("a")
        first.leave()
        first.leave()
        assert last.wait(0) and not turns.join("a").wait(0)

    asyncio.run(run())


def test_nobody_stands_in_line_for_ever() -> None:
    async def run() -> None:
        turns = Turns(1, patience=0.0)
        held = turns.join("a")
        tired = turns.join("a")
        with pytest.raises(Refused) as refused:
            tired.wait(0.001)
        assert refused.value.refusal.status == 429
        with pytest.raises(Refused):
            await turns.join("b").come(0.001)
        held.leave()
        assert has(turns.join("c"))

    asyncio.run(run())


def test_a_reply_that_hangs_ends_for_its_reader_and_keeps_its_turn_until_it_is_over() -> None:
    turns, hangs, closed = Turns(1, longest=0.0), threading.Event(), threading.Event()

    def items() -> Iterator[str]:
        try:
            hangs.wait(SOON)
            yield "late"
        finally:
            closed.set()

    place = turns.join("a")
    with pytest.raises(LateError, match="took too long"):
        next(place.write(items()))
    place.leave()
    after = turns.join("b")
    assert not has(after), "what hangs still has a thread"
    hangs.set()
    assert closed.wait(SOON)
    assert after.wait(SOON)


def test_who_reads_slowly_holds_no_turn() -> None:
    turns = Turns(1)
    written = turns.join("a").write(iter(["one", "two", "three"]))
    assert turns.join("b").wait(SOON), "written, and not read at all"
    assert list(written) == ["one", "two", "three"]


def test_who_leaves_a_reply_stops_it() -> None:
    turns, made, more = Turns(1), [], threading.Event()

    def items() -> Iterator[int]:
        for n in range(1000):
            made.append(n)
            yield n
            more.wait(SOON)

    written = turns.join("a").write(items())
    assert next(written) == 0
    written.close()  # type: ignore[attr-defined]
    more.set()
    assert turns.join("b").wait(SOON) and len(made) <= 2


def test_each_way_of_asking_gives_its_turn_back(make_client: Callable[..., TestClient]) -> None:
    client = make_client(generations=1, staff_key="k")
    for body in (ASK, {**ASK, "stream": True}, {**ASK, "messages": [{"role": "user", "content": "长" * 9000}]}) * 2:
        reply = client.post("/v1/chat/completions", json=body)
        assert reply.status_code in (200, 400)
        if body.get("stream"):
            assert "[DONE]" in reply.text
    blown = {**ASK, "messages": [{"role": "user", "content": "爆炸"}]}
    assert [client.post("/v1/chat/completions", json=blown).status_code for _ in range(3)] == [500] * 3
    key = {"authorization": "Bearer k"}
    assert [client.post("/api/draft", json={"text": "额度"}, headers=key).status_code for _ in range(3)] == [200] * 3


def test_a_hung_reply_is_a_503_for_a_program(
    make_client: Callable[..., TestClient], core: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = threading.Event()
    monkeypatch.setattr("bot.serve.app.BESIDE", -19.9)  # LLM_TIMEOUT is 20

    def hangs(question: Any) -> Iterator[Any]:
        ends.wait(SOON)
        yield from ()

    monkeypatch.setattr(core, "stream", hangs)
    reply = make_client().post("/v1/chat/completions", json=ASK)
    ends.set()
    assert reply.status_code == 503 and "took too long" in reply.json()["error"]["message"]


def test_the_page_tells_the_place_in_line_and_those_in_flight_finish(core: Any, desk: Desk) -> None:
    turns = Turns(1)
    turns._usual, numbers = 5.0, Telemetry()  # seconds
    chat, talk = Chat(core, desk, numbers, turns=turns), Talk(address="a")
    held, before = turns.join("x"), turns.join("y")
    asked = chat.ask(talk, "额度", ZH)
    next(asked)
    item = next(asked)
    assert isinstance(item, Exchange) and item.waiting == (1, 10)
    for texts, told in ((ZH, "前面还有 1 位，约需 10 秒"), (EN, "1 before you, about 10 seconds")):
        assert told in view.messages(talk, texts)[-1]["content"]
    held.leave()
    item = next(asked)
    assert isinstance(item, Exchange) and item.waiting and item.waiting[0] == 0
    assert f"下一位就是您，约需 {item.waiting[1]} 秒" in view.messages(talk, ZH)[-1]["content"]
    before.leave()
    *_, last = asked
    assert isinstance(last, Exchange) and last.state == "done" and last.waiting is None
    assert (numbers.registry.get_sample_value("desk_turn_seconds_sum") or 0) >= 1  # it looked twice, a second each
    assert "前面还有" not in str(view.messages(talk, ZH))


def test_the_page_says_when_to_come_back_and_keeps_what_was_typed(core: Any, desk: Desk) -> None:
    turns, numbers = Turns(1, waiting=2), Telemetry()
    chat, talk = Chat(core, desk, numbers, turns=turns), Talk(address="a")
    assert list(chat.ask(talk, "额度", ZH))
    held, *line = [turns.join("a") for _ in range(3)]
    for again in (False, True):
        with pytest.raises(Unsent, match=r"请 \d+ 秒后再试"):
            next(chat.ask(talk, "证书", ZH, again))
        assert [item.question for item in talk.items if isinstance(item, Exchange)] == ["额度"]
    line[0].leave()
    asked = chat.ask(talk, "证书", ZH)
    next(asked)
    turns.join("b")  # takes the place of whoever came last of those who have more
    *_, last = asked
    assert isinstance(last, Exchange) and last.state == "failed" and "重新回答" in last.error
    held.leave()
    assert b'desk_refused_total{code="overloaded"} 3.0' in numbers.exposition()


@pytest.mark.parametrize("how", ["stops", "leaves"])
def test_on_the_page_who_stops_or_leaves_gives_the_place_back(core: Any, desk: Desk, how: str) -> None:
    turns = Turns(1)
    chat, talk = Chat(core, desk, Telemetry(), turns=turns), Talk(address="a")
    held = turns.join("x")
    asked = chat.ask(talk, "额度", ZH)
    next(asked)
    if how == "stops":
        chat.stop(talk, ZH)
        assert list(asked) == []
    else:
        asked.close()  # type: ignore[attr-defined]
    held.leave()
    assert has(turns.join("b")) and core.asked == []


def test_a_program_that_left_the_stream_stops_the_reply(make_app: Callable[..., Any], core: Any) -> None:
    """Over ASGI: a reader who leaves after the first piece."""
    core.pause, left = 0.01, asyncio.Event()
    app = make_app(generations=1)
    body = b'{"messages": [{"role": "user", "content": "\xe6\x85\xa2"}], "stream": true}'
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "method": "POST",
        "path": "/v1/chat/completions",
        "raw_path": b"",
        "query_string": b"",
        "scheme": "http",
        "root_path": "",
        "client": ("127.0.0.1", 5),
        "headers": [(b"host", b"127.0.0.1")],
        "http_version": "1.1",
    }

    async def bodies() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "http.request", "body": body, "more_body": False}
        await left.wait()
        while True:
            yield {"type": "http.disconnect"}

    async def run() -> bytes:
        given, seen = bodies(), b""

        async def send(message: Any) -> None:
            nonlocal seen
            seen += message.get("body", b"")
            if b"content" in seen:
                left.set()

        await asyncio.wait_for(app(scope, lambda: anext(given), send), SOON)
        return seen

    seen = asyncio.run(run())
    assert b"data:" in seen and b"[DONE]" not in seen
