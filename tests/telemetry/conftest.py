"""A collector on loopback that keeps what it is sent, and an index of the shipped tickets."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot import keeping
from bot.evaluate.scripted import Scripted
from bot.settings import Settings

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@dataclass
class Collector:
    """Takes whatever is sent to it. `silent`: it accepts a connection and says nothing until `speak` is set."""

    silent: bool = False
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    speak: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def spans(self) -> list[Any]:
        """All spans that came, decoded."""
        found = []
        for path, body in self.requests:
            assert path == "/v1/traces"
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return found

    def close(self) -> None:
        self.speak.set()
        self._server.shutdown()
        self._server.server_close()


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.requests.append((self.path, body))
            collector.asked.set()
            if collector.silent:
                collector.speak.wait()
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_PATCH = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: a test looks at `requests`."""

    return Handler


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


@pytest.fixture
def silent() -> Iterator[Collector]:
    made = Collector(silent=True)
    yield made
    made.close()


@pytest.fixture
def model() -> Iterator[Scripted]:
    """A model that says what the first line of its evidence says."""

    def repeated(prompt: str) -> str:
        found = re.search(r"(?m)^\[(\d+)\] (?:〔个案〕)?(.+)$", prompt)
        assert found
        return f"{found[2]}[{found[1]}]"

    with Scripted() as server:
        server.plan(text=repeated)
        yield server


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traces") / "index"
    keeping.ingest(Settings(_env_file=None, index_dir=folder), [KNOWLEDGE])  # type: ignore[call-arg]
    return folder
