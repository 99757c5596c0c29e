"""What a maintainer does with knowledge: take it in, review it, forget some of it, redact a file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot import wire
from bot.errors import BuildError, KnowledgeError
from bot.records import Statement
from bot.search.build import publish
from bot.search.connection import Gone
from bot.search.opening import current_id, held, open_build
from bot.settings import Settings
from bot.tickets import expiry, forgotten, rulings
from bot.tickets.answers import answers
from bot.tickets.clusters import agree
from bot.tickets.intake import learn
from bot.tickets.memory import Memory
from bot.tickets.passages import passages
from bot.tickets.privacy.redaction import Finding
from bot.tickets.recount import recounted
from bot.tickets.rewriting import rewrite

_PATIENCE = 60.0  # seconds that a Chroma server gets for a call of a build, which may carry megabytes


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
    try:
        wire.latest(settings)
    except Gone:
        raise
    except BuildError:  # what cannot be read on the server is made anew here; `publish` tells of it
        pass
    gone = _forgotten(settings, paths)
    memory = _memory(settings)
    knowledge = learn(paths, wire.redactor(settings), settings.passage_tokens, reading, gone, memory, expiry.today())
    report = {**knowledge.report(), "paths": [os.path.relpath(path, settings.index_dir) for path in paths]}
    manifest = publish(
        settings.index_dir,
        knowledge.tickets,
        knowledge.statements,
        knowledge.passages,
        wire.embeddings(settings),
        report,
        progress,
        gone,
        [os.path.relpath(path if path.is_dir() else path.parent, settings.index_dir) for path in paths],
        memory.write,
        wire.remote(settings, _PATIENCE),
    )
    return {"build": manifest.id, **report, "seconds": round(time.perf_counter() - started, 2)}


def review(settings: Settings, paths: list[Path], out: Path) -> dict[str, int]:
    """Adds the tickets' common answers and conflicts to a rulings file; how many are there and how many are new."""
    gone = _forgotten(settings, paths)
    knowledge = learn(
        paths,
        wire.redactor(settings),
        settings.passage_tokens,
        forgotten=gone,
        memory=_memory(settings),
        day=expiry.today(),
    )
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
    wire.latest(settings)
    away = wire.remote(settings, _PATIENCE)
    build = open_build(settings.index_dir, wire.embeddings(settings), away)
    build.close()
    folders = [settings.index_dir / folder for folder in build.manifest.folders] or [settings.knowledge_dir]
    if away:  # the build may come from a host where folders lie elsewhere, and the next one is made from this
        folders.append(settings.knowledge_dir)
    beside = [folder for folder in dict.fromkeys(map(Path.resolve, folders)) if folder.is_dir()]
    listed = _forgotten(settings, beside)
    builds = held(settings.index_dir) | (away.held() if away else {})
    there = frozenset[str]().union(*builds.values())
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
        wire.embeddings(settings),
        report,
        progress,
        gone,
        build.manifest.folders,
        memory.write,
        away,
    )
    texts = {build.tickets[ticket].text for ticket in tickets if ticket in build.tickets}
    return {
        "build": manifest.id,
        "forgotten": [ticket for ticket in tickets if ticket in there],
        "before": [ticket for ticket in tickets if ticket not in there],
        "alike": [ticket.id for ticket in kept if ticket.text in texts],
        "tickets": len(kept),
    }


def redact_file(settings: Settings, text: str) -> tuple[str, list[Finding]]:
    return rewrite(text, wire.redactor(settings))
