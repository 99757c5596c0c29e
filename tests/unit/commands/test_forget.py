"""`forget` from the command line down to the bytes on disk, and the running app beside it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import keeping, settings, wire
from bot.__main__ import main
from bot.records import Answer, Question
from bot.reply.live import LiveAssistant
from bot.search.opening import current_id

FAKES = Path(__file__).parents[1] / "search" / "fakes.py"
LETTERS = "丙戊"


def rows() -> list[dict[str, str]]:
    """Five tickets: `a` and `b` give the same answer, `d` is one that only its own words tell of."""
    same = "下载慢一般是没有开启加速，请在控制台的域名页开启加速后再试。"
    return [
        {"id": "a", "title": "下载速度很慢", "question": "文件下载慢怎么办？", "answer": same},
        {"id": "b", "title": "图片打开慢", "question": "图片加载慢怎么办？", "answer": same},
        {
            "id": "c",
            "title": "账单怎么看",
            "question": "在哪里看账单？",
            "answer": "账单在控制台的费用中心查看，每月一日出账。",
        },
        {
            "id": "d",
            "title": "骆驼雕塑照片存储",
            "question": "骆驼雕塑照片能存多久？",
            "answer": "骆驼雕塑照片的归档存储期限为六十四年，到期前须续存。",
        },
        {
            "id": "e",
            "title": "证书过期",
            "question": "证书过期怎么续？",
            "answer": "证书过期后请在证书页重新申请并部署。",
        },
    ]


class Desk:
    """A folder of tickets, an index, and the command line over them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.knowledge, self.index, self._capsys = folder / "knowledge", folder / "index", capsys
        self.knowledge.mkdir()
        self.file = self.knowledge / "tickets.jsonl"
        self.write(rows())

    def write(self, tickets: list[dict[str, str]]) -> None:
        self.file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in tickets), encoding="utf-8")

    def run(self, *argv: str) -> tuple[int, str]:
        """Exit status, and what was printed on both streams."""
        status = main([*argv, "--index", str(self.index)])
        said = self._capsys.readouterr()
        return status, said.out + said.err

    @property
    def builds(self) -> set[str]:
        return {path.name for path in (self.index / "builds").iterdir()}

    @property
    def ids(self) -> set[str]:
        lines = (self.index / "builds" / str(current_id(self.index)) / "tickets.jsonl").read_bytes().splitlines()
        return {json.loads(line)["ticket"]["id"] for line in lines}

    def traces(self, ticket: str) -> list[str]:
        """The files that hold two or three characters together that only this ticket has."""
        text = {row["id"]: "\n".join([row["title"], row["question"], row["answer"]]) for row in rows()}
        others = "\n".join(said for name, said in text.items() if name != ticket)
        own = {text[ticket][at : at + size] for size in (2, 3) for at in range(len(text[ticket]))}
        pieces = [piece.encode() for piece in own if len(piece) > 1 and "\n" not in piece and piece not in others]
        assert len(pieces) > 20
        files = [path for path in self.index.rglob("*") if path.is_file()]
        return sorted({path.name for path in files if any(piece in path.read_bytes() for piece in pieces)})


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], search_fakes: Any
) -> Iterator[Desk]:
    made, encoder = Desk(tmp_path, capsys), search_fakes.HashEmbeddings()
    monkeypatch.setattr(wire, "embeddings", lambda _: encoder)
    monkeypatch.setenv("KNOWLEDGE_DIR", str(made.knowledge))
    assert made.run("ingest")[0] == 0
    yield made


def live(desk: Desk) -> LiveAssistant:
    return wire.assistant(settings.load(index_dir=desk.index))


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


def test_a_running_app_lets_go_of_a_forgotten_ticket_at_its_next_question(desk: Desk) -> None:
    """The folder of its build is removed under it: replies in flight end, the next one is from the new build."""
    assistant, before = live(desk), current_id(desk.index)
    asked = Question("文件下载慢怎么办？")
    first, second = assistant.stream(asked), assistant.stream(asked)
    next(first)
    assert desk.run("forget", "d")[0] == 0
    assert before not in desk.builds
    assert [item.index for item in [*first, *second] if isinstance(item, Answer)] == [before, current_id(desk.index)]
    answer = assistant.answer(Question("骆驼雕塑照片能存多久？"))
    assert answer.index == current_id(desk.index)
    assert "六十四" not in json.dumps(answer.as_json(), ensure_ascii=False)
    assistant.close()


PUBLISHED = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
import fakes
from bot import wire
from bot.__main__ import main
encoder = fakes.HashEmbeddings()
wire.embeddings = lambda _: encoder
sys.exit(main(["ingest", {knowledge!r}, "--index", {index!r}]))
"""


@pytest.mark.slow
def test_the_running_app_takes_what_another_process_publishes_between_two_questions(desk: Desk) -> None:
    assistant, asked = live(desk), Question("文件下载慢怎么办？")
    before, stop = current_id(desk.index), threading.Event()
    seen: list[str] = []
    failed: list[Exception] = []

    def ask() -> None:
        while not stop.is_set():
            try:
                seen.append(assistant.answer(asked).index)
            except Exception as error:  # noqa: BLE001 - any is a failure of the test
                failed.append(error)

    reply = assistant.stream(asked)
    next(reply)
    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    made = [before]
    for turn in range(2):
        desk.write([{**row, "title": f"{row['title']}{LETTERS[turn]}"} for row in rows()])
        code = PUBLISHED.format(
            root=str(FAKES.parents[3]), here=str(FAKES.parent), knowledge=str(desk.knowledge), index=str(desk.index)
        )
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        made.append(current_id(desk.index))
        assert assistant.answer(asked).index == made[-1]
    stop.set()
    for asker in askers:
        asker.join()
    assert [item.index for item in reply if isinstance(item, Answer)] == [before]
    assert failed == []
    assert list(dict.fromkeys(seen)) == [build for build in made if build in seen]
    assert len(desk.builds) == 2
    assistant.close()
