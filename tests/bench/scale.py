"""Thousands of tickets made from a few: how long a build takes, what it needs, how fast it answers.

    python tests/bench/scale.py PATH ... [--sizes 1000,10000] [--changed 100] [--keep DIR]

PATH is a file or a folder of ticket files. A made ticket has the title and the question of one ticket, and as many
turns as that one had, from the dialogues of one to three others about the same product. A seeded generator varies
sentence after sentence: digits change, and at least one in six pairs of characters gives way to a pair from anywhere
in the tickets. In place of a share of the agents' sentences stands one that the given tickets say more than once, so
that made tickets repeat each other about as often as the given ones do; both shares are printed. Half of the files are
Markdown, half .jsonl. Each command is a process of its own; CPU seconds say more than seconds on a machine that others
use.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bot import settings, wire  # noqa: E402
from bot.records import Question, Ticket, Turn  # noqa: E402
from bot.search.build import open_build  # noqa: E402
from bot.search.retriever import TicketRetriever  # noqa: E402
from bot.tickets.intake import files  # noqa: E402
from bot.tickets.near import canonical  # noqa: E402
from bot.tickets.reading.reader import read  # noqa: E402

SEED, IN_FILE, ASKED = 7, 100, 100
SENTENCE = re.compile(r"[^。！？!?；\n]+[。！？!?；\n]*")
LINK = re.compile(r"(https?://[\x21-\x7e]+|\[[^\]\n]{1,30}\])")
DIGIT = re.compile("[1-9]")
PAIR = re.compile(r"[\u4e00-\u9fff]{2}")
VARIED = 6  # one in so many pairs of characters, and at least one in a sentence


def sentences(tickets: Iterable[Ticket]) -> list[str]:
    said = (turn.text for ticket in tickets for turn in ticket.turns if turn.role == "agent")
    return [found for text in said for found in SENTENCE.findall(text) if len(canonical(found)) >= 4]


def repeated(tickets: Iterable[Ticket]) -> float:
    """The share of agents' sentences that stand, letter by letter, further up as well."""
    keys = [canonical(text) for text in sentences(tickets)]
    return 1 - len(set(keys)) / max(len(keys), 1)


class Maker:
    """Makes tickets from `parts`; `canned` is the share of agents' sentences that many say."""

    def __init__(self, parts: Sequence[Ticket], canned: float, seed: int) -> None:
        self._parts, self._share, self._random = parts, canned, random.Random(seed)
        self._alike: dict[str, list[Ticket]] = defaultdict(list)
        for ticket in parts:
            self._alike[ticket.product].append(ticket)
        said = sentences(parts)
        self._pairs = [pair for text in said for pair in PAIR.findall(text)]
        often = Counter(map(canonical, said))
        self._canned = [text for text in said if often[canonical(text)] > 1] or said

    def ticket(self, number: int) -> Ticket:
        first = self._random.choice(self._parts)
        others = self._random.choices(self._alike[first.product], k=self._random.randint(1, 3))
        turns = [self._turn(turn) for other in others for turn in other.turns][: len(first.turns)]
        return replace(
            first,
            id=f"s{number}",
            title=self._sentence(first.title, 0),
            question=self._text(first.question, 0),
            turns=tuple(turns),
        )

    def _turn(self, turn: Turn) -> Turn:
        return replace(turn, text=self._text(turn.text, self._share if turn.role == "agent" else 0))

    def _text(self, text: str, canned: float) -> str:
        return SENTENCE.sub(lambda match: self._sentence(match.group(), canned), text)

    def _sentence(self, text: str, canned: float) -> str:
        if self._random.random() < canned:
            return self._random.choice(self._canned)
        pieces = LINK.split(text)
        pieces[::2] = [DIGIT.sub(self._digit, piece) for piece in pieces[::2]]
        text = "".join(pieces)
        whole = {at for match in LINK.finditer(text) for at in range(*match.span())}
        places = [match.start() for match in PAIR.finditer(text) if match.start() not in whole]
        for at in self._random.sample(places, -(-len(places) // VARIED)):
            text = text[:at] + self._random.choice(self._pairs) + text[at + 2 :]
        return text

    def _digit(self, match: re.Match[str]) -> str:
        return str(self._random.randint(1, 9))


def markdown(ticket: Ticket) -> str:
    names = {"customer": "客户", "agent": "客服"}
    said = "\n\n".join(f"**{names[turn.role]}**：{_plain(turn.text)}" for turn in ticket.turns)
    title = re.sub(r"\s+", " ", ticket.title)
    cause = _plain(ticket.root_cause)
    return (
        f"## {title}\n<!-- ticket: {ticket.id} -->\n\n**问题分类**：{ticket.product}｜{ticket.topic}\n\n"
        f"### 问题描述\n{_plain(ticket.question)}\n\n### 客服解答\n{said}\n\n### 根本原因分析\n{cause}\n\n---\n\n"
    )


def _plain(text: str) -> str:
    """Without what a Markdown file would take for its own structure."""
    return re.sub(r"(?m)^[#*\->`|\s]+", "", text)


def row(ticket: Ticket) -> str:
    turns = [{"role": turn.role, "text": turn.text} for turn in ticket.turns]
    what = {"id": ticket.id, "title": ticket.title, "question": ticket.question, "turns": turns}
    return json.dumps(what | {"category": f"{ticket.product}｜{ticket.topic}"}, ensure_ascii=False) + "\n"


def write(folder: Path, tickets: Sequence[Ticket]) -> None:
    for number, start in enumerate(range(0, len(tickets), IN_FILE)):
        part = tickets[start : start + IN_FILE]
        if number % 2:
            (folder / f"part-{number:03}.md").write_text("".join(map(markdown, part)), encoding="utf-8")
        else:
            (folder / f"part-{number:03}.jsonl").write_text("".join(map(row, part)), encoding="utf-8")


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


def run(*args: object) -> Run:
    """Runs Python; SystemExit with its last words when it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen([sys.executable, *map(str, args)], cwd=ROOT, stdout=out, stderr=errors)
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
    answered: list[float] = []
    retriever = TicketRetriever(build)
    questions = json.loads(asked.read_text(encoding="utf-8"))
    for number, text in enumerate([questions[0], *questions]):
        started = time.perf_counter()
        retriever.search(text)
        middle = time.perf_counter()
        assistant.answer(Question(text))
        if number:
            retrieved.append((middle - started) * 1000)
            answered.append((time.perf_counter() - middle) * 1000)
    build.close()
    assistant.close()
    print(json.dumps({"open": opened, "retrieve": retrieved, "answer": answered}))


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
