"""The lists of forgotten tickets, and reports without them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from bot.errors import KnowledgeError
from bot.records import Passage, Statement, Ticket, Turn
from bot.tickets import forgotten
from bot.tickets.recount import recounted, without

ODD = ["", " ", "#1", "a b", 'say "x"', "x\ny", "行\u2028行", '"q"', "a #b", "甲-1", "t1#2", "\\"]


def test_what_is_added_is_read_whatever_the_id(tmp_path: Path) -> None:
    names = [name for name in ODD if name.strip()]
    forgotten.add(tmp_path, names[:5])
    forgotten.add(tmp_path, names[3:])
    assert forgotten.read([tmp_path]) == set(names)
    lines = (tmp_path / "forgotten.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(names) + 1
    assert [path.name for path in tmp_path.iterdir()] == ["forgotten.txt"]


def test_a_maintainers_own_lines_stay(tmp_path: Path) -> None:
    (tmp_path / "forgotten.txt").write_bytes("\ufeff# ours\r\n\r\nt1 # why\r\n  t2\t# 2024\r\nt3".encode())
    forgotten.add(tmp_path, ["t3", "t4"])
    assert forgotten.read([tmp_path]) == {"t1", "t2", "t3", "t4"}
    assert (
        (tmp_path / "forgotten.txt")
        .read_text(encoding="utf-8")
        .startswith("# ours\n\nt1 # why\n  t2\t# 2024\nt3\nt4  # ")
    )


def test_lists_count_in_under_and_beside(tmp_path: Path) -> None:
    for folder, name in ((tmp_path / "a", "in"), (tmp_path / "a" / "deep", "under"), (tmp_path / "b", "beside")):
        forgotten.add(folder, [name])
    (tmp_path / "b" / "k.md").write_text("x")
    paths = [tmp_path / "a", tmp_path / "b" / "k.md", tmp_path / "none"]
    assert forgotten.read(paths) == {"in", "under", "beside"}
    assert forgotten.read([]) == forgotten.read([tmp_path / "none"]) == set()


def test_a_list_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "forgotten.txt").write_bytes(b"t1\n\xff\n")
    with pytest.raises(KnowledgeError, match=r"forgotten\.txt cannot be read: it is not UTF-8 text"):
        forgotten.read([tmp_path])
    with pytest.raises(KnowledgeError, match="cannot be read"):
        forgotten.add(tmp_path, ["t2"])
    assert (tmp_path / "forgotten.txt").read_bytes() == b"t1\n\xff\n"


def test_two_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    names = [f"t{number}" for number in range(40)]
    adders = [threading.Thread(target=forgotten.add, args=(tmp_path, names[at::4])) for at in range(4)]
    for adder in adders:
        adder.start()
    for adder in adders:
        adder.join()
    assert forgotten.read([tmp_path]) == set(names)


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (["ticket t1: x", "ticket t10: x", "t1-2", "关于t1的"], ["ticket t10: x", "t1-2"]),
        ({"t1": 1, "t2": "about t1.s3", "t3": 5}, {"t3": 5}),
        ({"rows": [{"sides": [{"tickets": ["t2", "t1"]}]}, {"sides": []}]}, {"rows": [{"sides": []}]}),
        ({"n": {"t1": 1, "a": 2}}, {"n": {"a": 2}}),
        (7, 7),
    ],
)
def test_nothing_that_names_the_ticket_stays_in_a_report(value: Any, left: Any) -> None:
    assert without(value, ["t1"]) == left
    assert without(value, []) == value


def test_a_report_is_recounted() -> None:
    kept = Ticket("t2", "标题", "问题", (Turn("agent", "答"),))
    said = {"t2": [Statement("t2.s1", "t2", "knowledge", "答", "答", 0)]}
    before = {
        "files": 1,
        "tickets": 3,
        "statements": {"knowledge": 9},
        "withheld": [{"reason": "a sentence of ticket t1: x"}],
        "contradictions": [{"holds": "", "tickets": ["t1"]}, {"holds": "x", "tickets": ["t2"]}],
        "conflicts": 2,
        "open_conflicts": 1,
    }
    report = recounted(before, [kept], said, {"t2": [Passage("t2#1", "t2", "x")]}, {"t1", "t3"})
    assert report["statements"]["knowledge"] == report["tickets"] == report["passages"] == report["files"] == 1
    assert (report["conflicts"], report["open_conflicts"], report["withheld"]) == (1, 0, [])
    assert (report["forgotten"], report["duplicates"]) == (2, 0)
