"""Nonsense for every address that takes a body: an answer each time, no failure, and nothing of another's."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.serve.pages.session import Chat
from bot.serve.pages.talk import Talk
from bot.serve.pages.texts import ZH
from bot.serve.telemetry import Telemetry

pytestmark = pytest.mark.slow
THEIRS = "另一位客户的原话"
BROWSER = {"cookie": f"desk_browser={'a' * 43}"}
some = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

EVIL = st.sampled_from(
    [
        *(
            "../../etc/passwd",
            "..\\..\\x",
            "/etc/passwd",
            "file:///etc/passwd",
            "http://169.254.169.254/latest",
            "\x00",
        ),
        *(
            "a\nb: c",
            "a\r\nSet-Cookie: x=1",
            "%00%0a",
            "' OR 1=1 --",
            "{{7*7}}",
            "${jndi:ldap://x}",
            "\u202e",
            "9" * 400,
        ),
        *("<script>alert(1)</script>", "c-1", "1", "-1", "1e999", "null", "9" * 400),
    ]
)
TEXT = st.one_of(EVIL, st.text(max_size=40))
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), TEXT)
JSON = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)
RAW = st.one_of(
    JSON.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=80),
    st.sampled_from([b"[" * 5000, b'{"a":' * 5000, b"\xef\xbb\xbf{}", b"{}" * 2, b"1e999", b"NaN"]),
)


def body(**known: Any) -> st.SearchStrategy[bytes]:
    """JSON objects in which each known name stands with something right, something wrong, or not at all."""
    right = {name: st.one_of(st.just(value), JSON) for name, value in known.items()}
    return st.one_of(st.fixed_dictionaries({}, optional=right).map(lambda value: json.dumps(value).encode()), RAW)


def fields(*names: str) -> st.SearchStrategy[bytes]:
    """Forms in which names come once, twice or not at all."""
    pairs = st.lists(st.tuples(st.one_of(st.sampled_from(names), TEXT), TEXT), max_size=6)
    safe = pairs.map(lambda given: urlencode([(k, v.encode("utf-8", "replace")) for k, v in given]).encode())
    return st.one_of(safe, st.binary(max_size=60))


MESSAGES = [{"role": "user", "content": "额度"}]
BODIES = {
    "/gradio_api/queue/join": body(
        data=["额度", None, None], fn_index=0, session_hash="f", event_data=None, batched=True
    ),
    "/gradio_api/cancel": body(session_hash="f", fn_index=0, event_id="e"),
    "/gradio_api/reset": body(event_id="e"),
    "/v1/chat/completions": body(model="support-desk", messages=MESSAGES, stream=True, n=1, stream_options={}),
    "/api/feedback": body(answer="a", thumb="up", comment="c", citations=["t-1"], conversation="c-1"),
    "/api/draft": body(text="证书", ticket={}, only=["t-1"], language="zh", tone="shorter"),
    "/ui/image": st.one_of(
        st.binary(max_size=200), st.binary(max_size=60).map(lambda tail: b"\x89PNG\r\n\x1a\n" + tail)
    ),
    "/desk/sign-in": fields("name", "password", "next"),
    "/desk/sign-out": RAW,
}
FORMS = {
    path: fields("id", "text", "to", "key", "seen", "state", "name", "ticket", "only", "tone", "zh", "en", "until", "n")
    for path in (
        *("/desk/draft", "/desk/take", "/desk/say", "/desk/transfer", "/desk/close", "/desk/notice", "/desk/language"),
        *("/desk/reuse", "/desk/reuse/decide", "/desk/export", "/desk/erase", "/desk/propose", "/desk/sources"),
        *("/desk/discard", "/desk/image"),
    )
}


def fine(reply: Any, path: str, sent: bytes) -> None:
    assert reply.status_code < 500, f"{path} {reply.status_code} for {sent[:200]!r}"
    assert "Traceback" not in reply.text and "site-packages" not in reply.text and "root:x:" not in reply.text


@pytest.mark.parametrize("path", BODIES)
def test_whoever_sends_nonsense_gets_an_answer(make_client: Callable[..., TestClient], desk: Desk, path: str) -> None:
    desk.remember("c-1", "user", THEIRS, browser="b" * 43)
    seen: set[int] = set()
    with make_client(page=True, staff_key="k") as client:

        @some
        @given(sent=BODIES[path], kind=st.sampled_from(["application/json", "text/plain", "multipart/form-data", ""]))
        def sends(sent: bytes, kind: str) -> None:
            headers = {"authorization": "Bearer k"} if path == "/api/draft" else dict(BROWSER)
            reply = client.post(path, content=sent, headers={**headers, "content-type": kind})
            fine(reply, path, sent)
            assert THEIRS not in reply.text
            seen.add(reply.status_code)

        sends()
        assert seen & {400, 303, 401}
        asked = {"data": ["额度怎么算", None, None], "fn_index": 0, "session_hash": "after"}
        assert client.post("/gradio_api/queue/join", json=asked, headers=BROWSER).status_code == 200
        whole = client.get("/gradio_api/queue/data?session_hash=after", headers=BROWSER).text
        assert "免费额度按月结算" in whole and THEIRS not in whole


@pytest.mark.parametrize("path", FORMS)
def test_nonsense_from_the_staff_is_no_failure_either(staff: TestClient, desk: Desk, path: str) -> None:
    desk.remember("c-1", "user", THEIRS, browser="b" * 43)

    @some
    @given(sent=FORMS[path], script=st.booleans())
    def sends(sent: bytes, script: bool) -> None:
        kind = "application/json" if script else "text/html"
        headers = {"accept": kind, "content-type": "application/x-www-form-urlencoded"}
        fine(staff.post(f"{path}?id=1", content=sent, headers=headers), path, sent)

    sends()


@pytest.mark.parametrize(
    "path",
    [
        *("/ui/live", "/desk", "/desk/draft", "/desk/state", "/desk/image", "/desk/reuse", "/desk/audit"),
        *("/knowledge/ticket", "/knowledge/tickets", "/quality/gaps"),
    ],
)
def test_no_address_fails_on_its_query(staff: TestClient, path: str) -> None:
    @settings(some, max_examples=30)
    @given(query=fields("id", "q", "page", "lang", "ticket", "kind", "category", "from", "who", "seen"))
    def sends(query: bytes) -> None:
        plain = query.decode("latin-1").translate(dict.fromkeys([*range(33), 35, *range(127, 256)], "_"))
        fine(staff.get(f"{path}?{plain}"), path, query)

    sends()


def test_a_press_of_any_shape_is_a_sentence_or_nothing(core: Any, desk: Desk) -> None:
    chat, talk = Chat(core, desk, Telemetry()), Talk(address="a")
    assert list(chat.ask(talk, "额度", ZH))

    @some
    @given(payload=st.one_of(body(do="up", item=0, comment="x").map(lambda sent: sent.decode("latin-1")), TEXT))
    def presses(payload: str) -> None:
        said = chat.act(talk, payload, ZH)
        assert isinstance(said, str) and "错误号" not in said

    presses()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def vast(width: int, height: int, whole: bool) -> bytes:
    """A PNG that says it is so large; its pixels are zeros, packed, or are not there."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((width // 8 + 1) * height), 9) if whole else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil", bytes(10 << 20))
    return out.getvalue()


