"""Ours beside the textbook recipe and each leg alone: the same tickets, questions, gate, writer and guard.

    python tests/bench/baselines.py [QUESTIONS.jsonl ...]

Only how tickets are found differs. The textbook recipe is LangChain's: recursive splitter at 1,000 characters, 200 of
them overlapping, a vector a chunk in Chroma, the four nearest. Each recipe runs in a process of its own, so that its
memory is its own; paired differences are against the textbook.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from pydantic import PrivateAttr, TypeAdapter  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bot import examine, keeping, settings, wire  # noqa: E402
from bot.evaluate import metrics, run, sets  # noqa: E402
from bot.evaluate.compare import compare  # noqa: E402
from bot.evaluate.judging import Row  # noqa: E402
from bot.records import Hit, Passage  # noqa: E402
from bot.search.opening import Build, open_build  # noqa: E402
from bot.search.retriever import TicketRetriever  # noqa: E402
from bot.search.store import Store  # noqa: E402
from bot.search.terms import searchable  # noqa: E402
from tests.bench.scale import run as process  # noqa: E402

Rank = Callable[[str], list[str]]
RECIPES = ("textbook", "BM25", "USE", "e5", "ours")
CHUNK, OVERLAP, NEAREST, DEEP = 1000, 200, 4, 10
SETS = (ROOT / "tests/questions/thirty.jsonl", ROOT / "tests/questions/desk.gate.jsonl")
TOLD = ("right ticket cited first", "vital facts held", "MRR@10", "verdict right", "false refusals")


class Recipe(TicketRetriever):
    """Finds what `rank` finds, with the signals that the gate asks of a hit."""

    _rank: Rank = PrivateAttr()

    def __init__(self, build: Build, rank: Rank) -> None:
        super().__init__(build)
        self._rank = rank

    def search(self, question: str, k: int = 10) -> list[Hit]:
        known = {hit.ticket: hit for hit in super().search(question, len(self.build.tickets))}
        # Ours gives the best ticket about 4 and the tenth about 0.
        found = [ticket for ticket in self._rank(searchable(question)) if ticket in known][:k]
        return [replace(known[ticket], score=4 - 0.4 * place) for place, ticket in enumerate(found)]


def textbook(build: Build, folder: Path) -> Rank:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    chunks = [
        Passage(f"{ticket.id}#{number}", ticket.id, chunk)
        for ticket in build.tickets.values()
        for number, chunk in enumerate(splitter.split_text(ticket.text))
    ]
    store = Store(folder)
    store.add(chunks, np.array(build.embeddings.embed_documents([chunk.text for chunk in chunks]), np.float32))

    def rank(text: str) -> list[str]:
        found = store.query(np.array(build.embeddings.embed_query(text), np.float32), NEAREST)
        return list(dict.fromkeys(match.id.rpartition("#")[0] for match in found))

    return rank


def ranking(name: str, build: Build, folder: Path) -> Rank:
    tickets, ours = list(build.tickets), TicketRetriever(build)

    def by(score: Callable[[str], Any]) -> Rank:
        return lambda text: [tickets[i] for i in np.argsort(-score(text), kind="stable")[:DEEP]]

    if name == "textbook":
        return textbook(build, folder)
    if name == "ours":
        return lambda text: [hit.ticket for hit in ours.search(text, DEEP)]
    scores = {
        "BM25": build.lexical.scores,
        "USE": ours._dense,
        "e5": lambda text: build.heads.cosines(text, build.embeddings.second),
    }
    return by(scores[name])


def measured(name: str, paths: Sequence[Path]) -> None:
    """One recipe, as JSON on standard output."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = settings.load(index_dir=Path(folder) / "index", openai_api_key=None, openai_base_url=None)
        keeping.ingest(loaded, [ROOT / "knowledge"])
        build = open_build(loaded.index_dir, wire.embeddings(loaded))
        rank = ranking(name, build, Path(folder) / "textbook")
        retriever = TicketRetriever(build) if name == "ours" else Recipe(build, rank)
        assistant = wire.over(build, None, wire.redactor(loaded), loaded, retriever)
        cases = sets.load(paths).cases
        took = []
        for case in cases:
            text = searchable(case.question.text)
            if re.search(r"\w", text):
                started = time.perf_counter()
                rank(text)
                took.append((time.perf_counter() - started) * 1000)
        replies = run.replies([case.question for case in cases], assistant)
        rows = examine.judged(cases, replies, build.tickets)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"rows": [asdict(row) for row in rows], "took": took, "peak": peak}))


def main(paths: Sequence[Path]) -> None:
    table = Table("recipe", *TOLD, "over the textbook: vital facts", "find, ms p50 / p95", "memory, MB")
    floor: tuple[Row, ...] = ()
    for name in RECIPES:
        found = json.loads(process(Path(__file__), "--only", name, *paths).out)
        rows = TypeAdapter(tuple[Row, ...]).validate_python(found["rows"])
        floor = floor or rows
        figures = {item.name: item for item in metrics.summarise(rows).figures}
        change = next(item for item in compare(floor, rows).differences if item.name == "vital facts held")
        p50, p95 = np.percentile(found["took"], (50, 95))
        table.add_row(
            name,
            *(f"{figures[title].mean:.2f}" for title in TOLD),
            f"{change.after - change.before:+.2f} ({change.low:+.2f} to {change.high:+.2f})",
            f"{p50:.1f} / {p95:.1f}",
            f"{found['peak']:.0f}",
        )
    Console(width=150).print(table)
    print(f"{len(floor)} questions of {', '.join(path.name for path in paths)}; the extractive writer for all.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sets", type=Path, nargs="*", metavar="QUESTIONS.jsonl")
    parser.add_argument("--only", choices=RECIPES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        measured(given.only, given.sets or SETS)
    else:
        main(given.sets or SETS)
