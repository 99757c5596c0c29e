"""The only place that picks implementations and puts them together."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.desk.store import Desk
from bot.records import DeskError, KnowledgeError, Statement
from bot.reply.assistant import Assistant, Parts
from bot.reply.domain import Domain
from bot.reply.gate import Gate
from bot.reply.live import LiveAssistant, Opened
from bot.reply.prompts import Prompt
from bot.reply.writers import Writer
from bot.reply.writers.extractive import ExtractiveWriter
from bot.reply.writers.llm import LlmWriter
from bot.search.build import Build, current_id, held, open_build, publish
from bot.search.embeddings import E5Embeddings, NamedEmbeddings, OpenaiEmbeddings, UseEmbeddings
from bot.search.manifest import read as read_manifest
from bot.search.retriever import TicketRetriever
from bot.settings import Settings
from bot.tickets import forgotten, rulings
from bot.tickets.answers import answers
from bot.tickets.clusters import agree
from bot.tickets.intake import learn
from bot.tickets.memory import Memory
from bot.tickets.passages import passages
from bot.tickets.privacy.redaction import Finding, Redactor
from bot.tickets.recount import recounted
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


def ingest(
    settings: Settings,
    paths: list[Path],
    progress: Callable[[int, int], None] | None = None,
    reading: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Builds the index from files and folders; the report of what was read and set aside.

    `reading` is told how many tickets were read and redacted, `progress` how many passages are in.
    """
    started = time.perf_counter()
    gone = _forgotten(settings, paths)
    memory = _memory(settings)
    knowledge = learn(paths, redactor(settings), settings.passage_tokens, reading, gone, memory)
    report = {**knowledge.report(), "paths": [os.path.relpath(path, settings.index_dir) for path in paths]}
    manifest = publish(
        settings.index_dir,
        knowledge.tickets,
        knowledge.statements,
        knowledge.passages,
        embeddings(settings),
        report,
        progress,
        gone,
        [os.path.relpath(path if path.is_dir() else path.parent, settings.index_dir) for path in paths],
        memory.write,
    )
    return {"build": manifest.id, **report, "seconds": round(time.perf_counter() - started, 2)}


def review(settings: Settings, paths: list[Path], out: Path) -> dict[str, int]:
    """Adds the tickets' common answers and conflicts to a rulings file; how many are there and how many are new."""
    gone = _forgotten(settings, paths)
    knowledge = learn(paths, redactor(settings), settings.passage_tokens, forgotten=gone, memory=_memory(settings))
    rows = [row for found in knowledge.statements.values() for row in found]
    common = answers(knowledge.tickets, rows)
    new_answers, new_conflicts = rulings.write(out, common, knowledge.conflicts)
    return {
        "answers": len(common),
        "new_answers": new_answers,
        "conflicts": len(knowledge.conflicts),
        "new_conflicts": new_conflicts,
        "open_conflicts": sum(not conflict.holds for conflict in knowledge.conflicts),
    }


def _memory(settings: Settings) -> Memory:
    return Memory.load(settings.index_dir, current_id(settings.index_dir), settings.vendor_domains)


def _forgotten(settings: Settings, paths: list[Path]) -> frozenset[str]:
    return forgotten.read([*paths, settings.knowledge_dir, settings.index_dir])


def forget(
    settings: Settings, tickets: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Takes tickets out of replies and off the disk for good; tells which left, and what is left.

    The lists are written first, so that a kill afterwards still forgets at the next ingest. The files
    of tickets are left as they are, and so is a rulings file beside them.
    """
    build = open_build(settings.index_dir, embeddings(settings))
    build.close()
    folders = [settings.index_dir / folder for folder in build.manifest.folders] or [settings.knowledge_dir]
    beside = [folder for folder in dict.fromkeys(folders) if folder.is_dir()]
    listed = _forgotten(settings, beside)
    there = frozenset[str]().union(*held(settings.index_dir).values())
    if unknown := [ticket for ticket in tickets if ticket not in there | listed]:
        raise KnowledgeError(
            f"No ticket {', '.join(unknown)} in the index in {settings.index_dir}: nothing was changed."
        )
    for folder in (*beside, settings.index_dir):
        forgotten.add(folder, tickets)
    gone = listed.union(tickets)
    kept = [ticket for ticket in build.tickets.values() if ticket.id not in gone]
    said: dict[str, list[Statement]] = {ticket.id: [] for ticket in kept}
    # What stood for copies in other tickets may be gone, so they are grouped anew.
    for row in agree([row for ticket in kept for row in build.statements[ticket.id]]):
        said[row.ticket].append(row)
    embedded = {ticket.id: passages(ticket, said[ticket.id], settings.passage_tokens) for ticket in kept}
    report = recounted(build.manifest.report, kept, said, embedded, gone)
    memory = _memory(settings)
    memory.forget(gone)
    manifest = publish(
        settings.index_dir,
        kept,
        said,
        embedded,
        embeddings(settings),
        report,
        progress,
        gone,
        build.manifest.folders,
        memory.write,
    )
    texts = {build.tickets[ticket].text for ticket in tickets if ticket in build.tickets}
    return {
        "build": manifest.id,
        "forgotten": [ticket for ticket in tickets if ticket in there],
        "before": [ticket for ticket in tickets if ticket not in there],
        "alike": [ticket.id for ticket in kept if ticket.text in texts],
        "tickets": len(kept),
    }


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
            report={"created": build.manifest.created, **build.manifest.report},
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
    return create_app(
        answering,
        Desk(settings.database_url),
        settings,
        redactor(settings).clean,
        rebuild=lambda: rebuilding(settings),
    )


def rebuilding(settings: Settings) -> list[str]:
    """The command that builds the index anew from what the current one was built from."""
    build = current_id(settings.index_dir)
    made = read_manifest(settings.index_dir / "builds" / build) if build else None
    given = (made.report.get("paths") or made.folders) if made else ()
    paths = [settings.index_dir / path for path in given] or [settings.knowledge_dir]
    return [
        *(sys.executable, "-m", "bot", "ingest", "--json", "--progress"),
        *("--index", str(settings.index_dir), "--", *map(os.path.normpath, paths)),
    ]


def _warm(answering: LiveAssistant, settings: Settings) -> None:
    try:
        answering.suggestions(1)
    except DeskError as error:  # the same will be told to whoever asks first
        log.warning("not warmed: %s", error)
    if not isinstance(writer(settings), ExtractiveWriter):
        import langchain_openai  # noqa: F401 - two seconds that the first customer should not wait
