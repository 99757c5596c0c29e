"""The staff pages: what they show, and that nothing shown is markup."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.evaluate import report
from bot.evaluate.judging import Row
from bot.evaluate.metrics import summarise


def test_a_draft_is_shown_with_its_sources(staff: TestClient) -> None:
    page = staff.post("/desk/draft", data={"text": "客户：证书怎么申请"}).text
    assert "升级 HTTPS 配置[1]" in page and "SLL证书如何自主生成" in page
    assert "问题是空的" in staff.post("/desk/draft", data={"text": " "}).text
    assert "错误号" in staff.post("/desk/draft", data={"text": "爆炸"}).text


def test_quality_counts_feedback_and_shows_the_newest_report(staff: TestClient, desk: Desk, tmp_path: Path) -> None:
    assert "还没有评测报告" in staff.get("/quality").text
    desk.feedback("a", question="问", thumb="up", comment="<i>好</i>")
    row = Row("q1", "answerable", "怎么租", "answered", "s.jsonl", vital=0.0)
    report.write(summarise([row]), tmp_path, "<s>.jsonl")
    better = summarise([replace(row, vital=1.0)])
    report.write(better, tmp_path, "<s>.jsonl", "", report.last(better, tmp_path))
    page = staff.get("/quality").text
    assert "有帮助" in page and "&lt;s&gt;.jsonl" in page and "&lt;i&gt;好" in page and "/quality/report" in page
    assert "关键事实齐全" in page and "1.00 至 1.00" in page and "+1.00（变好）" in page
    assert "Evaluation of &lt;s&gt;.jsonl" in staff.get("/quality/report").text
    for broken in ("{", "[]", '{"figures": [{}]}', '{"figures": [{"name": "MRR@10"}], "questions": 1}'):
        (tmp_path / "report.json").write_text(broken, encoding="utf-8")
        assert "无法读取" in staff.get("/quality").text


def test_quality_lists_what_asks_to_be_tested(staff: TestClient, desk: Desk) -> None:
    assert "还没有候选" in staff.get("/quality").text
    desk.feedback("a", question="证书<b>怎么续期", thumb="down")
    desk.queue.open("c", "r", (), "s")
    for role, said, verdict in (("user", "请帮我改一下域名", ""), ("assistant", "转人工", "handoff")):
        desk.remember("c", role, said, "", verdict)
    page = staff.get("/quality").text
    assert "证书&lt;b&gt;怎么续期" in page and "待判断" in page and "没有帮助" in page
    assert "请帮我改一下域名" in page and "应转人工" in page and "questions new --from use" in page


def test_docs_describe_the_api_without_a_third_party(staff: TestClient) -> None:
    page = staff.get("/docs").text
    assert "/v1/chat/completions" in page and "http://" not in page and "https://" not in page
    assert "/api/draft" in staff.get("/openapi.json").json()["paths"]
