"""How well and how fast tickets are found: `python tests/bench/retrieval.py CORPUS QUERIES QRELS`.

All three are JSONL: {id, text}, {id, text} and {qid, docid}. The corpus goes through the whole build,
the queries through the retriever. `--half first` is the random half on which constants are fitted,
`--half second` the one by which they are judged.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.search.build import publish
from bot.search.embeddings import E5Embeddings, NamedEmbeddings, UseEmbeddings
from bot.search.opening import Build, open_build
from bot.search.retriever import TicketRetriever
from bot.settings import Settings
from bot.tickets.intake import learn
from bot.tickets.privacy.redaction import Redactor

ENCODERS: dict[str, type[NamedEmbeddings]] = {"use": UseEmbeddings, "e5": E5Embeddings}
Rank = Callable[[str], list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("corpus", "queries", "qrels"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--encoders", default="use", help="use, e5, or both with a comma (default: use)")
    parser.add_argument("--half", choices=("both", "first", "second"), default="both")
    args = parser.parse_args()
    queries = [(row["id"], row["text"]) for row in _rows(args.queries)]
    random.Random(7).shuffle(queries)
    middle = len(queries) // 2
    queries = {"both": queries, "first": queries[:middle], "second": queries[middle:]}[args.half]
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in _rows(args.qrels):
        wanted[row["qid"]].add(row["docid"])
    print(f"{'leg':12} {'MRR@10':>7} {'Hit@1':>7} {'Hit@5':>7} {'Hit@10':>7} {'p50 ms':>8} {'p95 ms':>8}")
    for number, name in enumerate(args.encoders.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            build, seconds = _built(Path(folder), args.corpus, ENCODERS[name]())
            retriever = TicketRetriever(build)
            retriever.search("warm", 1)
            if not number:
                _row("bm25", _lexical(build), queries, wanted)
            _row(name, _dense(build), queries, wanted)
            _row(f"bm25+{name}", _fused(retriever), queries, wanted)
            counts = ", ".join(f"{count} {what}" for what, count in build.manifest.counts.items())
            print(f"{name}: {counts}, index made in {seconds:.1f} s")
            build.close()


def _built(folder: Path, corpus: Path, embeddings: NamedEmbeddings) -> tuple[Build, float]:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    knowledge = learn([corpus], Redactor(tuple(settings.vendor_domains.split(","))), settings.passage_tokens)
    started = time.perf_counter()
    publish(folder, knowledge.tickets, knowledge.statements, knowledge.passages, embeddings, {})
    seconds = time.perf_counter() - started
    return open_build(folder, embeddings), seconds


def _lexical(build: Build) -> Rank:
    tickets = list(build.tickets)
    return lambda query: [tickets[i] for i in np.argsort(-build.lexical.scores(query), kind="stable")[:10]]


def _dense(build: Build) -> Rank:
    def rank(query: str) -> list[str]:
        vector = np.array(build.embeddings.embed_query(query), np.float32)
        found = (re.sub(r"(?:#|/)[\d.]+$", "", match.id) for match in build.store.query(vector, 300))
        return list(dict.fromkeys(found))[:10]

    return rank


def _fused(retriever: TicketRetriever) -> Rank:
    return lambda query: [hit.ticket for hit in retriever.search(query, 10)]


def _row(name: str, rank: Rank, queries: list[tuple[str, str]], wanted: dict[str, set[str]]) -> None:
    places, took = [], []
    for query, text in queries:
        started = time.perf_counter()
        found = rank(text)
        took.append((time.perf_counter() - started) * 1000)
        places.append(next((place for place, ticket in enumerate(found) if ticket in wanted[query]), 10))
    place = np.array(places)
    mrr = np.where(place < 10, 1 / (place + 1), 0).mean()
    hits = " ".join(f"{(place < k).mean():7.3f}" for k in (1, 5, 10))
    p50, p95 = np.percentile(took, (50, 95))
    print(f"{name:12} {mrr:7.3f} {hits} {p50:8.1f} {p95:8.1f}", flush=True)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
