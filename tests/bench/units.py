"""What one question costs each part, for the arithmetic of docs/cluster.md: `tests/bench/units.py [--passages 30000]`.

Starts the topology of tests/cluster, asks a hundred questions one after another, and prints the CPU seconds of each
part a question, from /proc; then asks a Chroma server for the nearest 300 of so many vectors of 512 numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "cluster")]

import topology  # noqa: E402

from bot.desk.store import Desk  # noqa: E402
from bot.records import Passage  # noqa: E402
from bot.search.connection import Connection  # noqa: E402
from bot.search.remote import Remote  # noqa: E402

QUESTIONS = [
    json.loads(line)["question"]
    for line in (ROOT / "tests/questions/development.jsonl").read_text("utf-8").splitlines()
]
TICK = os.sysconf("SC_CLK_TCK")


def cpu(part: topology.Part) -> float:
    """Seconds of CPU so far, of children too."""
    spent = 0.0
    for pid in topology.family(part.pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / TICK
    return spent


def asked(cluster: topology.Cluster, key: str, count: int) -> None:
    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=cluster.url, headers=headers, timeout=30) as client:
        for n in range(count):
            messages = [{"role": "user", "content": QUESTIONS[n * 17 % len(QUESTIONS)]}]
            client.post("/v1/chat/completions", json={"model": "m", "messages": messages}).raise_for_status()
            client.post("/api/feedback", json={"answer": f"unit-{n}", "thumb": "up"}).raise_for_status()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=30_000, help="vectors in the collection that is asked")
    args = parser.parse_args()
    table = Table("part", "CPU ms a question")
    with tempfile.TemporaryDirectory(prefix="units-", dir="/tmp") as name:
        cluster = topology.Cluster(Path(name, "cluster"))
        try:
            cluster.start()
            desk = Desk(cluster.database)
            key, _ = desk.clients.add("units")
            desk.close()
            asked(cluster, key, 100)  # each worker has answered before it is measured
            before = {part.name: cpu(part) for part in cluster.parts}
            asked(cluster, key, 100)
            for part in cluster.parts:
                table.add_row(part.name, f"{(cpu(part) - before[part.name]) * 10:.1f}")
            generator = np.random.default_rng(7)
            remote = Remote(Connection(cluster.chroma.url, patience=60))
            store = remote.fresh("units")
            for start in range(0, args.passages, 5000):
                ids = range(start, min(start + 5000, args.passages))
                vectors = generator.normal(size=(len(ids), 512)).astype(np.float32)
                store.add([Passage(f"u{n}#1", f"u{n}", "单位") for n in ids], vectors)
            spent, began = cpu(cluster.chroma), time.perf_counter()
            for vector in generator.normal(size=(200, 512)).astype(np.float32):
                store.query(vector, 300)
            took = (time.perf_counter() - began) / 200
            table.add_row(f"chroma, a query of {args.passages}", f"{(cpu(cluster.chroma) - spent) * 5:.1f}")
            table.add_row("the same, by the clock", f"{took * 1000:.1f}")
        finally:
            cluster.stop()
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
