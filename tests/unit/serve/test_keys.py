"""Clients' own keys at the API: where they are taken, quotas in OpenAI's words, wrong ones counted by address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk import clients
from bot.desk.clients import Reach
from bot.desk.store import Desk

Maker = Callable[..., TestClient]
STRANGER = ("203.0.113.9", 50000)
CHAT = "/v1/chat/completions"
SAID = {"messages": [{"role": "user", "content": "证书怎么申请"}]}
CALLS = (("POST", CHAT, SAID), ("GET", "/v1/models", None), ("POST", "/api/feedback", {"answer": "a", "thumb": "up"}))
AGENTS = (("POST", "/api/draft", {"text": "证书怎么申请"}), ("GET", "/metrics", None))


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute ends within a test."""
    monkeypatch.setattr(clients, "now", lambda: datetime(2026, 3, 4, 12, 0, 30, tzinfo=UTC))


@pytest.fixture
def key(desk: Desk) -> Callable[..., dict[str, str]]:
    """The header with a new client's key."""

    def make(name: str = "shop", role: Reach = "chat", **quotas: int) -> dict[str, str]:
        return {"authorization": f"Bearer {desk.clients.add(name, role, **quotas)[0]}"}

    return make


@pytest.mark.parametrize("keys", [{}, {"api_key": "k1", "staff_key": "k2"}], ids=["alone", "beside"])
def test_each_role_calls_what_it_may(make_client: Maker, key: Callable[..., Any], keys: dict[str, str]) -> None:
    client, chat, agent = make_client(STRANGER, **keys), key(), key("desk", "agent")
    for method, path, body in CALLS:
        assert client.request(method, path, json=body, headers=chat).status_code == 200
    for method, path, body in (*CALLS, *AGENTS):
        assert client.request(method, path, json=body, headers=agent).status_code == 200
        assert client.request(method, path, json=body).status_code == 401
    for method, path, body in AGENTS:
        refused = client.request(method, path, json=body, headers=chat)
        assert refused.status_code == 403 and refused.json()["error"]["code"] == "role_not_allowed"
    for path in ("/desk", "/openapi.json", "/desk/state"):
        assert client.get(path, headers=agent).status_code == 401
    if keys:
        assert client.get("/v1/models", headers={"authorization": "Bearer k1"}).status_code == 200
        assert client.get("/metrics", headers={"authorization": "Bearer k2"}).status_code == 200


def test_a_revoked_key_is_refused_at_once_even_on_loopback(client: TestClient, key: Any, desk: Desk) -> None:
    header = key()
    assert client.get("/v1/models", headers=header).status_code == 200
    desk.clients.revoke("shop")
    refused = client.get("/v1/models", headers=header)
    assert refused.status_code == 401 and refused.json()["error"]["code"] == "invalid_api_key"
    assert client.get("/v1/models").status_code == 200, "loopback without a key is as it was"


@pytest.mark.parametrize(
    ("quotas", "code", "type", "wait"),
    [
        ({"minute": 2}, "rate_limit_exceeded", "rate_limit_error", "30"),
        ({"day": 2}, "insufficient_quota", "insufficient_quota", "43170"),
    ],
    ids=["minute", "day"],
)
def test_over_a_quota_is_a_429_that_says_when(
    make_client: Maker, key: Any, quotas: dict[str, int], code: str, type: str, wait: str
) -> None:
    client, header = make_client(STRANGER, staff_key="k"), key(**quotas)
    assert client.post(CHAT, json=SAID, headers=header).status_code == 200
    assert client.post(CHAT, json={}, headers=header).status_code == 400, "what is wrong in itself counts too"
    refused = client.post(CHAT, json=SAID, headers=header)
    assert refused.status_code == 429 and refused.headers["retry-after"] == wait
    error = refused.json()["error"]
    assert (error["code"], error["type"], error["param"]) == (code, type, None) and "2 requests" in error["message"]
    assert client.get("/v1/models", headers=key("other")).status_code == 200
    text = client.get("/metrics", headers={"authorization": "Bearer k"}).text
    assert f'desk_refused_total{{code="{code}"}} 1.0' in text


def test_wrong_keys_slow_their_address_and_lock_nobody_out(make_client: Maker, key: Any) -> None:
    client, right = make_client(STRANGER, staff_key="k", api_key="a"), key("desk", "agent")
    wrong = {"authorization": "Bearer sk-desk-wrong"}
    for n in range(10):
        assert client.get(("/v1/models", "/metrics")[n % 2], headers=wrong).status_code == 401
    for path in ("/v1/models", "/metrics"):
        slowed = client.get(path, headers=wrong)
        assert slowed.status_code == 429 and slowed.headers["retry-after"] == "60"
        assert client.get(path, headers=right).status_code == 200
    assert client.get("/v1/models", headers={"authorization": "Bearer a"}).status_code == 200
    assert client.get("/metrics", headers={"authorization": "Bearer k"}).status_code == 200


def test_a_key_of_the_settings_may_look_like_a_clients(make_client: Maker) -> None:
    client = make_client(STRANGER, api_key="sk-desk-own", staff_key="sk-desk-staff")
    assert client.get("/v1/models", headers={"authorization": "Bearer sk-desk-own"}).status_code == 200
    assert client.get("/metrics", headers={"authorization": "Bearer sk-desk-staff"}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/models", "/metrics"])
def test_wrong_keys_of_any_shape_are_counted_and_right_ones_pass(make_client: Maker, key: Any, path: str) -> None:
    client, own = make_client(STRANGER, api_key="a" * 20, staff_key="s" * 20), key("desk", "agent")
    for n in range(10):
        assert client.get(path, headers={"authorization": f"Bearer guess-{n}"}).status_code == 401
    slowed = client.get(path, headers={"authorization": "Bearer guess"})
    assert slowed.status_code == 429 and slowed.headers["retry-after"] == "60"
    assert client.get(path).status_code == 401, "who sends none has guessed none"
    right = {"authorization": f"Bearer {'a' * 20 if path == '/v1/models' else 's' * 20}"}
    for headers in (right, own):
        assert client.get(path, headers=headers).status_code == 200
    given = {"name": "max", "password": "x"}
    assert client.post("/desk/sign-in", data=given).status_code == 401, "passwords are counted apart"
    text = client.get("/metrics", headers=own).text
    assert 'desk_refused_total{code="too_many_tries"} 1.0' in text


def test_without_keys_in_the_settings_wrong_ones_are_counted_too(make_client: Maker) -> None:
    client = make_client(STRANGER)
    for path in ("/v1/models", "/metrics") * 5:
        assert client.get(path, headers={"authorization": "Bearer guess"}).status_code == 401
    assert client.get("/v1/models", headers={"authorization": "Bearer guess"}).status_code == 429
    loopback = make_client()
    assert all(
        loopback.get("/v1/models", headers={"authorization": "Bearer any"}).status_code == 200 for _ in range(12)
    )


def test_a_key_that_can_be_guessed_is_told_at_the_start(make_client: Maker, caplog: pytest.LogCaptureFixture) -> None:
    make_client(api_key="short-one", staff_key="s" * 16)
    assert "API_KEY has fewer" in caplog.text and "STAFF_KEY" not in caplog.text and "short-one" not in caplog.text
