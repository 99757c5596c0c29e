"""The two model servers do what the tests that use them rely on."""

from __future__ import annotations

import time

import httpx
import openai
import pytest

from bot.evaluate.scripted import USAGE, Scripted
from tests.llm.conftest import Served

pytestmark = pytest.mark.llm

MESSAGES: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "怎么删除空间?"}]


def client(server: Scripted | Served, timeout: float = 20.0) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=timeout)


def streamed(server: Scripted | Served) -> str:
    parts = client(server).chat.completions.create(model=server.model, messages=MESSAGES, stream=True, max_tokens=12)
    return "".join(part.choices[0].delta.content or "" for part in parts if part.choices)


def whole(server: Scripted | Served, timeout: float = 20.0) -> str:
    reply = client(server, timeout).chat.completions.create(model=server.model, messages=MESSAGES, max_tokens=12)
    return reply.choices[0].message.content or ""


def test_the_small_model_writes(small_llm: Served) -> None:
    assert streamed(small_llm)
    assert whole(small_llm)


def test_a_scripted_reply_comes_whole_and_streamed(scripted_llm: Scripted) -> None:
    scripted_llm.plan(text="先清空，再删除空间。[1]")
    assert whole(scripted_llm) == streamed(scripted_llm) == "先清空，再删除空间。[1]"
    assert [request.get("stream", False) for request in scripted_llm.requests] == [False, True]
    assert scripted_llm.requests[0]["authorization"] == "Bearer k"
    assert [model.id for model in client(scripted_llm).models.list()] == ["scripted"]


def test_usage_comes_when_asked_for(scripted_llm: Scripted) -> None:
    parts = client(scripted_llm).chat.completions.create(
        model="scripted", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    usage = [part.usage for part in parts if part.usage]
    assert usage[0].total_tokens == USAGE["total_tokens"]


def test_steps_are_taken_in_order_and_the_last_stays(scripted_llm: Scripted) -> None:
    scripted_llm.plan("500", ("reply", "a"), ("reply", "b"))
    with pytest.raises(openai.InternalServerError):
        whole(scripted_llm)
    assert [whole(scripted_llm) for _ in range(3)] == ["a", "b", "b"]


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [("401", openai.AuthenticationError), ("429", openai.RateLimitError), ("500", openai.InternalServerError)],
)
def test_refusals(scripted_llm: Scripted, behaviour: str, error: type[openai.APIStatusError]) -> None:
    scripted_llm.plan(behaviour)  # type: ignore[arg-type]
    with pytest.raises(error):
        whole(scripted_llm)
    with pytest.raises(error):
        streamed(scripted_llm)


def test_a_hanging_server_hangs(scripted_llm: Scripted) -> None:
    scripted_llm.plan("hang")
    begin = time.monotonic()
    with pytest.raises(openai.APITimeoutError):
        whole(scripted_llm, timeout=0.3)
    assert time.monotonic() - begin < 2


def test_half_a_stream_breaks_off(scripted_llm: Scripted) -> None:
    scripted_llm.plan("half", text="先清空，再删除空间。")
    with pytest.raises((openai.APIConnectionError, httpx.RemoteProtocolError)):
        streamed(scripted_llm)


def test_an_empty_reply_is_empty(scripted_llm: Scripted) -> None:
    scripted_llm.plan("empty")
    assert whole(scripted_llm) == streamed(scripted_llm) == ""


def test_a_broken_body_is_no_reply(scripted_llm: Scripted) -> None:
    scripted_llm.plan("broken")
    with pytest.raises((openai.APIError, ValueError)):
        whole(scripted_llm)
