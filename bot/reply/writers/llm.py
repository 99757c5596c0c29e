"""A model of any OpenAI-compatible server writes, from numbered evidence and nothing else.

Streams whole sentences with the evidence they name; what it makes up is grounding's business.
Bounded in time and tries: after the first words there is no second try.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from pydantic import SecretStr

from bot.errors import WriterError
from bot.records import Draft, Evidence
from bot.reply.prompts import Prompt
from bot.reply.writers import Brief, Usage
from bot.tickets.passages import tokens

# Marks in the shapes that models write: [1], [1][2], [1,2], 【1】, (1) is none.
_MARK = re.compile(r"[\[【]\s*(?:证据|编号)?\s*(\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)\s*[\]】]")
# A ? or ! inside a link ends no sentence.
_BREAK = re.compile(
    r"(?:[。！？\n]|[!?](?![\w/=&%#.]))(?:[”」』）)])?(?:\s*[\[【](?:证据|编号)?[\d ,，、]{1,10}[\]】]。?)*"
)
_OPEN = re.compile(r"\s*[\[【][^\]】\n]{0,12}")  # what may become a mark behind a break
_LEAD = re.compile(r"^\s*(?:[-*•]\s+|#+\s+|>\s+)")
_PRECEDENT = re.compile(r"类似(?:的)?工单|过往工单|similar ticket", re.I)
_COURTESY = re.compile(r"^(?:您好|你好|感谢|希望|祝您|如(?:果|有)[^，。]{0,12}问题|hello|hi|thanks)", re.I)
MOST_TOKENS = 1200  # about twice six long sentences
MOST = 4000  # characters; a reply that goes on longer is no reply
PAUSE = 0.5  # seconds before another try; a person is waiting
# The evidence is Chinese and grounding compares words, so a reply in English could not be checked.
LANGUAGE = "简体中文"


class LlmWriter:
    """ChatOpenAI with a prompt; `timeout` bounds each try in seconds."""

    def __init__(
        self,
        model: str,
        key: SecretStr | None,
        base_url: str | None,
        prompt: Prompt,
        timeout: float,
        retries: int,
        budget: int,
    ) -> None:
        self._model, self._key, self._base_url = model, key, base_url
        self._prompt, self._timeout, self._retries, self._budget = prompt, timeout, retries, budget
        self._client: Any = None

    @property
    def engine(self) -> str:
        return self._model

    @property
    def prompt(self) -> str:
        return self._prompt.digest

    def write(self, brief: Brief, usage: Usage) -> Iterator[Draft]:
        evidence = self._fitting(brief.evidence)
        text = self._prompt.fill(
            language=LANGUAGE,
            evidence="\n".join(_line(row) for row in evidence),
            history="\n".join(f"{_side(item.role)}：{item.content[:300]}" for item in brief.history[-6:]) or "（无）",
            question=brief.question,
        )
        for sentence in sentences(self._stream(text, usage)):
            if draft := read(sentence):
                yield draft

    def _fitting(self, evidence: tuple[Evidence, ...]) -> list[Evidence]:
        """The best evidence that fits the token budget; one always does."""
        taken: list[Evidence] = []
        spent = 0
        for row in evidence:
            spent += tokens(row.statement.text) + 8
            if taken and spent > self._budget:
                break
            taken.append(row)
        return taken

    def _stream(self, text: str, usage: Usage) -> Iterator[str]:
        """The reply in pieces. The tries are ours: the client's own would wait as long as a server tells it to."""
        from openai import APIConnectionError, InternalServerError, OpenAIError, RateLimitError

        written = 0
        for left in range(self._retries, -1, -1):
            try:
                for chunk in self._within(self._open(text)):
                    if chunk.usage_metadata:
                        usage.prompt += chunk.usage_metadata["input_tokens"]
                        usage.completion += chunk.usage_metadata["output_tokens"]
                    piece = chunk.text if isinstance(chunk.text, str) else str(chunk.content)
                    written += len(piece)
                    if piece:
                        yield piece
                    if written > MOST:
                        raise WriterError(f"the reply went past {MOST} characters")
                break
            except (OpenAIError, TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
                passing = isinstance(error, RateLimitError | InternalServerError | APIConnectionError | TimeoutError)
                if written or not left or not passing:
                    raise WriterError(f"{type(error).__name__}: {str(error)[:200]}") from error
                time.sleep(PAUSE)
        if not written:
            raise WriterError("an empty reply")

    def _open(self, text: str) -> Generator[Any, None, None]:
        from langchain_openai import ChatOpenAI

        if self._client is None:
            self._client = ChatOpenAI(
                model=self._model,
                api_key=self._key or SecretStr("none"),
                base_url=self._base_url,
                temperature=0,
                max_completion_tokens=MOST_TOKENS,
                timeout=self._timeout,
                max_retries=0,
                stream_usage=True,
            )
        chunks: Generator[Any, None, None] = self._client.stream([("user", text)])
        return chunks

    def _within(self, chunks: Generator[Any, None, None]) -> Iterator[Any]:
        """The chunks, for `timeout` seconds in all, even of a server that only keeps the line open."""
        arrived: SimpleQueue[Any] = SimpleQueue()
        left = Event()

        def fetch() -> None:
            try:
                with closing(chunks):
                    for chunk in chunks:
                        arrived.put(chunk)
                        if left.is_set():
                            return
                arrived.put(None)
            except Exception as error:  # noqa: BLE001 - raised again below, where it can be named
                arrived.put(error)

        until = time.monotonic() + self._timeout
        Thread(target=fetch, daemon=True, name="model").start()
        try:
            while (item := arrived.get(timeout=max(until - time.monotonic(), 0.0))) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        except Empty:
            raise TimeoutError(f"no whole reply within {self._timeout:g} s") from None
        finally:
            left.set()


def sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Whole sentences of a stream, each with the marks behind it; the last one at the end.

    A break is taken only when more text follows it, since its marks may still be on their way.
    """
    held = ""
    for piece in pieces:
        held += piece
        while found := _complete(held):
            sentence, held = held[:found], held[found:]
            if sentence.strip():
                yield sentence.strip()
    if held.strip():
        yield held.strip()


def _complete(text: str) -> int:
    """Where the first whole sentence of a text ends, or 0."""
    for match in _BREAK.finditer(text):
        rest = text[match.end() :]
        if not rest.strip() or _OPEN.fullmatch(rest):
            return 0
        return match.end()
    return 0


def read(sentence: str) -> Draft | None:
    """A sentence with its marks becomes a draft; None when nothing but marks stands in it."""
    marks = tuple(
        dict.fromkeys(int(number) for group in _MARK.findall(sentence) for number in re.findall(r"\d+", group))
    )
    text = _LEAD.sub("", _MARK.sub("", sentence)).replace("**", "").strip()
    text = re.sub(r"\s+([。！？.](?!\w))", r"\1", text)
    text = re.sub(r"([。！？])[。.]+$", r"\1", text)
    if not re.search(r"\w", text):
        return None
    if not marks and _COURTESY.match(text):
        return Draft(text, "courtesy")
    return Draft(text, "precedent" if _PRECEDENT.search(text) else "knowledge", marks)


def _line(row: Evidence) -> str:
    note = "〔个案〕" if row.statement.kind == "specific" else ""
    return f"[{row.n}] {note}{row.statement.text}"


def _side(role: str) -> str:
    return "客户" if role == "user" else "客服助手"
