"""Ingest is killed at random moments, and the index must be whole after each: a table, and 1 if it ever was not.

    python tests/bench/kills.py [KILLS] [SEED]

A folder of invented tickets changes before each build; the build runs `python -m bot ingest` in a process
of its own (forked from this one, where everything is imported, so that a kill hits the work and not the
start) and gets SIGKILL at a moment drawn evenly over a bit more than the time of a whole build. Then another
process opens what the pointer names, checksums and all, compares its tickets with those that were
ingested, and asks. In the end one build runs through and must leave nothing unfinished.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bot import commands, settings, wire  # noqa: E402, F401 - commands is imported for the forked ones
from bot.__main__ import main as command  # noqa: E402
from bot.errors import DeskError  # noqa: E402
from bot.records import Question  # noqa: E402
from bot.search.opening import current_id, open_build  # noqa: E402
from bot.search.retriever import TicketRetriever  # noqa: E402
from bot.tickets.intake import learn  # noqa: E402

TICKETS = 60
LONGER = 1.25  # than a build took: some kills must meet its last steps, and machines are not even
THINGS = "叉车 托盘 冷库 扫码枪 月台 货架 称重台 打包机 传送带 充电桩".split()
TOPICS = "怎么预约 怎么收费 多久能修好 可以借几天 在哪里登记 坏了找谁 怎么换新 需要带什么".split()


def invented(rng: random.Random, number: int, turn: int) -> dict[str, str]:
    thing, topic = THINGS[number % len(THINGS)], TOPICS[number // len(THINGS) % len(TOPICS)]
    hours, fee = rng.randint(1, 48), rng.randint(10, 900)
    return {
        "id": f"k{number}",
        "title": f"{thing}{topic}（{number}号，第{turn}轮）",
        "question": f"{number}号仓的{thing}{topic}？",
        "answer": f"{number}号仓的{thing}请在控制台的设备页登记，{hours}小时内会有人联系。费用为{fee}元，按月结算。",
    }


def changed(rng: random.Random, tickets: list[dict[str, str]], turn: int) -> list[dict[str, str]]:
    """One removed, one new, some in other words."""
    kept = [row for row in tickets if row is not rng.choice(tickets)]
    kept = [invented(rng, int(row["id"][1:]), turn) if rng.random() < 0.2 else row for row in kept]
    return [*kept, invented(rng, TICKETS + turn, turn)]


def forked(work: Callable[[], int]) -> int:
    """A process that does `work` and exits with its result; its id."""
    child = os.fork()
    if not child:
        status = 70
        try:
            status = work()
        finally:
            os._exit(status)
    return child


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def checked(index: Path, states: list[list[dict[str, str]]], out: Path) -> int:
    """Writes what is wrong with the index, or which state it holds."""
    try:
        loaded = settings.load(index_dir=index, openai_api_key=None, openai_base_url=None)
        build = open_build(index, wire.embeddings(loaded))
        titles = [ticket.title for ticket in build.tickets.values()]
        held = [turn for turn, rows in enumerate(states) if [row["title"] for row in rows] == titles]
        found = TicketRetriever(build).search(titles[-1])[0].ticket
        build.close()
        answer = wire.assistant(loaded).answer(Question(titles[-1]))
        if not held or found != list(build.tickets)[-1] or answer.index != current_id(index):
            raise ValueError(f"holds state {held}, found {found}, answered from {answer.index}")
    except (DeskError, ValueError) as error:
        out.write_text(f"{type(error).__name__}: {error}")
        return 1
    out.write_text(str(held[-1]))
    return 0


def main(kills: int, seed: int) -> int:
    rng = random.Random(seed)
    loaded = settings.load(openai_api_key=None, openai_base_url=None)
    encoder = wire.embeddings(loaded)
    encoder.embed_query("热身")
    wire.embeddings = lambda _: encoder  # loaded once, for all that are forked
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        knowledge, index, told = folder / "knowledge", folder / "index", folder / "told"
        knowledge.mkdir()
        tickets = [invented(rng, number, 0) for number in range(TICKETS)]
        states = [tickets]

        def ingest() -> int:
            with told.open("w") as out, redirect_stdout(out), redirect_stderr(out):
                return command(["ingest", str(knowledge), "--index", str(index)])

        def build() -> int:
            rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in states[-1])
            (knowledge / "tickets.jsonl").write_text(rows)
            return forked(ingest)

        def unfinished() -> int:
            return len(list((index / "builds").glob(".*")))

        table = Table("kill", "after s", "left unfinished", "builds", "state", "whole")
        failures = 0
        if ended(build()):
            raise SystemExit(f"The first build failed: {told.read_text()}")
        # Tables that are read at first use are there now, so that kills hit the writing more than the reading.
        learn([knowledge], wire.redactor(loaded), loaded.passage_tokens)
        states.append(changed(rng, states[-1], 1))
        started = time.perf_counter()
        if ended(build()):
            raise SystemExit(f"The second build failed: {told.read_text()}")
        whole = time.perf_counter() - started
        held = 1  # the state in the index: the next one is a change to that, so that all builds are alike
        for kill in range(1, kills + 1):
            states.append(changed(rng, states[held], kill + 1))
            moment = rng.uniform(0, LONGER * whole)
            child = build()
            time.sleep(moment)
            os.kill(child, signal.SIGKILL)
            status, left = ended(child), unfinished()
            wrong = ended(forked(lambda: checked(index, states, told))) or status not in (0, -signal.SIGKILL)
            said, builds = told.read_text(), len(list((index / "builds").iterdir())) - left
            wrong = wrong or left > 1
            held = int(said) if said.isdecimal() else held
            failures += bool(wrong)
            table.add_row(str(kill), f"{moment:.2f}", str(left), str(builds), said, "NO" if wrong else "yes")
        states.append(changed(rng, states[held], kills + 2))
        last = ended(build()) or ended(forked(lambda: checked(index, states, told)))
        clean = not last and not unfinished() and len(list((index / "builds").iterdir())) == 2
        Console(width=90).print(table)
        print(f"{kills} kills over a build of {whole:.2f} s, seed {seed}: {failures} failures; the next build ran")
        print(f"{'through and left nothing unfinished' if clean else 'NOT through, or left something'}.")
        return 1 if failures or not clean or told.read_text() != str(len(states) - 1) else 0


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:3]]
    sys.exit(main(*(numbers + [50, 7][len(numbers) :])))
