"""Sixty replies as customers read them, kept to be read aloud: a change in how the desk sounds shows as a diff.

`python -m tests.golden.test_replies` writes them anew; whoever does reads the diff before it is committed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from bot import keeping, wire
from bot.evaluate import lines
from bot.settings import load

HERE = Path(__file__).parent
QUESTIONS, REPLIES = HERE / "questions.jsonl", HERE / "replies.md"


def spoken(index: Path) -> str:
    """Every question with its reply, as Markdown."""
    settings = load(index_dir=index, openai_api_key=None, openai_base_url=None, llm_gguf=None)
    keeping.ingest(settings, [HERE.parents[1] / "knowledge"])
    assistant = wire.assistant(settings)
    parts = []
    for line in lines.read(QUESTIONS):
        question = line.question()
        answer = assistant.answer(question)
        before = "".join(f"> {item.role}: {item.content}\n" for item in question.history)
        missing = "".join(f"- 未覆盖：{part}\n" for part in answer.uncovered)
        parts.append(f"## {question.id}. {question.text}\n\n{before}*{answer.verdict}*\n\n{answer.marked}\n{missing}")
    assistant.close()
    return "\n".join(parts)


@pytest.mark.slow
def test_the_desk_sounds_as_it_did(tmp_path: Path) -> None:
    assert spoken(tmp_path) == REPLIES.read_text(encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        REPLIES.write_text(spoken(Path(folder)), encoding="utf-8")
