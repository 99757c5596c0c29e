"""Who gets in, and what the others are told: every route, for a customer, an agent, a maintainer and a program."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from bot.serve.access import COOKIE

Maker = Callable[..., TestClient]
STRANGER = ("203.0.113.9", 50000)
PROGRAM = {"authorization": "Bearer staff-key"}
ROOT = Path(__file__).parents[3]

# Who may use which route: customers, agents, maintainers, and programs with STAFF_KEY. docs/desk.md shows it.
OPEN, CALLER, AGENT, MAINTAINER, PROGRAMS = "everybody", "API callers", "agents", "maintainers", "agents and programs"
TABLE = {
    "GET /ui/{name}": OPEN,
    "GET /embed.js": OPEN,
    "GET /ui/live": OPEN,
    "POST /ui/image": OPEN,
    "GET /favicon.ico": OPEN,
    "GET /livez": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "POST /desk/sign-in": OPEN,
    "POST /desk/sign-out": OPEN,
    "POST /v1/chat/completions": CALLER,
    "GET /v1/models": CALLER,
    "GET /v1/models/{name}": CALLER,
    "POST /api/feedback": CALLER,
    "POST /api/draft": PROGRAMS,
    "GET /metrics": PROGRAMS,
    **dict.fromkeys(
        (
            *("GET /desk", "GET /desk/draft", "POST /desk/draft", "POST /desk/take", "POST /desk/say"),
            *("POST /desk/transfer", "POST /desk/close", "POST /desk/notice", "POST /desk/language"),
            *("GET /desk/reuse", "POST /desk/reuse", "GET /desk/state", "GET /desk/image", "POST /desk/image"),
            *("POST /desk/propose", "POST /desk/sources", "POST /desk/discard"),
            *("GET /knowledge", "GET /knowledge/tickets", "GET /knowledge/ticket", "GET /knowledge/answers"),
            *("GET /knowledge/approved", "GET /knowledge/conflicts", "GET /knowledge/aside", "GET /knowledge/rebuild"),
            *("GET /quality", "GET /quality/gaps", "GET /quality/report", "GET /docs", "GET /openapi.json"),
        ),
        AGENT,
    ),
    **dict.fromkeys(
        (
            *("POST /desk/reuse/decide", "GET /desk/audit", "POST /desk/export", "POST /desk/erase"),
            "POST /knowledge/rebuild",
        ),
        MAINTAINER,
    ),
}
LET_IN = {
    OPEN: {"customer", "agent", "maintainer", "program"},
    CALLER: set(),  # by API_KEY or loopback alone: tested below
    AGENT: {"agent", "maintainer"},
    MAINTAINER: {"maintainer"},
    PROGRAMS: {"agent", "maintainer", "program"},
}


def routes(client: TestClient) -> set[str]:
    """Method and path of all that the app answers itself; the page at / is Gradio's."""

    def within(rows: Any) -> set[str]:
        found = set()
        for row in rows:
            if isinstance(row, APIRoute):
                found |= {f"{method} {row.path}" for method in row.methods or ()}
            elif inner := getattr(row, "original_router", None):
                found |= within(inner.routes)
        return found

    return within(client.app.routes)  # type: ignore[attr-defined]


def test_every_route_stands_in_the_table(client: TestClient) -> None:
    assert routes(client) == set(TABLE)


def test_the_documented_table_is_this_one() -> None:
    text = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `((?:GET|POST) [^`]+)` \| ([a-zA-Z ]+) \|", text, re.M))
    assert told == TABLE


@pytest.mark.parametrize("route", [name for name, whose in TABLE.items() if whose != CALLER])
def test_each_cell(make_client: Maker, enter: Maker, route: str) -> None:
    client = make_client(STRANGER, staff_key="staff-key")
    method, path = route.split()
    for who in ("customer", "agent", "maintainer", "program"):
        client.cookies.clear()
        if who in ("agent", "maintainer"):
            enter(client, who, who)
        headers = PROGRAM if who == "program" else {}
        reply = client.request(method, path.replace("{name}", "style.css"), headers=headers)
        if who in LET_IN[TABLE[route]]:
            refused = reply.status_code in (401, 403)
            assert not refused or route == "POST /desk/sign-in", f"{who}: {reply.text[:200]}"
        else:
            assert reply.status_code == (403 if who == "agent" else 401), f"{who}: {reply.text[:200]}"
            assert "摘要" not in reply.text


def test_a_customers_cookie_opens_nothing_of_the_staffs(make_client: Maker, account: Callable[..., str]) -> None:
    client = make_client(STRANGER)
    for cookie in ("", "x", "9999999999.00", account("anna")[:-1]):
        client.cookies.clear()
        client.cookies.set(COOKIE, cookie)
        assert client.get("/desk").status_code == 401
    client.cookies.clear()
    client.cookies.set("desk_browser", account("anna"))
    assert client.get("/desk").status_code == 401


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


def test_a_programs_key_opens_no_page_and_without_it_there_is_none(client: TestClient, make_client: Maker) -> None:
    assert client.get("/metrics", headers=PROGRAM).status_code == 200
    assert client.get("/desk", headers=PROGRAM).status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert make_client().get("/metrics", headers=PROGRAM).status_code == 401
    assert make_client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 401


def test_the_chat_page_is_open_to_all(make_client: Maker) -> None:
    assert make_client(STRANGER, page=True, api_key="k1").get("/").status_code == 200


def test_health_is_open_and_names_the_build(make_client: Maker, core: Any) -> None:
    reply = make_client(STRANGER, api_key="k1").get("/healthz")
    assert reply.json() == {"status": "ready", "build": "build-1", "engine": "extractive"}


@pytest.mark.parametrize("headers", [{"origin": "http://neighbour.test"}, {"sec-fetch-site": "same-site"}])
def test_no_other_site_uses_the_chat_with_its_visitors_cookies(make_client: Maker, headers: dict[str, str]) -> None:
    client = make_client(STRANGER, page=True)
    asked = {"data": [], "fn_index": 0, "session_hash": "theirs"}
    host = {"host": "desk.test"}
    reply = client.post("/gradio_api/queue/join", json=asked, headers={**host, **headers})
    assert reply.status_code == 403 and "access-control-allow-origin" not in reply.headers
    preflight = {"access-control-request-method": "POST"}
    assert client.options("/gradio_api/queue/join", headers={**host, **headers, **preflight}).status_code == 403
    own = {**host, "origin": "http://desk.test"}
    assert client.post("/gradio_api/queue/join", json=asked, headers=own).status_code != 403
