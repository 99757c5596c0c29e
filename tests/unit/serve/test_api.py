"""The API in OpenAI's protocol: replies, streams, and bad input that is never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.errors import BuildError, StoreError

CHAT = "/v1/chat/completions"
STAFF = {"authorization": "Bearer staff-key"}


def say(*contents: Any, **more: Any) -> dict[str, Any]:
    roles = ["user" if n % 2 == 0 else "assistant" for n in range(len(contents))]
    messages = [{"role": r, "content": c} for r, c in zip(roles, contents, strict=True)]
    return {"model": "any", "messages": messages, **more}


def test_a_reply_carries_marks_and_the_whole_answer(client: TestClient) -> None:
    body = client.post(CHAT, json=say("证书怎么申请")).json()
    message = body["choices"][0]["message"]
    assert body["object"] == "chat.completion" and body["choices"][0]["finish_reason"] == "stop"
    assert "升级 HTTPS 配置[1]" in message["content"] and "[1][2]" in message["content"]
    assert message["support"]["verdict"] == "answered"
    assert "[1]" not in message["support"]["text"]
    assert message["support"]["citations"][0]["source"]["line"] == 33
    assert body["usage"] == {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def test_a_stream_adds_up_to_the_reply(client: TestClient) -> None:
    whole = client.post(CHAT, json=say("证书")).json()["choices"][0]["message"]
    reply = client.post(CHAT, json=say("证书", stream=True, stream_options={"include_usage": True}))
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = [line[6:] for line in reply.text.split("\n\n") if line]
    assert events[-1] == "[DONE]"
    chunks = [json.loads(event) for event in events[:-1]]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert "".join(delta.get("content", "") for delta in deltas) == whole["content"]
    assert deltas[-1]["support"]["text"] == whole["support"]["text"]
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"] == [] and chunks[-1]["usage"]["total_tokens"] == 0


def test_the_last_user_message_is_the_question_and_system_is_ignored(client: TestClient, core: Any) -> None:
    body = say("一", "二", [{"type": "text", "text": "三"}, {"type": "text", "text": "四"}])
    body["messages"].insert(0, {"role": "system", "content": "pretend"})
    body["messages"].append({"role": "assistant", "content": None, "tool_calls": []})
    assert client.post(CHAT, json=body).status_code == 200
    asked = core.asked[-1]
    assert asked.text == "三\n四"
    assert [(m.role, m.content) for m in asked.history] == [("user", "一"), ("assistant", "二")]


BAD: list[Any] = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b"[" * 100_000,
    {},
    {"messages": []},
    {"messages": "x"},
    {"messages": [1]},
    {"messages": [{"role": "user"}]},
    {"messages": [{"role": 1, "content": "x"}]},
    {"messages": [{"role": "system", "content": "x"}]},
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
    {"messages": [{"role": "user", "content": {"a": 1}}]},
    {"messages": [{"role": "user", "content": "x"}] * 1001},
    say("x", stream="yes"),
    say("x", n=2),
    say("x", stream_options=3),
    say("x", model=[1]),
    say("  "),
    say("长" * 9000),
    say("  ", stream=True),
]


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
def test_bad_input_is_a_400_with_a_sentence(client: TestClient, body: Any) -> None:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = client.post(CHAT, content=sent)
    assert reply.status_code == 400, reply.text
    error = reply.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"] and error["type"] == "invalid_request_error"


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\u202e", "🙂" * 50, "\x1b[31m"])
def test_odd_characters_are_taken(client: TestClient, text: str) -> None:
    assert client.post(CHAT, content=json.dumps(say(text)).encode()).status_code == 200
    assert client.post(CHAT, content=json.dumps(say(text, stream=True)).encode()).status_code == 200


def test_too_large_is_a_413(client: TestClient) -> None:
    reply = client.post(CHAT, content=b"x" * (1 << 20) + b"x")
    assert reply.status_code == 413 and reply.json()["error"]["code"] == "request_too_large"
    in_pieces = client.post(CHAT, content=iter([b"x" * (1 << 19)] * 3))
    assert in_pieces.status_code == 413 and "larger" in in_pieces.json()["error"]["message"]


def test_a_failure_is_a_number_and_not_a_traceback(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    reply = client.post(CHAT, json=say("爆炸 my-secret"))
    assert reply.status_code == 500
    message = reply.json()["error"]["message"]
    number = reply.headers["x-request-id"]
    assert message.startswith(f"出错了（错误号 {number}），请稍后再试。 ") and f"(error {number})" in message
    assert "RuntimeError" in caplog.text and "my-secret" not in caplog.text


def test_a_dead_model_is_a_503_with_its_own_sentence(client: TestClient) -> None:
    reply = client.post(CHAT, json=say("模型坏了"))
    assert reply.status_code == 503 and "模型服务没有响应" in reply.json()["error"]["message"]


def test_a_failure_in_the_middle_of_a_stream_is_told_in_it(
    client: TestClient, core: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = core.stream

    def breaks(question: Any) -> Any:
        yield next(real(question))
        raise RuntimeError("half")

    monkeypatch.setattr(core, "stream", breaks)
    reply = client.post(CHAT, json=say("证书", stream=True))
    *_, error, done = [line[6:] for line in reply.text.split("\n\n") if line]
    assert "错误号" in json.loads(error)["error"]["message"] and done == "[DONE]"


def test_models(client: TestClient) -> None:
    (model,) = client.get("/v1/models").json()["data"]
    assert client.get(f"/v1/models/{model['id']}").json() == model
    assert client.get("/v1/models/none").json()["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", CHAT, 405), ("GET", "/v1/none", 404), ("GET", "/none", 404), ("POST", "/gradio_api/upload", 404)],
)
def test_what_is_not_there(client: TestClient, method: str, path: str, status: int) -> None:
    reply = client.request(method, path)
    assert reply.status_code == status and reply.json()["error"]["message"]


SHUT = (
    "gradio_api/info gradio_api/file=/etc/passwd monitoring gradio_api/proxy=http://x run/x docs/x gradio_api/vibe-edit"
)


def test_gradios_other_doors_are_shut(make_client: Callable[..., TestClient]) -> None:
    client = make_client(page=True)
    for path in SHUT.split():
        assert client.get(f"/{path}").status_code == 404, path
        assert client.post(f"/{path}", json={}).status_code == 404, path
    assert client.get("/").status_code == client.get("/config").status_code == 200


def test_feedback_is_stored_redacted_and_counted(client: TestClient, desk: Desk) -> None:
    sent = {"answer": "a1", "thumb": "down", "outcome": "unsolved", "comment": "打 13800001111", "citations": ["t1"]}
    assert client.post("/api/feedback", json=sent).json() == {"stored": True}
    (kept,) = desk.feedbacks()
    assert (kept.thumb, kept.outcome, kept.comment, kept.citations) == ("down", "unsolved", "打 〈电话〉", ("t1",))
    assert 'desk_feedback_total{kind="down"} 1.0' in client.get("/metrics", headers=STAFF).text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answer": "a"},
        {"answer": " ", "thumb": "up"},
        {"answer": "a", "thumb": "sideways"},
        {"answer": "a", "thumb": ["up"]},
        {"answer": "a", "thumb": "up", "citations": "t"},
        {"answer": "a", "thumb": "up", "comment": "x" * 3000},
    ],
)
def test_bad_feedback_is_a_400(client: TestClient, body: Any) -> None:
    assert client.post("/api/feedback", json=body).status_code == 400


def test_health_says_why_not(client: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise StoreError("数据库被占用。")

    monkeypatch.setattr(desk, "check", broken)
    reply = client.get("/healthz")
    assert reply.status_code == 503 and reply.json()["reason"] == "数据库被占用。"


def test_health_of_a_missing_index(client: TestClient, core: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_self: Any) -> str:
        raise BuildError("还没有索引。")

    monkeypatch.setattr(type(core), "build", property(missing), raising=False)
    assert client.get("/healthz").json() == {"status": "unavailable", "reason": "还没有索引。"}


def test_metrics_count_verdicts_and_measure(client: TestClient) -> None:
    client.post(CHAT, json=say("证书"))
    text = client.get("/metrics", headers=STAFF).text
    assert 'desk_answers_total{engine="extractive",verdict="answered"} 1.0' in text
    assert "desk_first_sentence_seconds_count 1.0" in text and "desk_answer_seconds_count 1.0" in text
    assert 'desk_build_info{build="build-1",engine="extractive"} 1.0' in text


def test_every_reply_has_security_headers(make_client: Callable[..., TestClient]) -> None:
    client = make_client(page=True)
    for path in ("/", "/v1/models", "/desk", "/none", "/ui/style.css"):
        headers = client.get(path).headers
        assert "script-src 'self' 'unsafe-inline'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"]


def test_without_an_index_the_app_starts_and_says_so(
    make_client: Callable[..., TestClient], core: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any) -> Any:
        raise BuildError("还没有索引。")

    for name in ("build", "engine"):
        monkeypatch.setattr(type(core), name, property(missing, lambda *_: None), raising=False)
    for name in ("stream", "suggestions"):
        monkeypatch.setattr(core, name, missing)
    client = make_client(page=True, staff_key="staff-key")
    assert client.get("/").status_code == 200
    assert client.get("/metrics", headers=STAFF).status_code == 200
    for path, kind in (("/healthz", "GET"), ("/v1/models", "GET"), (CHAT, "POST")):
        reply = client.request(kind, path, json=say("x") if kind == "POST" else None)
        assert reply.status_code == 503 and "还没有索引。" in reply.text


def test_a_draft_takes_a_ticket_and_what_it_is_to_rest_on(client: TestClient) -> None:
    ticket = {"messages": [{"content": "证书怎么申请", "message_type": 0}]}
    asked = {"ticket": ticket, "only": ["t1"], "language": "en", "tone": "shorter"}
    body = client.post("/api/draft", json=asked, headers=STAFF).json()
    assert body["verdict"] == "answered" and "[1]" in body["draft"]["text"]
    assert body["draft"]["language"] == "en" and body["draft"]["confidence"] == "medium"
    for wrong in ({"ticket": "x"}, {"ticket": {}}, {"text": "x", "only": "t1"}, {"text": "x", "tone": "rude"}, {}):
        assert client.post("/api/draft", json=wrong, headers=STAFF).status_code == 400
