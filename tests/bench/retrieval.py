"""How well and how fast the right ticket is found: `python tests/bench/retrieval.py CORPUS QUERIES QRELS`.

All three are JSONL: {id, text}, {id, text} and {qid, docid}. The corpus goes through the whole build, the queries
through each leg alone and through what is shipped; every line of the table has its paired difference from BM25 alone
with a bootstrap 95 % interval. Queries are split by cluster: tickets that share a query are on one side, so that canned
answers do not leak. `--half second` judges by one half; `--fit` fits the weights to each half and judges by the other.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from rich.console import Console
from rich.table import Table

from bot.search.build import publish
from bot.search.embeddings import E5Embeddings, UseEmbeddings
from bot.search.opening import Build, open_build
from bot.search.retriever import TicketRetriever
from bot.search.terms import searchable
from bot.settings import Settings
from bot.tickets.intake import learn
from bot.tickets.privacy.redaction import Redactor
from tests.bench.listnet import fitted

Rank = Callable[[str], list[str]]
DEEP, SEED, ROUNDS = 10, 7, 5000


@dataclass(frozen=True, slots=True)
class Query:
    id: str
    text: str
    wanted: frozenset[str]
    half: int


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    for name in ("corpus", "queries", "qrels"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--half", choices=("both", "first", "second"), default="both")
    parser.add_argument("--fit", action="store_true", help="also fit the weights to each half, and judge by the other")
    args = parser.parse_args()
    every = asked(args.queries, args.qrels)
    queries = [query for query in every if args.half == "both" or query.half == ("first", "second").index(args.half)]
    with tempfile.TemporaryDirectory() as folder:
        encoder = UseEmbeddings(E5Embeddings())
        build, seconds = built(Path(folder), args.corpus, encoder)
        retriever = TicketRetriever(build)
        retriever.similar("warm", 1)
        table = Table("leg", "MRR@10", "Hit@1", "Hit@10", "over BM25, MRR@10", "over BM25, Hit@10", "p50 ms", "p95 ms")
        floor: np.ndarray[Any, Any] | None = None
        for name, rank in legs(build, retriever).items():
            reciprocal, took = run(rank, queries)
            floor = reciprocal if floor is None else floor
            table.add_row(
                name,
                f"{reciprocal.mean():.3f}",
                f"{(reciprocal == 1).mean():.3f}",
                f"{(reciprocal > 0).mean():.3f}",
                difference(reciprocal, floor),
                difference((reciprocal > 0).astype(float), (floor > 0).astype(float)),
                *(f"{value:.0f}" for value in np.percentile(took, (50, 95))),
            )
        Console(width=130).print(table)
        print(f"{len(queries)} queries, {len(build.tickets)} tickets, index made in {seconds:.0f} s.")
        if args.fit:
            alone, _ = run(legs(build, retriever)["BM25, whole tickets"], every)
            held_out = fitted(retriever, every)
            hits = difference((held_out > 0).astype(float), (alone > 0).astype(float))
            print(f"Every query by the weights of the other half: MRR@10 {held_out.mean():.3f}, over BM25 alone")
            print(f"MRR@10 {difference(held_out, alone)}, Hit@10 {hits}.")
        build.close()


def asked(queries: Path, qrels: Path) -> list[Query]:
    """The queries with the tickets that are right, each on the side of its cluster."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows(qrels):
        wanted[row["qid"]].add(row["docid"])
    leader: dict[str, str] = {}

    def lead(ticket: str) -> str:
        while (above := leader.get(ticket, ticket)) != ticket:
            ticket = above
        return ticket

    for found in wanted.values():
        first, *others = sorted(found)
        for other in others:
            leader[lead(other)] = lead(first)
    sides = {
        query: hashlib.sha256(lead(min(found)).encode()).digest()[0] % 2 for query, found in wanted.items() if found
    }
    return [Query(row["id"], row["text"], frozenset(wanted[row["id"]]), sides[row["id"]]) for row in rows(queries)]


def built(folder: Path, corpus: Path, encoder: UseEmbeddings) -> tuple[Build, float]:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    knowledge = learn([corpus], Redactor(tuple(settings.vendor_domains.split(","))), settings.passage_tokens)
    started = time.perf_counter()
    publish(folder, knowledge.tickets, knowledge.statements, knowledge.passages, encoder, {})
    seconds = time.perf_counter() - started
    return open_build(folder, encoder), seconds


def legs(build: Build, retriever: TicketRetriever) -> Mapping[str, Rank]:
    """Each leg alone, then both rankings that are shipped."""
    tickets = list(build.tickets)

    def by(score: Callable[[str], Any]) -> Rank:
        return lambda query: [tickets[i] for i in np.argsort(-score(searchable(query)), kind="stable")[:DEEP]]

    def hits(search: Callable[[str, int], Sequence[Any]]) -> Rank:
        return lambda query: [hit.ticket for hit in search(query, DEEP)]

    return {
        "BM25, whole tickets": by(build.lexical.scores),
        "BM25, heads": by(build.heads.lexical.scores),
        "USE, passages": by(retriever._dense),
        "e5, beginnings": by(lambda text: build.heads.cosines(text, build.embeddings.second)),
        "for replies (search)": hits(retriever.search),
        "for cases (similar)": hits(retriever.similar),
    }


def run(rank: Rank, queries: Sequence[Query]) -> tuple[np.ndarray[Any, Any], list[float]]:
    """The reciprocal rank of the first right ticket for each query, 0 beyond the tenth, and milliseconds."""
    found, took = [], []
    for query in queries:
        started = time.perf_counter()
        ranked = rank(query.text)
        took.append((time.perf_counter() - started) * 1000)
        found.append(next((1 / place for place, ticket in enumerate(ranked, 1) if ticket in query.wanted), 0.0))
    return np.array(found), took


def difference(values: np.ndarray[Any, Any], floor: np.ndarray[Any, Any]) -> str:
    """In per cent of the floor's mean, with the interval of a paired bootstrap."""
    picks = np.random.default_rng(SEED).integers(0, len(values), size=(ROUNDS, len(values)))
    low, high = np.percentile((values - floor)[picks].mean(axis=1), (2.5, 97.5)) / floor.mean() * 100
    return f"{(values - floor).mean() / floor.mean() * 100:+.1f} % ({low:+.1f} to {high:+.1f})"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
