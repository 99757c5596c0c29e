"""A model file inside the process: served once, named when it cannot be, and guarded like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import keeping, wire
from bot.errors import SettingError
from bot.records import Question
from bot.reply import local
from bot.settings import load

pytestmark = pytest.mark.llm

PART = Path(__file__).parents[2] / "knowledge" / "part-15.md"


def test_a_file_writes_replies_under_the_same_guard(small_file: Path, tmp_path: Path) -> None:
    settings = load(index_dir=tmp_path, llm_gguf=small_file, llm_timeout=15, llm_retries=0, evidence_tokens=200)
    keeping.ingest(settings, [PART])
    assistant = wire.assistant(settings)
    assert assistant.engine == small_file.stem
    answer = assistant.answer(Question("免费证书有效期是多久？"))
    assistant.close()
    assert answer.verdict == "answered" and answer.citations
    assert answer.engine in (small_file.stem, "extractive")


def test_a_file_is_served_once(small_file: Path) -> None:
    assert local.serve(small_file) == local.serve(small_file)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "cannot be read"), (b"PK", "is no GGUF file"), (b"GGUF" + bytes(64), "could not be loaded")],
)
def test_a_file_that_is_no_model_is_named(tmp_path: Path, content: bytes | None, complaint: str) -> None:
    path = tmp_path / "some.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingError, match=complaint) as caught:
        local.serve(path)
    assert str(path) in str(caught.value)
