"""The command that the app runs to rebuild its index, and the progress that it prints for it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import keeping, settings, wire
from bot.__main__ import main
from bot.settings import Settings

ROW = {"id": "a", "title": "账单怎么看", "question": "在哪里看账单？", "answer": "账单在控制台的费用中心查看。"}


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, search_fakes: Any) -> Settings:
    embeddings = search_fakes.HashEmbeddings()
    monkeypatch.setattr(wire, "embeddings", lambda _: embeddings)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        file = tmp_path / name / f"{name}.jsonl"
        file.write_text(json.dumps(ROW | {"id": name}, ensure_ascii=False) + "\n", encoding="utf-8")
    return settings.load(index_dir=tmp_path / "index", knowledge_dir=tmp_path / "one")


def paths(command: list[str]) -> list[Path]:
    return [Path(item) for item in command[command.index("--") + 1 :]]


def test_it_reads_what_the_build_in_use_was_made_of(loaded: Settings, tmp_path: Path) -> None:
    assert paths(wire.rebuilding(loaded)) == [loaded.knowledge_dir]
    given = [tmp_path / "one", tmp_path / "two" / "two.jsonl"]
    keeping.ingest(loaded, given)
    command = wire.rebuilding(loaded)
    assert paths(command) == given  # a file alone, not the folder it lies in
    assert command[:3] == [sys.executable, "-m", "bot"] and str(loaded.index_dir) in command


def test_its_progress_is_told_as_json_lines(loaded: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    keeping.ingest(loaded, [loaded.knowledge_dir])
    (loaded.knowledge_dir / "more.jsonl").write_text(json.dumps(ROW, ensure_ascii=False), encoding="utf-8")
    capsys.readouterr()
    assert main(wire.rebuilding(loaded)[3:]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["tickets"] == 2
    told = [json.loads(line) for line in printed.err.splitlines() if line.startswith("{")]
    assert [(row["done"], row["total"]) for row in told if row["stage"] == "read"] == [(1, 2), (2, 2)]
    assert [row["stage"] for row in told][-1] == "index" and told[-1]["done"] == told[-1]["total"]
