"""An approved answer from its file into the index, then edited, expired and withdrawn, as maintainers do it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import settings, tooling, wire
from bot.__main__ import main
from bot.desk.store import Desk
from bot.errors import KnowledgeError
from bot.reply.followup import Asked
from bot.search.opening import current_id, open_build
from bot.settings import Settings
from bot.tickets import expiry
from bot.tickets.approved import Approved

ROWS = [
    {"id": "t1", "title": "账单怎么看", "question": "在哪里看账单？", "answer": "账单在控制台的费用中心查看。"},
    {"id": "t2", "title": "证书过期", "question": "证书过期怎么续？", "answer": "证书过期后请在证书页重新申请并部署。"},
]  # fmt: skip
SAID = "骆驼雕塑照片的归档存储每月收费六元。"
RECORD = Approved(
    "归档存储价格", "骆驼雕塑照片归档多少钱？", SAID, "李工", "王主管", "2026-11-02", "2999-01-01", id="a1"
)


class Kept:
    """A knowledge folder with an index over it, and the encoder that counts what it embeds."""

    def __init__(self, settings: Settings, encoder: Any) -> None:
        self.settings, self.encoder = settings, encoder
        self.tools = tooling.tools(settings, Desk("sqlite://"), wire.redactor(settings), list)

    def ingest(self) -> int:
        """Runs the command over the default folder; how many passages it embedded."""
        self.encoder.embedded.clear()
        assert main(["ingest", "--index", str(self.settings.index_dir)]) == 0
        return len(self.encoder.embedded)

    @property
    def tickets(self) -> list[str]:
        build = self.settings.index_dir / "builds" / str(current_id(self.settings.index_dir))
        return [json.loads(line)["ticket"]["id"] for line in (build / "tickets.jsonl").read_bytes().splitlines()]

    def evidence(self, day: str) -> list[str]:
        """What may be stated on a day of the dearest question."""
        build = open_build(self.settings.index_dir, self.encoder)
        try:
            assistant = wire.over(build, None, wire.redactor(self.settings), self.settings, today=lambda: day)
            found = assistant._finder.find(Asked(RECORD.question, RECORD.question))
            return [row.statement.text for row in found.evidence]
        finally:
            build.close()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, search_fakes: Any) -> Iterator[Kept]:
    encoder = search_fakes.HashEmbeddings()
    monkeypatch.setattr(wire, "embeddings", lambda _: encoder)
    folder = tmp_path / "knowledge"
    folder.mkdir()
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (folder / "tickets.jsonl").write_text("".join(lines), encoding="utf-8")
    monkeypatch.setenv("KNOWLEDGE_DIR", str(folder))
    made = Kept(settings.load(knowledge_dir=folder, index_dir=tmp_path / "index"), encoder)
    made.ingest()
    yield made


def test_the_next_ingest_takes_an_answer_in_and_embeds_nothing_else(kept: Kept) -> None:
    assert kept.tools.approve(RECORD) == "a1"
    assert (kept.settings.knowledge_dir / "approved" / "a1.md").is_file()
    assert kept.tickets == ["t1", "t2"]  # an index is never changed
    assert 0 < kept.ingest() < 5
    assert kept.tickets == ["a1", "t1", "t2"]
    assert kept.evidence("2026-11-28")[0] == SAID
    assert kept.ingest() == 0


def test_an_edited_answer_is_said_in_its_new_words_alone(kept: Kept) -> None:
    kept.tools.approve(RECORD)
    kept.ingest()
    kept.tools.approve(replace(RECORD, answer="骆驼雕塑照片的归档存储每月收费七元。"))
    kept.ingest()
    said = kept.evidence("2026-11-28")
    assert said[0].endswith("七元。") and SAID not in said


def test_a_withdrawn_answer_is_gone_from_the_next_build(kept: Kept) -> None:
    kept.tools.approve(RECORD)
    kept.ingest()
    kept.tools.withdraw("a1")
    kept.ingest()
    assert kept.tickets == ["t1", "t2"]
    assert SAID not in kept.evidence("2026-11-28")


def test_an_expired_answer_is_not_stated_even_before_the_next_build(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.tools.approve(RECORD)
    kept.ingest()
    assert SAID in kept.evidence("2999-01-01")
    assert SAID not in kept.evidence("2999-01-02")
    monkeypatch.setattr(expiry, "today", lambda: "2999-01-02")
    kept.ingest()
    assert kept.tickets == ["t1", "t2"]
    assert "held until 2999-01-01" in capsys.readouterr().out


def test_a_rebuild_reads_answers_wherever_the_other_tickets_came_from(kept: Kept, tmp_path: Path) -> None:
    folder, index = kept.settings.knowledge_dir, kept.settings.index_dir
    assert wire.rebuilding(kept.settings)[-1:] == [str(folder)]
    kept.tools.approve(RECORD)
    kept.ingest()
    assert wire.rebuilding(kept.settings)[-1:] == [str(folder)]
    assert main(["ingest", "--index", str(index), str(folder / "tickets.jsonl")]) == 0
    assert wire.rebuilding(kept.settings)[-2:] == [str(folder / "tickets.jsonl"), str(folder / "approved")]


def test_a_claim_of_work_that_only_the_replies_know_is_refused(kept: Kept) -> None:
    answer = "您的反馈已同步给了产品经理。骆驼雕塑照片的归档存储每月收费六元。"
    with pytest.raises(KnowledgeError, match="work that a person did"):
        kept.tools.approve(replace(RECORD, answer=answer))
    assert not (kept.settings.knowledge_dir / "approved").exists()
