"""The `openai` client and LangChain's ChatOpenAI against the live app on loopback, as any program would use them."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
import pytest_socket
import uvicorn
from fastapi import FastAPI
from langchain_openai import ChatOpenAI

from bot.desk.store import Desk

ASKED: Any = [{"role": "system", "content": "s"}, {"role": "user", "content": "证书怎么申请"}]
BLANK: Any = [{"role": "user", "content": " "}]


@pytest.fixture
def address(_no_network: None, make_app: Callable[..., FastAPI]) -> Iterator[str]:
    pytest_socket.enable_socket()  # loopback alone: the client and its server are the test
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(make_app(api_key="the-key"), host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join(10)
    pytest_socket._remove_restrictions()


@pytest.fixture
def key(desk: Desk) -> str:
    """A client's own key."""
    return desk.clients.add("shop")[0]


@pytest.fixture(params=["API_KEY", "own"])
def client(request: pytest.FixtureRequest, address: str, key: str) -> openai.OpenAI:
    return openai.OpenAI(api_key="the-key" if request.param == "API_KEY" else key, base_url=address, max_retries=0)


def test_the_openai_client_works_unchanged(client: openai.OpenAI) -> None:
    model = client.models.list().data[0].id
    reply = client.chat.completions.create(model=model, messages=ASKED, temperature=0.2, max_tokens=500, user="u")
    message: Any = reply.choices[0].message
    assert message.support["verdict"] == "answered" and "[1]" in message.content

    with client.chat.completions.create(
        model=model, messages=ASKED, stream=True, stream_options={"include_usage": True}
    ) as stream:
        *chunks, last = list(stream)
    assert last.usage and last.usage.total_tokens == 0 and not last.choices
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    delta: Any = chunks[-1].choices[0].delta
    assert content == message.content and delta.support["citations"][0]["ticket"] == "t-02"

    with pytest.raises(openai.BadRequestError, match="问题是空的"):
        client.chat.completions.create(model=model, messages=BLANK)
    with pytest.raises(openai.BadRequestError, match="问题是空的"):
        client.chat.completions.create(model=model, messages=BLANK, stream=True)
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("none")
    for wrong in ("wrong", "sk-desk-wrong"):
        with pytest.raises(openai.AuthenticationError) as refused:
            client.with_options(api_key=wrong).models.list()
        assert refused.value.code == "invalid_api_key"


def test_the_asynchronous_client_works_unchanged(address: str, key: str) -> None:
    async def use() -> tuple[str | None, str]:
        async with openai.AsyncOpenAI(api_key=key, base_url=address, max_retries=0) as client:
            model = (await client.models.list()).data[0].id
            whole = await client.chat.completions.create(model=model, messages=ASKED)
            pieces = ""
            async for chunk in await client.chat.completions.create(model=model, messages=ASKED, stream=True):
                pieces += chunk.choices[0].delta.content or ""
            with pytest.raises(openai.BadRequestError):
                await client.chat.completions.create(model=model, messages=BLANK, stream=True)
            with pytest.raises(openai.AuthenticationError):
                await client.with_options(api_key="wrong").models.list()
            return whole.choices[0].message.content, pieces

    whole, pieces = asyncio.run(use())
    assert whole == pieces and "[1]" in pieces


def test_a_used_up_quota_is_the_clients_own_error_and_a_role_too(address: str, desk: Desk) -> None:
    for quotas, code in (((2, 0), "rate_limit_exceeded"), ((0, 2), "insufficient_quota")):
        key, _ = desk.clients.add(code, "chat", *quotas)
        client = openai.OpenAI(api_key=key, base_url=address, max_retries=0)
        with pytest.raises(openai.RateLimitError) as over:
            for _ in range(5):  # a minute may end in between
                client.models.list()
        assert over.value.code == code and int(over.value.response.headers["retry-after"]) >= 1
        model = ChatOpenAI(model="m", api_key=key, base_url=address, max_retries=0)  # type: ignore[arg-type]
        with pytest.raises(openai.RateLimitError):
            for _ in range(5):
                model.invoke("证书怎么申请")
    client = openai.OpenAI(api_key=desk.clients.add("chat")[0], base_url=address.removesuffix("/v1"), max_retries=0)
    with pytest.raises(openai.PermissionDeniedError):
        client.post("/api/draft", cast_to=object, body={"text": "x"})


def test_langchain_works_unchanged(address: str, key: str) -> None:
    def model(key: str, **more: Any) -> ChatOpenAI:
        return ChatOpenAI(model="support-desk", api_key=key, base_url=address, max_retries=0, **more)  # type: ignore[arg-type]

    history = [("system", "s"), ("human", "你好"), ("ai", "您好"), ("human", "证书怎么申请")]
    whole = model(key).invoke(history)
    assert "[1]" in whole.text and whole.response_metadata["finish_reason"] == "stop"
    pieces = list(model(key, stream_usage=True).stream(history))
    assert "".join(piece.text for piece in pieces) == whole.text and len(pieces) > 3

    async def use() -> tuple[str, str]:
        chat = model(key)
        streamed = [piece.text async for piece in chat.astream(history)]
        return (await chat.ainvoke(history)).text, "".join(streamed)

    assert asyncio.run(use()) == (whole.text, whole.text)
    with pytest.raises(openai.AuthenticationError):
        model("wrong").invoke(history)
    with pytest.raises(openai.BadRequestError, match="问题是空的"):
        list(model(key).stream(" "))
