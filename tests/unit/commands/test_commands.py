from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import commands
from bot.__main__ import main
from bot.settings import Settings
from tests.unit.commands.fakes import REPORT, Assistant, Wire, write


@pytest.mark.parametrize("name", [*commands.COMMANDS, ""])
def test_help_is_there_for_each(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"] if name else ["--help"])
    assert left.value.code == 0
    assert "usage: python -m bot" in capsys.readouterr().out


@pytest.mark.parametrize(
    "argv", [[], ["dance"], ["ask"], ["answer", "x"], ["retrieve", "x", "--out", "y", "--k", "0"], ["ask", "q", "--no"]]
)
def test_wrong_use_is_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(argv)
    assert left.value.code == 2


def test_ingest_tells_what_was_read(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "a.md", "b"]) == 0
    assert wire.ingested == [Path("a.md"), Path("b")]
    assert "Set aside: k.md, line 3: no answer" in capsys.readouterr().out
    assert main(["ingest", "--json"]) == 0
    assert wire.ingested == [Path("knowledge")]
    assert json.loads(capsys.readouterr().out) == REPORT


def test_ingest_if_missing_leaves_an_index_alone(wire: Wire, tmp_path: Path) -> None:
    argv = ["ingest", "--if-missing", "--index", str(tmp_path)]
    (tmp_path / "current").write_text("b1")
    assert main(argv) == 0
    assert not wire.ingested
    (tmp_path / "current").unlink()
    assert main(argv) == 0
    assert wire.ingested


def test_ask_prints_marks_and_quotes(wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = write(tmp_path / "h.jsonl", {"role": "user", "content": "before"})
    assert main(["ask", "怎么删", "--history", history]) == 0
    out = capsys.readouterr().out
    assert out.startswith("怎么删[1]\n")
    for part in ("[1] 标题 (k.md #6, agree 2)", "原话", "Not covered: 价格", "需要人工", "域名"):
        assert part in out
    assert wire.desk.asked[0].history[0].content == "before"
    assert main(["ask", "x", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["citations"][0]["source"]["ordinal"] == 6


def test_draft_takes_a_file(wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.md").write_text("工单", encoding="utf-8")
    assert main(["draft", str(tmp_path / "t.md"), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (
        body["text"] == "工单" and body["draft"]["text"] == "您好：\n工单[1]" and body["draft"]["ask"][0] == "describe"
    )
    assert main(["draft", str(tmp_path / "t.md")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("您好：\n工单[1]\n\n【请先执行：核对订单并办理退款】\n\n[1] 标题 (k.md #6, agree 2)")
    for part in (
        "问题的文字描述",
        "把握：低。原因",
        "归类：CDN｜证书问题",
        "说明加客服操作 1；通常 1-3天（t1）",
        "注意：工单太长",
        "重新申请",
    ):
        assert part in out


def test_answer_keeps_the_order(wire: Wire, tmp_path: Path) -> None:
    batch = write(tmp_path / "q.jsonl", *({"id": name, "question": name * 2} for name in "cab"))
    assert main(["answer", batch, "--out", str(tmp_path / "a.jsonl")]) == 0
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], row["text"]) for row in rows] == [("c", "cc"), ("a", "aa"), ("b", "bb")]


def test_a_question_that_cannot_be_asked_does_not_cost_the_batch(wire: Wire, tmp_path: Path) -> None:
    batch = write(tmp_path / "q.jsonl", {"id": "a", "question": "long"}, {"id": "b", "question": "x"})
    assert main(["answer", batch, "--out", str(tmp_path / "a.jsonl")]) == 0
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["verdict"], row["text"]) for row in rows] == [
        ("clarify", "The question is too long."),
        ("answered", "x"),
    ]


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        ({"id": "b"}, 'line 2: the field "question" is missing'),
        ({"question": "x"}, 'line 2: the field "id" is missing'),
        ({"id": "a", "question": "x"}, 'line 2: the field "id" repeats "a"'),
    ],
)
def test_a_bad_batch_writes_nothing(
    wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str], second: object, complaint: str
) -> None:
    batch = write(tmp_path / "q.jsonl", {"id": "a", "question": "x"}, second)
    assert main(["answer", batch, "--out", str(tmp_path / "a.jsonl")]) == 1
    assert complaint in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["q.jsonl"]


def test_retrieve_writes_run_lines(wire: Wire, tmp_path: Path) -> None:
    queries = write(tmp_path / "q.jsonl", {"id": 2, "text": "b"}, {"id": 1, "text": "a"})
    assert main(["retrieve", queries, "--out", str(tmp_path / "r.trec"), "--k", "2"]) == 0
    assert (tmp_path / "r.trec").read_text().splitlines() == [
        "2 Q0 b-1 1 1.000000 desk",
        "2 Q0 b-2 2 0.500000 desk",
        "1 Q0 a-1 1 1.000000 desk",
        "1 Q0 a-2 2 0.500000 desk",
    ]


def test_retrieve_refuses_an_id_with_a_blank(wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queries = write(tmp_path / "q.jsonl", {"id": "a b", "text": "x"})
    assert main(["retrieve", queries, "--out", str(tmp_path / "r.trec")]) == 1
    assert "blank" in capsys.readouterr().err


def test_redact_tells_types_and_places_only(wire: Wire, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "t.md"
    source.write_bytes(b"a.com\r\nx\r\n")
    report = tmp_path / "f.json"
    assert main(["redact", str(source), "--out", str(tmp_path / "o.md"), "--report", str(report)]) == 0
    assert (tmp_path / "o.md").read_bytes() == b"[DOMAIN_1]\r\nx\r\n"
    assert json.loads(report.read_text())["findings"] == [{"type": "domain", "line": 1, "start": 0, "end": 5}]
    captured = capsys.readouterr()
    assert "domain 1" in captured.err
    assert "a.com" not in captured.err + report.read_text()


def test_an_error_is_one_sentence(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "x", "--index", "none"]) == 1
    assert capsys.readouterr().err == "There is no index.\n"
    assert main(["serve", "--port", "web"]) == 1
    assert capsys.readouterr().err.startswith("Setting PORT got 'web'")

    def fail(error: BaseException) -> Any:
        def assistant(settings: Settings) -> Assistant:
            raise error

        return SimpleNamespace(assistant=assistant)

    for error, status, told in (
        (RuntimeError("boom"), 1, "Unexpected error, RuntimeError: boom"),
        (PermissionError(13, "Permission denied", "/x"), 1, "Permission denied: /x."),
        (KeyboardInterrupt(), 130, ""),
    ):
        monkeypatch.setattr(commands, "wire", fail(error))
        assert main(["ask", "x"]) == status
        err = capsys.readouterr().err
        assert told in err
        assert "Traceback" not in err
