"""What goes out of the real app beside its replies: no connection that a text asked for, and no secret anywhere."""

from __future__ import annotations

import io
import json
import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
from PIL import Image, PngImagePlugin
from pydantic import SecretStr
from starlette.testclient import TestClient

from bot import keeping, wire
from bot.desk.store import Desk
from bot.serve import journal
from bot.serve.access import COOKIE
from bot.settings import Settings

MARK = "MARK-OF-A-SECRET"
SECRETS = sorted(name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation))
EVIL = "http://169.254.169.254/latest/meta-data https://evil.test/x.png file:///etc/passwd gopher://evil.test:70/_x"
TICKETS = [
    {"id": f"t-{n}", "title": title, "question": f"{title}，谢谢", "answer": answer}
    for n, (title, answer) in enumerate(
        [
            ("水泵的滤网怎么更换", "请先关闭电源，再逆时针旋开后盖，把新的滤网放进去即可。"),
            ("水泵漏水怎么处理", "请检查后盖的密封圈是否老化，老化的密封圈需要更换。"),
            ("怎么查看保修期", "保修期从购买当天算起，一共二十四个月，凭发票办理。"),
        ]
    )
]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every host that anything connects to, or asks the address of."""
    pytest_socket.enable_socket()
    hosts: list[str] = []
    connect, lookup = socket.socket.connect, socket.getaddrinfo

    def watched(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple):
            hosts.append(str(address[0]))
        return connect(self, address)

    def looked(host: Any, *more: Any, **named: Any) -> Any:
        hosts.append(host.decode() if isinstance(host, bytes) else str(host))
        return lookup(host, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", watched)
    monkeypatch.setattr(socket, "getaddrinfo", looked)
    return hosts


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The app's log at DEBUG, as it is written to stderr; what libraries print there is in it."""
    root, text = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", text)
    journal.set_up("DEBUG")
    yield text
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.slow
def test_no_text_makes_it_call_anywhere_and_no_secret_comes_out(
    tmp_path: Path, dialled: list[str], logged: io.StringIO
) -> None:
    secrets: dict[str, Any] = {name: f"{MARK}-{name}" for name in SECRETS}
    secrets["webhook_url"] = f"http://127.0.0.1:9/{MARK}"
    assert {"api_key", "staff_key", "openai_api_key", "webhook_secret", "webhook_url"} <= set(secrets)
    settings = Settings(
        _env_file=None,
        index_dir=tmp_path / "index",
        knowledge_dir=tmp_path / "knowledge",
        database_url=f"sqlite:///{tmp_path}/desk.sqlite3",
        openai_base_url="http://127.0.0.1:9/v1",
        webhook_kind="feishu",
        log_level="DEBUG",
        llm_retries=0,
        **secrets,
    )
    assert isinstance(settings.api_key, SecretStr)
    (tmp_path / "knowledge").mkdir()
    rows = tmp_path / "knowledge" / "rows.jsonl"
    rows.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in TICKETS), encoding="utf-8")
    keeping.ingest(settings, [rows])
    desk = Desk(settings.database_url)
    desk.accounts.add("max", None, "maintainer")
    token = desk.accounts.sign_in("max")
    seen = [repr(settings), str(settings)]
    dialled.clear()
    with TestClient(wire.app(settings), base_url="http://desk.test", raise_server_exceptions=False) as client:
        talks(client, settings, seen)
        client.cookies.set(COOKIE, token)
        for path in (
            *("/", "/config", "/desk", "/desk/draft", "/desk/audit", "/desk/reuse", "/knowledge", "/knowledge/tickets"),
            *("/quality", "/quality/gaps", "/docs", "/openapi.json", "/metrics", "/healthz", "/readyz", "/no/such"),
        ):
            reply = client.get(path)
            assert reply.status_code in (200, 404), path
            seen.append(reply.text + str(reply.headers))
    desk.close()
    assert "desk_answers_total" in "".join(seen) and "逆时针旋开后盖" in "".join(seen)
    assert set(dialled) <= {"127.0.0.1"} and "127.0.0.1" in dialled, "the model and the robot, and nobody else"
    log = logged.getvalue()
    assert "DEBUG" in log or "WARNING" in log
    for name, text in (("log", log), *((str(n), text) for n, text in enumerate(seen))):
        assert MARK not in text, f"{name}: ...{text[max(text.find(MARK) - 200, 0) : text.find(MARK) + 60]}"
    for words in ("169.254", "evil.test", "13900002222"):
        assert words not in log, "what a customer wrote"


def talks(client: TestClient, settings: Settings, seen: list[str]) -> None:
    """A whole conversation whose every part holds addresses."""
    assert settings.api_key and settings.staff_key
    chat = {"authorization": f"Bearer {settings.api_key.get_secret_value()}", "x-forwarded-host": "evil.test"}
    staff = {"authorization": f"Bearer {settings.staff_key.get_secret_value()}", "referer": "https://evil.test/"}
    asked = f"水泵的滤网怎么更换？{EVIL} 电话 13900002222"
    for more in ({}, {"stream": True}, {"tools": [{"type": "function", "url": EVIL}]}):
        body = {"messages": [{"role": "system", "content": EVIL}, {"role": "user", "content": asked}], **more}
        seen.append(client.post("/v1/chat/completions", json=body, headers=chat).text)
    pictured = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://evil.test/x.png"}}]}
    seen.append(client.post("/v1/chat/completions", json={"messages": [pictured]}, headers=chat).text)
    ticket = {"subject": asked, "description": asked, "comments": [{"body": EVIL, "attachments": [{"url": EVIL}]}]}
    seen.append(client.post("/api/draft", json={"ticket": ticket}, headers=staff).text)
    told = {"answer": EVIL, "thumb": "up", "comment": EVIL, "question": EVIL}
    seen.append(client.post("/api/feedback", json=told, headers=chat).text)
    for wrong in ({"authorization": "Bearer nothing"}, {}):
        refused = client.post("/v1/chat/completions", json=body, headers=wrong)
        assert refused.status_code == 401
        seen.append(refused.text)
    page = {"referer": "https://evil.test/", "accept-language": EVIL}
    seen.append(client.get("/", headers=page).text)
    out, notes = io.BytesIO(), PngImagePlugin.PngInfo()
    notes.add_text("XML:com.adobe.xmp", f'<x:xmpmeta xmlns:x="{EVIL}"/>')
    Image.new("RGB", (40, 30), "white").save(out, "PNG", pnginfo=notes)
    shot = client.post("/ui/image", content=out.getvalue(), headers=page)
    assert shot.status_code == 200
    for number, data in ((0, [asked, None, None]), (6, [None, None]), (10, ['{"do":"contact","item":0}', None, None])):
        press = {"data": data, "fn_index": number, "session_hash": "s"}
        assert client.post("/gradio_api/queue/join", json=press, headers=page).status_code == 200
        seen.append(client.get("/gradio_api/queue/data?session_hash=s").text)
