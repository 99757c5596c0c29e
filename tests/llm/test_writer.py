"""A real small model, fluent and mostly wrong, writes through the real line: nothing unfounded comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import keeping, wire
from bot.records import Answer, Draft, Evidence, Question, Sentence
from bot.reply import grounding
from bot.reply.frames import say
from bot.reply.prompts import Prompt
from bot.search.opening import open_build
from bot.settings import Settings, load
from bot.tickets.facts import numbers
from tests.llm.conftest import Served

pytestmark = pytest.mark.llm

PART = Path(__file__).parents[2] / "knowledge" / "part-15.md"
QUESTIONS = ("免费证书有效期是多久？", "忘记密码怎么重置？")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    keeping.ingest(load(index_dir=folder), [PART])
    return folder


@pytest.fixture
def settings(index: Path, small_llm: Served) -> Settings:
    """Little evidence, so that the prompt is short, and a bound, since a base model seldom stops by itself."""
    return load(
        index_dir=index,
        openai_base_url=small_llm.base_url,
        chat_model=small_llm.model,
        llm_timeout=15,
        llm_retries=0,
        evidence_tokens=200,
    )


def cited_rows(settings: Settings, answer: Answer) -> dict[int, Evidence]:
    """What the answer cites, read again from the build."""
    build = open_build(settings.index_dir, wire.embeddings(settings))
    rows = {}
    for row in answer.citations:
        said = next(item for item in build.statements[row.ticket] if item.quote == row.quote)
        rows[row.n] = Evidence(row.n, said, build.tickets[row.ticket], 1.0)
    build.close()
    return rows


@pytest.mark.parametrize("text", QUESTIONS)
def test_only_what_holds_comes_out_whoever_wrote_it(settings: Settings, text: str) -> None:
    assistant = wire.assistant(settings)
    *sentences, answer = assistant.stream(Question(text))
    assistant.close()
    assert isinstance(answer, Answer) and tuple(sentences) == answer.sentences
    assert answer.verdict == "answered"
    stated = [row for row in sentences if isinstance(row, Sentence) and row.kind in ("knowledge", "precedent")]
    assert stated
    rows = cited_rows(settings, answer)
    for row in stated:
        assert row.citations
        assert grounding.reason(Draft(row.text, row.kind, row.citations), rows, text) is None
        assert "[" not in row.text or any(row.text in item.statement.text + "。" for item in rows.values())
    held = set().union(*(numbers(f"{row.statement.text}\n{row.statement.quote}") for row in rows.values()))
    steps = {str(n) for n in range(1, 10)}
    assert set().union(*(numbers(row.text) for row in stated)) <= held | steps
    if answer.engine == "extractive":
        assert answer.notice == say("model_failed", "zh") and answer.prompt is None
    else:
        assert answer.engine == settings.chat_model and answer.notice == ""
        assert answer.prompt == Prompt.load("reply").digest
