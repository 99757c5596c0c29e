"""Who gets in, and what the others are told: every route, for a customer, an agent, a maintainer and a program."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.serve.access import COOKIE, Access, Refusal

Maker = Callable[..., TestClient]
STRANGER = ("203.0.113.9", 50000)
PROGRAM = {"authorization": "Bearer staff-key"}
WORD = "a long password"
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


def test_before_the_first_account_the_page_says_how_to_make_it(client: TestClient, desk: Desk) -> None:
    assert "accounts add" in client.get("/desk").text
    desk.accounts.add("max", WORD, "maintainer")
    page = client.get("/desk").text
    assert "accounts add" not in page and 'type="password"' in page


def test_signing_in_gives_a_cookie_that_no_script_reads(client: TestClient, desk: Desk) -> None:
    desk.accounts.add("max", WORD, "maintainer")
    given = {"name": "max", "password": WORD, "next": "/quality/gaps"}
    reply = client.post("/desk/sign-in", data=given)
    assert reply.status_code == 303 and reply.headers["location"] == "/quality/gaps"
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "; secure" not in cookie
    assert client.get("/desk").status_code == 200
    token = client.cookies[COOKIE]
    client.post("/desk/sign-out")
    client.cookies.set(COOKIE, token)
    assert client.get("/desk").status_code == 401
    assert [row.did for row in desk.audit.newest()] == ["signed in"]
    https = client.post("/desk/sign-in", data=given, headers={"x-forwarded-proto": "https"})
    assert "; secure" in https.headers["set-cookie"].lower()


@pytest.mark.parametrize("target", ["//evil.test", "https://evil.test/desk", "/desk//evil.test", "/knowledgeable", ""])
def test_signing_in_never_leads_elsewhere(client: TestClient, desk: Desk, target: str) -> None:
    desk.accounts.add("max", WORD, "maintainer")
    reply = client.post("/desk/sign-in", data={"name": "max", "password": WORD, "next": target})
    assert reply.headers["location"] == "/desk"


@pytest.mark.parametrize("path", ["/desk/sign-in", "/desk/sign-out", "/desk/take", "/desk/close", "/desk/erase"])
def test_another_sites_form_is_refused(staff: TestClient, path: str) -> None:
    for headers in ({"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        assert staff.post(path, headers=headers).status_code == 403
    assert staff.get("/desk").status_code == 200


def test_a_wrong_password_locks_the_account_and_slows_the_address(client: TestClient, desk: Desk) -> None:
    desk.accounts.add("max", WORD, "maintainer")
    wrong = {"name": "max", "password": "wrong"}
    codes = [client.post("/desk/sign-in", data=wrong).status_code for _ in range(7)]
    assert codes == [401] * 5 + [429] * 2
    assert "锁定" in client.post("/desk/sign-in", data={"name": "max", "password": WORD}).text
    for n in range(5):
        client.post("/desk/sign-in", data={"name": f"nobody{n}", "password": "x"})
    page = client.post("/desk/sign-in", data={"name": "nobody", "password": "x"})
    assert page.status_code == 429 and "尝试次数过多" in page.text
    assert desk.audit.newest()[-1].did == "failed to sign in" and "wrong" not in str(desk.audit.newest())


def test_one_guesser_does_not_lock_the_others_out(desk: Desk) -> None:
    access = Access(desk.accounts, staff_key="k")
    for n in range(2000):
        access._note(f"peer-{n % 1500}")
    for _ in range(10):
        access._note("guesser")
    assert access._busy("guesser") and not access._busy("colleague") and len(access._tries) == 1000


def test_a_trusted_proxy_says_who_it_is_and_nobody_else_can(make_client: Maker, desk: Desk) -> None:
    desk.accounts.add("max", None, "maintainer")
    settings = {"sso_header": "X-Remote-User", "sso_proxies": "10.0.0.0/8"}
    said = {"x-remote-user": "Max"}
    proxied = make_client(("10.1.2.3", 5), **settings)
    assert proxied.get("/desk", headers=said).status_code == 200
    for refused in (
        proxied.get("/desk"),
        proxied.get("/desk", headers={"x-remote-user": "nobody"}),
        make_client(STRANGER, **settings).get("/desk", headers=said),
        make_client(("10.1.2.3", 5)).get("/desk", headers=said),
    ):
        assert refused.status_code == 401
    assert "网关" in proxied.get("/desk").text
    desk.accounts.change("max", active=False)
    assert proxied.get("/desk", headers=said).status_code == 401


def test_where_a_proxy_signs_in_a_cookie_of_before_does_not(make_client: Maker, enter: Maker) -> None:
    client = enter(make_client(("10.1.2.3", 5), sso_header="X-Remote-User", sso_proxies="10.0.0.0/8"))
    assert client.get("/desk").status_code == 401


def test_the_chat_page_is_open_to_all(make_client: Maker) -> None:
    assert make_client(STRANGER, page=True, api_key="k1").get("/").status_code == 200


def test_health_is_open_and_names_the_build(make_client: Maker, core: Any) -> None:
    reply = make_client(STRANGER, api_key="k1").get("/healthz")
    assert reply.json() == {"status": "ready", "build": "build-1", "engine": "extractive"}


def test_tries_side_by_side_and_at_a_locked_account_count_for_their_address(desk: Desk) -> None:
    access = Access(desk.accounts)
    desk.accounts.add("max", WORD, "maintainer")
    codes = [found.code for _ in range(12) if isinstance(found := access.sign_in("max", "wrong", "guesser"), Refusal)]
    assert codes == ["wrong_password"] * 5 + ["account_locked"] * 5 + ["too_many_tries"] * 2
    desk.accounts.change("max", password=WORD)
    for _ in range(12):
        assert not isinstance(access.sign_in("max", WORD, "colleague"), Refusal)


def test_the_log_is_no_place_for_what_strangers_type(client: TestClient, desk: Desk) -> None:
    desk.accounts.add("max", WORD, "maintainer")
    for _ in range(20):
        client.post("/desk/sign-in", data={"name": "my secret word", "password": "x"})
    rows = desk.audit.newest()
    assert len(rows) == 10 and {(row.did, row.what) for row in rows} == {("failed to sign in", "")}


def test_a_header_that_comes_twice_is_nobodys_word(make_client: Maker, desk: Desk) -> None:
    desk.accounts.add("max", None, "maintainer")
    client = make_client(sso_header="X-Remote-User", sso_proxies="127.0.0.1")
    assert client.get("/desk", headers=[("X-Remote-User", "max")]).status_code == 200  # type: ignore[arg-type]
    twice = [("X-Remote-User", "max"), ("X-Remote-User", "anna")]
    assert client.get("/desk", headers=twice).status_code == 401  # type: ignore[arg-type]
    assert client.post("/desk/sign-in", data={"name": "max", "password": WORD}).status_code == 404


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
