"""Replies in turn: who came first goes first, too many are sent away, and a turn always comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.serve.errors import Refused
from bot.serve.turns import Turn, TurnedStream, Turns

ASK = {"model": "support-desk", "messages": [{"role": "user", "content": "额度"}]}


def test_who_came_first_goes_first() -> None:
    async def run() -> list[int]:
        turns, order = Turns(2), []

        async def one(n: int) -> None:
            turn = await turns.take()
            order.append(n)
            await asyncio.sleep(0.01)
            turn.release()

        await asyncio.gather(*(one(n) for n in range(8)))
        return order

    assert asyncio.run(run()) == list(range(8))


def test_beyond_the_line_one_is_told_when_to_come_back() -> None:
    async def run() -> None:
        turns = Turns(1, waiting=2)
        first = await turns.take()
        waits = [asyncio.ensure_future(turns.take()) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refused:
            await turns.take()
        assert refused.value.refusal.status == 429 and refused.value.refusal.wait >= 1
        first.release()
        first.release()  # given back once
        second = await waits[0]
        assert not waits[1].done()
        second.release()
        (await waits[1]).release()
        (await turns.take()).release()

    asyncio.run(run())


def test_who_leaves_the_line_takes_no_turn_along() -> None:
    async def run() -> None:
        turns = Turns(1, waiting=1)
        first = await turns.take()
        gone = asyncio.ensure_future(turns.take())
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        waits = asyncio.ensure_future(turns.take())
        await asyncio.sleep(0)
        first.release()
        (await waits).release()

    asyncio.run(run())


@pytest.mark.parametrize("leaves", [False, True])
def test_a_stream_gives_its_turn_back_even_when_nobody_reads_it(leaves: bool) -> None:
    back: list[float] = []

    async def words() -> AsyncIterator[str]:
        yield "a"

    async def send(message: Any) -> None:
        if leaves:
            raise OSError("gone")

    async def receive() -> Any:
        await asyncio.sleep(5)

    async def run() -> None:
        stream = TurnedStream(Turn(back.append), words())
        scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}}
        if leaves:
            with pytest.raises(Exception):  # noqa: B017 - whatever the server makes of a reader who left
                await stream(scope, receive, send)
        else:
            await stream(scope, receive, send)

    asyncio.run(run())
    assert len(back) == 1


def test_each_way_of_asking_gives_its_turn_back(make_client: Callable[..., TestClient]) -> None:
    client = make_client(generations=1)
    for body in (ASK, {**ASK, "stream": True}, {**ASK, "messages": [{"role": "user", "content": "长" * 9000}]}) * 2:
        reply = client.post("/v1/chat/completions", json=body)
        assert reply.status_code in (200, 400)
        if body.get("stream"):
            assert "[DONE]" in reply.text
    blown = {**ASK, "messages": [{"role": "user", "content": "爆炸"}]}
    assert [client.post("/v1/chat/completions", json=blown).status_code for _ in range(3)] == [500] * 3
