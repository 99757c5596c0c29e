"""A folder of tickets, an index, and the command line over them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import settings, wire
from bot.__main__ import main
from bot.reply.live import LiveAssistant
from bot.search.opening import current_id


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


def live(desk: Desk) -> LiveAssistant:
    return wire.assistant(settings.load(index_dir=desk.index))
