"""`evaluate` and `questions` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import asking
from bot.__main__ import main
from tests.unit.commands.fakes import Wire, write


def test_evaluate_prints_a_table_and_leaves_a_report(
    wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = write(tmp_path / "s.jsonl", {"id": "a", "kind": "answerable", "question": "x", "tickets": [6]})
    asked = ["evaluate", cases, "--report", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]
    assert main(asked) == 0
    out = capsys.readouterr().out
    assert "right ticket cited first" in out and "false refusals" in out
    exports = {"run.trec", "qrels.trec", "ragas.jsonl", "junit.xml"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.json", "report.html", *exports}
    assert len(wire.desk.asked) == 1
    assert main([*asked, "--jobs", "2"]) == 0
    out = capsys.readouterr().out
    assert "1 answers were taken from" in out and "No figure changed." in out and len(wire.desk.asked) == 1
    assert main([*asked, "--no-cache"]) == 0 and len(wire.desk.asked) == 2
    capsys.readouterr()
    both = str(tmp_path / "out")
    assert main(["evaluate", "--compare", both, both, "--report", str(tmp_path / "diff")]) == 0
    assert json.loads((tmp_path / "diff" / "compare.json").read_text())["n"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name a question set"),
        (["s.jsonl"], "--report DIR is missing"),
        (["s.jsonl", "--compare", "a", "b"], "takes two reports and no questions"),
    ],
)
def test_arguments_that_do_not_go_together(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["evaluate", *arguments])
    assert left.value.code == 2 and told in capsys.readouterr().err


def test_what_cannot_be_evaluated_is_told_before_anything_is_asked(
    wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"id": "a", "kind": "answerable", "question": "x"}
    out = ["--report", str(tmp_path / "out"), "--no-cache"]
    for lines, told in (
        ([good, {**good, "id": "b", "tickets": ["t9", 77]}], "s.jsonl, line 2: t9; s.jsonl, line 2: 77. Nothing was"),
        ([{**good, "accepted": False}], "candidates that nobody has accepted"),
        ([good, good], 'repeats "a" of line 1'),
    ):
        assert main(["evaluate", write(tmp_path / "s.jsonl", *lines), *out]) == 1
        assert told in capsys.readouterr().err
    (tmp_path / "report.json").write_text("{}")
    assert main(["evaluate", "--compare", str(tmp_path), str(tmp_path)]) == 1
    assert "is no report that this version can compare" in capsys.readouterr().err
    assert main(["evaluate", write(tmp_path / "s.jsonl", good), *out, "--judge"]) == 1
    assert "--judge takes a model" in capsys.readouterr().err
    assert wire.desk.asked == [] and not (tmp_path / "out").exists()


def test_sets_are_checked_and_candidates_proposed(
    wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"id": "a", "kind": "oos", "question": "x"}
    assert main(["questions", "check", write(tmp_path / "s.jsonl", good)]) == 0
    assert "Sound: oos 1." in capsys.readouterr().out
    assert main(["questions", "check", write(tmp_path / "s.jsonl", good, {**good, "kind": "no"})]) == 1
    captured = capsys.readouterr()
    assert "s.jsonl, line 2:" in captured.out and captured.err == "1 errors: evaluate refuses these sets.\n"
    out = tmp_path / "new.jsonl"
    assert main(["questions", "new", "--from", "tickets", "--out", str(out)]) == 0
    assert out.read_text() == "" and "0 new candidates from tickets" in capsys.readouterr().err
    candidates = [{"id": "new-a", "question": "proposed"}, {"id": "new-b", "question": "b"}]
    monkeypatch.setattr(asking, "from_tickets", lambda settings, n: candidates)
    out.write_text('{"id": "new-a", "question": "edited"}')
    assert main(["questions", "new", "--out", str(out)]) == 0
    assert [json.loads(line)["question"] for line in out.read_text().splitlines()] == ["edited", "b"]
    assert "1 new candidates from tickets, 1 were there" in capsys.readouterr().err
    out.write_text("{")
    assert main(["questions", "new", "--out", str(out)]) == 1
    assert "line 1: not JSON" in capsys.readouterr().err and out.read_text() == "{"
    for wrong in (["check"], ["new", "x.jsonl"], ["old"]):
        with pytest.raises(SystemExit) as left:
            main(["questions", *wrong])
        assert left.value.code == 2
