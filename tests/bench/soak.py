"""Customers, an agent and rebuilds for some time, and whether the app grows: `python tests/bench/soak.py --minutes 20`.

The app is a process of its own over a copy of knowledge/. Customers come to the page as a browser does (Gradio's own
protocol, a heartbeat each), ask, some call a person, and leave; others only look, so that Gradio remembers as many
pages as it ever does before the warm-up is over; programs ask the API; an agent looks at the desk once a second, takes,
answers and closes; a ticket changes and the index is built anew every other minute. Every five seconds the app's
memory, open files and threads are read; a line through what came after the warm-up, a third of the time, gives the
growth. Exit status 1 where something grew or failed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bot import keeping, settings  # noqa: E402
from bot.desk.store import Desk  # noqa: E402
from tests.bench.kills import invented  # noqa: E402
from tests.bench.load import QUESTIONS, memory, serving, share  # noqa: E402

PASSWORD, SEED = "a long password", 7
EVERY, WARM = 5.0, 1 / 3  # seconds between two samples; the share of the time that counts as warm-up
MOST = {"memory, MB": 0.05, "open files": 0.1, "threads": 0.1}  # growth, as a share of the mean, that counts as flat
GLANCING = 4  # people who only look, some two pages a second together
OFTEN = 0.3  # of the customers on the page call a person


@dataclass
class Soak:
    """What goes on: counts by name, seconds to a reply on the page, samples by name."""

    url: str
    pid: int
    until: float
    questions: list[str]
    done: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    samples: list[tuple[float, ...]] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    @property
    def over(self) -> bool:
        return time.monotonic() > self.until

    def client(self, **more: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=60, follow_redirects=True, **more)

    async def again(self, name: str, pause: float, act: Callable[[], Awaitable[None]]) -> None:
        """Acts until the time is over; what fails is counted."""
        while not self.over:
            try:
                await act()
                self.done[name] += 1
            except (httpx.HTTPError, ValueError, KeyError, TimeoutError) as error:
                self.done[f"{name} failed: {type(error).__name__} {str(error)[:60]}"] += 1
            left = max(self.until - time.monotonic(), 0)
            await asyncio.sleep(min(pause * self.chance.uniform(0.5, 1.5), left))


class Page:
    """The chat in one browser."""

    def __init__(self, client: httpx.AsyncClient, config: dict[str, Any]) -> None:
        self._client, self._hash = client, secrets.token_hex(5)
        names = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
        self._events = {}
        for event in config["dependencies"]:
            for target, kind in event["targets"]:
                self._events[f"{names.get(target, '')}:{kind}"] = event["id"]

    async def stays(self) -> None:
        """The open line by which Gradio knows that the page is there."""
        async with self._client.stream("GET", f"/gradio_api/heartbeat/{self._hash}", timeout=None) as beats:
            async for _ in beats.aiter_lines():
                pass

    async def fire(self, event: str, *given: object) -> None:
        """One event, to its end. Raises ValueError where Gradio tells of a failure."""
        body = {"data": given, "fn_index": self._events[event], "session_hash": self._hash, "event_data": None}
        joined = await self._client.post("/gradio_api/queue/join", json={**body, "trigger_id": None})
        joined.raise_for_status()
        async with self._client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self._hash}) as events:
            async for line in events.aiter_lines():
                told = json.loads(line[5:]) if line.startswith("data:") else {}
                if told.get("msg") == "process_completed":
                    if not told.get("success"):
                        raise ValueError(f"{event}: {told.get('output')}")
                    return
        raise ValueError(f"{event}: the stream ended early")


async def glance(soak: Soak, config: dict[str, Any]) -> None:
    """Somebody opens the page and closes it."""
    async with soak.client() as client:
        await Page(client, config).fire(":load")


async def visit(soak: Soak, config: dict[str, Any]) -> None:
    """A customer comes, asks up to three questions, perhaps calls a person and waits for a word, and leaves."""
    async with soak.client() as client:
        (await client.get("/")).raise_for_status()
        page = Page(client, config)
        line = asyncio.create_task(page.stays())
        try:
            await page.fire(":load")
            for _ in range(soak.chance.randint(1, 3)):
                began = time.monotonic()
                await page.fire("send:click", soak.chance.choice(soak.questions), None, None)
                soak.took.append(time.monotonic() - began)
                soak.done["questions on the page"] += 1
                await asyncio.sleep(soak.chance.uniform(0.2, 1))
            if soak.chance.random() < OFTEN:
                await page.fire("person:click", None, None)
                before = (await client.get("/ui/live")).json()["rev"]
                for _ in range(20):
                    await asyncio.sleep(1)
                    if (await client.get("/ui/live")).json()["rev"] != before:
                        await page.fire("pull:click", None, None)
                        soak.done["customers who had a word from a person"] += 1
                        break
        finally:
            line.cancel()


async def sign_in(client: httpx.AsyncClient, name: str) -> None:
    (await client.post("/desk/sign-in", data={"name": name, "password": PASSWORD})).raise_for_status()


async def serve(soak: Soak, client: httpx.AsyncClient, desk: Desk) -> None:
    """The agent looks at the desk and takes whoever waits."""
    (await client.get("/desk/state")).raise_for_status()
    for record in await asyncio.to_thread(desk.queue.all):
        for path, more in (("take", {}), ("say", {"text": "您好，我来看一下，请稍等。"}), ("close", {})):
            (await client.post(f"/desk/{path}", data={"id": record.id, **more})).raise_for_status()
        soak.done["hand-overs taken, answered and closed"] += 1


async def rebuild(soak: Soak, client: httpx.AsyncClient, knowledge: Path) -> None:
    """A ticket changes, and the index with it; raises ValueError where the app did not take the new build."""
    before = (await client.get("/healthz")).json()["build"]
    rows = [invented(soak.chance, number, soak.done["rebuilds"]) for number in range(5)]
    (knowledge / "soak.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    (await client.post("/knowledge/rebuild")).raise_for_status()
    for _ in range(120):
        await asyncio.sleep(0.5)
        if (await client.get("/healthz")).json()["build"] != before:
            return
    raise ValueError("no new build was taken")


async def ask(soak: Soak, client: httpx.AsyncClient) -> None:
    body = {"model": "support-desk", "messages": [{"role": "user", "content": soak.chance.choice(soak.questions)}]}
    (await client.post("/v1/chat/completions", json=body)).raise_for_status()


async def watch(soak: Soak) -> None:
    began = time.monotonic()
    while not soak.over:
        files = len(list(Path(f"/proc/{soak.pid}/fd").iterdir()))
        threads = len(list(Path(f"/proc/{soak.pid}/task").iterdir()))
        soak.samples.append((time.monotonic() - began, memory(soak.pid)[0], files, threads))
        if len(soak.samples) % 12 == 1:
            at, *told = soak.samples[-1]
            print(f"{at / 60:5.1f} min  {told[0]:6.0f} MB  {told[1]:4.0f} files  {told[2]:4.0f} threads", flush=True)
        await asyncio.sleep(EVERY)


async def run(soak: Soak, knowledge: Path, desk: Desk, customers: int, every: float) -> None:
    async with soak.client() as programs, soak.client() as agent, soak.client() as maintainer:
        config = (await programs.get("/config")).json()
        await sign_in(agent, "anna")
        await sign_in(maintainer, "max")
        await asyncio.gather(
            watch(soak),
            soak.again("looks at the desk", 1, lambda: serve(soak, agent, desk)),
            soak.again("rebuilds", every, lambda: rebuild(soak, maintainer, knowledge)),
            *(soak.again("questions of programs", 1, lambda: ask(soak, programs)) for _ in range(customers)),
            *(soak.again("glances", 1, lambda: glance(soak, config)) for _ in range(GLANCING)),
            *(soak.again("visits", 2, lambda: visit(soak, config)) for _ in range(customers)),
        )


def verdict(samples: list[tuple[float, ...]]) -> bool:
    """Prints how each measure grew along a line through the samples after the warm-up; whether all are flat."""
    rows = np.array([row for row in samples if row[0] >= WARM * samples[-1][0]])
    flat = True
    for place, (name, most) in enumerate(MOST.items(), start=1):
        slope = float(np.polyfit(rows[:, 0], rows[:, place], 1)[0])
        mean, grown = float(rows[:, place].mean()), slope * float(rows[-1, 0] - rows[0, 0])
        fits = grown <= most * mean
        flat = flat and fits
        print(
            f"{name}: mean {mean:.0f}, highest {rows[:, place].max():.0f}, {slope * 3600:+.1f} an hour, "
            f"{grown / mean:+.1%} in the {(rows[-1, 0] - rows[0, 0]) / 60:.0f} minutes after the warm-up: "
            f"{'flat' if fits else 'GREW'}"
        )
    return flat


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--customers", type=int, default=4, help="on the page at once, and as many programs (4)")
    parser.add_argument("--every", type=float, default=120, help="seconds between two rebuilds (120)")
    args = parser.parse_args()
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        knowledge, database = folder / "knowledge", f"sqlite:///{folder}/desk.sqlite3"
        shutil.copytree(ROOT / "knowledge", knowledge)
        keeping.ingest(settings.load(index_dir=folder / "index", knowledge_dir=knowledge), [knowledge])
        desk = Desk(database)
        desk.accounts.add("anna", PASSWORD, "agent", "小安")
        desk.accounts.add("max", PASSWORD, "maintainer", "老麦")
        free = dict.fromkeys(("RATE_QUESTIONS", "RATE_HANDOVERS"), "")  # all come from one address
        places = {"INDEX_DIR": folder / "index", "KNOWLEDGE_DIR": knowledge, "DATABASE_URL": database}
        with serving(**free, **places) as app:
            soak = Soak(app.url, app.pid, time.monotonic() + 60 * args.minutes, questions)
            asyncio.run(run(soak, knowledge, desk, args.customers, args.every))
        desk.close()
    for what, count in sorted(soak.done.items()):
        print(f"{count:6d} {what}")
    print(f"whole reply on the page, p50 / p95: {share(soak.took, 0.5):.2f} / {share(soak.took, 0.95):.2f} s")
    failed = sum(count for what, count in soak.done.items() if " failed" in what)
    return 0 if verdict(soak.samples) and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
