"""How finding and the first sentence grow with the tickets, beside the textbook recipe over the same tickets.

    python tests/bench/sizes.py PATH ... [--sizes 30,1000,10000] [--keep DIR]

PATH is a file or a folder of ticket files; so many tickets are made of them as in scale.py. The textbook recipe is a
recursive splitter at 1,000 characters, 200 of them overlapping, a vector a chunk (our own embedding) in Chroma as it
comes, the four nearest with their texts; it writes nothing, so our first sentence is put beside its finding. Each is
asked the same questions in a process of its own.

10,000 tickets are built in seven minutes; with --keep what was built stays in DIR, and the next run takes it from
there. Beyond 10,000 the build is shortened: the second encoder, which only `similar` needs, is left out, since its
24 ms a ticket would be 40 minutes at 100,000.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bot import settings, wire  # noqa: E402
from bot.records import Question  # noqa: E402
from bot.search.embeddings import NamedEmbeddings  # noqa: E402
from bot.search.manifest import read_cases  # noqa: E402
from bot.search.opening import TICKETS, current_id, open_build  # noqa: E402
from bot.tickets.intake import files  # noqa: E402
from bot.tickets.reading.reader import read  # noqa: E402
from tests.bench.making import Maker, repeated, write  # noqa: E402
from tests.bench.scale import SEED, run  # noqa: E402

ASKED, ROUNDS = 100, 3
WHOLE = 10_000  # tickets up to which nothing is left out of a build
CHUNK, OVERLAP, NEAREST, BATCH = 1000, 200, 4, 4000

Act = Callable[[str], Any]


class Textbook:
    """Chunks in Chroma with its defaults, found with their texts as LangChain's `similarity_search` does."""

    def __init__(self, folder: Path, encoder: NamedEmbeddings) -> None:
        import chromadb
        from chromadb.config import Settings

        own = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
        self._encoder = encoder
        self._chunks = chromadb.PersistentClient(str(folder), own).get_or_create_collection(
            "textbook", embedding_function=None
        )

    def add(self, texts: list[str]) -> int:
        """The number of chunks that the texts make."""
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
        chunks = [chunk for text in texts for chunk in splitter.split_text(text)]
        for start in range(0, len(chunks), BATCH):
            part = chunks[start : start + BATCH]
            vectors = np.array(self._encoder.embed_documents(part), np.float32)
            ids = [str(start + place) for place in range(len(part))]
            self._chunks.add(ids=ids, documents=part, embeddings=vectors)
        return len(chunks)

    def find(self, text: str) -> object:
        return self._chunks.query(query_embeddings=[self._encoder.embed_query(text)], n_results=NEAREST)


def fill(index: Path, folder: Path) -> None:
    """The textbook's build over the tickets of ours."""
    cases = read_cases(index / "builds" / str(current_id(index)) / TICKETS)
    print(Textbook(folder, wire.embeddings(settings.load())).add([case.ticket.text for case in cases]))


def ask(recipe: str, place: Path, asked: Path) -> None:
    """How long the first answer took with all that comes before it, then each question, in ms, as JSON."""
    loaded = settings.load(index_dir=place, openai_api_key=None, openai_base_url=None)
    started = time.perf_counter()
    encoder = wire.embeddings(loaded)
    acts: dict[str, Act]
    if recipe == "textbook":
        acts = {"find": Textbook(place, encoder).find}
    else:
        build = open_build(place, encoder)
        assistant = wire.over(build, None, wire.redactor(loaded), loaded)
        retriever = assistant._parts.retriever  # a second one would hold some of the memory twice
        acts = {"find": retriever.search, "similar": cast(Any, retriever).similar}
        acts["first"] = lambda text: next(iter(assistant.stream(Question(text))))
    questions = json.loads(asked.read_text(encoding="utf-8"))
    for act in acts.values():
        act(questions[0])
    told: dict[str, Any] = {"open": time.perf_counter() - started}
    for name, act in acts.items():
        took = []
        for text in questions * ROUNDS:
            encoder._query.cache_clear()  # every question is a new one
            started = time.perf_counter()
            act(text)
            took.append((time.perf_counter() - started) * 1000)
        told[name] = np.percentile(took, (50, 95)).tolist()
    print(json.dumps(told))


