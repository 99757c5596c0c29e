"""Sets are checked whole, and candidates for new ones come from tickets and from use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.desk.store import Desk
from bot.evaluate import proposing, sets
from bot.evaluate.checking import check
from bot.evaluate.lines import LineError
from bot.records import Source, Statement, Ticket, Turn

TICKETS = {
    f"t{n}": Ticket(
        f"t{n}", title, question, (Turn("customer", question), Turn("agent", said)), source=Source("f", n, 1)
    )
    for n, title, question, said in (
        (1, "托盘租金", "托盘一个月多少钱〈域名〉", "托盘每月12元，在「租赁管理」页支付。"),
        (2, "托盘", "租托盘", "托盘每月12元，在「租赁管理」页支付。"),
        (3, "锁住了", "仓库门锁住了请打开", "已为您打开。"),
        (4, "在吗", "在", "您好。"),
    )
}


def row(id: str, ticket: str, kind: Any, text: str, same: str = "") -> Statement:
    return Statement(id, ticket, kind, text, text, 1, same=same)


def written(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), encoding="utf-8")
    return path


def test_every_complaint_is_told_at_once(tmp_path: Path) -> None:
    good = {
        "id": "a", "kind": "answerable", "question": "托盘怎么租", "tickets": ["t1", 2],
        "nuggets": [{"fact": "租金", "pattern": "12元"}],
    }  # fmt: skip
    path = written(
        tmp_path / "s.jsonl",
        good,
        "{",
        {**good, "id": "b", "kind": "no"},
        {**good, "id": "c", "tickets": ["t9"]},
        {**good, "id": "a"},
        {**good, "id": "d", "nuggets": [{"fact": "问", "pattern": "托盘"}], "forbid": ["租赁管理"]},
        {**good, "id": "e", "question": "别的", "tickets": [], "nuggets": [{"fact": "无", "pattern": "从不说"}]},
        {**good, "id": "f", "question": "再问", "nuggets": [{"fact": "无", "pattern": "从不说", "vital": False}]},
        {**good, "id": "g", "accepted": False},
    )
    other = written(tmp_path / "other.jsonl", {**good, "id": "g", "question": "托盘怎么租？"})
    found = check([path, other, written(tmp_path / "empty.jsonl")], TICKETS)
    told = [error.replace(str(tmp_path), "") for error in found.errors]
    for start, end in (
        ("/s.jsonl, line 2: not JSON", ""),
        ('/s.jsonl, line 3: the field "kind" is "no"', ""),
        ("/s.jsonl, line 4:", "t9, which is not in the index."),
        ("/s.jsonl, line 5:", ", line 1."),
        ("/empty.jsonl holds no line.", ""),
    ):
        assert any(one.startswith(start) and one.endswith(end) for one in told), (start, told)
    assert len(told) == 5 and found.kinds == {"answerable": 5} and found.waiting == 1
    doubts = [doubt.partition(": ")[2] for doubt in found.doubts]
    again = f'the field "question" asks what {path}, line 1 asks.'
    assert doubts == [
        'the pattern of "问" is found in the question itself.',
        'the field "forbid" holds 租赁管理, which stands in a right ticket.',
        again,
        'the field "tickets" is empty, though the question is to be answered.',
        'the field "nuggets" names no vital fact, so any answer will do.',
        'the pattern of "无" is found in none of its tickets.',
        again,
    ]
    with pytest.raises(LineError, match="cannot be read"):
        check([tmp_path / "none.jsonl"], TICKETS)


def test_tickets_become_candidates_that_a_person_accepts(tmp_path: Path) -> None:
    said = "托盘每月12元，在「租赁管理」页支付。"
    rows = {
        "t1": (row("t1/1", "t1", "knowledge", said),),
        "t2": (row("t2/1", "t2", "knowledge", said, "t1/1"),),
        "t3": (row("t3/1", "t3", "action", "已为您打开。"),),
        "t4": (row("t4/1", "t4", "courtesy", "您好。"),),
    }
    found = proposing.from_tickets(TICKETS, rows, 9)
    assert [(one["id"], one["kind"], one["question"]) for one in found] == [
        ("new-t1", "answerable", "托盘一个月多少钱"),
        ("new-t3", "handoff", "仓库门锁住了请打开"),
    ]
    assert found[0]["tickets"] == ["t1", "t2"] and found[0]["nuggets"][0]["pattern"] == "租赁管理"
    assert proposing.from_tickets(TICKETS, rows, 1) == found[:1]
    path = written(tmp_path / "new.jsonl", *found)
    with pytest.raises(LineError, match="nobody has accepted"):
        sets.load([path])
    accepted = [{**one, "accepted": True} for one in found]
    assert len(sets.load([written(path, *accepted)]).cases) == 2
    assert check([path], TICKETS).errors == ()


def test_use_becomes_candidates_redacted_and_counted(tmp_path: Path) -> None:
    desk = Desk(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    assert proposing.from_use(desk.feedbacks(), [], str) == []
    for number, words in enumerate(
        ("托盘租金怎么交给仓库，电话 13800000000", "托盘租金怎么交给仓库，电话 13800000001")
    ):
        desk.feedback(f"a{number}", conversation="c", question=words, thumb="down")
    desk.feedback("a3", conversation="c", question="货架可以租吗", thumb="up", citations=["t1"])
    desk.feedback("a4", conversation="c", question="没说好坏的问题")
    desk.queue.open("h", "r", (), "s")
    for role, text, verdict in (
        ("user", "仓库门打不开", ""),
        ("assistant", "请稍等人工", "handoff"),
        ("user", "好", ""),
    ):
        desk.remember("h", role, text, "", verdict)
    for how, question in (("edited", "叉车怎么预约，电话 13800000002"), ("sent", "照原样发出的")):
        desk.replies.record("anna", how, question=question, draft="草稿", text="改过的")  # type: ignore[arg-type]

    def clean(text: str) -> str:
        return text.partition("，电话")[0]

    found = proposing.from_use(desk.feedbacks(), desk.handed_over(), clean, desk.replies.edited())
    desk.close()
    assert [(one["question"], one["kind"], one["times"], one["why"]) for one in found] == [
        ("托盘租金怎么交给仓库", "", 2, ["down"]),
        ("货架可以租吗", "", 1, ["up"]),
        ("仓库门打不开", "handoff", 1, ["hand-over"]),
        ("叉车怎么预约", "", 1, ["draft edited"]),
    ]
    assert found[1]["cited"] == ["t1"] and all(one["tickets"] == [] and not one["accepted"] for one in found)
    with pytest.raises(LineError, match="nobody has accepted"):
        sets.load([written(tmp_path / "use.jsonl", *found)])
    with pytest.raises(LineError, match='"kind" must be a text'):
        sets.load([written(tmp_path / "use.jsonl", {**found[0], "accepted": True})])
    assert "138" not in json.dumps(found)


def test_the_documented_example_is_sound(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "questions.md").read_text(encoding="utf-8")
    example = json.loads(text.partition("```json\n")[2].partition("```")[0])
    given = sets.load([written(tmp_path / "s.jsonl", example)])
    assert given.cases[0].tags == ("phone",) and given.cases[0].nuggets[0].vital


def test_candidates_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    one = {"id": "a", "kind": "oos", "question": "x"}
    path.write_text("\n".join(map(json.dumps, [one, {"id": "b", "kind": "", "question": "", "accepted": False}])))
    given = sets.load([path])
    assert [case.question.id for case in given.cases] == ["a"] and given.waiting == 1
    with pytest.raises(LineError, match='repeats "a"'):
        sets.load([path, path])


@pytest.mark.slow
def test_a_hundred_thousand_lines_are_checked_whole(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    lines = [json.dumps({"id": str(n), "kind": "oos", "question": "x" * 50}) for n in range(100_000)]
    path.write_text("\n".join(lines))
    assert len(sets.load([path]).cases) == 100_000
    path.write_text("\n".join([*lines, json.dumps({"id": "x", "kind": "oos"})]))
    with pytest.raises(LineError, match=r"line 100001: the field \"question\" is missing"):
        sets.load([path])
