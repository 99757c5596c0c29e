"""A desk without disk or model: invented tickets, a retriever that finds what it is told, writers that say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.errors import WriterError
from bot.records import Draft, Evidence, Hit, Source, Statement, StatementKind, Ticket, Turn
from bot.reply.assistant import Assistant, Parts
from bot.reply.calibration import Calibration
from bot.reply.domain import Domain
from bot.reply.followup import Rules
from bot.reply.gate import Decision, Gate
from bot.reply.grounding import Checker
from bot.reply.writers import Brief, Usage, Writer
from bot.reply.writers.extractive import ExtractiveWriter

SECRET, MASK = "13900001111", "〈电话〉"
ANSWERED = Decision("answered", "evidence")


def statement(text: str, kind: StatementKind = "knowledge", ticket: str = "t1", **more: Any) -> Statement:
    values: dict[str, Any] = {"id": f"{ticket}-{text[:6]}", "quote": text, "turn": 1, **more}
    return Statement(ticket=ticket, kind=kind, text=text, **values)


def ticket(name: str, title: str, *said: Statement, product: str = "仓储") -> Ticket:
    turns = (Turn("customer", title), *(Turn("agent", row.quote) for row in said))
    return Ticket(name, title, title, turns, product, "咨询", source=Source("a.md", int(name[1:]), 10))


def evidence(text: str, n: int = 1, score: float = 1.0, **more: Any) -> Evidence:
    row = statement(text, **{"ticket": f"t{n}", **more})
    return Evidence(n, row, ticket(row.ticket, "托盘怎么租？", row), score)


def brief(*texts: str, question: str = "托盘怎么租？", **more: Any) -> Brief:
    return Brief(question, tuple(evidence(text, n) for n, text in enumerate(texts, start=1)), **more)


SAID: dict[str, tuple[str, tuple[Statement, ...]]] = {
    "t1": (
        "托盘租金怎么算？",
        (
            statement("托盘按月计租，每个每月12元", agree=3),
            statement("退租须提前7天在预约页提出", turn=2),
        ),
    ),
    "t2": (
        "冷库温度为什么偏高？",
        (statement("您的库门没有关严，请检查门封条", "specific", "t2"),),
    ),
    "t3": (
        "丢件能加急理赔吗？",
        (
            statement("已经为您处理", "action", "t3"),
            statement("请提供一下域名", "request", "t3"),
        ),
    ),
    "t4": ("入库要等多久？", (statement("入库2小时内可以完成", ticket="t4", disputed=True),)),
    "t5": (
        "怎么更换门禁卡？",
        (statement("门禁卡在前台自助机更换", ticket="t5"), statement("已经为您更换", "action", "t5")),
    ),
}


@dataclass
class FakeLibrary:
    id: str = "build-1"
    tickets: Mapping[str, Ticket] = field(
        default_factory=lambda: {name: ticket(name, title, *rows) for name, (title, rows) in SAID.items()}
    )
    statements: Mapping[str, Sequence[Statement]] = field(
        default_factory=lambda: {name: rows for name, (_, rows) in SAID.items()}
    )
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class FakeRetriever:
    """Finds the tickets named, best first; `asked` keeps every text that it was given."""

    found: tuple[str, ...] = ("t1", "t2")
    asked: list[str] = field(default_factory=list)

    def search(self, question: str, k: int = 10) -> list[Hit]:
        self.asked.append(question)
        return [Hit(name, 1 - place / 10, 0.9, 1.0, 1.0) for place, name in enumerate(self.found)]

    def relevance(self, question: str, statements: Sequence[Statement]) -> list[float]:
        self.asked.append(question)
        return [10.0 - place for place in range(len(statements))]  # decides, whatever else is weighed

    def vector(self, question: str) -> list[float]:
        return []


def match(question: str, more: str = "", /) -> Callable[[str], float]:
    return lambda text: 0.0


class FakeRedactor:
    """Knows one private value."""

    def clean(self, text: str) -> str:
        return text.replace(SECRET, MASK)

    def together(self, texts: Sequence[str]) -> list[str]:
        return [self.clean(text) for text in texts]

    def values(self, text: str) -> list[tuple[str, str]]:
        return [("电话", SECRET)] if SECRET in text else []


class FakeGate(Gate):
    """Decides what it is told."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(Domain([ticket("t1", "托盘租金怎么算？")]), Calibration())
        self.decision = decision

    def decide(self, *signals: Any, **more: Any) -> Decision:
        return self.decision


@dataclass
class FakeWriter:
    """Proposes its lines; an exception among them is raised where it stands. `log` keeps what happened.

    The lines cite 1, 2, 3 for the first statements of t1, t1 and t2, whatever their numbers in the brief.
    """

    lines: Sequence[Draft | WriterError]
    engine: str = "fake-model"
    prompt: str | None = "digest"
    briefs: list[Brief] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def write(self, brief: Brief, usage: Usage) -> Iterator[Draft]:
        self.briefs.append(brief)
        meant = [row.text for name in ("t1", "t2") for row in SAID[name][1]]
        numbers = {meant.index(row.statement.text) + 1: row.n for row in brief.evidence if row.statement.text in meant}
        for line in self.lines:
            if isinstance(line, WriterError):
                raise line
            self.log.append(f"wrote {line.text}")
            yield replace(line, evidence=tuple(numbers.get(n, n + 100) for n in line.evidence))
        usage.prompt, usage.completion = 11, 7


def desk(
    decision: Decision = ANSWERED,
    writer: Writer | None = None,
    found: tuple[str, ...] = ("t1", "t2"),
    retriever: FakeRetriever | None = None,
    **more: Any,
) -> Assistant:
    """An assistant over the invented tickets; without a writer the built-in one."""
    extractive = ExtractiveWriter()
    searching = retriever or FakeRetriever(found)
    parts: dict[str, Any] = {
        "library": FakeLibrary(),
        "retriever": searching,
        "match": match,
        "redactor": FakeRedactor(),
        "gate": FakeGate(decision),
        "writer": writer or extractive,
        "rewriter": Rules(),
        "fallback": extractive,
        "checker": Checker(searching.relevance),
    }
    return Assistant(Parts(**{**parts, **more}))
