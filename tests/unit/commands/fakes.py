"""What `bot.wire` and `bot.keeping` provide to commands, without models or an index."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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


def write(path: Path, *objects: object) -> str:
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects), encoding="utf-8")
    return str(path)
