"""Announcing hand-overs to a robot on loopback, which checks signatures and fails on demand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_socket

from bot.desk import announcing
from bot.desk.announcing import TITLE, Announcer, Kind, Notice
from bot.errors import SettingError

KINDS: tuple[Kind, ...] = ("wecom", "dingtalk", "feishu")
KEY, SECRET = "k-3f9a2b", "SEC-very-secret"
NOTICE = Notice(number="a1b2", reason="客户要求人工", summary="证书一直审核中", product="SSL 证书", waiting=3)
Reply = tuple[int, dict[str, Any] | str]


class Robot:
    """Answers with what `replies` holds, and then with success."""

    def __init__(self) -> None:
        self.answered = 0
        self.got: list[tuple[dict[str, list[str]], dict[str, Any]]] = []
        self.replies: list[Reply] = []
        self.held = threading.Event()
        self.held.set()
        robot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                robot.got.append((parse_qs(urlsplit(self.path).query), body))
                robot.held.wait(60)
                robot.answered += 1
                status, reply = robot.replies.pop(0) if robot.replies else (200, {"errcode": 0, "code": 0})
                data = (reply if isinstance(reply, str) else json.dumps(reply)).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/send/{KEY}?access_token={KEY}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def robot(_no_network: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    pytest_socket.enable_socket()  # loopback alone
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    robot = Robot()
    yield robot
    robot.held.set()
    robot.server.shutdown()
    robot.server.server_close()
    pytest_socket._remove_restrictions()


def announced(robot: Robot, kind: Kind, *notices: Notice, secret: str = "") -> None:
    announcer = Announcer(robot.url, kind, secret, "https://desk.example/desk", backoff=0.01)
    for notice in notices or (NOTICE,):
        announcer.announce(notice)
    assert announcer.close(10)


def signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def test_dingtalk_gets_its_signature_beside_the_token(robot: Robot) -> None:
    began = int(time.time())
    announced(robot, "dingtalk", secret=SECRET)
    query, body = robot.got[0]
    stamp = query["timestamp"][0]
    assert query["access_token"] == [KEY] and began <= int(stamp) / 1000 <= time.time() + 1
    assert query["sign"] == [signed(SECRET, f"{stamp}\n{SECRET}")]
    assert body["msgtype"] == "markdown" and set(body["markdown"]) == {"title", "text"}
    assert body["at"] == {"isAtAll": False}


def test_feishu_gets_its_signature_in_the_body(robot: Robot) -> None:
    began = int(time.time())
    announced(robot, "feishu", secret=SECRET)
    query, body = robot.got[0]
    assert set(query) == {"access_token"} and began <= int(body["timestamp"]) <= time.time()
    assert body["sign"] == signed(f"{body['timestamp']}\n{SECRET}", "")
    post = body["content"]["post"]["zh_cn"]
    assert body["msg_type"] == "post" and post["title"] == f"{TITLE} a1b2"
    assert post["content"][-1] == [{"tag": "a", "text": "打开工作台", "href": "https://desk.example/desk"}]


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_secret_nothing_is_signed(robot: Robot, kind: Kind) -> None:
    announced(robot, kind)
    query, body = robot.got[0]
    assert set(query) == {"access_token"} and not {"sign", "timestamp"} & set(body)
    assert len(robot.got) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(robot: Robot, status: int, caplog: pytest.LogCaptureFixture) -> None:
    robot.replies = [(status, "busy"), (status, "busy")]
    announced(robot, "wecom")
    assert len(robot.got) == 3 and not caplog.records


@pytest.mark.parametrize("reply", [(503, "busy"), (200, {"errcode": 45009}), (200, {"errcode": -1})])
def test_four_tries_are_all(robot: Robot, reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    robot.replies = [reply] * 9
    announced(robot, "wecom")
    assert len(robot.got) == 4 and len(caplog.records) == 1


@pytest.mark.parametrize(
    ("kind", "reply", "told"),
    [
        ("wecom", (200, {"errcode": 93000, "errmsg": KEY}), "code 93000"),
        ("dingtalk", (200, {"errcode": 310000, "errmsg": "sign not match"}), "code 310000"),
        ("feishu", (200, {"code": 19021, "msg": "sign match fail"}), "code 19021"),
        ("feishu", (200, {"errcode": 0}), "without a code"),
        ("wecom", (200, "<html>"), "without JSON"),
        ("wecom", (200, "[]"), "without a code"),
        ("wecom", (404, KEY), "status 404"),
        ("wecom", (302, ""), "status 302"),
    ],
)
def test_what_stays_wrong_is_logged_once(
    robot: Robot, kind: Kind, reply: Reply, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    robot.replies = [reply]
    announced(robot, kind, NOTICE, NOTICE)
    assert len(robot.got) == 2  # no second try, and the next one is sent
    assert [told in record.getMessage() and kind in record.getMessage() for record in caplog.records] == [True]


def test_no_log_holds_the_key_or_the_text(robot: Robot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    robot.replies = [(500, KEY), (200, {"errcode": 1, "errmsg": KEY})]
    announced(robot, "dingtalk", secret=SECRET)
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert "code 1" in text
    assert not any(word in text for word in (KEY, SECRET, "审核中", "人工"))
    assert not logging.getLogger("httpx").filters


def test_a_dead_robot_is_tried_again_and_told_by_its_error(robot: Robot, caplog: pytest.LogCaptureFixture) -> None:
    robot.server.shutdown()
    robot.server.server_close()
    announced(robot, "feishu")
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == ["ConnectError"]


def test_announcing_never_waits_and_the_queue_is_bounded(
    robot: Robot, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "_WAITING", 10)
    monkeypatch.setattr(announcing, "_SECONDS", 120)  # a try outlasts the robot's silence
    robot.held.clear()
    announcer = Announcer(robot.url, "wecom")
    for _ in range(15):
        announcer.announce(NOTICE)
    assert robot.answered == 0  # none of them was waited for
    dropped = sum("too many wait" in record.getMessage() for record in caplog.records)
    assert 4 <= dropped <= 5
    robot.held.set()
    assert announcer.close(20) and len(robot.got) == 15 - dropped


def test_closing_does_not_wait_for_ever(robot: Robot, caplog: pytest.LogCaptureFixture) -> None:
    robot.held.clear()
    announcer = Announcer(robot.url, "wecom")
    announcer.announce(NOTICE)
    announcer.announce(NOTICE)
    assert not announcer.close(0.2) and robot.answered == 0  # the first was given up on, and is still on its way
    announcer.announce(NOTICE)
    robot.held.set()
    assert announcer.close(10)
    assert len(robot.got) == 1 and sum("closed" in record.getMessage() for record in caplog.records) == 2


def test_a_pause_between_tries_ends_at_closing(robot: Robot) -> None:
    robot.replies = [(503, "")] * 9
    announcer = Announcer(robot.url, "wecom", backoff=60)
    announcer.announce(NOTICE)
    announcer.close(0.3)
    assert announcer.close(30) and len(robot.got) <= 1


def test_what_cannot_be_sent_stops_nothing(robot: Robot, caplog: pytest.LogCaptureFixture) -> None:
    broken = Notice(number=1, reason=None, summary="")  # type: ignore[arg-type]
    announced(robot, "wecom", broken, NOTICE)
    assert len(robot.got) == 1 and len(caplog.records) == 1


@pytest.mark.parametrize(
    ("url", "kind", "desk"),
    [
        ("", "wecom", ""),
        (f"qyapi.example/{KEY}", "wecom", ""),
        (f"ftp://qyapi.example/{KEY}", "wecom", ""),
        (f"https://qyapi.example/{KEY}", "slack", ""),
        (f"https://qyapi.example/{KEY}", "wecom", "javascript:alert(1)"),
        (f"https://qyapi.example/{KEY}", "wecom", "https://desk.example/" + "(" * 900),
    ],
)
def test_wrong_settings_are_told_without_the_key(url: str, kind: Kind, desk: str) -> None:
    with pytest.raises(SettingError) as caught:
        Announcer(url, kind, desk_url=desk)
    assert KEY not in str(caught.value) and "takes" in str(caught.value)


def test_the_wire_carries_utf8(robot: Robot) -> None:
    announced(robot, "wecom")
    assert "证书一直审核中" in robot.got[0][1]["markdown"]["content"]


def test_many_threads_may_announce(robot: Robot) -> None:
    announcer = Announcer(robot.url, "wecom")
    threads = [threading.Thread(target=announcer.announce, args=(NOTICE,)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert announcer.close(20) and len(robot.got) == 40
