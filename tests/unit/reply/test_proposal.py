"""The draft for an agent: what the letter says and never says, what stands beside it, and how sure it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.errors import QuestionError
from bot.proposal import Proposal
from bot.records import Evidence, Hit
from bot.reply import doubts, precedents
from bot.reply.deeds import by_rules
from bot.reply.frames import TEXTS, say
from bot.reply.gate import Decision
from bot.reply.mail import CITED
from bot.reply.services import SERVICES
from tests.unit.reply.fakes import (
    MASK,
    SECRET,
    FakeLibrary,
    FakeRetriever,
    desk,
    evidence,
    statement,
    ticket,
)

RENT = "客户：托盘租金怎么算？\n客服：您好"
THIN, DECLINED = Decision("handoff", "thin"), Decision("declined", "stranger")


def check(made: Proposal) -> None:
    """What holds of every draft."""
    body = made.as_json()
    draft = body.pop("draft")
    assert body == made.answer.as_json() and json.loads(json.dumps(draft, ensure_ascii=False))
    assert SECRET not in json.dumps(made.as_json(), ensure_ascii=False)
    assert made.text == "\n".join(line.marked for line in made.lines)
    for line in made.lines:
        assert bool(line.citations) == (line.kind in CITED)
        assert line.kind in CITED or not by_rules(line.text)
    used = {n for line in made.lines for n in line.citations}
    assert used == {cited.n for cited in made.answer.citations} and len(made.evidence) == len(used)
    assert made.reason and made.confidence in ("high", "medium", "low")


def test_a_letter_of_cited_sentences() -> None:
    made = desk().propose(RENT)
    check(made)
    assert made.lines[0].text == say("dear", "zh") and made.lines[-1].text == say("letter_end", "zh")
    assert "托盘按月计租，每个每月12元。[1]" in made.text
    assert made.evidence[0] == "t1-托盘按月计租" and made.first == made.ask == ()
    assert (made.product, made.topic) == ("仓储", "咨询")
    assert made.resolved == {"self-service": 2, "total": 2}
    assert [one.id for one in made.similar] == ["t1", "t2"] and made.similar[0].solved == "托盘按月计租，每个每月12元"
    assert ("price", "引用的价格、额度或限制可能已经变化，请先核对：t1") in made.warnings


def test_a_ticket_solved_by_an_action_claims_none() -> None:
    made = desk(Decision("handoff", "action"), found=("t3",)).propose("客户：丢件了，麻烦退款")
    check(made)
    assert made.first == ("【请先执行：核对订单并办理退款】",)
    assert say("letter_slot", "zh") in made.text and "已" not in made.text.replace("已经", "已")
    assert "订单号或证书 ID" in made.ask and made.confidence == "low"
    assert made.similar[0].resolution == "action" and made.similar[0].solved == "客服在后台操作：已经为您处理"


def test_what_the_ticket_holds_is_not_asked_for() -> None:
    gate = Decision("handoff", "action")
    assert desk(gate, found=("t3",)).propose("丢件了，麻烦退款，订单号 AB20240101").ask == ()
    assert "需要处理的域名" in desk(gate, found=("t3",)).propose("丢件的域名打不开，请后台处理").ask
    assert desk(gate, found=("t3",)).propose("丢件的域名 a.pallets.com 打不开，请后台处理").ask == ()


@pytest.mark.parametrize("decision", [THIN, DECLINED])
def test_nothing_to_say_is_said_to_the_agent(decision: Decision) -> None:
    made = desk(decision, found=()).propose("海运到火星多少钱？")
    check(made)
    assert made.answer.citations == () and say("letter_bare", "zh") in made.text
    assert made.confidence == "low" and made.similar == () and made.product == ""


def test_nothing_but_pictures_asks_for_words() -> None:
    made = desk().propose("客户：[图片]")
    check(made)
    assert made.ask == ("describe", "picture_text") and made.answer.citations == ()
    assert f"1. {say('describe', 'zh')}" in made.text and made.warnings[0][0] == "images"
    assert "in words" in desk().propose("[图片]", language="en").text


@pytest.mark.parametrize("text", ["", " \n", "😀？！"])
def test_an_empty_ticket_is_refused(text: str) -> None:
    with pytest.raises(QuestionError):
        desk().propose(text)


def test_chosen_evidence_alone() -> None:
    made = desk().propose(RENT, ("t2",))
    check(made)
    assert {cited.ticket for cited in made.answer.citations} == {"t2"} and made.confidence == "medium"
    assert desk().propose(RENT, ("t1-退租须提前7",)).evidence == ("t1-退租须提前7",)
    assert desk().propose(RENT, ("t4",)).answer.citations == ()  # disputed: nobody may state it
    assert {row.split("-")[0] for row in desk().propose(RENT, ("t5", "t1-托盘按月计租")).evidence} == {"t1", "t5"}
    with pytest.raises(QuestionError):
        desk().propose(RENT, ("t99",))


def test_the_language_is_the_tickets_or_as_asked() -> None:
    assert desk().propose(RENT).language == "zh"
    made = desk().propose(RENT, language="en")
    check(made)
    assert (
        made.text.startswith("Hello,")
        and "“托盘按月计租，每个每月12元。” (support's words, in Chinese)[1]" in made.text
    )
    assert desk().propose("How is the pallet rent counted?").language == "en"
    assert "說明如下" in desk().propose("客戶：託盤租金怎麼算？").text


def test_a_value_of_the_customer_stays_out_and_a_long_ticket_is_cut() -> None:
    made = desk().propose(f"客户：托盘租金怎么算？电话 {SECRET}\n" + "记录\n" * 100_000)
    check(made)
    assert made.warnings[-1][0] == "cut"


def test_another_customers_placeholder_is_warned_of() -> None:
    row = statement(f"托盘按月计租，请拨打 {MASK}")
    shelf = FakeLibrary(tickets={"t1": ticket("t1", "托盘租金怎么算？", row)}, statements={"t1": (row,)})
    made = desk(library=shelf, found=("t1",)).propose(RENT)
    assert "placeholder" in dict(made.warnings) and MASK in made.text


def test_what_was_seen_of_another_customer_is_left_out() -> None:
    row = statement("托盘按月计租后才可以查看账单，看到你们有用冷库，冷库另计")
    today = statement("现在等待入库即可", "specific", turn=3)
    shelf = FakeLibrary(tickets={"t1": ticket("t1", "托盘租金怎么算？", row, today)}, statements={"t1": (row, today)})
    made = desk(library=shelf, found=("t1",)).propose(RENT)
    check(made)
    assert "托盘按月计租后才可以查看账单。[1]" in made.text and "冷库" not in made.text and "等待入库" not in made.text


def test_a_disputed_statement_solved_nothing() -> None:
    made = desk(found=("t4",)).propose("客户：入库要等多久？")
    assert made.similar[0].solved == "没有记录解决办法" and made.answer.citations == ()
    assert "disputed" in dict(made.warnings)


class Alike(FakeRetriever):
    """Finds the same case twice."""

    def similar(self, question: str, k: int) -> list[Hit]:
        return [Hit(name, score, 0.9, 1.0, 1.0) for name, score in (("t5", 3.0), ("t6", 2.9), ("t2", 0.5))]


def test_similar_tickets_are_each_shown_once() -> None:
    shelf = FakeLibrary()
    twin = replace(shelf.tickets["t5"], id="t6")
    shelf = FakeLibrary(tickets={**shelf.tickets, "t6": twin})
    made = desk(retriever=Alike(), library=shelf).propose("门禁卡怎么换？")
    assert [one.id for one in made.similar] == ["t5", "t2"] and made.resolved["total"] == 2


TODAY = date(2026, 1, 1)


def row(text: str = "托盘按月计租", day: str = "", **more: Any) -> Evidence:
    given = evidence(text, **more)
    return replace(given, ticket=replace(given.ticket, date=day))


@pytest.mark.parametrize(
    ("rows", "odds", "reason", "disputed", "sure"),
    [
        ([row(agree=3)], 4.0, "evidence", False, "high"),
        ([row()], 4.0, "evidence", False, "medium"),
        ([row()], 8.0, "evidence", False, "high"),
        ([row(agree=3)], 0.6, "evidence", False, "low"),
        ([row(agree=3)], 8.0, "near", False, "low"),
        ([row(agree=3)], 8.0, "evidence", True, "low"),
        ([row(agree=3, day="2023-05-01")], 8.0, "evidence", False, "medium"),
        ([], 8.0, "evidence", False, "low"),
    ],
)
def test_confidence(rows: list[Evidence], odds: float, reason: str, disputed: bool, sure: str) -> None:
    given, why = doubts.confidence(Decision("answered", reason), odds, rows, disputed, TODAY)
    assert given == sure and why.endswith("。")


def test_warnings_name_their_tickets() -> None:
    told = dict(doubts.warnings([row("每月12元", "2024-01-01")], [row("2小时完成", disputed=True)], "多久", TODAY))
    assert set(told) == {"disputed", "price", "old"} and all("t1" in sentence for sentence in told.values())
    assert doubts.warnings([row("托盘按月计租", "2025-12-01")], [], "托盘", TODAY) == []


def test_a_typical_time_is_one_that_all_state() -> None:
    def told(*texts: str, **more: Any) -> str:
        rows = {f"t{n}": (statement(text, ticket=f"t{n}", **more),) for n, text in enumerate(texts, start=1)}
        shelf = FakeLibrary(tickets={name: ticket(name, "开票", *said) for name, said in rows.items()}, statements=rows)
        return precedents.typical([(one, 1.0) for one in shelf.tickets.values()], shelf)

    assert told("这个正常1-3天内即可开票完成") == "1-3天（t1）"
    assert told("2小时内完成", "120分钟内完成") == "2小时（t1）"
    assert told("2小时内完成", "3天内完成") == "" == told("有效期为90天") == told("2小时内完成", disputed=True)


def test_votes() -> None:
    assert precedents.elected([("a", 1.0), ("b", 0.5)]) == "a"
    assert precedents.elected([("a", 1.0), ("b", 0.8), ("c", 0.8)]) == "" == precedents.elected([])


def test_services_are_told_in_both_languages_and_claim_nothing() -> None:
    for service in SERVICES:
        assert set(service.names) == {"zh", "en"} and not by_rules(service.names["zh"])
    assert not any(
        by_rules(text) for name, both in TEXTS.items() if name.startswith("letter") for text in both.values()
    )
