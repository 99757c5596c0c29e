"""The audit of the lock has three outcomes, and does not take silence for an all-clear."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import pytest_socket

AUDIT = Path(__file__).parents[2] / "audit.py"
HOLE = {"id": "PYSEC-0000-1", "details": "", "affected": [], "modified": "2026-01-01T00:00:00Z", "aliases": []}


class Service(ThreadingHTTPServer):
    """OSV's answers: a hole in each package whose name is among `bad`."""

    bad: tuple[str, ...] = ()


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        vulns = [HOLE] if asked["package"]["name"] in self.server.bad else []
        body = json.dumps({"vulns": vulns} if vulns else {}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Service]:
    pytest_socket.enable_socket()  # loopback alone
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    with Service(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bad", "reached", "status", "told"),
    [
        ((), True, 0, "clean: nothing is known of 2 packages"),
        (("gradio",), True, 1, "gradio 6.31.0: PYSEC-0000-1"),
        ((), False, 3, "unverified"),
    ],
    ids="clean found unverified".split(),
)
def test_each_outcome(
    service: Service, tmp_path: Path, bad: tuple[str, ...], reached: bool, status: int, told: str
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("".join(f"{name} --hash=sha256:{'0' * 64}\n" for name in ("gradio==6.31.0", "limits==5.8.0")))
    service.bad = bad
    port = service.server_address[1]
    if not reached:
        service.server_close()
    address = f"http://127.0.0.1:{port}/v1/query"
    done = subprocess.run(
        [sys.executable, str(AUDIT), "--lock", str(lock), "-s", "osv", "--osv-url", address],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, told in done.stdout) == (status, True), done.stdout + done.stderr
