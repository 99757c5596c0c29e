"""Accounts: who gets in, who does not, for how long, and what a guesser meets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk import accounts
from bot.desk.base import now
from bot.desk.store import Desk
from bot.errors import AccountError

WORD = "a long password"


def test_the_right_password_and_nothing_else(desk: Desk) -> None:
    made = desk.accounts.add(" Anna ", WORD, "agent", "小安", ["CDN"])
    assert (made.name, made.shown, made.role, made.products) == ("anna", "小安", "agent", ("CDN",))
    assert desk.accounts.check("ANNA", WORD) == made
    for name, word in (("anna", WORD.upper()), ("anna", ""), ("ben", WORD), ("", WORD)):
        assert desk.accounts.check(name, word) is None


def test_a_password_is_kept_as_a_digest(desk: Desk) -> None:
    desk.accounts.add("anna", WORD, "agent")
    with desk._work.engine.connect() as connection:
        ((kept,),) = connection.exec_driver_sql("SELECT hash FROM accounts").all()
    assert kept.startswith("$argon2id$") and WORD not in kept


@pytest.mark.parametrize(
    ("name", "word", "role", "says"),
    [
        ("anna", "short", "agent", "至少 10"),
        ("a b", WORD, "agent", "账号名"),
        ("", WORD, "agent", "账号名"),
        ("x" * 65, WORD, "agent", "账号名"),
        ("anna", WORD, "root", "角色"),
    ],
)
def test_what_is_no_account_is_refused(desk: Desk, name: str, word: str, role: str, says: str) -> None:
    with pytest.raises(AccountError, match=says):
        desk.accounts.add(name, word, role)  # type: ignore[arg-type]
    assert desk.accounts.all() == ()


def test_a_name_is_given_once(desk: Desk) -> None:
    desk.accounts.add("anna", WORD, "agent")
    with pytest.raises(AccountError, match="已经存在"):
        desk.accounts.add("Anna", WORD, "maintainer")


def test_five_wrong_ones_lock_the_right_one_out_for_a_while(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.accounts.add("anna", WORD, "agent")
    for _ in range(4):
        assert desk.accounts.check("anna", "wrong") is None
    assert desk.accounts.check("anna", WORD) is not None  # and the count begins anew
    for _ in range(5):
        assert desk.accounts.check("anna", "wrong") is None
    with pytest.raises(AccountError, match="锁定"):
        desk.accounts.check("anna", WORD)
    assert desk.accounts.all()[0].locked
    later = now() + timedelta(minutes=16)
    monkeypatch.setattr(accounts, "now", lambda: later)
    assert desk.accounts.check("anna", WORD) is not None


def test_a_new_password_opens_a_locked_account(desk: Desk) -> None:
    desk.accounts.add("anna", WORD, "agent")
    for _ in range(5):
        desk.accounts.check("anna", "wrong")
    desk.accounts.change("anna", password="another long one")
    assert desk.accounts.check("anna", "another long one") is not None and desk.accounts.check("anna", WORD) is None


def test_a_sign_in_lasts_a_shift(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.accounts.add("anna", WORD, "agent")
    token = desk.accounts.sign_in("anna")
    found = desk.accounts.signed_in(token)
    assert found is not None and found.name == "anna"
    for other in ("", "x", token + "x"):
        assert desk.accounts.signed_in(other) is None
    later = now() + timedelta(hours=13)
    monkeypatch.setattr(accounts, "now", lambda: later)
    assert desk.accounts.signed_in(token) is None


def test_a_token_is_kept_as_a_digest(desk: Desk) -> None:
    desk.accounts.add("anna", WORD, "agent")
    token = desk.accounts.sign_in("anna")
    with desk._work.engine.connect() as connection:
        ((kept,),) = connection.exec_driver_sql("SELECT id FROM signins").all()
    assert token not in kept and desk.accounts.signed_in(kept) is None


def test_signing_out_ends_it_and_no_other(desk: Desk) -> None:
    desk.accounts.add("anna", WORD, "agent")
    here, there = desk.accounts.sign_in("anna"), desk.accounts.sign_in("anna")
    desk.accounts.sign_out(here)
    assert desk.accounts.signed_in(here) is None and desk.accounts.signed_in(there) is not None


@pytest.mark.parametrize("change", [{"password": "another long one"}, {"role": "agent"}, {"active": False}])
def test_a_change_of_rights_signs_out_everywhere(desk: Desk, change: dict[str, object]) -> None:
    desk.accounts.add("max", WORD, "maintainer")
    token = desk.accounts.sign_in("max")
    desk.accounts.change("max", **change)  # type: ignore[arg-type]
    assert desk.accounts.signed_in(token) is None


def test_a_closed_account_lets_nobody_in(desk: Desk) -> None:
    desk.accounts.add("anna", WORD, "agent")
    desk.accounts.change("anna", active=False)
    assert desk.accounts.check("anna", WORD) is None and desk.accounts.find("anna") is None
    desk.accounts.change("anna", active=True)
    assert desk.accounts.check("anna", WORD) is not None


def test_an_account_without_a_password_is_the_proxys_alone(desk: Desk) -> None:
    desk.accounts.add("sso", None, "agent")
    assert desk.accounts.check("sso", "") is None and desk.accounts.check("sso", WORD) is None
    assert desk.accounts.find("SSO") is not None


def test_there_is_no_account_to_begin_with(desk: Desk) -> None:
    assert desk.accounts.all() == ()
    with pytest.raises(AccountError, match="没有账号"):
        desk.accounts.change("admin", password=WORD)