def built(folder: Path, maker: Maker, size: int) -> dict[str, Any]:
    """What the two builds took; from what was kept, where they are there."""
    index, report = folder / "index", folder / "built.json"
    if not report.exists():
        tickets = [maker.ticket(number) for number in range(size)]
        (folder / "made").mkdir(parents=True, exist_ok=True)
        write(folder / "made", tickets)
        texts = [text for ticket in tickets for text in (ticket.title, ticket.question) if 6 <= len(text) <= 200]
        (folder / "questions.json").write_text(json.dumps(random.Random(SEED).sample(texts, min(ASKED, len(texts)))))
        ours = run("-m", "bot", "ingest", folder / "made", "--index", index, "--json", quiet=False)
        theirs = run(Path(__file__), "--fill", index, folder / "textbook")
        told = {"passages": json.loads(ours.out)["passages"], "chunks": int(theirs.out)}
        told |= {"cpu": ours.cpu, "peak": ours.peak, "textbook cpu": theirs.cpu, "textbook peak": theirs.peak}
        report.write_text(json.dumps(told))
    return cast("dict[str, Any]", json.loads(report.read_text()))


def measured(folder: Path, maker: Maker, size: int) -> dict[str, str]:
    """One column of the table."""
    os.environ["HEADS_EMBEDDING"] = "e5" if size <= WHOLE else "none"
    made = built(folder, maker, size)
    runs = {}
    for recipe, place in (("ours", "index"), ("textbook", "textbook")):
        runs[recipe] = run(Path(__file__), "--ask", recipe, folder / place, folder / "questions.json")
    ours, theirs = (json.loads(runs[recipe].out) for recipe in ("ours", "textbook"))

    def over(name: str) -> str:
        return " / ".join(f"{one / other:.1f}" for one, other in zip(ours[name], theirs["find"], strict=True))

    return {
        "tickets": f"{size:,}",
        "passages; textbook's chunks": f"{made['passages']:,}; {made['chunks']:,}",
        "build, CPU s; textbook": f"{made['cpu']:.0f}; {made['textbook cpu']:.0f}",
        "build, peak MB; textbook": f"{made['peak']:.0f}; {made['textbook peak']:.0f}",
        "open and first answer, s; textbook": f"{ours['open']:.1f}; {theirs['open']:.1f}",
        "find, ms p50 / p95": shown(ours["find"]),
        "textbook's find": shown(theirs["find"]),
        "find, over textbook's": over("find"),
        "similar cases, ms p50 / p95": shown(ours["similar"]) + ("" if size <= WHOLE else " (without e5)"),
        "first sentence, ms p50 / p95": shown(ours["first"]),
        "first sentence, over textbook's find": over("first"),
        "asking, peak MB; textbook": f"{runs['ours'].peak:.0f}; {runs['textbook'].peak:.0f}",
    }


def shown(times: list[float]) -> str:
    return " / ".join(f"{value:.1f}" for value in times)


def main(args: argparse.Namespace) -> None:
    parts = [ticket for path in files(args.paths) for ticket in read(path).tickets]
    parts = [ticket for ticket in parts if any(turn.role == "agent" for turn in ticket.turns)]
    share = repeated(parts)
    with tempfile.TemporaryDirectory() as name:
        columns = []
        for size in map(int, args.sizes.split(",")):
            columns.append(measured((args.keep or Path(name)) / str(size), Maker(parts, share, SEED), size))
    table = Table("what", *(column["tickets"] for column in columns))
    for what in list(columns[0])[1:]:
        table.add_row(what, *(column[what] for column in columns))
    Console(width=130).print(table)
    print(f"{ASKED} questions, {ROUNDS} times each; load of the machine {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH")
    parser.add_argument("--sizes", default="30,1000,10000", help="how many tickets, one build each (30,1000,10000)")
    parser.add_argument("--keep", type=Path, help="leave tickets and indexes in this folder, and take them from there")
    parser.add_argument("--fill", type=Path, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--ask", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ask:
        ask(given.ask[0], Path(given.ask[1]), Path(given.ask[2]))
    elif given.fill:
        fill(*given.fill)
    elif given.paths:
        main(given)
    else:
        parser.error("name a file or a folder of tickets")
