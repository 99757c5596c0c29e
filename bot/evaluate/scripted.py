"""A model server on loopback that does what it is told: replies, refuses, hangs, breaks off, lies.

It speaks OpenAI's protocol; tests and trials of the desk stand it where a model stands.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

Behaviour = Literal[
    "reply", "half", "pause", "length", "garbage", "error", "hang", "empty", "broken", "401", "429", "500"
]

REFUSALS = {"401": "Incorrect API key provided.", "429": "Rate limit reached.", "500": "The server had an error."}
Text = str | Callable[[str], str]
"""What to reply, or what makes it of the prompt."""
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


class _Quiet(ThreadingHTTPServer):
    """Says nothing of callers that hang up."""

    def handle_error(self, request: Any, address: Any) -> None:
        """Nothing."""


@dataclass
class Scripted:
    """Use as a context manager. Each request takes the next step of the plan; the last step stays.

    reply: `text`, streamed when asked for. half: a stream that stops in the middle without an end; pause: one that
    goes silent there; length: one that ends there for want of tokens; garbage, error: one that holds no JSON there,
    or an error.
    hang: nothing, until the server is closed. empty: a reply without text. broken: a body that is no JSON.
    401, 429, 500: that status with an error body as the real service sends it.
    """

    model: str = "scripted"
    pace: float = 0.0
    """Seconds a character."""
    first_line: float = 0.0
    """When the first line of the last reply had left, by time.perf_counter()."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """The bodies received, each with "path", "authorization" and "traceparent" added."""

    def __post_init__(self) -> None:
        self._plan: deque[tuple[Behaviour, Text]] = deque([("reply", "ok")])
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Quiet(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def plan(self, *steps: Behaviour | tuple[Behaviour, Text], text: Text = "ok") -> None:
        """What to do, request by request: a behaviour, or one with a text of its own; `text` is for the others."""
        planned = [step if isinstance(step, tuple) else (step, text) for step in steps]
        self._plan = deque(planned or [("reply", text)])

    def next(self, body: dict[str, Any]) -> tuple[Behaviour, Text]:
        with self._lock:
            self.requests.append(body)
            return self._plan.popleft() if len(self._plan) > 1 else self._plan[0]

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


def _handler(script: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._json(200, {"object": "list", "data": [{"id": script.model, "object": "model"}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            wanted = {name: self.headers.get(name, "") for name in ("authorization", "traceparent")}
            seen = {**body, "path": self.path, **wanted}
            behaviour, text = script.next(seen)
            if callable(text):
                text = text(str(body["messages"][-1]["content"]))
            self.close_connection = behaviour in ("half", "hang", "pause")
            if behaviour == "hang":
                script.closing.wait()
            elif behaviour in REFUSALS:
                self._json(int(behaviour), {"error": {"message": REFUSALS[behaviour], "type": "error", "code": None}})
            elif behaviour == "broken":
                self._send(200, "application/json", b'{"choices": [{"mess')
            elif body.get("stream"):
                self._stream("" if behaviour == "empty" else text, behaviour, body)
            else:
                whole = {"empty": "", "half": text[: len(text) // 2]}.get(behaviour, text)
                message = {"role": "assistant", "content": whole}
                choice = {"index": 0, "finish_reason": "stop", "message": message}
                self._json(200, self._frame("chat.completion", [choice], usage=USAGE))

        def _stream(self, text: str, behaviour: Behaviour, body: dict[str, Any]) -> None:
            """Three characters a chunk: no sentence arrives in one piece."""
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            pieces = [text[start : start + 3] for start in range(0, len(text), 3)]
            broken = behaviour not in ("reply", "empty")
            script.first_line = 0.0
            for piece in pieces[: (len(pieces) + 1) // 2] if broken else pieces:
                if script.pace:
                    time.sleep(script.pace * len(piece))
                if "\n" in piece and not script.first_line:
                    script.first_line = time.perf_counter()
                self._event([{"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}])
            if behaviour == "pause":
                script.closing.wait()
            if behaviour in ("half", "pause"):
                return
            if behaviour == "garbage":
                self._chunk(b'data: {"choices": [{"del\n\n')
            if behaviour == "error":
                self._chunk(b'data: {"error": {"message": "overloaded", "type": "server_error", "code": null}}\n\n')
            ended = "length" if behaviour == "length" else "stop"
            self._event([{"index": 0, "delta": {}, "finish_reason": ended}])
            if (body.get("stream_options") or {}).get("include_usage"):
                self._event([], usage=USAGE)
            self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")

        def _event(self, choices: list[dict[str, Any]], **more: Any) -> None:
            data = json.dumps(self._frame("chat.completion.chunk", choices, **more), ensure_ascii=False)
            self._chunk(f"data: {data}\n\n".encode())

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

        def _frame(self, kind: str, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
            return {"id": "s1", "object": kind, "created": 0, "model": script.model, "choices": choices, **more}

        def _json(self, status: int, content: dict[str, Any]) -> None:
            self._send(status, "application/json", json.dumps(content, ensure_ascii=False).encode())

        def _send(self, status: int, kind: str, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: a test looks at `requests`."""

    return Handler
