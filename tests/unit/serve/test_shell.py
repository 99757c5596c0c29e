"""The page's template: ours in the head, and nobody else's."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from bot.records import Answer
from bot.serve import telemetry
from bot.serve.pages import assets


def test_the_head_is_ours(make_client: Callable[..., TestClient]) -> None:
    client = make_client(page=True)
    page = client.get("/", headers={"accept-encoding": "br, gzip"}).text
    assert '<html\n\tlang="zh-CN"' in page and "技术支持助手" in page
    head = page.split("</head>")[0]
    for gone in ("og:image", "twitter:", "githubusercontent", "manifest.json", "iframeResizer.contentWindow"):
        assert gone not in head
    for name in ("style.css", "script.js", "icon.svg"):
        address = assets.address(name)
        assert address in head
        assert "immutable" in client.get(f"/{address}").headers["cache-control"]
    assert 'lang="en"' in client.get("/", headers={"cookie": "desk_lang=en"}).text
    assert 'lang="zh-CN"' in client.get("/", headers={"cookie": "desk_lang=<x>; ;;="}).text


def test_only_listed_files_are_served(client: TestClient) -> None:
    for name in ("texts.py", "..%2Ftexts.py", "%2e%2e/app.py", "none"):
        assert client.get(f"/ui/{name}").status_code == 404


def test_logs_have_a_number_and_no_words(caplog: pytest.LogCaptureFixture) -> None:
    numbers = telemetry.Telemetry()
    try:
        raise ValueError("the customer's words")
    except ValueError as error:
        with caplog.at_level(logging.ERROR):
            number = numbers.failure(error)
    assert len(number) == 6 and "ValueError" in caplog.text and "customer's" not in caplog.text


def test_a_models_fault_is_counted_by_its_reason() -> None:
    numbers = telemetry.Telemetry()
    reply = Answer("q", "answered", "", (), fault="timeout")
    assert list(numbers.watch(iter([reply]))) == [reply]
    assert b'desk_model_faults_total{reason="timeout"} 1.0' in numbers.exposition()


def test_a_browsers_secret_lasts_from_its_last_visit_and_is_one_of_ours(make_client: Callable[..., TestClient]) -> None:
    client = make_client(page=True)
    given = client.get("/").cookies["desk_browser"]
    again = client.get("/").headers["set-cookie"]
    assert f"desk_browser={given};" in again and "Max-Age=604800" in again and "HttpOnly" in again
    client.cookies.clear()
    for planted in ("known", "x" * 43 + "!"):
        fresh = client.get("/", headers={"cookie": f"desk_browser={planted}"}).headers["set-cookie"]
        assert "desk_browser=" in fresh and f"desk_browser={planted};" not in fresh
