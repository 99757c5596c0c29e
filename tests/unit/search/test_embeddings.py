"""One contract for every local embedding, and what an OpenAI server is sent."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from openai import APIConnectionError
from pydantic import SecretStr

from bot.errors import BuildError
from bot.search.embeddings import E5Embeddings, NamedEmbeddings, OpenaiEmbeddings, UseEmbeddings

E5 = pytest.param(E5Embeddings, marks=pytest.mark.slow)


@pytest.fixture(scope="module", params=[UseEmbeddings, E5, "fake"], ids=["use", "e5", "fake"])
def embeddings(request: pytest.FixtureRequest, search_fakes: Any) -> NamedEmbeddings:
    made: NamedEmbeddings = search_fakes.HashEmbeddings() if request.param == "fake" else request.param()
    return made


def test_texts_become_unit_vectors_of_one_length(embeddings: NamedEmbeddings) -> None:
    assert isinstance(embeddings, Embeddings)
    assert embeddings.name
    assert 0 < embeddings.weight < 1
    rows = np.array(embeddings.embed_documents(["证书过期", "托盘", "", "〈域名〉", "😀", "x" * 9000]))
    assert rows.shape == (6, len(embeddings.embed_query("证书")))
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-4)
    assert embeddings.embed_documents([]) == []


def test_what_means_the_same_is_nearer(embeddings: NamedEmbeddings) -> None:
    query = np.array(embeddings.embed_query("证书过期了怎么办"))
    near, far = np.array(embeddings.embed_documents(["证书过期怎么处理", "托盘的月租金是十二元"]))
    assert query @ near > query @ far


def test_a_placeholder_changes_nothing(embeddings: NamedEmbeddings) -> None:
    assert embeddings.embed_query("证书过期 〈域名〉") == embeddings.embed_query("证书过期")


def test_vectors_do_not_depend_on_company_or_thread(embeddings: NamedEmbeddings) -> None:
    texts = [f"第{number}张托盘" for number in range(4)]
    together = embeddings.embed_documents(texts)
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda text: embeddings.embed_documents([text])[0], texts))
    assert np.allclose(together, alone, atol=1e-3)
    assert np.allclose(together, asyncio.run(embeddings.aembed_documents(texts)), atol=1e-3)


def test_a_compatible_server_gets_texts_and_a_failure_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    def create(self: Any, *, input: Any, **more: Any) -> Any:
        sent.append(input)
        if "断" in input[0]:
            raise APIConnectionError(request=None)  # type: ignore[arg-type]
        return {"data": [{"embedding": [3.0, 4.0]} for _ in input]}

    monkeypatch.setattr("openai.resources.embeddings.Embeddings.create", create)
    embeddings = OpenaiEmbeddings("some-model", SecretStr("key"), "http://127.0.0.1:9/v1")
    assert embeddings.name == "openai:some-model"
    assert embeddings.embed_query("证书") == pytest.approx([0.6, 0.8])
    assert sent == [["证书"]]
    with pytest.raises(BuildError, match="OPENAI_BASE_URL"):
        embeddings.embed_query("断了")
