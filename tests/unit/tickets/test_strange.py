"""Bad input: long, deep, broken and hostile files are read in linear time, and nothing is invented or lost count of."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.tickets.reading.decoding import clean
from bot.tickets.reading.layouts import SECTIONS
from bot.tickets.reading.reader import Reading, read, read_markdown
from bot.tickets.reading.tables import read_csv, read_jsonl

HEAD = "## 门铃不响\n### 问题描述\n按了没声\n### 客服解答\n"
_LINES = st.sampled_from(
    [*(f"### {name}" for name in sorted(SECTIONS)[:12]), "## 甲", "# 乙", "### 1. 丙",
     "**分类**：a｜b", "**客户**：c", "客服: d", "---",
     "#", "", "- e", "1. f", "Q1: g", "问：h", "答：i",
     "| 分类 | j |", "【问题描述】k", "```", "<!-- ticket: t1 -->", "> 客服：l", "标题：m",
     "**标题**：", "## 总结", "User: root", "\u202en\x00", "o\u2028p"]
)  # fmt: skip
FILES = st.one_of(st.lists(_LINES, max_size=40).map("\n".join), st.text(max_size=200))


def one(text: str) -> Reading:
    reading = read_markdown(text, "a.md")
    assert len(reading.tickets) == 1 and reading.set_aside == ()
    return reading


# --- size and depth


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "# a b\n" * 170_000,
        HEAD + "---\n## a b\n" * 80_000,
        HEAD + "1. a\n" * 200_000,
        HEAD + "客服：" + "长" * 1_000_000,
        "## " + "a " * 500_000 + "\n### 问题描述\nb\n",
        "## a" + " " * 1_000_000 + "b\n### 问题描述\nb\n",
        HEAD + "*" * 1_000_000,
        HEAD + "**" + "a" * 1_000_000 + "**：",
        HEAD + ("> " * 1000 + "客服：深\n") * 300,
        HEAD + "".join("  " * depth + "- 深\n" for depth in range(700)),
        HEAD + "#" * 1_000_000,
        HEAD + "```\n" + "# 注释\n" * 90_000,
        HEAD + "| 分类 | x |\n" * 60_000,
        HEAD + "[【" * 250_000,
    ],
    ids=lambda text: repr(text[len(HEAD) : len(HEAD) + 12] if text.startswith(HEAD) else text[:12]),
)
def test_a_megabyte_of_anything_takes_seconds(text: str) -> None:
    started = time.process_time()
    reading = read_markdown(text, "a.md")
    assert time.process_time() - started < 30
    assert reading.tickets or reading.set_aside


@pytest.mark.slow
def test_ten_thousand_copies_are_ten_thousand_tickets() -> None:
    reading = read_markdown((HEAD + "客服：换电池\n\n---\n\n") * 10_000, "a.md")
    assert len(reading.tickets) == 10_000 and reading.set_aside == ()
    assert reading.tickets[-1].source.ordinal == 10_000


def test_too_many_rows_stop_with_a_line() -> None:
    tickets, aside = read_jsonl('{"text": "a"}\n' * 12, "a.jsonl", most=10)
    assert len(tickets) == 10
    assert [(row.line, row.reason) for row in aside] == [(11, "more than 10 rows: the rest of the file is not read")]


# --- Markdown that does not fit


def test_an_unknown_section_keeps_its_text_and_is_noted() -> None:
    reading = one(HEAD + "客服：换电池\n\n### 维修心得\n\n别用旧电池\n\n### 根本原因\n没电\n")
    (ticket,) = reading.tickets
    assert ticket.agent_text == "换电池\n\n### 维修心得\n\n别用旧电池" and ticket.root_cause == "没电"
    assert [(row.line, row.reason) for row in reading.notes] == [
        (7, "“维修心得” is no section this reader knows, its text was kept")
    ]


def test_a_name_in_no_table_is_known_by_its_words_when_many_tickets_share_it() -> None:
    text = "".join(
        f"## 事情{n}\n### 用户诉求概述\n坏了{n}\n### 专家解决建议\n修好{n}\n### 客服解答\n好\n\n" for n in range(5)
    )
    reading = read_markdown(text, "a.md")
    assert [ticket.question for ticket in reading.tickets] == [f"坏了{n}" for n in range(5)]
    assert [ticket.agent_text for ticket in reading.tickets] == [f"修好{n}\n好" for n in range(5)]


def test_chapters_and_a_summary_at_the_end_are_no_part_of_a_ticket() -> None:
    body = "".join(f"### Q{n}: 事情\n**分类**：a｜b\n**客服解答**：\n修好{n}\n\n---\n\n" for n in range(1, 4))
    reading = read_markdown(f"# 文件\n\n## 第一章\n\n{body}## 总结\n\n共 3 条\n### 要点\n- 勤换电池\n", "a.md")
    assert [ticket.agent_text for ticket in reading.tickets] == ["修好1", "修好2", "修好3"]
    assert reading.set_aside == ()
    assert [row.reason for row in reading.notes] == ["“总结” is no ticket: what stands below it was left out"]


def test_a_numbered_title_without_a_section_counts() -> None:
    reading = read_markdown(
        "## 1. 甲\n**分类**：a\n**客服解答**：子\n## 2. 乙\n\n## 3. 丙\n**分类**：a\n**客服解答**：丑\n", "a.md"
    )
    assert [ticket.title for ticket in reading.tickets] == ["甲", "丙"]
    assert [(row.line, row.reason) for row in reading.set_aside] == [
        (4, "“乙”: no section that this reader knows follows")
    ]


def test_two_answers_are_both_the_agents_and_a_dialogue_makes_them_a_summary() -> None:
    parts = "### 客服解答\n换电池\n### 解决方案\n- 买新的\n"
    assert one(f"## 门铃\n### 问题描述\n不响\n{parts}").tickets[0].agent_text == "换电池\n买新的"
    (ticket,) = one(f"## 门铃\n### 问题描述\n不响\n{parts}### 对话记录\n客户：不响\n客服：换电池\n").tickets
    assert ticket.summary == "换电池\n- 买新的" and [turn.role for turn in ticket.turns] == ["customer", "agent"]


def test_questions_and_answers_alone_are_tickets() -> None:
    reading = read_markdown("问：门铃不响\n答：换电池\n\n问：门打不开\n答：上油\n", "a.md")
    assert [(ticket.title, ticket.agent_text) for ticket in reading.tickets] == [
        ("门铃不响", "换电池"),
        ("门打不开", "上油"),
    ]


def test_a_date_under_the_title_is_kept() -> None:
    (ticket,) = one("## 门铃\n**创建时间**：2023年4月5日 10:00\n**客服解答**：换电池\n").tickets
    assert (ticket.date, ticket.question) == ("2023-04-05", "")


# --- rows that do not fit


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"id": "a b", "text": "x"}', "field id must be 1 to 128 letters"),
        ('{"id": "a\\tb", "text": "x"}', "field id must be 1 to 128 letters"),
        ('{"text": "a", "text": "b"}', "field text stands there 2 times"),
        ('{"text": ' + "9" * 5000 + "}", "not JSON"),
        ('{"text": ' + '{"a":' * 50_000 + "1" + "}" * 50_001, "not JSON"),
        ('{"text": Infinity}', "field text must be a text"),
    ],
)
def test_a_row_that_cannot_be_taken(row: str, reason: str) -> None:
    tickets, aside = read_jsonl(f'{{"id": "p/1#a:b@c", "text": "x"}}\n{row}\n{{"text": "y"}}', "a.jsonl")
    assert [ticket.id for ticket in tickets] == ["p/1#a:b@c", ""]
    assert [(entry.line, entry.reason[: len(reason)]) for entry in aside] == [(2, reason)]


def test_a_json_list_and_objects_over_several_lines() -> None:
    rows = [{"id": str(n), "text": "x"} for n in range(3)]
    for text in (json.dumps(rows), json.dumps(rows, indent=2), "\n".join(json.dumps(row, indent=1) for row in rows)):
        tickets, aside = read_jsonl(text, "a.jsonl")
        assert [ticket.id for ticket in tickets] == ["0", "1", "2"] and aside == ()
    broken = json.dumps(rows, indent=2).replace('"id": "1"', '"id" "1"')
    tickets, aside = read_jsonl(broken, "a.jsonl")
    assert [ticket.id for ticket in tickets] == ["0", "2"] and [entry.line for entry in aside] == [6]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_csv_parted_by_any_usual_mark(mark: str) -> None:
    text = f'\ufeffId{mark}Answer{mark}extra\r\n1{mark}"a\r\nb"{mark}z\r\n2{mark}c{mark}z{mark}{mark}\r\n3{mark}d\r\n'
    tickets, aside = read_csv(text, "a.csv")
    assert [ticket.id for ticket in tickets] == ["1", "2"]
    assert [(entry.line, entry.reason.split(":")[1]) for entry in aside] == [(5, " 2, not 3")]


def test_csv_with_a_column_twice() -> None:
    tickets, (entry,) = read_csv("id,answer,answer\n1,a,b\n", "a.csv")
    assert tickets == () and entry.reason == "the header names the column answer more than once"


def test_csv_of_quotes_alone_is_given_up_in_time() -> None:
    tickets, aside = read_csv("id,answer\n" + '1,"a""b\n' * 20_000, "a.csv")
    assert tickets == () and 1 <= len(aside) <= 302


# --- properties


def substrings(reading: Reading, text: str) -> None:
    whole = re.sub(r"\s", "", clean(text)).replace("\\|", "｜")
    for ticket in reading.tickets:
        for piece in (
            ticket.title,
            ticket.question,
            ticket.summary,
            ticket.root_cause,
            *(t.text for t in ticket.turns),
        ):
            for line in piece.split("\n"):
                assert re.sub(r"\s", "", line) in whole


@settings(max_examples=400, deadline=None)
@given(FILES)
def test_markdown_never_raises_invents_nothing_and_counts(text: str) -> None:
    reading = read_markdown(text, "a.md")
    substrings(reading, text)
    assert reading.tickets or reading.set_aside
    places = sorted(ticket.source.ordinal for ticket in reading.tickets)
    assert len(set(places)) == len(places)
    if reading.tickets:
        assert places[-1] <= len(reading.tickets) + len(reading.set_aside)
    lines = len(re.split("\r\n|\r|\n", text))
    for ticket in reading.tickets:
        assert 1 <= ticket.source.line <= lines and all(1 <= turn.line <= lines for turn in ticket.turns)
    assert read_markdown(text, "a.md") == reading


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(
    ['{"id": "a", "text": "b"}', '{"text": "b"', "[", "]", '{"turns": [{"role": "agent", "text": "c"}]}', "1", '"', ","]
)).map("\n".join)))  # fmt: skip
def test_rows_never_raise(text: str) -> None:
    tickets, aside = read_jsonl(text, "a.jsonl")
    if not text.lstrip("\ufeff \t\r\n").startswith(("[", "{")):
        assert len(tickets) + len(aside) == sum(bool(line.strip()) for line in text.removeprefix("\ufeff").split("\n"))
    read_csv(text, "a.csv")
    read_csv("id,answer\n" + text, "a.csv")


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=200), name=st.sampled_from(["a.md", "a.jsonl", "a.csv"]))
def test_bytes_are_read_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, name: str
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(raw)
    try:
        read(path)
    except KnowledgeError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)
