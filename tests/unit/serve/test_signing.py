"""Signing in: passwords and cookies, guessers, forms of other sites, and a proxy that signs people in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.serve.access import COOKIE, Access, Refusal

Maker = Callable[..., TestClient]
STRANGER = ("203.0.113.9", 50000)
WORD = "a long password"


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
