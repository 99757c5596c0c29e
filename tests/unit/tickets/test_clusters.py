"""The same answer is counted once, and values that contradict each other are found and cut out."""

from __future__ import annotations

from bot.records import Statement
from bot.tickets.clusters import agree, canonical, conflicts, dispute
from bot.tickets.intake import Knowledge


def row(ticket: str, text: str, quote: str = "", n: int = 1, kind: str = "knowledge") -> Statement:
    return Statement(f"{ticket}/{n}", ticket, kind, text, quote or text, 0)  # type: ignore[arg-type]


def test_spaces_marks_and_case_make_no_other_answer() -> None:
    assert canonical("升级 HTTPS，即可。") == canonical("升级https即可") != canonical("升级http即可")


def test_agreement_counts_tickets_and_not_copies() -> None:
    rows = [row("a", "按月结算。"), row("a", "按月结算", n=2), row("b", "按月 结算"), row("c", "按天结算")]
    assert [entry.agree for entry in agree(rows)] == [2, 2, 2, 1]


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
    for found in knowledge.statements.values():
        for entry in found:
            same = {
                other.ticket
                for others in knowledge.statements.values()
                for other in others
                if canonical(other.text) == canonical(entry.text)
            }
            assert entry.agree == len(same)


def test_the_one_dispute_of_the_given_file_is_found(knowledge: Knowledge) -> None:
    (conflict,) = knowledge.conflicts
    assert "一小时" in conflict.first_clause and "2 小时" in conflict.second_clause
    disputed = [entry for found in knowledge.statements.values() for entry in found if entry.disputed]
    assert sorted(entry.text for entry in disputed) == [
        "免费证书申请+配置一般是一小时内可以完成",
        "整体一键 https 预计可在 2 小时内完成。",
        "整体一键 https 预计可在 2 小时内完成。",
    ]
    assert not any("三个月" in entry.text or "90天" in entry.text for entry in disputed)


def test_what_is_cut_apart_quotes_the_ticket_exactly(knowledge: Knowledge) -> None:
    tickets = {ticket.id: ticket for ticket in knowledge.tickets}
    cut = [entry for found in knowledge.statements.values() for entry in found if "." in entry.id.rpartition("/")[2]]
    assert len(cut) == 8
    for entry in cut:
        assert entry.quote in tickets[entry.ticket].turns[entry.turn].text
        assert canonical(entry.quote) == canonical(entry.text)


# --- disputes invented here


def pair(first: str, second: str, **kind: str) -> int:
    return len(conflicts([row("a", first, **kind), row("b", second, **kind)]))  # type: ignore[arg-type]


def test_another_time_for_the_same_thing_is_a_dispute() -> None:
    assert pair("退款审核一般在三天内完成", "退款审核通常需要7天内可以完成") == 1
    assert pair("退款审核一般在7天内完成", "退款审核通常一周内可以完成") == 0
    assert pair("日志保存三个月后删除", "日志保存90天后删除") == 0


def test_what_is_no_dispute() -> None:
    assert pair("退款审核三天内完成", "退款审核三天内完成") == 0
    assert pair("退款审核三天内完成", "机房迁移需要10天内完成") == 0
    assert pair("退款审核三天内完成", "退款审核7天内完成", kind="specific") == 0
    assert conflicts([row("a", "退款审核三天内完成"), row("a", "退款审核7天内完成", n=2)]) == []
    assert pair("每次扣费3元的账单", "每次扣费5元的账单") == 0


def test_a_disputed_clause_and_its_copies_are_cut_out_of_their_sentences() -> None:
    quote = "您好，先在费用中心提交申请，退款审核一般三天内完成，逾期请联系客服呢"
    rows = [
        row("a", "先在费用中心提交申请，退款审核一般三天内完成，逾期请联系客服", quote),
        row("b", "退款审核一般7天内完成"),
        row("c", "退款审核一般三天内完成。"),
        row("d", "账单按月结算"),
    ]
    result = dispute(rows, conflicts(rows))
    assert [(entry.id, entry.text, entry.quote, entry.disputed) for entry in result] == [
        ("a/1.1", "先在费用中心提交申请", "先在费用中心提交申请", False),
        ("a/1.2", "退款审核一般三天内完成", "退款审核一般三天内完成", True),
        ("a/1.3", "逾期请联系客服", "逾期请联系客服", False),
        ("b/1", "退款审核一般7天内完成", "退款审核一般7天内完成", True),
        ("c/1", "退款审核一般三天内完成。", "退款审核一般三天内完成。", True),
        ("d/1", "账单按月结算", "账单按月结算", False),
    ]
    assert dispute(rows, []) == rows


def test_letters_that_grow_in_lower_case_cut_no_wrong_quote() -> None:
    rows = [row("a", "İİ 版本说明请看文档，退款审核三天内完成"), row("b", "退款审核7天内完成")]
    first, second, _ = dispute(rows, conflicts(rows))
    assert (first.quote, second.quote) == ("İİ 版本说明请看文档", "退款审核三天内完成")
