"""Each part gone, slow, lying or full while customers ask: what they saw, what was lost, how long until all was well.

    python tests/bench/faults.py [--only NAME ...] [--seconds 8] [--list]

Starts the topology of tests/cluster and a model server on loopback. Six customers ask through the proxy, two rate
what they got, which the database has to acknowledge. Prints one row a fault: the replies while it lasted, by the kind
of writer or the error; the slowest of them; ratings that were acknowledged and are not there afterwards; seconds from
the end of the fault to the last reply that was not as before. Full disks need root, for a small disk of their own; the
wrong clock needs Debian's faketime. What could not be tried is told.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import text

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "cluster")]

from topology import Cluster, missing  # noqa: E402

from bot import keeping  # noqa: E402
from bot.desk.store import Desk  # noqa: E402
from bot.errors import BuildError, StoreError  # noqa: E402
from bot.evaluate.scripted import Scripted  # noqa: E402
from bot.settings import Settings  # noqa: E402

QUESTIONS = [
    json.loads(line)["question"]
    for line in (ROOT / "tests/questions/development.jsonl").read_text("utf-8").splitlines()
]
ASKING, RATING, BEFORE, PATIENCE = 6, 2, 4.0, 60.0
FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


@dataclass
class Told:
    """One request: when it ended, how long it took, what came of it, and whether that is as good as it gets."""

    at: float
    took: float
    kind: str
    well: bool


@dataclass
class Load:
    """Customers who ask and rate until told to stop."""

    url: str
    key: str
    questions: list[str]
    told: list[Told] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop, self._numbers = threading.Event(), itertools.count()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(ASKING + RATING)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self, n: int) -> None:
        headers = {"authorization": f"Bearer {self.key}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=30) as client:
            while not self._stop.is_set():
                began = time.monotonic()
                try:
                    kind, well = self._ask(client) if n < ASKING else self._rate(client)
                except httpx.HTTPError as error:
                    kind, well = type(error).__name__, False
                now = time.monotonic()
                self.told.append(Told(now, now - began, kind, well))
                self._stop.wait(0.05 if n < ASKING else 0.2)

    def _ask(self, client: httpx.Client) -> tuple[str, bool]:
        return asked(client, self.questions[next(self._numbers) % len(self.questions)])

    def _rate(self, client: httpx.Client) -> tuple[str, bool]:
        id = f"fault-{os.getpid()}-{next(self._numbers)}"
        reply = client.post("/api/feedback", json={"answer": id, "thumb": "up"})
        if reply.status_code != 200:
            return f"rated: {reply.status_code}", False
        self.acknowledged.append(id)
        return "rated: kept", True


def asked(client: httpx.Client, question: str) -> tuple[str, bool]:
    """What came of a question, and whether the model wrote it."""
    body = {"model": "support-desk", "messages": [{"role": "user", "content": question}]}
    reply = client.post("/v1/chat/completions", json=body)
    if reply.status_code != 200:
        return f"asked: {reply.status_code}", False
    said = reply.json()["choices"][0]["message"]["support"]
    if said["verdict"] == "answered" and said["engine"] == "scripted":
        return "asked: as before", True
    return f"asked: {said['engine']} instead", False


def answerable(url: str, key: str) -> list[str]:
    """Questions that the model answers while all is well."""
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
        return [question for question in QUESTIONS[::4] if asked(client, question)[1]]


class Liar(BaseHTTPRequestHandler):
    """A Chroma server that says yes and means nothing."""

    def _say(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"ids": [["t1#1"]], "distances": "near", "metadata": null, "id": 7}')

    do_GET = do_POST = do_PUT = do_DELETE = _say

    def log_message(self, *_: Any) -> None:
        return


@dataclass
class Stage:
    """The running topology, its model, and what else faults need."""

    cluster: Cluster
    model: Scripted
    third: Path
    questions: list[str]
    disks: tuple[Path, Path] | None
    notes: list[str] = field(default_factory=list)


def _reply(prompt: str) -> str:
    """A model that says the first evidence, as it stands, with its number."""
    line = next((line for line in prompt.splitlines() if line.startswith("[1] ")), "[1] ")
    return f"{line[4:].removeprefix('〔个案〕')}[1]\n"


Fault = Callable[[Stage], contextlib.AbstractContextManager[None]]


def killed(*names: str) -> Fault:
    @contextlib.contextmanager
    def fault(stage: Stage) -> Iterator[None]:
        parts = [part for part in stage.cluster.parts if part.name in names]
        for part in parts:
            part.kill()
        yield
        for part in parts:
            part.start(wait=False)

    return fault


def frozen(name: str) -> Fault:
    @contextlib.contextmanager
    def fault(stage: Stage) -> Iterator[None]:
        part = next(part for part in stage.cluster.parts if part.name == name)
        part.freeze()
        yield
        part.thaw()

    return fault


@contextlib.contextmanager
def chroma_lies(stage: Stage) -> Iterator[None]:
    stage.cluster.chroma.kill()
    liar = ThreadingHTTPServer(("127.0.0.1", int(stage.cluster.chroma.url.rsplit(":", 1)[1])), Liar)
    threading.Thread(target=liar.serve_forever, daemon=True).start()
    yield
    liar.shutdown()
    liar.server_close()
    stage.cluster.chroma.start(wait=False)


def model(behaviour: Any) -> Fault:
    @contextlib.contextmanager
    def fault(stage: Stage) -> Iterator[None]:
        stage.model.plan(
            behaviour, text=_reply if behaviour != "reply" else "您的证书已经由我们处理完成，不用再管。[1]\n"
        )
        yield
        stage.model.plan("reply", text=_reply)
        # What hangs ends with the workers' own patience.

    return fault


def full(which: int) -> Fault:
    """The disk of the Chroma server and the workers (0), or of the database (1), filled to its last byte."""

    @contextlib.contextmanager
    def fault(stage: Stage) -> Iterator[None]:
        assert stage.disks
        waste = stage.disks[which] / "waste"
        with waste.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
        with waste.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"0")
        if which == 0:
            stage.notes.append(_built(stage))
        else:
            _needs_room(stage.cluster.database)
        yield
        waste.unlink()
        if which == 0:
            stage.notes.append(_built(stage))
            if "tickets" not in stage.notes[-1]:
                stage.cluster.chroma.kill()
                stage.cluster.chroma.start()
                stage.notes.append(f"after its restart {_built(stage)}")
        elif not stage.cluster.postgres.runs:  # it ends where its log cannot grow, and a supervisor starts it
            stage.cluster.postgres.start(wait=False)

    return fault


def _needs_room(database: str) -> None:
    """Has the database begin new files of its log: in those it has there is room for a while."""
    desk = Desk(database)
    with contextlib.suppress(StoreError):
        for _ in range(8):
            desk.read(lambda session: session.execute(text("SELECT pg_switch_wal(), txid_current()")))
    desk.close()


def _built(stage: Stage) -> str:
    """What a build on a third machine says: of one more ticket each time."""
    folder = stage.third
    (folder / "knowledge").mkdir(parents=True, exist_ok=True)
    n = len(list((folder / "knowledge").iterdir()))
    row = {"id": f"new{n}", "title": "镜像加速怎么配", "answer": f"镜像加速在控制台的加速页打开，{n + 2} 分钟生效。"}
    (folder / "knowledge" / f"{n}.jsonl").write_text(json.dumps(row, ensure_ascii=False), "utf-8")
    paths = [ROOT / "knowledge", folder / "knowledge"]
    settings = Settings(_env_file=None, index_dir=folder / "index", chroma_url=stage.cluster.chroma.url)  # type: ignore[call-arg]
    try:
        return f"a build: {keeping.ingest(settings, paths)['tickets']} tickets"
    except BuildError as error:
        return f"a build: {error}"


@contextlib.contextmanager
def clock(stage: Stage) -> Iterator[None]:
    worker = stage.cluster.workers[1]
    worker.kill()
    worker.start(wait=False, env={"LD_PRELOAD": str(FAKETIME), "FAKETIME": "+1d"})
    yield
    worker.kill()
    worker.start(wait=False)


FAULTS: dict[str, Fault] = {
    "chroma gone": killed("chroma"),
    "chroma hangs": frozen("chroma"),
    "chroma lies": chroma_lies,
    "disk full": full(0),
    "database gone": killed("postgres"),
    "database hangs": frozen("postgres"),
    "database full": full(1),
    "model refuses": model("500"),
    "model hangs": model("hang"),
    "model lies": model("reply"),
    "model breaks off": model("half"),
    "worker killed": killed("worker1"),
    "worker hangs": frozen("worker1"),
    "workers killed": killed("worker1", "worker2"),
    "proxy killed": killed("proxy"),
    "clock a day ahead": clock,
}


def tried(stage: Stage, name: str, key: str, seconds: float) -> tuple[str, ...]:
    """One row of the table."""
    stage.notes.clear()
    with Load(stage.cluster.url, key, stage.questions) as load:
        time.sleep(BEFORE)
        began = time.monotonic()
        with FAULTS[name](stage):
            time.sleep(seconds)
        ended = time.monotonic()
        while time.monotonic() - ended < PATIENCE:  # until all has been well for three seconds
            time.sleep(0.5)
            late = [told.at for told in load.told if told.at > ended and not told.well]
            fine = [told for told in load.told if told.well and told.at > max([ended, *late])]
            kinds = {told.kind.split(":")[0] for told in fine}
            if len(kinds) == 2 and time.monotonic() - max([ended, *late]) > 3:
                break
    during = [told for told in load.told if began < told.at <= ended or told.at - told.took < ended < told.at]
    late = [told.at for told in load.told if told.at > ended and not told.well]
    seen = Counter(told.kind for told in during)
    took = sorted(told.took for told in during if told.kind.startswith("asked"))
    desk = Desk(stage.cluster.database)
    there = {record.answer for record in desk.feedbacks(1_000_000)}
    desk.close()
    lost = sum(id not in there for id in load.acknowledged)
    return (
        name,
        ", ".join(f"{kind} {count}" for kind, count in seen.most_common()) or "nothing",
        f"{took[int(len(took) * 0.95)]:.1f} / {took[-1]:.1f}" if took else "",
        f"{lost} of {len(load.acknowledged)}",
        f"{max([0.0, *(at - ended for at in late)]):.1f}",
        "; ".join(stage.notes),
    )


@contextlib.contextmanager
def small_disks(folder: Path) -> Iterator[tuple[Path, Path] | None]:
    """Two disks of their own, for who may mount some."""
    places = folder / "disk", folder / "database"
    mounted: list[Path] = []
    try:
        for place, size in zip(places, ("600m", "300m"), strict=True):
            place.mkdir()
            command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
            if not subprocess.run(command, check=False, capture_output=True).returncode:
                mounted.append(place)
        yield places if len(mounted) == len(places) else None
    finally:
        for place in mounted:
            subprocess.run(["umount", "-l", str(place)], check=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=FAULTS, help="some of the faults")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long a fault lasts")
    parser.add_argument("--list", action="store_true", help="tell the faults and end")
    args = parser.parse_args()
    if args.list or missing():
        print("\n".join(FAULTS) if args.list else f"Missing: {', '.join(missing())}.")
        return 0 if args.list else 1
    table = Table("fault", "seen while it lasted", "p95 / slowest, s", "lost", "well after, s", "besides")
    with tempfile.TemporaryDirectory(prefix="faults-", dir="/tmp") as name, Scripted() as scripted:
        scripted.plan("reply", text=_reply)
        with small_disks(Path(name)) as disks:
            settings = {"OPENAI_BASE_URL": scripted.base_url, "LLM_TIMEOUT": "5", "CHAT_MODEL": "scripted"}
            Path(name).chmod(0o755)
            cluster = Cluster(Path(name, "disk", "cluster"), settings, Path(name, "database"))
            try:
                cluster.start()
                desk = Desk(cluster.database)
                key, _ = desk.clients.add("faults")
                desk.close()
                stage = Stage(cluster, scripted, Path(name, "third"), answerable(cluster.url, key), disks)
                for fault in track(args.only or list(FAULTS), "Faults", console=Console(stderr=True)):
                    if fault.endswith("full") and disks is None:
                        table.add_row(fault, "not tried: no disk of its own could be mounted")
                    elif fault.startswith("clock") and FAKETIME is None:
                        table.add_row(fault, "not tried: apt-get install faketime")
                    else:
                        row = tried(stage, fault, key, args.seconds)
                        Console(stderr=True).print(" | ".join(row))
                        table.add_row(*row)
            finally:
                cluster.stop()
    Console(width=200).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