def text_bomb() -> bytes:
    """A PNG whose compressed text unpacks to 64 MiB."""
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    packed = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(64 << 20), 9))
    return out.getvalue()[:33] + packed + out.getvalue()[33:]


UPLOADS = {
    "30000x30000": vast(30000, 30000, False),
    "30000x30000, pixels and all": vast(30000, 30000, True),
    "no width": vast(0, 5, False),
    "zip": zipped(),
    "svg that fetches": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://169.254.169.254/"/></svg>',
    "html": b"<html><script>alert(1)</script>",
    "a path": b"/etc/passwd",
    "a link": b"../../../../etc/passwd",
    "pdf": b"%PDF-1.4\n",
    "a form": b'--x\r\nContent-Disposition: form-data; name="f"; filename="../../a\nb.png"\r\n\r\nx\r\n--x--\r\n',
}


@pytest.mark.parametrize("name", UPLOADS)
@pytest.mark.parametrize("path", ["/ui/image", "/desk/image"])
def test_a_hostile_upload_is_a_sentence_whatever_it_calls_itself(staff: TestClient, name: str, path: str) -> None:
    for kind in ("image/png", "multipart/form-data; boundary=x", 'image/png; name="../../a.png"'):
        headers = {**BROWSER, "content-type": kind, "content-disposition": 'attachment; filename="../../x\\ny.png"'}
        staff.cookies.set("desk_browser", "a" * 43)
        del headers["cookie"]
        reply = staff.post(path, content=UPLOADS[name], headers=headers)
        assert reply.status_code == 400 and len(reply.json()["error"]["message"]) > 10, f"{name}: {reply.text[:200]}"


def test_a_picture_keeps_nothing_that_unpacks(staff: TestClient) -> None:
    staff.cookies.set("desk_browser", "a" * 43)
    assert staff.post("/ui/image", content=text_bomb()).status_code in (200, 400)


def test_gradio_takes_no_upload_at_all(make_client: Callable[..., TestClient], tmp_path: Any) -> None:
    link = tmp_path / "link"
    link.symlink_to("/etc/passwd")
    with make_client(page=True) as client:
        for name in ("../../evil.py", "a\nb.png", "/etc/cron.d/x", "x" * 300, "link"):
            sent = client.post("/gradio_api/upload", files={"files": (name, b"x", "image/png")}, headers=BROWSER)
            assert sent.status_code == 404
        for path in (link, "/etc/passwd", "../../../etc/passwd"):
            asked = {"data": [None, None], "fn_index": 2, "session_hash": "u"}
            asked["data"] = [{"path": str(path), "meta": {"_type": "gradio.FileData"}}, None]
            assert client.post("/gradio_api/queue/join", json=asked, headers=BROWSER).status_code == 400
            assert client.get(f"/gradio_api/file={path}").status_code == 404
