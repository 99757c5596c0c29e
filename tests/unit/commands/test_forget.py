"""`forget` from the command line down to the bytes on disk, and the running app beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot import keeping, settings, wire
from bot.records import Question
from bot.search.opening import current_id
from tests.unit.commands.kept import Desk, live, rows


def test_a_forgotten_ticket_is_gone_from_replies_and_disk_and_stays_gone(desk: Desk) -> None:
    desk.write([row for row in rows() if row["id"] != "c"])
    assert desk.run("ingest")[0] == 0
    assert len(desk.builds) == 2
    assert {"chroma.sqlite3", "lexical.npz", "memory.tsv", "tickets.jsonl"} <= set(desk.traces("d"))
    status, said = desk.run("forget", "d")
    assert (status, "Forgotten, and gone from disk: d. 3 tickets are left." in said) == (0, True)
    assert (len(desk.builds), desk.ids, desk.traces("d")) == (1, {"a", "b", "e"}, [])
    for folder in (desk.knowledge, desk.index):
        assert "\nd  # 20" in (folder / "forgotten.txt").read_text(encoding="utf-8")
    report = json.loads((desk.index / "builds" / desk.builds.pop() / "manifest.json").read_bytes())
    assert (report["report"]["tickets"], report["counts"]["tickets"]) == (3, 3)
    answer = wire.assistant(settings.load(index_dir=desk.index)).answer(Question("骆驼雕塑照片能存多久？"))
    assert "六十四" not in json.dumps(answer.as_json(), ensure_ascii=False)

    desk.write(rows())  # the file still holds it
    assert desk.run("ingest")[0] == 0
    assert (desk.ids, desk.traces("d")) == ({"a", "b", "c", "e"}, [])
    for path in sorted(desk.index.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert desk.run("ingest")[0] == 0  # the index, its list included, was deleted
    assert (desk.ids, desk.traces("d")) == ({"a", "b", "c", "e"}, [])


def test_a_copy_of_what_was_forgotten_stands_for_itself(desk: Desk) -> None:
    assert desk.run("forget", "a")[0] == 0
    said = [json.loads(line) for line in next(desk.index.rglob("tickets.jsonl")).read_bytes().splitlines()]
    told = [row for case in said for row in case["statements"] if "下载慢" in row["text"]]
    assert [(row["ticket"], row["same"], row["agree"]) for row in told] == [("b", "", 1)]
    assert desk.run("ask", "图片加载慢怎么办？")[0] == 0
    before = current_id(desk.index)
    assert desk.run("ingest")[0] == 0
    assert current_id(desk.index) == before  # reading anew gives the same


def test_an_unknown_ticket_changes_nothing(desk: Desk) -> None:
    before = current_id(desk.index)
    status, said = desk.run("forget", "a", "nope", "none")
    assert (status, said) == (1, f"No ticket nope, none in the index in {desk.index}: nothing was changed.\n")
    assert (current_id(desk.index), desk.ids) == (before, {"a", "b", "c", "d", "e"})
    assert not list(desk.knowledge.glob("*.txt")) and not list(desk.index.glob("*.txt"))


def test_what_was_forgotten_before_is_said(desk: Desk) -> None:
    assert desk.run("forget", "d")[0] == 0
    before = current_id(desk.index)
    status, said = desk.run("forget", "d")
    assert (status, "Ticket d was forgotten before." in said, current_id(desk.index)) == (0, True, before)


def test_a_kill_right_after_the_lists_still_forgets(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "publish", killed)
        assert desk.run("forget", "d")[0] == 130
    assert "d" in desk.ids
    assert desk.run("ingest")[0] == 0
    assert (len(desk.builds), "d" in desk.ids, desk.traces("d")) == (1, False, [])


def test_the_same_words_in_another_ticket_are_named(desk: Desk) -> None:
    twin = {**rows()[3], "id": "f"}
    desk.write([*rows(), twin])
    assert desk.run("ingest")[0] == 0
    status, said = desk.run("forget", "d")
    assert (status, "The same words stand in f: forget these as well" in said) == (0, True)
    assert desk.run("forget", "f")[0] == 0
    assert desk.traces("d") == []


def test_the_last_ticket_leaves_an_index_that_declines(desk: Desk) -> None:
    assistant = live(desk)
    status, said = desk.run("forget", *"abcde")
    assert (status, "No ticket is left" in said, desk.ids) == (0, True, set())
    assert all(desk.traces(ticket) == [] for ticket in "d")
    answer = assistant.answer(Question("账单在哪里看？"))
    assert (answer.citations, answer.index) == ((), current_id(desk.index))
    assert assistant.suggestions(3) == () and assistant.knowledge()
    assistant.close()
    status, said = desk.run("ingest")
    assert (status, "forgotten" in said) == (1, True)


def test_an_index_from_elsewhere_is_forgotten_beside_its_files(desk: Desk, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    desk.file.rename(elsewhere / "tickets.jsonl")
    assert desk.run("ingest", str(elsewhere / "tickets.jsonl"))[0] == 0
    assert desk.run("forget", "d")[0] == 0
    assert {path.parent.name for path in tmp_path.rglob("forgotten.txt")} == {"elsewhere", "index"}
