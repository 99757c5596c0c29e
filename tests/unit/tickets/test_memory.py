"""What is remembered between two ingests: the same as if it were made anew, nothing private, nothing of who is gone."""

from __future__ import annotations

import json
import stat
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.records import Source, Ticket, Turn
from bot.tickets.intake import Knowledge, learn
from bot.tickets.memory import KEY, NAME, Made, Memory
from bot.tickets.privacy.redaction import Redactor
from bot.tickets.statements import pieces
from bot.tickets.texts import retold, texts

PHONE = "13912345678"
ROWS = [
    {
        "id": "a",
        "title": "改手机",
        "question": f"手机 {PHONE} 怎么换？",
        "answer": f"请在账号页把 {PHONE} 换成新手机号。",
    },
    {"id": "b", "title": "看账单", "question": "账单在哪里看？", "answer": "账单在费用中心查看，每月一日出账。"},
    {"id": "c", "title": "账单在哪", "question": "账单在哪里？", "answer": "您好，账单在费用中心查看，每月一日出账。"},
]


class Counting(Redactor):
    def __init__(self) -> None:
        super().__init__(("vendor.example",))
        self.asked: list[str] = []

    def ticket(self, ticket: Ticket) -> tuple[Ticket, list]:  # type: ignore[type-arg]
        self.asked.append(ticket.id)
        return super().ticket(ticket)


def file(folder: Path, rows: list[dict[str, str]]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "tickets.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def ingested(tmp_path: Path, rows: list[dict[str, str]], settings: str = "s") -> tuple[Knowledge, list[str]]:
    """What was learned with the memory of the time before, and which tickets had to be worked on."""
    index, redactor = tmp_path / "index", Counting()
    memory = Memory.load(index, "one", settings)
    found = learn([file(tmp_path / "tickets", rows)], redactor, 256, memory=memory)
    (index / "builds" / "one").mkdir(parents=True, exist_ok=True)
    memory.write(index / "builds" / "one")
    return found, redactor.asked


def test_what_is_known_is_not_worked_on_again_and_comes_out_the_same(tmp_path: Path) -> None:
    first, asked = ingested(tmp_path, ROWS)
    assert asked == ["a", "b", "c"] and first.redactions["电话"] > 0
    again, asked = ingested(tmp_path, ROWS)
    assert asked == [] and again == first
    other = [{**ROWS[2], "id": "n"}, ROWS[0], {**ROWS[1], "answer": "账单在费用中心的账单页查看。"}]
    moved, asked = ingested(tmp_path, other)
    assert asked == ["b"]  # what a ticket is called and where it stands is no part of what becomes of it
    assert moved == learn([tmp_path / "tickets" / "tickets.jsonl"], Counting(), 256)
    assert [ticket.source.line for ticket in moved.tickets] == [1, 2, 3]
    assert ingested(tmp_path, other, settings="another")[1] == ["n", "a", "b"]


def test_nothing_private_is_kept_and_the_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    ingested(tmp_path, ROWS)
    kept = (tmp_path / "index" / "builds" / "one" / NAME).read_bytes()
    assert PHONE.encode() not in kept and "〈电话〉".encode() in kept
    assert stat.S_IMODE((tmp_path / "index" / KEY).stat().st_mode) == 0o600
    (tmp_path / "index" / KEY).unlink()  # with another key all digests are others
    assert ingested(tmp_path, ROWS)[1] == ["a", "b", "c"]
    fresh = (tmp_path / "index" / "builds" / "one" / NAME).read_bytes()
    digests = [{line.split(b"\t")[0] for line in text.split(b"\n")} for text in (kept, fresh)]
    assert not digests[0] & digests[1]


@pytest.mark.parametrize("harm", [b"", b"x", b"cut", b"changed"])
def test_a_file_that_is_not_whole_is_as_good_as_none(tmp_path: Path, harm: bytes) -> None:
    first, _ = ingested(tmp_path, ROWS)
    path = tmp_path / "index" / "builds" / "one" / NAME
    whole = path.read_bytes()
    changed = {b"cut": whole[:-9], b"changed": whole.replace("费用中心".encode(), "他人之手".encode())}
    path.write_bytes(changed.get(harm, harm))
    again, asked = ingested(tmp_path, ROWS)
    assert asked == ["a", "b", "c"] and again == first


def test_who_is_forgotten_or_no_longer_there_leaves_the_file(tmp_path: Path) -> None:
    ingested(tmp_path, ROWS)
    build = tmp_path / "index" / "builds" / "one"
    memory = Memory.load(tmp_path / "index", "one", "s")
    memory.forget({"a"})
    memory.write(build)
    assert "新手机号".encode() not in (build / NAME).read_bytes()
    found = learn(
        [tmp_path / "tickets"], Counting(), 256, forgotten=frozenset("b"), memory=(known := Memory(b"k" * 64))
    )
    known.write(build)
    assert [ticket.id for ticket in found.tickets] == ["a", "c"]
    assert build.joinpath(NAME).read_bytes().count(b"\n") == 2
    assert "账单在哪里看？".encode() not in (build / NAME).read_bytes()
    ingested(tmp_path, ROWS)
    ingested(tmp_path, ROWS[1:])
    assert "新手机号".encode() not in (build / NAME).read_bytes()


def test_an_index_that_cannot_be_written_to_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file")
    memory = Memory.load(tmp_path / "index", None, "s")
    assert learn([file(tmp_path / "tickets", ROWS)], Counting(), 256, memory=memory).tickets


def test_every_text_of_a_ticket_is_among_its_texts() -> None:
    whole = Ticket(
        "i", "标题", "问题", (Turn("customer", "客问"), Turn("agent", "答")), "产品", "话题", ("场景", "又一"), "摘要",
        "根因", Source("f.md", 3, 9), "2024-01-01",
    )  # fmt: skip
    shouted = retold(whole, [text + "！" for text in texts(whole)])
    said = json.dumps(shouted, default=vars_of, ensure_ascii=False).split('"')
    assert {text + "！" for text in texts(whole)} <= set(said)
    left = {"id", "source", "date", "author", "approver", "expires"}
    for name in Ticket.__dataclass_fields__:
        assert (getattr(shouted, name) == getattr(whole, name)) == (name in left), name
    assert retold(shouted, texts(whole)) == whole


def vars_of(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}  # type: ignore[attr-defined]


def test_odd_characters_are_kept_as_they_are() -> None:
    odd = Ticket("x", "a\tb", "c\nd\r\u2028\ud800", (Turn("agent", "换行\n1. 请在\t控制台提交。\x85"),))
    memory = Memory(b"k" * 64)
    made = [memory.work(replace(odd, id=name), lambda raw: (raw, Counter({"电话": 2})))[1] for name in "xy"]
    assert made[0] == Made(odd, {"电话": 2}, pieces(odd))
    assert made[1] == Made(replace(odd, id="y"), {"电话": 2}, pieces(odd))
