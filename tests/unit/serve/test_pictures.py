"""Screenshots at the served side: who may send one, what comes back, and whose it is."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from bot.desk.screenshots import Screenshot, admit
from bot.desk.store import Desk
from bot.serve import shelf as shelves
from bot.serve.shelf import Shelf

BROWSER = {"cookie": "desk_browser=b1"}


def png(size: tuple[int, int] = (8, 6)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return make_client(read=lambda shot: f"报错 {shot.width} 13800001111")


def said(reply: Any) -> str:
    return str(reply.json()["error"]["message"])


def test_the_text_comes_back_redacted(client: TestClient) -> None:
    told = client.post("/ui/image", content=png(), headers=BROWSER).json()
    assert told["text"] == "报错 8 〈电话〉" and len(told["id"]) > 15


@pytest.mark.parametrize("data", [b"", b"no image", b"GIF89a....", png()[:40], b"<svg/>"])
def test_what_is_no_image_is_refused_in_a_sentence(client: TestClient, data: bytes) -> None:
    refused = client.post("/ui/image", content=data, headers=BROWSER)
    assert refused.status_code == 400 and len(said(refused)) > 10


def test_too_large_is_a_sentence(client: TestClient) -> None:
    refused = client.post("/ui/image", content=b"x" * ((5 << 20) + 1), headers=BROWSER)
    assert refused.status_code == 400 and "5" in said(refused)
    assert client.post("/ui/image", content=b"x" * (6 << 20), headers=BROWSER).status_code == 413


def test_another_site_and_a_browser_without_a_name_send_none(client: TestClient) -> None:
    assert client.post("/ui/image", content=png()).status_code == 400
    for headers in ({"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/ui/image", content=png(), headers={**BROWSER, **headers}).status_code == 403


def test_too_many_at_once_are_asked_to_wait(make_client: Callable[..., TestClient]) -> None:
    inside, go = threading.Semaphore(0), threading.Event()

    def slow(shot: Screenshot) -> str:
        inside.release()
        go.wait(10)
        return ""

    client = make_client(read=slow)
    codes: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: codes.append(client.post("/ui/image", content=png(), headers=BROWSER).status_code)
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
        inside.acquire(timeout=10)
    refused = client.post("/ui/image", content=png(), headers=BROWSER)
    go.set()
    for thread in threads:
        thread.join(10)
    assert refused.status_code == 429 and "再传" in said(refused) and codes == [200] * 4
    assert client.post("/ui/image", content=png(), headers=BROWSER).status_code == 200


def test_an_agents_goes_to_the_hand_over(
    make_client: Callable[..., TestClient], enter: Callable[..., TestClient], desk: Desk
) -> None:
    client = enter(make_client(read=lambda shot: "文字"), "anna", "agent")
    id = desk.queue.open("c", "r", [], "s").id
    assert client.post("/desk/image", params={"id": id}, content=png()).json() == {"text": "文字"}
    (image,) = desk.images.of(id)
    page = client.get("/desk", params={"id": id}).text
    assert f"/desk/image?id={image.id}" in page and "图片中的文字：文字" in page
    shown = client.get("/desk/image", params={"id": image.id})
    assert shown.headers["content-type"] == "image/png" and admit(shown.content).width == 8
    assert client.post("/desk/image", content=png()).json() == {"text": "文字"} and len(desk.images.of(id)) == 1
    desk.queue.cancel("c")
    assert client.get("/desk/image", params={"id": image.id}).status_code == 404
    assert client.post("/desk/image", params={"id": id}, content=png()).status_code == 409


def test_the_shelf_is_each_browsers_own_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, shot = Shelf(), Screenshot(b"x" * 10, "image/png", 1, 1)
    id = shelf.put("b1", shot)
    assert shelf.take("b2", id) is None and shelf.take("", id) is None
    assert shelf.take("b1", id) is shot and shelf.take("b1", id) is None
    ids = [shelf.put("b1", shot) for _ in range(7)]
    assert [shelf.take("b1", id) is None for id in ids] == [True, True, *[False] * 5]
    old = shelf.put("b1", shot)
    monkeypatch.setattr(shelves, "KEPT", -1.0)
    shelf.put("b3", shot)
    monkeypatch.setattr(shelves, "BYTES", 5)
    shelf.put("b4", shot)
    assert shelf.take("b1", old) is None
