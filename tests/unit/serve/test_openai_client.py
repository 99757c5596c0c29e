"""The `openai` client against the live app on loopback, as any program would use it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import openai
import pytest
import pytest_socket
import uvicorn
from fastapi import FastAPI


@pytest.fixture
def client(_no_network: None, make_app: Callable[..., FastAPI]) -> Iterator[openai.OpenAI]:
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
    yield openai.OpenAI(api_key="the-key", base_url=f"http://127.0.0.1:{port}/v1", max_retries=0)
    server.should_exit = True
    thread.join(10)
    pytest_socket._remove_restrictions()


def test_the_openai_client_works_unchanged(client: openai.OpenAI) -> None:
    model = client.models.list().data[0].id
    asked = [{"role": "system", "content": "s"}, {"role": "user", "content": "证书怎么申请"}]
    reply = client.chat.completions.create(model=model, messages=asked)  # type: ignore[call-overload]
    message = reply.choices[0].message
    assert message.support["verdict"] == "answered" and "[1]" in message.content

    stream = client.chat.completions.create(model=model, messages=asked, stream=True)  # type: ignore[call-overload]
    chunks = list(stream)
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert content == message.content
    assert chunks[-1].choices[0].delta.support["citations"][0]["ticket"] == "t-02"

    with pytest.raises(openai.BadRequestError, match="问题是空的"):
        client.chat.completions.create(model=model, messages=[{"role": "user", "content": " "}])
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("none")
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="wrong").models.list()
