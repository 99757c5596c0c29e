"""Rows become tickets; a broken row is set aside with its line, and the rows around it stay."""

from __future__ import annotations

import json

import pytest

from bot.records import Turn
from bot.tickets.reading.tables import read_csv, read_jsonl


def test_all_fields_of_a_row() -> None:
    row = {"id": "T-1", "title": "标题", "question": "问", "category": "CDN|证书", "answer": " 答[图片] "}
    (ticket,), aside = read_jsonl(json.dumps(row, ensure_ascii=False), "a.jsonl")
    assert aside == ()
    assert (ticket.id, ticket.title, ticket.question) == ("T-1", "标题", "问")
    assert (ticket.product, ticket.topic) == ("CDN", "证书")
    assert ticket.turns == (Turn("agent", "答[图片]", 1, 1),)


def test_turns_by_the_roles_of_tickets_and_of_chats() -> None:
    said = [
        {"role": "customer", "text": "问[图片][图片]"},
        {"role": "Agent", "text": "答"},
        {"role": "user", "text": " "},
        {"role": "assistant", "text": "又答"},
    ]
    (ticket,), _ = read_jsonl(json.dumps({"turns": said, "answer": "not this"}), "a.jsonl")
    assert ticket.turns == (Turn("customer", "问[图片][图片]", 1, 2), Turn("agent", "答", 1), Turn("agent", "又答", 1))


def test_an_id_may_be_a_number_and_every_field_may_be_empty() -> None:
    tickets, aside = read_jsonl(
        '{"id": 7, "title": null, "text": "a"}\n{"id": "", "category": "", "question": "q"}\n', "a"
    )
    assert aside == ()
    assert [(ticket.id, ticket.title, ticket.product) for ticket in tickets] == [("7", "", ""), ("", "", "")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{broken", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "a line must hold a JSON object"),
        ('"text"', "a line must hold a JSON object"),
        ('{"title": "nothing else"}', "no text, answer, turns or question"),
        ('{"answer": ["a"]}', "field answer must be a text"),
        ('{"id": true, "text": "a"}', "field id must be a text"),
        ('{"id": 1.5, "text": "a"}', "field id must be a text"),
        ('{"text": NaN}', "field text must be a text"),
        ('{"text": "\\ud83d"}', "half a character: a lone surrogate such as \\ud83d"),
        ('{"turns": "a"}', "field turns must be a list of {role, text}"),
        ('{"turns": [{"role": "agent"}]}', "each of turns must be {role, text}"),
        ('{"turns": [{"role": "robot", "text": "a"}]}', "turn role 'robot': must be customer or agent"),
    ],
)
def test_a_broken_line_in_the_middle(row: str, reason: str) -> None:
    tickets, aside = read_jsonl(f'{{"id": "a", "text": "x"}}\n\n{row}\n{{"id": "b", "text": "y"}}', "a.jsonl")
    assert [(ticket.id, ticket.source.ordinal, ticket.source.line) for ticket in tickets] == [("a", 1, 1), ("b", 3, 4)]
    assert [(entry.file, entry.line, entry.reason) for entry in aside] == [("a.jsonl", 3, reason)]


def test_only_line_feeds_end_a_row() -> None:
    tickets, aside = read_jsonl('{"text": "a\u2028b"}\r\n{"text": "c\x85d"}\n', "a")
    assert aside == ()
    assert [ticket.turns[0].text for ticket in tickets] == ["a\u2028b", "c\x85d"]


def test_csv_with_quotes_line_breaks_and_blank_lines() -> None:
    tickets, aside = read_csv('id, title ,answer\r\n1,甲,"乙\r\n丙, ""丁"""\r\n\r\n2,戊,己\r\n', "a.csv")
    assert aside == ()
    assert (tickets[0].id, tickets[0].title, tickets[0].source.line) == ("1", "甲", 2)
    assert tickets[0].turns[0].text == '乙\r\n丙, "丁"'
    assert (tickets[1].id, tickets[1].source.ordinal) == ("2", 2)


def test_csv_with_turns() -> None:
    said = json.dumps([{"role": "customer", "text": "问"}, {"role": "agent", "text": "答"}]).replace('"', '""')
    tickets, aside = read_csv(f'id,turns\na,"{said}"\nb,[broken\nc,"{said}"\n', "a.csv")
    assert [[turn.role for turn in ticket.turns] for ticket in tickets] == [["customer", "agent"]] * 2
    assert [(entry.line, entry.reason) for entry in aside] == [(3, "not JSON")]


def test_csv_rows_with_other_columns_or_broken_quotes_in_the_middle() -> None:
    tickets, aside = read_csv(
        'id,title,answer\n1,甲,乙\n2,丙\n3,丁,戊,己\n4,"x"y,z\n5,a,"open\n6,庚,"辛"\n7,壬,癸\n', "a"
    )
    assert [ticket.id for ticket in tickets] == ["1", "6", "7"]
    columns = "the row has another number of columns than the header"
    assert [(entry.line, entry.reason.split(":")[0]) for entry in aside] == [
        (3, columns),
        (4, columns),
        (5, "not CSV"),
        (6, "not CSV"),
    ]


def test_a_quote_that_never_closes_costs_one_row() -> None:
    tickets, aside = read_csv('id,answer\n1,a\n2,"open\n3,b\n4,c\n', "a")
    assert [(ticket.id, ticket.source.line) for ticket in tickets] == [("1", 2), ("3", 4), ("4", 5)]
    assert [entry.line for entry in aside] == [3]


@pytest.mark.parametrize("text", ["name,reply\na,b\n", "id,title\n1,2\n"])
def test_csv_without_a_column_to_read(text: str) -> None:
    tickets, (entry,) = read_csv(text, "a.csv")
    assert tickets == () and entry.line == 1
    assert entry.reason.startswith("the header names none of the columns")


def test_csv_without_a_row() -> None:
    assert read_csv("", "a.csv") == ((), ())
    assert read_csv("id,answer\n", "a.csv") == ((), ())
