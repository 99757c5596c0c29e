"""The commands for accounts and for customers' data."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.desk.saying import Say
from bot.desk.store import Desk

WORD = "a long password"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path}/desk.sqlite3"
    monkeypatch.setenv("DATABASE_URL", address)
    return address


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_an_account_from_making_to_closing(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, f"{WORD}\n")
    assert (
        main(["accounts", "add", "Max", "--role", "maintainer", "--shown", "老麦", "--products", "CDN, 对象存储"]) == 0
    )
    assert capsys.readouterr().out == "max: maintainer, shown as 老麦, CDN/对象存储\n"
    typed(monkeypatch, "another long one\n")
    assert main(["accounts", "password", "max"]) == 0
    assert main(["accounts", "change", "max", "--role", "agent", "--products", ""]) == 0
    assert main(["accounts", "add", "proxied", "--no-password"]) == 0
    assert main(["accounts", "close", "max"]) == 0
    capsys.readouterr()
    assert main(["accounts", "list"]) == 0
    assert capsys.readouterr().out == "max: agent, shown as 老麦, closed\nproxied: agent, shown as proxied\n"
    assert main(["accounts", "open", "max"]) == 0
    desk = Desk(url)
    assert desk.accounts.check("max", "another long one") is not None and desk.accounts.check("max", WORD) is None
    assert desk.accounts.check("proxied", "") is None
    assert [row.did for row in desk.audit.newest()][-1] == "account add"
    desk.close()


@pytest.mark.parametrize(
    ("argv", "word", "told"),
    [
        (["accounts", "add", "max"], "short", "至少 10"),
        (["accounts", "add", "a b"], WORD, "账号名"),
        (["accounts", "add"], WORD, "takes the name"),
        (["accounts", "close", "nobody"], "", "没有账号"),
        (["conversations", "export", "nope"], "", "no conversation"),
        (["conversations", "erase"], "", "no conversation"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    url: str, argv: list[str], word: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, f"{word}\n")
    assert main(argv) == 1
    said = capsys.readouterr().err.strip()
    assert told in said and "\n" not in said and "Traceback" not in said


def test_passwords_that_differ_change_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([WORD, "another one"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    assert main(["accounts", "add", "max"]) == 1 and "differ" in capsys.readouterr().err
    assert main(["accounts", "list"]) == 0 and capsys.readouterr().out == ""


def test_one_customers_data(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(url)
    desk.remember("c1", "user", "我的问题")
    number = desk.queue.open("c1", "r", [], "s", [Say("customer", "原话")]).id
    out = tmp_path / "customer.json"
    assert main(["conversations", "export", number, "--out", str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["lines"][0]["text"] == "原话"
    assert main(["conversations", "export", "c1"]) == 0 and "我的问题" in capsys.readouterr().out
    assert main(["conversations", "erase", number]) == 0 and "rows are gone" in capsys.readouterr().out
    assert desk.messages("c1") == () and desk.queue.all() == ()
    assert main(["conversations", "purge"]) == 0
    desk.close()


def test_a_key_from_making_to_revoking(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "Shop", "--role", "agent", "--per-minute", "60", "--per-day", "1000"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("sk-desk-") and out.count("\n") == 1 and "shop: agent, 60 a minute and 1000 a day" in err
    assert main(["keys", "add", "other", "--per-day", "0"]) == 0
    assert main(["keys", "revoke", "shop"]) == 0
    capsys.readouterr()
    assert main(["keys", "list"]) == 0
    shown = capsys.readouterr().out
    assert "other: chat, no quota, made 20" in shown and "shop: agent" in shown and ", revoked\n" in shown
    assert out.strip() not in shown
    desk = Desk(url)
    assert desk.clients.find(out.strip()) is None
    assert [row.did for row in desk.audit.newest()] == ["key revoke", "key add", "key add"]
    desk.close()


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["add"], "takes the name"),
        (["add", "a b"], "密钥的名字"),
        (["add", "a", "--per-day", "-1"], "A quota is"),
        (["revoke", "nobody"], "no key"),
    ],
)
def test_a_key_that_cannot_be(url: str, argv: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", *argv]) == 1
    out, err = capsys.readouterr()
    assert out == "" and told in err and err.count("\n") == 1
