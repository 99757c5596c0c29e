"""What is embedded keeps to its budget, holds no placeholder, and names the statement that it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.records import Passage, Statement, Ticket, Turn
from bot.tickets.intake import Knowledge
from bot.tickets.passages import passages, sayable, tokens
from bot.tickets.privacy.placeholders import ANY_MASK


def of(knowledge: Knowledge, budget: int) -> list[Passage]:
    return [
        passage for ticket in knowledge.tickets for passage in passages(ticket, knowledge.statements[ticket.id], budget)
    ]


def one(text: str) -> Ticket:
    return Ticket("t", "题", text, (Turn("customer", text),))


def says(text: str, asked: str = "", kind: str = "knowledge") -> Statement:
    return Statement("t/1", "t", kind, text, text, 1, asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("budget", [32, 64, 256])
def test_the_budget_is_held_over_the_given_file(knowledge: Knowledge, budget: int) -> None:
    assert max(tokens(passage.text) for passage in of(knowledge, budget)) <= budget


def test_no_placeholder_is_embedded_beside_words(knowledge: Knowledge) -> None:
    for passage in of(knowledge, 256):
        if ANY_MASK.search(passage.text):  # a statement that is nothing but a placeholder
            assert not passage.text.split("\n")[-1].strip("〈〉").isascii()
            assert ANY_MASK.fullmatch(passage.text.split("\n")[-1])


def test_one_passage_a_sayable_statement_with_its_id(knowledge: Knowledge) -> None:
    for ticket in knowledge.tickets:
        rows = knowledge.statements[ticket.id]
        found = passages(ticket, rows, 256)
        assert [passage.id for passage in found if passage.statement] == [
            row.id for row in rows if sayable(row) and not row.same
        ]
        assert all(passage.id == passage.statement for passage in found if passage.statement)
        chunks = [passage for passage in found if not passage.statement]
        assert [passage.id for passage in chunks] == [f"{ticket.id}#{n}" for n in range(1, len(chunks) + 1)]
        assert chunks and chunks[0].text.startswith(ANY_MASK.sub(" ", ticket.title).strip())
        assert {passage.ticket for passage in found} == {ticket.id}


def test_who_says_what_decides_what_is_sayable() -> None:
    assert sayable(says("流量按月结算，月初出账"))
    assert not sayable(says("看这里"))
    assert sayable(says("您的域名未备案", kind="specific"))
    assert not any(sayable(says("好的", kind=kind)) for kind in ("action", "request", "hold", "courtesy"))


def test_everything_the_customer_wrote_is_in_a_chunk_of_the_case(knowledge: Knowledge) -> None:
    for ticket in knowledge.tickets:
        case = "\n".join(p.text for p in passages(ticket, (), 64) if not p.statement)
        dense = "".join(case.split())
        for turn in ticket.turns:
            if turn.role == "customer":
                for part in ANY_MASK.sub(" ", turn.text).split():
                    assert part in dense


def test_a_long_text_is_cut_at_its_marks() -> None:
    text = "\n".join(f"第{n}行说的是缓存刷新。预取另有配额，每天一次。" for n in range(60))
    found = passages(one(text), (), 64)
    assert len(found) > 10
    assert all(passage.text.endswith(("。", "，", "题")) for passage in found)


def test_a_statement_keeps_its_words_and_loses_its_context_first() -> None:
    short, asked = "按月结算，月初出账。", "什么时候扣费呢" * 12
    assert passages(one("问"), [says(short, asked)], 256)[-1].text == f"题\n{asked[:120]}\n{short}"
    assert passages(one("问"), [says(short, asked)], 32)[-1].text == f"题\n{short}"
    long = passages(one("问"), [says("按月结算，" * 40, asked)], 32)[-1]
    assert long.text.startswith("按月结算，") and tokens(long.text) <= 32


def test_the_same_words_are_embedded_once() -> None:
    ticket = replace(one("怎么退款"), title="怎么退款", summary="怎么退款")
    assert [passage.text for passage in passages(ticket, (), 64)] == ["怎么退款"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="配置，。 \n𝕏…a<|endoftext|>1é", max_size=300), st.integers(32, 80))
def test_any_text_keeps_to_the_budget(text: str, budget: int) -> None:
    for passage in passages(one(text), [says(text or "x", text)], budget):
        assert tokens(passage.text) <= budget
