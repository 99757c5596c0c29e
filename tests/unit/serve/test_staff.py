"""The staff pages: what they show, and that nothing shown is markup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.desk.store import Desk


@pytest.fixture
def staff(client: TestClient) -> Iterator[TestClient]:
    client.post("/desk/sign-in", data={"key": "staff-key"})
    yield client


def test_a_hand_over_is_shown_and_closed(staff: TestClient, desk: Desk) -> None:
    record = desk.open_handoff("c", "<b>原因</b>", ["域名"], "摘要", "客户：<script>x</script>")
    page = staff.get("/desk").text
    assert "&lt;b&gt;原因" in page and "<script>x" not in page and "域名" in page and "摘要" in page
    assert staff.post("/desk/close", data={"id": record.id}).status_code == 303
    assert "没有待处理" in staff.get("/desk").text


def test_closing_needs_the_key(client: TestClient, desk: Desk) -> None:
    record = desk.open_handoff("c", "r", [], "s", "t")
    assert client.post("/desk/close", data={"id": record.id}).status_code == 401
    assert len(desk.handoffs()) == 1


def test_a_draft_is_shown_with_its_sources(staff: TestClient) -> None:
    page = staff.post("/desk/draft", data={"text": "客户：证书怎么申请"}).text
    assert "升级 HTTPS 配置[1]" in page and "SLL证书如何自主生成" in page and "证书多久能签发" in page
    assert "问题是空的" in staff.post("/desk/draft", data={"text": " "}).text
    assert "错误号" in staff.post("/desk/draft", data={"text": "爆炸"}).text


def test_quality_counts_feedback_and_shows_the_newest_report(staff: TestClient, desk: Desk, tmp_path: Path) -> None:
    assert "还没有评测报告" in staff.get("/quality").text
    desk.feedback("a", question="问", thumb="up", comment="<i>好</i>")
    (tmp_path / "report.json").write_text(json.dumps({"recall": 0.96, "rows": [{"id": "q1"}]}), encoding="utf-8")
    page = staff.get("/quality").text
    assert "有帮助" in page and "0.96" in page and "q1" in page and "&lt;i&gt;好" in page
    (tmp_path / "report.json").write_text("{", encoding="utf-8")
    assert "无法读取" in staff.get("/quality").text


def test_docs_describe_the_api_without_a_third_party(staff: TestClient) -> None:
    page = staff.get("/docs").text
    assert "/v1/chat/completions" in page and "http://" not in page and "https://" not in page
    assert "/api/draft" in staff.get("/openapi.json").json()["paths"]
