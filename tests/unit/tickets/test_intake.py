"""The straight line from files to knowledge: ids, boilerplate, what is set aside, and the report."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.records import STATEMENT_KINDS, Ticket, Turn
from bot.tickets.intake import Knowledge, files, identified, learn, made_id, without_boilerplate
from bot.tickets.privacy.redaction import Redactor
from bot.tickets.reading.reader import Reading

TICKET = "## {title}\n### 问题描述\n{title}\n### 客服解答\n**客户**：{title}\n**客服**：在控制台可以查看。\n"


def ticket(title: str, question: str = "", **fields: str) -> Ticket:
    return Ticket(id=fields.pop("id", ""), title=title, question=question, turns=(), **fields)


# --- ids


def test_ids_are_unique_and_those_of_the_file(knowledge: Knowledge, part: Path) -> None:
    ids = [entry.id for entry in knowledge.tickets]
    assert ids == re.findall(r"<!-- ticket: (\S+) -->", part.read_text("utf-8"))
    assert len(set(ids)) == 30
    assert set(knowledge.statements) == set(knowledge.passages) == set(ids)


def test_a_made_id_is_the_one_that_was_written(reading: Reading) -> None:
    for entry in reading.tickets:
        assert made_id(entry) == entry.id.partition("-")[0]


def test_a_made_id_says_nothing_of_a_value_and_stays_when_redaction_improves() -> None:
    assert made_id(ticket("a.lumo-demo.cn 打不开")) == made_id(ticket("〈域名〉 打不开"))
    assert made_id(ticket("打不开", "[REDACTED_URL]")) == made_id(ticket("打不开 404"))
    assert made_id(ticket("打不开")) != made_id(ticket("打开"))
    assert re.fullmatch(r"t[0-9a-f]{8}", made_id(ticket("打不开")))


def test_a_title_without_a_word_takes_the_agents() -> None:
    first = Ticket("", "x", "https://a.cn", (Turn("customer", "问"), Turn("agent", "已处理")))
    assert made_id(first) != made_id(Ticket("", "x", "", (Turn("agent", "稍等"),))) != made_id(ticket("x"))


def test_repeats_are_numbered() -> None:
    rows = [ticket("甲"), ticket("甲"), ticket("乙", id="a"), ticket("丙", id="a"), ticket("甲")]
    first = made_id(rows[0])
    assert [entry.id for entry in identified(rows)] == [first, f"{first}-2", "a", "a-2", f"{first}-3"]


def test_a_numbered_repeat_never_takes_an_id_that_was_given() -> None:
    rows = [ticket("甲", id="a"), ticket("乙", id="a"), ticket("丙", id="a-2"), ticket("丁", id="a-2")]
    ids = [entry.id for entry in identified(rows)]
    assert len(set(ids)) == 4 and ids[0] == "a" and "a-2" in ids


# --- boilerplate


def test_a_root_cause_that_recurs_is_dropped() -> None:
    rows = [ticket(str(n), root_cause="需要具体分析") for n in range(3)] + [ticket("x", root_cause="证书过期")] * 2
    assert [entry.root_cause for entry in without_boilerplate(rows)] == ["", "", "", "证书过期", "证书过期"]


def test_boilerplate_of_the_given_file_is_gone(knowledge: Knowledge, reading: Reading) -> None:
    assert sum("需要根据具体情况分析" in entry.root_cause for entry in reading.tickets) == 24
    assert Counter(entry.root_cause for entry in knowledge.tickets) == {
        "": 28,
        "证书过期，需要重新申请或上传新证书": 2,
    }
    assert not any("需要根据具体情况分析" in p.text for found in knowledge.passages.values() for p in found)


# --- the report


def test_the_report_has_the_keys_of_the_contract(knowledge: Knowledge) -> None:
    report = knowledge.report()
    assert list(report) == [
        "files",
        "tickets",
        "forgotten",
        "set_aside",
        "withheld",
        "notes",
        "statements",
        "resolutions",
        "passages",
        "redactions",
        "duplicates",
        "conflicts",
        "open_conflicts",
        "contradictions",
    ]
    assert (report["files"], report["tickets"], report["set_aside"], report["conflicts"]) == (1, 30, [], 1)
    assert report["redactions"] == {}
    assert tuple(report["statements"]) == STATEMENT_KINDS  # type: ignore[arg-type]
    assert sum(report["resolutions"].values()) == 30  # type: ignore[attr-defined]
    assert report["passages"] == sum(len(found) for found in knowledge.passages.values())
    assert isinstance(report["duplicates"], int) and report["duplicates"] >= 15


def test_what_is_private_is_counted_by_type_and_gone(tmp_path: Path, redactor: Redactor) -> None:
    text = TICKET.format(title="shop.lumo-demo.cn 打不开").replace("在控制台", "打13812345678，在控制台")
    (tmp_path / "a.md").write_text(text, "utf-8")
    found = learn([tmp_path], redactor, 256)
    assert found.report()["redactions"] == {"域名": 3, "电话": 1}
    assert "lumo" not in repr(found) and "138" not in repr(found)


# --- files


def test_files_of_folders_are_found_once_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.csv", "sub/c.jsonl", "notes.txt", "sub/d.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")
    assert [path.name for path in files([tmp_path, tmp_path / "b.md"])] == ["a.csv", "b.md", "c.jsonl"]


def test_a_bad_file_in_a_folder_is_set_aside_and_the_rest_is_taken(tmp_path: Path, redactor: Redactor) -> None:
    (tmp_path / "a.md").write_bytes(b"")
    (tmp_path / "b.md").write_text(TICKET.format(title="怎么退款"), "utf-8")
    (tmp_path / "c.jsonl").write_text('{broken\n{"id": "z", "answer": "按月结算，月初出账。"}\n', "utf-8")
    steps: list[tuple[int, int]] = []
    found = learn([tmp_path], redactor, 256, lambda done, total: steps.append((done, total)))
    assert [entry.title or entry.id for entry in found.tickets] == ["怎么退款", "z"]
    assert steps == [(1, 2), (2, 2)]
    assert found.files == 3
    aside = found.report()["set_aside"]
    assert [(row["file"], row["line"]) for row in aside] == [("a.md", 1), ("c.jsonl", 1)]  # type: ignore[attr-defined]
    assert all(set(row) == {"file", "line", "reason"} for row in aside)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("none.md", None, "none.md: no such file or folder."),
        ("a.txt", b"x", "a.txt: not a ticket file; .md, .jsonl, .csv are read."),
        ("a.md", b"", "a.md: the file is empty."),
        ("a.md", b"# x\n", "a.md, line 1: no ticket found"),
        ("empty", None, "No ticket found in"),
    ],
)
def test_what_holds_no_ticket_raises_one_clear_sentence(
    tmp_path: Path, redactor: Redactor, name: str, raw: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if raw is not None:
        path.write_bytes(raw)
    elif name == "empty":
        path.mkdir()
    with pytest.raises(KnowledgeError) as caught:
        learn([path], redactor, 256)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
