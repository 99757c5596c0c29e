"""The pages from which a desk learns: approved answers with their days, gaps, and how conversations ended by week."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk.store import Desk
from bot.errors import QuestionError
from bot.serve.catalogue import Catalogue
from bot.serve.pages import approved as page
from bot.serve.pages import weeks
from bot.tickets import forgotten
from bot.tickets.approved import Approved, load, write
from bot.tickets.privacy.redaction import Redactor
from bot.tickets.reading.reader import read

REDACTOR = Redactor(("qiniu.com",))
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "knowledge" / "approved"


@pytest.fixture
def staff(make_client: Callable[..., TestClient], folder: Path, enter: Callable[..., TestClient]) -> TestClient:
    return enter(make_client(knowledge_dir=str(folder.parent)))


def approve(folder: Path, id: str, **changed: str) -> Approved:
    record = Approved(
        title=f"证书能用多久{id}",
        question="证书能用多久？",
        answer="免费证书的有效期是三个月。",
        author="李工",
        approver="王主管",
        date="2026-11-02",
        id=id,
    )
    write(folder, replace(record, **changed), REDACTOR)
    return load(folder, id)


def shown(html: str) -> list[tuple[str, str]]:
    """Title and state of each row."""
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td>", html)
    return [(re.sub("<.*?>", "", title), re.sub("<.*?>", "", state)) for title, state in rows]


# --- approved answers


def test_the_page_of_approved_answers_says_how_there_come_to_be_some(staff: TestClient) -> None:
    found = staff.get("/knowledge/approved").text
    assert "还没有经批准的答复" in found and "失效日期" in found and "aria-current=page>批准的答复" in found


def test_an_answer_waits_for_the_next_build(staff: TestClient, folder: Path) -> None:
    approve(folder, "a1", expires="2999-01-01")
    found = staff.get("/knowledge/approved").text
    assert shown(found) == [("证书能用多久a1", "重建索引后生效")]
    assert "李工" in found and "王主管" in found and "2999-01-01" in found and "/knowledge#rebuild" in found


def test_what_is_past_its_day_comes_first_with_a_flag(folder: Path, core: Any) -> None:
    for id, expires in (
        ("a1", ""),
        ("a2", "2026-12-01"),
        ("a3", "2026-11-01"),
        ("a4", "2027-12-01"),
        ("a5", "2026-10-01"),
    ):
        approve(folder, id, expires=expires)
    known = read(folder / "a1.md").tickets[0]
    core.shelf.tickets["a1"] = known
    core.shelf.tickets["a4"] = replace(read(folder / "a4.md").tickets[0], expires="2027-06-01")  # edited since
    core.shelf.tickets["a6"] = replace(known, id="a6", title="撤回的答复")
    found = page.render(Catalogue(core.shelf), folder, "2026-11-02")
    assert shown(found) == [
        ("证书能用多久a5", "已过期，不再引用"),
        ("证书能用多久a3", "已过期，不再引用"),
        ("证书能用多久a2", "30 天内到期，重建索引后生效"),
        ("证书能用多久a4", "重建索引后生效"),
        ("撤回的答复", "已撤回，重建索引后消失"),
        ("证书能用多久a1", "已在索引中"),
    ]
    assert found.count('class="flag open"') == 3
    assert "2 个：已过期" in found and 'href="/knowledge/ticket?id=a1"' in found


def test_an_answer_that_a_ticket_contradicts_is_told_apart(folder: Path, core: Any) -> None:
    approve(folder, "a1")
    core.shelf.tickets["a1"] = read(folder / "a1.md").tickets[0]
    row = core.shelf.statements["t-1"][0]
    core.shelf.statements["a1"] = (replace(row, ticket="a1", disputed=True),)
    html = page.render(Catalogue(core.shelf), folder, "2026-11-02")
    assert shown(html) == [("证书能用多久a1", "与其他工单矛盾，暂不引用")]


def test_a_forgotten_answer_is_told_apart(folder: Path, core: Any) -> None:
    approve(folder, "a1")
    forgotten.add(folder.parent, ["a1"])
    assert shown(page.render(Catalogue(core.shelf), folder, "2026-11-02")) == [
        ("证书能用多久a1", "在遗忘名单上，不会收入")
    ]


def test_nothing_in_an_answer_is_markup(staff: TestClient, folder: Path) -> None:
    approve(folder, "a1", title=f"证书 {EVIL}")
    found = staff.get("/knowledge/approved").text
    assert EVIL not in found and "&lt;script&gt;" in found


# --- gaps


def test_the_page_of_gaps_says_how_there_come_to_be_some(staff: TestClient) -> None:
    found = staff.get("/quality/gaps").text
    assert "还没有答不上的问题" in found and 'href="/quality/gaps"' in staff.get("/quality").text


def test_gaps_are_shown_with_counts_days_and_the_nearest_ticket(staff: TestClient, desk: Desk) -> None:
    for number, question in enumerate(("证书支持多域名吗", "证书支持多域名吗？", f"存储支持{EVIL}多版本吗13800001111")):
        desk.remember(f"c{number}", "user", question)
        desk.remember(f"c{number}", "assistant", "转人工", "", "handoff")
    desk.feedback("a", question="直播为什么有延迟", thumb="down")
    found = staff.get("/quality/gaps").text
    assert "3 类、4 次没有答上" in found
    assert re.search(r"<td>证书支持多域名吗？?<details>.*?</td><td>2</td><td>没有依据而转人工 2</td>", found)
    assert 'href="/knowledge/ticket?id=t-1"' in found and "客户说没有帮助 1" in found
    assert EVIL not in found and "13800001111" not in found and "〈电话〉" in found


def test_what_was_embedded_once_is_not_embedded_again(
    make_client: Callable[..., TestClient], enter: Callable[..., TestClient], desk: Desk
) -> None:
    given: list[list[str]] = []

    def vectors(texts: list[str]) -> list[list[float]]:
        given.append(texts)
        return [[1.0, 0.0] if "证书" in text else [0.0, 1.0] for text in texts]

    staff = enter(make_client(vectors=vectors))
    for number, question in enumerate(("证书支持多域名吗", "存储支持多版本吗", "证书支持泛域名吗")):
        desk.remember(f"c{number}", "user", question)
        desk.remember(f"c{number}", "assistant", "转人工", "", "handoff")
        assert staff.get("/quality/gaps").status_code == 200
    assert [len(texts) for texts in given] == [1, 1, 1]
    assert "2 类、3 次" in staff.get("/quality/gaps").text


def test_a_core_that_fails_leaves_the_nearest_ticket_out(staff: TestClient, desk: Desk, core: Any) -> None:
    def measured(question: Any) -> None:
        raise QuestionError("问题太长了")

    core.measured = measured
    desk.remember("c", "user", "证书支持多域名吗")
    desk.remember("c", "assistant", "转人工", "", "handoff")
    assert "证书支持多域名吗" in staff.get("/quality/gaps").text


# --- weeks


def test_quality_says_how_weeks_come_to_be_there(staff: TestClient) -> None:
    assert "最近十二周没有对话" in staff.get("/quality").text


def test_weeks_are_a_picture_with_its_figures_as_a_table(staff: TestClient, desk: Desk) -> None:
    for name, verdict in (("a", "answered"), ("b", "answered"), ("c", "handoff"), ("d", "clarify"), ("e", "declined")):
        desk.remember(name, "user", "问")
        desk.remember(name, "assistant", "答", "", verdict)
    desk.queue.open("c", "r", (), "s")
    found = staff.get("/quality").text
    (week,) = weeks.latest(desk)
    assert (week.solved, week.person, week.left) == (2, 1, 1)
    assert f"{week.name}（{week.begins[5:]} 起）" in found and "4 次，自助 50%" in found
    assert '<svg class="chart" role="img" aria-labelledby="weeks-title weeks-desc"' in found
    assert f"<td>{week.name}</td><td>{week.begins}</td><td>4</td><td>2</td><td>1</td><td>1</td><td>50%</td>" in found


@pytest.mark.parametrize("path", ["/knowledge/approved", "/quality/gaps"])
def test_they_are_the_staffs_alone(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 401
