"""A notice to all customers, and the language in which the desk speaks to its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.serve.pages.desk.words import Words


def test_a_notice_for_customers(agent: TestClient, desk: Desk) -> None:
    customer = {"cookie": "desk_browser=b"}
    assert agent.get("/ui/live", headers=customer).json() == {"rev": "", "notice": ""}
    agent.post("/desk/notice", data={"zh": "上传故障", "en": "Uploads fail", "hours": "2"})
    current = desk.notices.current()
    assert current is not None and current.until is not None
    assert agent.get("/ui/live", headers=customer).json()["notice"] == "上传故障"
    assert agent.get("/ui/live", headers={"cookie": "desk_lang=en"}).json()["notice"] == "Uploads fail"
    assert "上传故障" in agent.get("/desk").text
    agent.post("/desk/notice", data={})
    assert agent.get("/ui/live", headers=customer).json()["notice"] == ""
    for hours in ("x", "-1", "0", "１", "9" * 9):
        assert agent.post("/desk/notice", data={"zh": "a", "hours": hours}).status_code == 303


def test_a_sentence_in_two_languages_is_told_in_the_readers() -> None:
    both = "小安 已经接手了这位客户。 小安 has taken this one already."
    zh, en = Words("zh", UTC), Words("en", UTC)
    assert (zh.half(both), en.half(both)) == ("小安 已经接手了这位客户。", "小安 has taken this one already.")
    for alone in ("没有这个编号", "先写回复。再发送。", "Only a maintainer may do this.", ""):
        assert zh.half(alone) == en.half(alone) == alone


def test_the_form_to_sign_in_speaks_the_browsers_language(client: TestClient, account: Callable[..., str]) -> None:
    account("ann")
    assert "登录工作台" in client.get("/desk").text
    page = client.get("/desk", headers={"accept-language": "en-GB,en;q=0.9"}).text
    assert "Sign in to the desk" in page and '<html lang="en">' in page and "登录" not in page
    client.cookies.set("desk_lang", "zh")
    assert "登录工作台" in client.get("/desk", headers={"accept-language": "en"}).text


def test_a_notice_in_force_stands_first(agent: TestClient) -> None:
    agent.post("/desk/notice", data={"zh": "上传偶发超时", "en": "Uploads time out", "hours": "2"})
    page = agent.get("/desk").text
    assert "上传偶发超时" in page and "撤下公告" in page and "换一条公告" in page and "Uploads" not in page
    agent.cookies.set("desk_lang", "en")
    assert "Uploads time out" in agent.get("/desk").text
