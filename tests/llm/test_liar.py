"""A model that lies and one that fails: their trials find out a desk without a guard, and ours holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import examine, keeping
from bot.evaluate import faults, liar
from bot.evaluate.guard import Said
from bot.evaluate.scripted import Scripted
from bot.records import Answer, Citation, Question, Sentence, Source
from bot.settings import load

pytestmark = pytest.mark.llm

ROOT = Path(__file__).parents[2]


class Parrot:
    """Asks its model server and releases every line that cites 1, as it came."""

    def __init__(self, server: Scripted) -> None:
        self._server = server

    def stream(self, question: Question) -> Iterator[Sentence | Answer]:
        text = self._server._plan[0][1]
        said = text("[1] 托盘按月计租，每个每月12元\n[2] 冷库在东门") if callable(text) else text
        rows = tuple(Sentence(line[:-3], "knowledge", (1,)) for line in said.splitlines() if line.endswith("[1]"))
        self._server.first_line = 1e-9
        yield from rows
        cited = (Citation(1, "t1", "t", "托盘按月计租，每个每月12元", 1, Source("a", 1, 1)),)
        yield Answer(question.id, "answered", "", rows, cited)


def test_a_desk_without_a_guard_is_found_out() -> None:
    items = [Said("l", "托盘不要钱", "托盘？", ("托盘按月计租，每个每月12元",), "antonym")]
    with Scripted() as server:
        trial = liar.trial(items, Parrot(server), server)
    assert trial.replies == 1
    lies = [row for row in trial.tested if row.group.startswith("lies")]
    assert len(lies) == 3 and next(row for row in lies if row.group == "lies: antonym").got == "released"
    assert [row.got for row in trial.tested if row.group == "true sentences"] == ["released"]


def test_a_desk_that_falls_at_a_fault_is_found_out() -> None:
    class Silent:
        def stream(self, question: Question) -> Iterator[Sentence | Answer]:
            yield Answer(question.id, "handoff", "", ())

    with Scripted() as server:
        found = faults.survived("托盘？", Silent, server, 1.0)
    assert len(found) == len(faults.FAULTS) and not any(row.right for row in found)


def test_no_mechanical_lie_reaches_a_customer(tmp_path: Path) -> None:
    settings = load(index_dir=tmp_path / "index")
    keeping.ingest(settings, [ROOT / "knowledge"])
    chosen = tmp_path / "some.jsonl"
    lines = [
        line
        for name in ("lies", "paraphrases")
        for line in (ROOT / f"tests/guard/{name}.dev.jsonl").read_text(encoding="utf-8").splitlines()[::8]
    ]
    chosen.write_text("\n".join(lines), encoding="utf-8")
    result, _ = examine.examine(settings, [chosen], examine.silent, options=examine.Options(lying=True))
    lies = [row for row in result.tested if row.mechanical and "lies:" in row.group]
    assert len(lies) > 30
    assert [f"{row.group}: {row.text}" for row in lies if not row.right] == []
