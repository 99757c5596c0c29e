"""Only questions that read as questions and were really answered are offered."""

from __future__ import annotations

from bot.records import Statement
from bot.reply.suggest import suggestions
from tests.unit.reply.fakes import FakeLibrary, statement, ticket


def library(*titles: str, kind: str = "knowledge", product: str = "仓储") -> FakeLibrary:
    rows: dict[str, tuple[Statement, ...]] = {}
    tickets = {}
    for number, title in enumerate(titles, start=1):
        name = f"t{number}"
        rows[name] = (statement("托盘按月计租", kind, name),)  # type: ignore[arg-type]
        tickets[name] = ticket(name, title, *rows[name], product=product)
    return FakeLibrary(tickets=tickets, statements=rows)


def always(title: str) -> bool:
    return True


def test_titles_that_ask_are_offered_up_to_the_number() -> None:
    good = ("托盘租金怎么算", "冷库在哪里调温", "入库要多久")
    assert suggestions(library(*good), 2, always) == good[:2]
    assert suggestions(library(*good), 9, always) == good
    assert suggestions(library(*good), 0, always) == ()


def test_what_is_no_question_or_holds_what_is_private_is_not() -> None:
    bad = ("x", "〈域名〉怎么找回", "[图片]怎么看", "加急", "托盘租金", "怎么" * 40, "<b>怎么算</b>", "怎么\n换行", "")
    assert suggestions(library(*bad), 9, always) == ()


def test_one_question_is_offered_once() -> None:
    assert suggestions(library("托盘租金怎么算", "托盘租金怎么算？"), 9, always) == ("托盘租金怎么算",)


def test_a_ticket_that_a_person_solved_is_not_offered() -> None:
    assert suggestions(library("怎么理赔", kind="action"), 9, always) == ()
    assert suggestions(library("怎么理赔", kind="hold"), 9, always) == ()


def test_each_was_asked_when_asking_is_possible() -> None:
    asked: list[str] = []

    def answered(title: str) -> bool:
        asked.append(title)
        return "冷库" in title

    assert suggestions(library("托盘租金怎么算", "冷库在哪里调温"), 1, answered) == ("冷库在哪里调温",)
    assert asked == ["托盘租金怎么算", "冷库在哪里调温"]


def test_the_first_few_speak_of_different_things() -> None:
    one = library("托盘租金怎么算", "托盘怎么退租")
    other = ticket("t3", "发票怎么开", product="财务")
    mixed = FakeLibrary(
        tickets={**one.tickets, "t3": other},
        statements={**one.statements, "t3": (statement("在财务页开票", ticket="t3"),)},
    )
    assert suggestions(mixed, 2, always) == ("托盘租金怎么算", "发票怎么开")


def test_given_tickets_are_taken_in_their_order() -> None:
    rows = library("托盘租金怎么算", "冷库在哪里调温")
    assert suggestions(rows, 1, always, [rows.tickets["t2"], rows.tickets["t1"]]) == ("冷库在哪里调温",)
