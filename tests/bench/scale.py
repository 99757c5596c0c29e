"""Thousands of tickets made from a few: how long a build takes, what it needs, how fast it answers.

    python tests/bench/scale.py PATH ... [--sizes 1000,10000] [--changed 100] [--keep DIR]

PATH is a file or a folder of ticket files. Tickets are made of them by recombining (making.py says how), so that they
repeat each other about as often as the given ones do; both shares are printed. Half of the files are Markdown, half
.jsonl. Each command is a process of its own; CPU seconds say more than seconds on a machine that others use.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bot import settings, wire  # noqa: E402
from bot.records import Question  # noqa: E402
from bot.search.opening import open_build  # noqa: E402
from bot.search.retriever import TicketRetriever  # noqa: E402
from bot.tickets.intake import files  # noqa: E402
from bot.tickets.reading.reader import read  # noqa: E402
from tests.bench.making import Maker, repeated, write  # noqa: E402

SEED, ASKED = 7, 100


@dataclass(frozen=True, slots=True)
class Run:
    """What a process printed, and what it took: seconds, CPU seconds, and its highest memory in MB."""

    out: str
    wall: float
    cpu: float
    peak: float

    @property
    def times(self) -> str:
        return f"{self.wall:.1f} / {self.cpu:.1f}"


def run(*args: object, quiet: bool = True) -> Run:
    """Runs Python; SystemExit with its last words when it fails. What it says on its way is shown unless `quiet`."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *map(str, args)], cwd=ROOT, stdout=out, stderr=errors if quiet else None
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        out.seek(0)
        errors.seek(0)
        if child.returncode:
            raise SystemExit(errors.read().decode(errors="replace")[-2000:])
        return Run(out.read().decode(), wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def ask(index: Path, asked: Path) -> None:
    """The times of each question, in ms, as JSON; the first one only warms."""
    loaded = settings.load(index_dir=index, openai_api_key=None, openai_base_url=None)
    started = time.perf_counter()
    assistant = wire.assistant(loaded)
    build = open_build(index, wire.embeddings(loaded))
    opened = time.perf_counter() - started
    retrieved: list[float] = []
    alike: list[float] = []
    answered: list[float] = []
    retriever = TicketRetriever(build)
    questions = json.loads(asked.read_text(encoding="utf-8"))
    for number, text in enumerate([questions[0], *questions]):
        started = time.perf_counter()
        retriever.search(text)
        middle = time.perf_counter()
        assistant.answer(Question(text))
        later = time.perf_counter()
        retriever.similar(text)
        if number:
            retrieved.append((middle - started) * 1000)
            answered.append((later - middle) * 1000)
            alike.append((time.perf_counter() - later) * 1000)
    build.close()
    assistant.close()
    print(json.dumps({"open": opened, "retrieve": retrieved, "similar": alike, "answer": answered}))


def middle_and_high(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2]:.0f} / {ordered[int(len(ordered) * 0.95)]:.0f}"


def measured(folder: Path, maker: Maker, size: int, changed: int) -> tuple[dict[str, str], float]:
    """One column of the table, and the CPU seconds of the first build."""
    tickets = [maker.ticket(number) for number in range(size)]
    made, index, asked = folder / "made", folder / "index", folder / "questions.json"
    made.mkdir(parents=True)
    write(made, tickets)
    told = {"tickets": f"{size:,}", "sentences that repeat": f"{repeated(tickets):.3f}"}
    first = run("-m", "bot", "ingest", made, "--index", index, "--json")
    report = json.loads(first.out)
    if report["tickets"] != size:
        raise SystemExit(f"{size} tickets were made, {report['tickets']} were read.")
    build = index / "builds" / report["build"]
    told |= {
        "passages": f"{report['passages']:,}",
        "first build, s / CPU s": first.times,
        "CPU s per 1,000 tickets": f"{first.cpu * 1000 / size:.1f}",
        "peak memory, MB": f"{first.peak:.0f}",
        "index, MB": f"{sum(path.stat().st_size for path in build.rglob('*') if path.is_file()) / 2**20:.0f}",
    }
    told["unchanged, s / CPU s"] = run("-m", "bot", "ingest", made, "--index", index, "--json").times
    for place in random.Random(SEED).sample(range(size), min(changed, size)):
        tickets[place] = maker.ticket(place)
    write(made, tickets)
    second = run("-m", "bot", "ingest", made, "--index", index, "--json")
    told[f"{changed} changed, s / CPU s"] = second.times
    told["peak memory of it, MB"] = f"{second.peak:.0f}"
    texts = [text for ticket in tickets for text in (ticket.title, ticket.question) if 6 <= len(text) <= 200]
    asked.write_text(json.dumps(random.Random(SEED).sample(texts, min(ASKED, len(texts)))), encoding="utf-8")
    asking = run(Path(__file__), "--ask", index, asked)
    found = json.loads(asking.out)
    told |= {
        "opening it, s": f"{found['open']:.1f}",
        f"retrieve, ms p50 / p95 of {ASKED}": middle_and_high(found["retrieve"]),
        "similar cases, ms p50 / p95": middle_and_high(found["similar"]),
        "whole answer, ms p50 / p95": middle_and_high(found["answer"]),
        "peak memory of asking, MB": f"{asking.peak:.0f}",
    }
    return told, first.cpu * 1000 / size


def main(args: argparse.Namespace) -> None:
    parts = [ticket for path in files(args.paths) for ticket in read(path).tickets]
    parts = [ticket for ticket in parts if any(turn.role == "agent" for turn in ticket.turns)]
    share = repeated(parts)
    columns, costs = [], []
    with tempfile.TemporaryDirectory() as name:
        for size in map(int, args.sizes.split(",")):
            told, cost = measured((args.keep or Path(name)) / str(size), Maker(parts, share, SEED), size, args.changed)
            columns.append(told)
            costs.append(cost)
    table = Table("what", *(column["tickets"] for column in columns))
    for what in list(columns[0])[1:]:
        table.add_row(what, *(column[what] for column in columns))
    Console(width=110).print(table)
    print(f"Of the agents' sentences in the {len(parts):,} tickets given, {share:.3f} repeat another one.")
    print(f"The first build's CPU time a ticket, largest against smallest size: {costs[-1] / costs[0]:.2f}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH")
    parser.add_argument("--sizes", default="1000,10000", help="how many tickets, one build each (1000,10000)")
    parser.add_argument("--changed", type=int, default=100, help="tickets that change before a further build (100)")
    parser.add_argument("--keep", type=Path, help="make tickets and indexes in this folder, and leave them there")
    parser.add_argument("--ask", type=Path, nargs=2, metavar=("INDEX", "QUESTIONS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ask:
        ask(*given.ask)
    elif given.paths:
        main(given)
    else:
        parser.error("name a file or a folder of tickets")
