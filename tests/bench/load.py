"""Many customers at once: `python tests/bench/load.py [--index DIR] [--seconds 10] [--customers 1,10,50,100]`.

Starts the app as a process of its own, over the extractive writer, and lets so many customers ask at the same time,
each its next question as soon as the last is answered, over the streaming API on loopback. Prints throughput, the time
to the first sentence and to the whole answer, errors, and the app's memory. Everything shares this machine's cores:
compare the rows of one run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

QUESTIONS = ROOT / "tests" / "questions" / "development.jsonl"


@dataclass
class Seen:
    """What the customers of one round saw; seconds."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    errors: int = 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class App:
    """The app as a process of its own; `ready`: seconds until it could be asked."""

    url: str
    pid: int
    ready: float


@contextmanager
def serving(*command: str, **given: object) -> Iterator[App]:
    """Starts the app, by app.py or another command, with these settings over a database of its own; exits where it
    does not start."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        own = {"PORT": port, "DATABASE_URL": f"sqlite:///{folder}/d.sqlite3", "LOG_LEVEL": "WARNING", **given}
        began = time.perf_counter()
        app = subprocess.Popen(
            command or [sys.executable, "app.py"], cwd=ROOT, env={**os.environ, **{key: str(own[key]) for key in own}},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            while True:
                with suppress(httpx.HTTPError):
                    if httpx.get(f"{url}/healthz", timeout=2).status_code == 200:
                        break
                if app.poll() is not None or time.perf_counter() - began > 120:
                    sys.exit("The app did not start.")
                time.sleep(0.05)
            yield App(url, app.pid, time.perf_counter() - began)
        finally:
            app.terminate()
            app.wait(30)


def memory(pid: int) -> tuple[float, float]:
    """Resident now and at its peak, MB."""
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return tuple(int(told[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


async def customer(client: httpx.AsyncClient, questions: list[str], place: int, until: float, seen: Seen) -> None:
    while time.perf_counter() < until:
        question = questions[place % len(questions)]
        place += 17
        body = {"model": "support-desk", "stream": True, "messages": [{"role": "user", "content": question}]}
        began, first = time.perf_counter(), 0.0
        try:
            async with client.stream("POST", "/v1/chat/completions", json=body) as reply:
                if reply.status_code != 200:
                    seen.errors += 1
                    continue
                async for line in reply.aiter_lines():
                    if (
                        not first
                        and line.startswith("data: {")
                        and json.loads(line[6:])["choices"][0]["delta"].get("content")
                    ):
                        first = time.perf_counter() - began
        except (httpx.HTTPError, ValueError, KeyError, IndexError):
            seen.errors += 1
            continue
        seen.first.append(first)
        seen.whole.append(time.perf_counter() - began)


async def round_of(url: str, customers: int, seconds: float, questions: list[str]) -> tuple[Seen, float]:
    seen = Seen()
    limits = httpx.Limits(max_connections=customers)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        began = time.perf_counter()
        until = began + seconds
        await asyncio.gather(*(customer(client, questions, place * 7, until, seen) for place in range(customers)))
        return seen, time.perf_counter() - began


def share(values: list[float], part: float) -> float:
    return sorted(values)[min(int(len(values) * part), len(values) - 1)] if values else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("var/index"))
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--customers", default="1,10,50,100")
    args = parser.parse_args()
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    with serving(INDEX_DIR=args.index.resolve()) as app:
        print(f"cold start to ready {app.ready:.1f} s")
        asyncio.run(round_of(app.url, 2, 3, questions))  # warm
        print("customers  answers/s  first p50  first p95  whole p95  errors  MB now  MB peak")
        for customers in map(int, args.customers.split(",")):
            seen, took = asyncio.run(round_of(app.url, customers, args.seconds, questions))
            now, peak = memory(app.pid)
            print(
                f"{customers:9d} {len(seen.whole) / took:10.1f} {1000 * share(seen.first, 0.5):7.0f} ms"
                f" {1000 * share(seen.first, 0.95):7.0f} ms {1000 * share(seen.whole, 0.95):7.0f} ms"
                f" {seen.errors:7d} {now:7.0f} {peak:8.0f}"
            )


if __name__ == "__main__":
    main()
