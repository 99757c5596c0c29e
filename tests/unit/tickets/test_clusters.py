"""The same answer is counted once, stands for its copies, and keeps all its sources."""

from __future__ import annotations

from dataclasses import replace

from bot.records import Statement
from bot.tickets.answers import answers
from bot.tickets.clusters import agree, copies, sources
from bot.tickets.intake import Knowledge
from bot.tickets.near import canonical

GUIDE = "您可以在控制台的域名管理里打开配置页，勾选开启防盗链并填写允许访问的来源，保存后就会生效。"


def row(ticket: str, text: str, quote: str = "", n: int = 1, kind: str = "knowledge", turn: int = 0) -> Statement:
    return Statement(f"{ticket}/{n}", ticket, kind, text, quote or text, turn)  # type: ignore[arg-type]


def test_spaces_marks_and_case_make_no_other_answer() -> None:
    assert canonical("升级 HTTPS，即可。") == canonical("升级https即可") != canonical("升级http即可")


def test_agreement_counts_tickets_and_not_copies() -> None:
    rows = [row("a", "按月结算。"), row("a", "按月结算", n=2), row("b", "按月 结算"), row("c", "按天结算")]
    found = agree(rows)
    assert [entry.agree for entry in found] == [2, 2, 2, 1]
    assert [entry.same for entry in found] == ["", "a/1", "a/1", ""]
    assert copies(found) == 2 and sources(found) == {"a/1": ("a", "b"), "c/1": ("c",)}


def test_nearly_the_same_words_are_one_answer_with_every_source() -> None:
    found = agree([row("a", GUIDE), row("b", GUIDE.replace("就会", "")), row("c", GUIDE.replace("开启", "关闭"))])
    assert [(entry.agree, entry.same) for entry in found] == [(2, ""), (2, "a/1"), (1, "")]


def test_what_was_true_of_one_customer_is_not_one_with_knowledge() -> None:
    found = agree([row("a", GUIDE), row("b", GUIDE, kind="specific"), row("c", GUIDE, kind="request")])
    assert [(entry.agree, entry.same) for entry in found] == [(1, ""), (1, ""), (1, "")]


def test_when_the_first_source_is_gone_the_next_stands_for_the_rest() -> None:
    found = agree([row("a", GUIDE), row("b", GUIDE), row("c", GUIDE)])
    left = agree([entry for entry in found if entry.ticket != "a"])
    assert [(entry.ticket, entry.agree, entry.same) for entry in left] == [("b", 2, ""), ("c", 2, "b/1")]


def test_an_answer_holds_the_sentences_that_the_same_tickets_say_in_one_go() -> None:
    more = "修改来源名单以后不需要重新提交审核，名单里最多可以填写一百个来源。"
    rows = [
        row("a", GUIDE, n=1), row("a", more, n=2), row("a", "按量计费的账单在次月的月初生成并扣款。", n=3, turn=2),
        row("b", GUIDE, n=1), row("b", more, n=2), row("c", "按量计费的账单在次月的月初生成并扣款。"),
    ]  # fmt: skip
    first, second = answers((), agree(rows))
    assert [entry.text for entry in first.sentences] == [GUIDE, more] and first.tickets == ("a", "b")
    assert second.tickets == ("a", "c") and len(second.sentences) == 1
    assert answers((), agree(rows), least=3) == []


# --- the given file


def test_canned_answers_of_the_given_file_agree(knowledge: Knowledge) -> None:
    counts = {entry.text: entry.agree for found in knowledge.statements.values() for entry in found}
    for start, count in {
        "手动申请并使用免费SSL证书步骤如下": 3,
        "您可以在 [域名管理] 中": 3,
        "查看实时消费明细：": 3,
        "查看上月账单明细：": 2,
        "注意：每月1-3号为出账期": 2,
        "免费证书有效期为90天": 2,
        "ca机构目前给的免费证书": 1,
    }.items():
        assert {agreed for text, agreed in counts.items() if text.startswith(start)} == {count}
    rows = [entry for found in knowledge.statements.values() for entry in found]
    known = {entry.id: entry for entry in rows}
    for entry in rows:
        assert not entry.same or (known[entry.same].same == "" and known[entry.same].agree == entry.agree)
    assert agree([replace(entry, same="", agree=1) for entry in rows]) == rows


def test_each_answer_of_the_given_file_has_one_passage(knowledge: Knowledge) -> None:
    embedded = [passage.statement for found in knowledge.passages.values() for passage in found if passage.statement]
    rows = {entry.id: entry for found in knowledge.statements.values() for entry in found}
    assert len(embedded) == len(set(embedded)) and not any(rows[name].same for name in embedded)
    common = answers(knowledge.tickets, list(rows.values()))
    assert len(common) > 5
    for answer in common:
        assert len(answer.tickets) >= 2
        for sentence in answer.sentences:
            assert not sentence.text.startswith(("您好", "你好")) and sentence.quote
