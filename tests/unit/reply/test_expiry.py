"""What is past its last day is stated no longer, whatever the index still holds."""

from __future__ import annotations

from dataclasses import replace

from bot.records import Question
from bot.reply.evidence import weigh
from bot.reply.finding import Finder
from bot.reply.followup import Asked
from tests.unit.reply.fakes import ANSWERED, FakeGate, FakeLibrary, FakeRetriever, desk, match

RENT = "托盘按月计租，每个每月12元"


def library(*expiring: str, told: tuple[str, ...] = ("t1",)) -> FakeLibrary:
    """The invented tickets, of which some hold until the last day of 2026; `told`: those that tell of the rent."""
    known = FakeLibrary()
    tickets = {
        name: replace(one, expires="2026-12-31") if name in expiring else one for name, one in known.tickets.items()
    }
    return FakeLibrary(tickets=tickets, sources={known.statements["t1"][0].id: told})


def stated(known: FakeLibrary, day: str) -> list[str]:
    retriever = FakeRetriever(("t1", "t5"))
    rows = weigh("托盘怎么租？", retriever.search("托盘"), known, retriever, match, day)
    return [row.ticket.id for row in rows]


def test_it_is_evidence_up_to_its_last_day_and_none_after() -> None:
    assert stated(library("t1"), "2026-12-31") == ["t1", "t1", "t5"]
    assert stated(library("t1"), "2027-01-01") == ["t5"]
    assert stated(library(), "2027-01-01") == ["t1", "t1", "t5"]


def test_it_does_not_count_among_those_who_say_the_same() -> None:
    known = library("t2", "t3", told=("t1", "t2", "t3"))
    retriever = FakeRetriever(("t1",))
    for day, agree, also in (("2026-12-31", 3, ("t2", "t3")), ("2027-01-01", 1, ())):
        first = weigh("托盘怎么租？", retriever.search("托盘"), known, retriever, match, day)[0]
        assert (first.statement.text, first.statement.agree, first.also) == (RENT, agree, also)


def test_the_gate_sees_nothing_of_it() -> None:
    for day, hits in (("2026-12-31", ["t1", "t2"]), ("2027-01-01", ["t2"])):
        finder = Finder(library("t1"), FakeRetriever(), match, FakeGate(ANSWERED), lambda day=day: day)  # type: ignore[misc]
        found = finder.find(Asked("托盘怎么租？", "托盘怎么租？"))
        assert [hit.ticket for hit in found.hits] == hits
        assert {row.ticket.id for row in found.evidence} == set(hits)


def test_a_reply_changes_with_the_day_alone() -> None:
    days = ["2026-12-31"]
    assistant = desk(library=library("t1", "t2"), today=lambda: days[0])
    assert "12元" in assistant.answer(Question("托盘租金怎么算？")).text
    days[0] = "2027-01-01"
    assert "12元" not in assistant.answer(Question("托盘租金怎么算？")).text
