"""The only place that picks implementations and puts them together."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot import tooling
from bot.desk.store import Desk
from bot.errors import DeskError
from bot.evaluate.fitting import Sample, fit
from bot.reply import local
from bot.reply.assistant import Assistant, Parts
from bot.reply.calibration import Calibration, Fitted, calibrate, load, save, shipped, sides
from bot.reply.domain import Domain
from bot.reply.followup import Rules
from bot.reply.gate import Gate
from bot.reply.grounding import Checker
from bot.reply.live import LiveAssistant, Opened
from bot.reply.model import Model
from bot.reply.prompts import Prompt
from bot.reply.standalone import ModelRewriter
from bot.reply.writers import Writer
from bot.reply.writers.extractive import ExtractiveWriter
from bot.reply.writers.llm import LlmWriter
from bot.search.connection import Connection, Gone
from bot.search.embeddings import E5Embeddings, NamedEmbeddings, OpenaiEmbeddings, UseEmbeddings
from bot.search.manifest import read as read_manifest
from bot.search.opening import Build, current_id, open_build
from bot.search.remote import Remote
from bot.search.retriever import TicketRetriever
from bot.serve import tracing
from bot.settings import Settings
from bot.tickets import approved, expiry
from bot.tickets.privacy.redaction import Redactor

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)


def quiet(settings: Settings) -> None:
    """LangChain sends every text it sees to LangSmith as soon as one of four variables says so: here a setting alone
    does. The first of them outweighs the others; the older two stop every call that is not traced."""
    os.environ["LANGSMITH_TRACING_V2"] = str(settings.langsmith_texts).lower()
    for name in ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"):
        os.environ.pop(name, None)


def embeddings(settings: Settings) -> NamedEmbeddings:
    second = E5Embeddings() if settings.heads_embedding == "e5" else None
    if settings.embedding == "e5":
        return E5Embeddings(second)
    if settings.embedding == "openai":
        return OpenaiEmbeddings(settings.embedding_model, settings.openai_api_key, settings.openai_base_url, second)
    return UseEmbeddings(second)


def redactor(settings: Settings) -> Redactor:
    return Redactor(tuple(settings.vendor_domains.split(",")))


def model(settings: Settings) -> Model | None:
    """A model as soon as one is configured: a file, or a server, which if local needs an address and no key."""
    quiet(settings)
    if settings.llm_gguf is not None:
        file = settings.llm_gguf
        return Model(
            file.stem, None, local.serve(file), settings.llm_timeout, settings.llm_retries, headers=tracing.outgoing
        )
    if settings.openai_api_key is None and settings.openai_base_url is None:
        return None
    return Model(
        settings.chat_model,
        settings.openai_api_key,
        settings.openai_base_url,
        settings.llm_timeout,
        settings.llm_retries,
        headers=tracing.outgoing,
    )


def remote(settings: Settings, patience: float = 2.0) -> Remote | None:
    """The Chroma server that keeps the index, if one does; asked for `patience` seconds at most."""
    if settings.chroma_url is None:
        return None
    token = settings.chroma_token.get_secret_value() if settings.chroma_token else ""
    return Remote(Connection(settings.chroma_url, token, patience, settings.chroma_database))


def latest(settings: Settings, away: Remote | None = None) -> str | None:
    """The id of the current build, brought here from the server that keeps it; None where there is none."""
    here, away = current_id(settings.index_dir), away or remote(settings)
    if away is None:
        return here
    try:
        return away.pull(settings.index_dir)
    except Gone as error:
        if here is None:
            raise
        log.warning("%s This host's copy of the index serves.", error)
        return here


def retriever(settings: Settings) -> TicketRetriever:
    quiet(settings)
    latest(settings)
    return TicketRetriever(open_build(settings.index_dir, embeddings(settings), remote(settings)))


def assistant(settings: Settings, spoken: Model | None = None) -> LiveAssistant:
    """The assistant over the current build, which it changes when a newer one is published.

    `spoken` writes instead of the model that is configured.
    """
    quiet(settings)
    encoder, private, spoken = embeddings(settings), redactor(settings), spoken or model(settings)
    away = remote(settings)

    def open_newest() -> Opened:
        build = open_build(settings.index_dir, encoder, away)
        return Opened(build.id, over(build, spoken, private, settings), build.close)

    latest(settings)
    return LiveAssistant(open_newest, lambda: current_id(settings.index_dir), lambda: latest(settings, away))


def over(
    build: Build,
    spoken: Model | None,
    private: Redactor,
    settings: Settings,
    retriever: TicketRetriever | None = None,
    today: Callable[[], str] = expiry.today,
) -> Assistant:
    """An assistant over an open build; a model outlives builds, for its breaker remembers.

    `retriever` finds tickets in place of ours; `today` tells the day until which answers hold.
    """
    ours = TicketRetriever(build)
    calibration = calibrated(build, ours, settings.index_dir)
    rules = Rules(lambda text: calibration.lean(ours.vector(text)))
    extractive: Writer = ExtractiveWriter()
    return Assistant(
        Parts(
            library=build,
            retriever=retriever or ours,
            match=build.lexical.matcher,
            redactor=private,
            gate=Gate(Domain(build.tickets.values()), calibration),
            rewriter=ModelRewriter(spoken, Prompt.load("standalone"), rules) if spoken else rules,
            writer=LlmWriter(spoken, Prompt.load("reply"), settings.evidence_tokens) if spoken else extractive,
            fallback=extractive,
            checker=Checker(ours.relevance),
            longest=settings.question_chars,
            timeout=settings.llm_timeout,
            report={"created": build.manifest.created, **build.manifest.report},
            today=today,
        )
    )


def calibrated(build: Build, retriever: TicketRetriever, folder: Path) -> Calibration:
    """What a measure means in this build; found out and kept beside the pointer, once a build."""
    found = load(folder, build.id, build.embeddings.name)
    if found.build == build.id:
        return found
    made = calibrate(build, retriever, build.lexical.matcher, build.embeddings)
    # What we ship is not kept beside a build: the next version's is better.
    own = None if found.fitted == shipped(build.embeddings.name) else found.fitted
    try:
        save(folder, replace(made, fitted=own))
    except OSError as error:  # it is found out again at the next start
        log.warning("the calibration was not kept: %s", error)
    return replace(made, fitted=found.fitted)


def refined(settings: Settings, samples: Sequence[Sample]) -> Fitted:
    """Fits the gate to labelled questions, for this build and those after it. Raises FitError where they are few."""
    latest(settings)
    build = open_build(settings.index_dir, embeddings(settings), remote(settings))
    try:
        fitted = fit(samples, build.embeddings.name, *sides(build, build.embeddings))
        found = calibrated(build, TicketRetriever(build), settings.index_dir)
    finally:
        build.close()
    save(settings.index_dir, replace(found, fitted=fitted))
    return fitted


def app(settings: Settings) -> FastAPI:
    """The web application."""
    from bot.serve.app import create_app  # loads Gradio, so only for serving

    answering, desk = assistant(settings), Desk(settings.database_url)
    # The first question should not wait for the embedding to load, nor the first page for its examples.
    threading.Thread(target=_warm, args=(answering, settings), daemon=True).start()
    threading.Thread(target=tooling.sweep, args=(desk, settings), daemon=True).start()
    if away := remote(settings):
        threading.Thread(target=away.follow, args=(settings.index_dir,), daemon=True).start()
    given = tooling.tools(settings, desk, redactor(settings), lambda: rebuilding(settings))
    return create_app(answering, desk, settings, given)


def rebuilding(settings: Settings) -> list[str]:
    """The command that builds the index anew from what the current one was built from."""
    build = current_id(settings.index_dir)
    made = read_manifest(settings.index_dir / "builds" / build) if build else None
    given = (made.report.get("paths") or made.folders) if made else ()
    paths = [settings.index_dir / path for path in given] or [settings.knowledge_dir]
    answers = settings.knowledge_dir / approved.FOLDER  # read wherever the other tickets came from
    if answers.is_dir() and not any(answers.resolve().is_relative_to(path.resolve()) for path in paths):
        paths.append(answers)
    return [
        *(sys.executable, "-m", "bot", "ingest", "--json", "--progress"),
        *("--index", str(settings.index_dir), "--", *map(os.path.normpath, paths)),
    ]


def _warm(answering: LiveAssistant, settings: Settings) -> None:
    try:
        answering.suggestions(1)
    except DeskError as error:  # the same will be told to whoever asks first
        log.warning("not warmed: %s", error)
    if model(settings):
        import langchain_openai  # noqa: F401 - two seconds that the first customer should not wait
