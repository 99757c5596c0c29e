from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import asking, commands, examine
from bot.__main__ import main
from bot.errors import BuildError, QuestionError
from bot.proposal import Precedent, Proposal
from bot.records import Answer, Citation, Handoff, Hit, Question, Sentence, Source, Ticket
from bot.reply.finding import Measured
from bot.settings import Settings

REPORT: dict[str, Any] = {
    "build": "b1",
    "files": 1,
    "tickets": 2,
    "set_aside": [{"file": "k.md", "line": 3, "reason": "no answer"}],
    "withheld": [{"file": "k.md", "line": 7, "reason": "a sentence of ticket t1: it talks to an assistant"}],
    "notes": [{"file": "k.md", "line": 1, "reason": "read as GB18030"}],
    "contradictions": [
        {
            "why": "",
            "sides": [{"value": "90天", "clauses": ["有效期为90天"]}, {"value": "一年", "clauses": ["有效期为一年"]}],
        }
    ],
    "statements": {"knowledge": 4},
    "resolutions": {},
    "passages": 5,
    "redactions": {"domain": 1},
    "duplicates": 0,
    "conflicts": 0,
    "seconds": 0.25,
}


class Assistant:
    engine, build = "fake", "b1"

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        if question.text == "long":
            raise QuestionError("The question is too long.")
        return self.draft(question.text, question.id)

    def measured(self, question: Question) -> Measured:
        return Measured({"dense": 1.0}, (), 2.0)

    def library(self) -> SimpleNamespace:
        ticket = Ticket("t1", "标题", "", (), source=Source("k.md", 6, 1))
        return SimpleNamespace(statements={}, tickets={"t1": ticket})

    def close(self) -> None:
        """Nothing to let go of."""

    def draft(self, text: str, name: str = "") -> Answer:
        cited = Citation(1, "t1", "标题", "原话", 2, Source("k.md", 6, 1))
        need = Handoff("需要人工", ("域名",), "s")
        return Answer(name, "answered", text, (Sentence(text, "knowledge", (1,)),), (cited,), ("价格",), need)

    def propose(self, text: str) -> Proposal:
        answer = self.draft(text)
        similar = (Precedent("t1", "标题", "CDN", "partial", "重新申请"),)
        lines = (Sentence("您好：", "courtesy"), *answer.sentences)
        letter = "\n".join(line.marked for line in lines)
        first, warnings = ("【请先执行：核对订单并办理退款】",), (("cut", "工单太长"),)
        counts, ask = {"partial": 1, "total": 1}, ("describe", "需要处理的域名")
        told = ("CDN", "证书问题", counts, "1-3天（t1）", warnings, similar)
        return Proposal(answer, letter, lines, "zh", "low", "原因", first, ask, *told)


class Retriever:
    def similar(self, text: str, k: int) -> list[Hit]:
        return [Hit(f"{text}-{place}", 1 / place, 0.5, 1.0, 1.0) for place in range(1, k + 1)]


@dataclass
class Finding:
    type: str
    line: int
    start: int
    end: int


@dataclass
class Wire:
    """What `bot.wire` provides, without models or an index."""

    desk: Assistant
    ingested: Sequence[Path] = ()

    def ingest(self, settings: Settings, paths: Sequence[Path], progress: Any) -> dict[str, Any]:
        self.ingested = paths
        progress(1, 1)
        return REPORT

    def latest(self, settings: Settings) -> None:
        return None

    def assistant(self, settings: Settings) -> Assistant:
        if settings.index_dir.name == "none":
            raise BuildError("There is no index.")
        return self.desk

    def retriever(self, settings: Settings) -> Retriever:
        return Retriever()

    def model(self, settings: Settings) -> None:
        return None

    def redact_file(self, settings: Settings, text: str) -> tuple[str, list[Finding]]:
        return text.replace("a.com", "[DOMAIN_1]"), [Finding("domain", 1, 0, 5)]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    fake = Wire(Assistant())
    monkeypatch.setattr(commands, "wire", fake)
    monkeypatch.setattr(commands, "keeping", fake)
    monkeypatch.setattr(examine, "wire", fake)
    monkeypatch.setattr(asking, "wire", fake)
    return fake


def write(path: Path, *objects: object) -> str:
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects), encoding="utf-8")
    return str(path)


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
