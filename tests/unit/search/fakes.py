"""Small invented tickets and an embedding that needs no model."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.records import Passage, Source, Statement, Ticket, Turn
from bot.search.build import publish
from bot.search.embeddings import NamedEmbeddings
from bot.search.manifest import Manifest
from bot.search.terms import terms

DIMS = 64


class HashEmbeddings(NamedEmbeddings):
    """A bag of hashed terms; `embedded` remembers what was asked of it."""

    def __init__(self, name: str = "hash-64", dims: int = DIMS) -> None:
        super().__init__()
        self.name, self.dims, self.embedded = name, dims, list[str]()

    def _load(self) -> None:
        return None

    def _run(self, model: Any, texts: list[str], query: bool) -> list[list[float]]:
        if not query:
            self.embedded += texts
        rows = np.full((len(texts), self.dims), 1e-6)
        for row, text in zip(rows, texts, strict=True):
            for term in terms(text):
                row[zlib.crc32(term.encode()) % self.dims] += 1
        unit: list[list[float]] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).tolist()
        return unit


def ticket(number: int, title: str, question: str, answer: str) -> Ticket:
    turns = (Turn("customer", question), Turn("agent", answer))
    return Ticket(f"t{number}", title, question, turns, "仓储", "咨询", source=Source("a.md", number, number * 10))


TICKETS = [
    ticket(1, "仓库温度怎么设置", "冷库温度在哪里调？", "冷库温度在控制面板的温控页调整，范围为零下二十度到五度。"),
    ticket(2, "托盘租金", "托盘一个月多少钱", "托盘按月计租，每个每月十二元，不足一月按一月计。"),
    ticket(
        3, "扫码枪连不上", "scanner-v2.cfg 报错 E1042", "请把 scanner-v2.cfg 里的 baud-rate 改为 9600 后重启扫码枪。"
    ),
    ticket(4, "入库预约", "怎么预约入库", "入库须提前一天在预约页填写车牌和件数。"),
    ticket(5, "配置进度", "x", "您好，已经处理完成。"),
    ticket(6, "丢件理赔", "货丢了怎么赔", "丢件按申报价值理赔，须在签收后七天内提出。"),
]


def statements(one: Ticket) -> tuple[Statement, ...]:
    """What the agent said, as one statement; nothing when it is a mere action."""
    if "处理完成" in one.agent_text:
        return ()
    return (Statement(f"{one.id}.s1", one.id, "knowledge", one.agent_text, one.agent_text, 1, one.question),)


def passages(one: Ticket) -> tuple[Passage, ...]:
    said = [Passage(row.id, one.id, row.text, row.id) for row in statements(one)]
    return (Passage(f"{one.id}#1", one.id, f"{one.title}\n{one.question}"), *said)


def publish_all(
    index: Path,
    tickets: Sequence[Ticket],
    embeddings: NamedEmbeddings,
    progress: Callable[[int, int], None] | None = None,
    **more: Any,
) -> Manifest:
    return publish(
        index,
        tickets,
        {one.id: statements(one) for one in tickets},
        {one.id: passages(one) for one in tickets},
        embeddings,
        {"files": 1},
        progress,
        **more,
    )
