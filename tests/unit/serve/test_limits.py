"""How often one address may ask, attach an image and call a person; and whose address it is behind a proxy."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from limits.errors import StorageError
from PIL import Image
from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.errors import SettingError
from bot.serve.core import Tools
from bot.serve.limits import Limits
from bot.serve.pages.session import Chat, Unsent
from bot.serve.pages.talk import Talk
from bot.serve.pages.texts import ZH
from bot.serve.telemetry import Telemetry

Maker = Callable[..., TestClient]
PROXY, STRANGER = ("10.0.0.9", 5), ("203.0.113.9", 5)


def test_each_address_and_each_deed_has_a_count_of_its_own() -> None:
    limits = Limits({"question": "2/minute;3/hour", "image": ""})
    assert [limits.wait("question", "a") for _ in range(2)] == [0, 0]
    assert 1 <= limits.wait("question", "a") <= 60
    assert limits.wait("question", "b") == 0 and limits.wait("image", "a") == limits.wait("other", "a") == 0


def test_a_counter_that_is_away_keeps_nobody_from_help(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits({"question": "1/minute"})

    def away(*_: Any) -> bool:
        raise StorageError(OSError("gone"))

    monkeypatch.setattr(limits._limiter, "hit", away)
    assert limits.wait("question", "a") == limits.wait("question", "a") == 0


@pytest.mark.parametrize(
    ("rates", "storage", "told"),
    [({"question": "often"}, "memory://", "RATE_QUESTIONS"), ({}, "nowhere://x", "RATE_STORAGE")],
)
def test_what_cannot_be_counted_is_told_at_the_start(rates: dict[str, str], storage: str, told: str) -> None:
    with pytest.raises(SettingError, match=told):
        Limits(rates, storage)


def test_a_customer_who_asks_too_often_keeps_what_was_typed(core: Any, desk: Desk) -> None:
    chat = Chat(core, desk, Telemetry(), Tools(wait=Limits({"question": "1/minute", "handover": "1/minute"}).wait))
    talk = Talk(address="a")
    assert list(chat.ask(talk, "额度", ZH))[-1].open is False
    with pytest.raises(Unsent, match="秒后再试"):
        list(chat.ask(talk, "额度", ZH))
    assert len(talk.items) == 1 and len(core.asked) == 1
    assert chat.hand_over(talk, ZH) == "" and chat.cancel(talk, ZH) == ""
    assert "秒后再试" in chat.hand_over(talk, ZH) and desk.queue.all() == ()
    assert list(chat.ask(Talk(address="b"), "额度", ZH))


def test_images_are_counted_by_address(make_client: Maker) -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    client = make_client(wait=Limits({"image": "1/minute"}).wait)
    sent = {"content": out.getvalue(), "headers": {"cookie": "desk_browser=b"}}
    assert client.post("/ui/image", **sent).status_code == 200
    refused = client.post("/ui/image", **sent)
    assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 60
    assert "传图太频繁" in refused.json()["error"]["message"]


def test_behind_a_proxy_each_has_an_address_and_nobody_else_may_claim_one(make_client: Maker) -> None:
    seen: list[str] = []

    def wait(kind: str, who: str) -> int:
        seen.append(who)
        return 1

    for client, proxies in ((PROXY, "10.0.0.0/8"), (STRANGER, "10.0.0.0/8"), (PROXY, "")):
        app = make_client(client, wait=wait, proxies=proxies)
        headers = {"cookie": "desk_browser=b", "x-forwarded-for": "6.6.6.6, 198.51.100.7"}
        assert app.post("/ui/image", content=b"x", headers=headers).status_code == 429
    assert seen == ["198.51.100.7", STRANGER[0], PROXY[0]]


def test_single_sign_on_still_looks_at_who_connected(make_client: Maker, desk: Desk) -> None:
    desk.accounts.add("max", None, "maintainer")
    given = {"proxies": "10.0.0.0/8", "sso_header": "X-Remote-User", "sso_proxies": "10.0.0.9/32"}
    headers = {"x-remote-user": "max", "x-forwarded-for": "198.51.100.7"}
    assert make_client(PROXY, **given).get("/desk", headers=headers).status_code == 200
    assert make_client(("10.0.0.8", 5), **given).get("/desk", headers=headers).status_code == 401
    claimed = {**headers, "x-forwarded-for": "10.0.0.9"}
    assert make_client(STRANGER, **given).get("/desk", headers=claimed).status_code == 401
