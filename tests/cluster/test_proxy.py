"""The proxy's file over two workers that are pretended: what a stop, a slow probe and a hang do to replies."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.cluster import topology

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

ROOT = Path(__file__).parents[2]


class Worker(ThreadingHTTPServer):
    """Its replies begin at once and end when `finish` is set."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name, self.stopping, self.probed = name, False, threading.Semaphore(0)
        self.slow = 0.0
        self.finish, self.hangs = threading.Event(), threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who probed or asked has left."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def probes(self, n: int) -> None:
        """Waits for so many more."""
        for _ in range(n):
            assert self.probed.acquire(timeout=30)


class _Handler(BaseHTTPRequestHandler):
    server: Worker

    def do_GET(self) -> None:
        if self.path.startswith("/readyz"):
            self.server.probed.release()
            time.sleep(self.server.slow)
            if self.server.hangs.is_set():
                threading.Event().wait(60)
            asked = 404 if self.path.endswith("?stopping=404") else 503  # as bot/serve/vitals.py
            self._say(asked if self.server.stopping else 200, b"")
            return
        self.send_response(200)
        self.send_header("content-length", "7")
        self.end_headers()
        self.wfile.write(self.server.name.encode())
        self.wfile.flush()
        if "slow" in self.path:
            self.server.finish.wait(60)
        self.wfile.write(b" end")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def workers() -> Iterator[dict[str, Worker]]:
    made = {name: Worker(name) for name in ("one", "two")}
    yield made
    for worker in made.values():
        worker.finish.set()
        worker.shutdown()
        worker.server_close()


@pytest.fixture
def url(workers: dict[str, Worker], tmp_path: Path) -> Iterator[str]:
    if packages := topology.missing():
        pytest.skip(f"Not installed: {', '.join(packages)}; `make cluster` does that.")
    bind = f"127.0.0.1:{topology.free_port()}"
    given = {"BIND": bind, "WORKER1": workers["one"].address, "WORKER2": workers["two"].address}
    command = [topology.program("haproxy") or "haproxy", "-db", "-f", str(ROOT / "docs" / "haproxy.cfg")]
    proxy = topology.Part("proxy", command, tmp_path, lambda: topology.answers(f"http://{bind}/"), given)
    proxy.start()
    yield f"http://{bind}"
    proxy.kill()


def get(url: str, worker: str = "") -> str:
    headers = {"cookie": f"worker={worker}"} if worker else {}
    with urlopen(Request(url, headers=headers), timeout=60) as reply:
        return str(reply.read().decode())


@pytest.mark.parametrize("path", ["/slow", "/v1/slow"])
def test_a_reply_in_flight_is_finished_by_a_worker_that_stops(url: str, workers: dict[str, Worker], path: str) -> None:
    with urlopen(Request(url + path, headers={"cookie": "worker=one"}), timeout=60) as reply:
        name = reply.read(3).decode()
        workers[name].stopping = True
        workers[name].probes(5)
        workers[name].finish.set()
        assert reply.read() == b" end"
    other = "two" if name == "one" else "one"
    assert {get(url + "/v1/x") for _ in range(6)} == {f"{other} end"}  # nobody new for the one that stops
    assert get(url + "/", worker=name) == f"{name} end"  # its own may stay until it has ended


def test_a_busy_worker_is_not_left(url: str, workers: dict[str, Worker]) -> None:
    workers["one"].slow = 1.5
    workers["one"].probes(4)
    assert get(url + "/", worker="one") == "one end"


def test_a_worker_that_hangs_is_left(url: str, workers: dict[str, Worker]) -> None:
    with urlopen(Request(url + "/slow", headers={"cookie": "worker=one"}), timeout=60) as reply:
        assert reply.read(3) == b"one"
        workers["one"].hangs.set()
        with pytest.raises((HTTPException, OSError)):
            reply.read()
    assert get(url + "/", worker="one") == "two end"
