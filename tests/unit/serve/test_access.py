"""Who gets in, and what the others are told."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.serve.access import COOKIE, Access

Maker = Callable[..., TestClient]
STRANGER = ("203.0.113.9", 50000)
STAFF = {"authorization": "Bearer staff-key"}
GUARDED = ("/desk", "/knowledge", "/quality", "/quality/report", "/metrics", "/docs", "/openapi.json")


def test_without_a_key_loopback_is_let_in_and_strangers_are_not(make_client: Maker) -> None:
    assert make_client().get("/v1/models").status_code == 200
    assert make_client(("::1", 5)).get("/v1/models").status_code == 200
    refused = make_client(STRANGER).get("/v1/models")
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "invalid_api_key"
    assert "API_KEY" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"x-real-ip": "127.0.0.1"},
        {"host": "rebound.test"},
        {"origin": "http://other.test"},
        {"origin": "null"},
    ],
)
def test_a_forwarded_or_foreign_request_is_not_loopback(make_client: Maker, headers: dict[str, str]) -> None:
    assert make_client().get("/v1/models", headers=headers).status_code == 401


def test_with_a_key_everyone_needs_it(make_client: Maker) -> None:
    for client in (make_client(api_key="k1"), make_client(STRANGER, api_key="k1")):
        assert client.get("/v1/models").status_code == 401
        assert client.get("/v1/models", headers={"authorization": "Bearer k2"}).status_code == 401
        assert client.get("/v1/models", headers={"authorization": "Bearer ключ".encode()}).status_code == 401
        assert client.get("/v1/models", headers={"authorization": "Basic k1"}).status_code == 401
        assert client.get("/v1/models", headers={"authorization": "bearer k1"}).status_code == 200


@pytest.mark.parametrize("path", GUARDED)
def test_staff_routes_are_off_without_a_key(make_client: Maker, path: str) -> None:
    reply = make_client().get(path, headers=STAFF)
    assert reply.status_code == 404 and "STAFF_KEY" in reply.text


@pytest.mark.parametrize("path", GUARDED)
def test_staff_routes_need_the_key(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get(path, headers={"cookie": f"{COOKIE}=9999999999.00"}).status_code == 401
    assert client.get(path, headers=STAFF).status_code == 200


def test_drafts_are_for_staff(client: TestClient) -> None:
    assert client.post("/api/draft", json={"text": "证书"}).status_code == 401
    assert client.post("/api/draft", json={"text": "证书"}, headers=STAFF).json()["verdict"] == "answered"


def test_signing_in_sets_a_sealed_cookie(client: TestClient) -> None:
    reply = client.post("/desk/sign-in", data={"key": "staff-key", "next": "/quality"})
    assert reply.status_code == 303 and reply.headers["location"] == "/quality"
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "staff-key" not in cookie
    assert client.get("/desk").status_code == 200
    client.post("/desk/sign-out")
    assert client.get("/desk").status_code == 401


def test_signing_in_never_leads_elsewhere(client: TestClient) -> None:
    reply = client.post("/desk/sign-in", data={"key": "staff-key", "next": "//evil.test"})
    assert reply.headers["location"] == "/desk"


def test_guessing_is_slowed_down(client: TestClient) -> None:
    codes = [client.post("/desk/sign-in", data={"key": str(n)}).status_code for n in range(12)]
    assert codes[:10] == [401] * 10 and codes[10:] == [429, 429]
    assert client.get("/metrics", headers=STAFF).status_code == 429


def test_one_guesser_does_not_lock_the_others_out() -> None:
    access = Access(staff_key="k")
    for n in range(2000):
        access.sign_in("wrong", f"peer-{n % 1500}")
    for _ in range(10):
        access.sign_in("wrong", "guesser")
    refused = access.sign_in("k", "guesser")
    assert refused is not None and refused.status == 429
    assert access.sign_in("k", "colleague") is None and len(access._wrong) == 1000


def test_a_cookie_ends_with_the_shift(monkeypatch: pytest.MonkeyPatch) -> None:
    access = Access(staff_key="k")
    cookie = access.cookie()
    assert access._fits(cookie) and not Access(staff_key="other")._fits(cookie)
    later = time.time() + 13 * 3600
    monkeypatch.setattr("bot.serve.access.time.time", lambda: later)
    assert not access._fits(cookie)


def test_the_chat_page_is_open_to_all(make_client: Maker) -> None:
    assert make_client(STRANGER, page=True, api_key="k1").get("/").status_code == 200


def test_health_is_open_and_names_the_build(make_client: Maker, core: Any) -> None:
    reply = make_client(STRANGER, api_key="k1").get("/healthz")
    assert reply.json() == {"status": "ready", "build": "build-1", "engine": "extractive"}
