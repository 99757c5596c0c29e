"""The only place that picks implementations and puts them together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.desk.store import Desk
from bot.records import DeskError
from bot.reply.assistant import Assistant, Parts
from bot.reply.domain import Domain
from bot.reply.gate import Gate
from bot.reply.live import LiveAssistant, Opened
from bot.reply.prompts import Prompt
from bot.reply.writers import Writer
from bot.reply.writers.extractive import ExtractiveWriter
from bot.reply.writers.llm import LlmWriter
from bot.search.build import Build, current_id, open_build, publish
from bot.search.embeddings import E5Embeddings, NamedEmbeddings, OpenaiEmbeddings, UseEmbeddings
from bot.search.retriever import TicketRetriever
from bot.settings import Settings
from bot.tickets.intake import learn
from bot.tickets.redaction import Finding, Redactor
from bot.tickets.rewriting import rewrite

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)


def embeddings(settings: Settings) -> NamedEmbeddings:
    if settings.embedding == "e5":
        return E5Embeddings()
    if settings.embedding == "openai":
        return OpenaiEmbeddings(settings.embedding_model, settings.openai_api_key, settings.openai_base_url)
    return UseEmbeddings()


def redactor(settings: Settings) -> Redactor:
    return Redactor(tuple(settings.vendor_domains.split(",")))


def writer(settings: Settings) -> Writer:
    """A model as soon as one is configured; a local server needs an address and no key."""
    if settings.openai_api_key is None and settings.openai_base_url is None:
        return ExtractiveWriter()
    return LlmWriter(
        settings.chat_model,
        settings.openai_api_key,
        settings.openai_base_url,
        Prompt.load("reply"),
        settings.llm_timeout,
        settings.llm_retries,
        settings.evidence_tokens,
    )


def ingest(settings: Settings, paths: list[Path], progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Builds the index from files and folders; the report of what was read and set aside."""
    started = time.perf_counter()
    knowledge = learn(paths, redactor(settings), settings.passage_tokens)
    report = knowledge.report()
    manifest = publish(
        settings.index_dir,
        knowledge.tickets,
        knowledge.statements,
        knowledge.passages,
        embeddings(settings),
        report,
        progress,
    )
    return {"build": manifest.id, **report, "seconds": round(time.perf_counter() - started, 2)}


def retriever(settings: Settings) -> TicketRetriever:
    return TicketRetriever(open_build(settings.index_dir, embeddings(settings)))


def assistant(settings: Settings) -> LiveAssistant:
    """The assistant over the current build, which it changes when a newer one is published."""
    encoder, replies, private = embeddings(settings), writer(settings), redactor(settings)

    def open_newest() -> Opened:
        build = open_build(settings.index_dir, encoder)
        return Opened(build.id, over(build, replies, private, settings.question_chars), build.close)

    return LiveAssistant(open_newest, lambda: current_id(settings.index_dir))


def over(build: Build, replies: Writer, private: Redactor, longest: int) -> Assistant:
    """An assistant over an open build."""
    spare = replies if isinstance(replies, ExtractiveWriter) else ExtractiveWriter()
    return Assistant(
        Parts(
            library=build,
            retriever=TicketRetriever(build),
            match=build.lexical.matcher,
            redactor=private,
            gate=Gate(Domain(build.tickets.values())),
            writer=replies,
            fallback=spare,
            longest=longest,
            report=build.manifest.report,
        )
    )


def redact_file(settings: Settings, text: str) -> tuple[str, list[Finding]]:
    return rewrite(text, redactor(settings))


def app(settings: Settings) -> FastAPI:
    """The web application."""
    from bot.serve.app import create_app  # loads Gradio, so only for serving

    answering = assistant(settings)
    # The first question should not wait for the embedding to load, nor the first page for its examples.
    threading.Thread(target=_warm, args=(answering, settings), daemon=True).start()
    return create_app(answering, Desk(settings.database_url), settings, redactor(settings).clean)


def _warm(answering: LiveAssistant, settings: Settings) -> None:
    try:
        answering.suggestions(1)
    except DeskError as error:  # the same will be told to whoever asks first
        log.warning("not warmed: %s", error)
    if not isinstance(writer(settings), ExtractiveWriter):
        import langchain_openai  # noqa: F401 - two seconds that the first customer should not wait
