"""Whatever a model server does, the customer gets a grounded reply in time, and is told who wrote it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot import wire
from bot.evaluate.scripted import Behaviour, Scripted
from bot.reply.frames import say
from bot.reply.model import Breaker, Model
from bot.search.opening import Build
from bot.settings import load
from tests.llm.over import ASKED, FACT, TIMEOUT, asked, marked

pytestmark = pytest.mark.llm
BOUND = TIMEOUT + 2


def check_fallback(build: Build, base_url: str, fault: str) -> None:
    sentences, answer, spent = asked(build, base_url)
    assert answer.fault == fault
    assert spent < BOUND
    assert (answer.verdict, answer.engine, answer.prompt) == ("answered", "extractive", None)
    assert answer.notice == say("model_failed", "zh")
    assert tuple(sentences) == answer.sentences
    assert any("90天" in row.text or "三个月" in row.text for row in sentences if row.kind == "knowledge")
    quotes = {row.n: row.quote for row in answer.citations}
    for row in sentences:
        if row.kind in ("knowledge", "precedent"):
            cited = "".join(quotes[n] for n in row.citations)
            assert set(re.findall(r"\d+", row.text)) <= set(re.findall(r"\d+", cited))


@pytest.mark.parametrize(
    ("behaviour", "text", "tries", "fault"),
    [
        ("401", "", 1, "auth"),
        ("429", "", 2, "rate"),
        ("500", "", 2, "server"),
        ("hang", "", 1, "timeout"),
        ("half", f"{FACT}[1]", 1, "cut"),
        ("pause", f"{FACT}[1]", 1, "timeout"),
        ("length", f"{FACT}[1]", 1, "cut"),
        ("garbage", f"{FACT}[1]", 1, "broken"),
        ("error", f"{FACT}[1]", 1, "broken"),
        ("empty", "", 1, "empty"),
        ("broken", "", 1, "broken"),
        ("reply", "没有尽头" * 3000, 1, "endless"),
        ("reply", "证书永久有效。\n" * 2000, 1, "endless"),
        ("reply", "Certificates are valid for ever.[1] Ask your doctor.[1]", 1, "ungrounded"),
        ("reply", "证书有效期为999天。[1]\n已为您续期。[1]\n请打开 https://evil.test/pay 。[1]", 1, "ungrounded"),
    ],
    ids="401 429 500 hang half pause length garbage error empty broken endless babble language lies".split(),
)
def test_a_fault_is_bridged_by_the_built_in_writer(
    build: Build, scripted_llm: Scripted, behaviour: Behaviour, text: str, tries: int, fault: str
) -> None:
    scripted_llm.plan(behaviour, text=text)
    check_fallback(build, scripted_llm.base_url, fault)
    assert len(scripted_llm.requests) == tries


def test_a_server_that_is_not_there(build: Build) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    check_fallback(build, f"http://127.0.0.1:{port}/v1", "unreachable")


@pytest.fixture(params=["drip", "comments", "wait"])
def stubborn(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The address of a server that never ends, and the fault: single words, comments, or "come back in 30 seconds"."""
    closing = threading.Event()
    drop = b'data: {"id":"1","object":"chat.completion.chunk","created":0,"model":"m","choices":'
    drop += '[{"index":0,"delta":{"content":"水"},"finish_reason":null}]}\n\n'.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if request.param == "wait":
                self.send_response(429)
                self.send_header("Retry-After", "30")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            with suppress(OSError):  # the caller hangs up
                while not closing.wait(0.05):
                    self.wfile.write(drop if request.param == "drip" else b": still there\n\n")

        def finish(self) -> None:
            with suppress(OSError):
                super().finish()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1", "rate" if request.param == "wait" else "timeout"
    closing.set()
    server.shutdown()
    server.server_close()


def test_a_server_that_never_ends(build: Build, stubborn: tuple[str, str]) -> None:
    check_fallback(build, stubborn[0], stubborn[1])


def test_a_passing_fault_is_tried_again(build: Build, scripted_llm: Scripted) -> None:
    number = marked(build, scripted_llm)
    scripted_llm.plan("500", ("reply", f"{FACT}[{number}]"))
    _, answer, spent = asked(build, scripted_llm.base_url)
    assert (answer.engine, answer.notice, len(scripted_llm.requests)) == ("scripted", "", 2)
    assert spent < BOUND


def test_what_held_before_the_line_broke_stands(build: Build, scripted_llm: Scripted) -> None:
    number = marked(build, scripted_llm)
    scripted_llm.plan("half", text=f"{FACT}[{number}]\n{'过期请重新申请免费证书，' * 8}")
    _, answer, _ = asked(build, scripted_llm.base_url)
    assert next(row.text for row in answer.sentences if row.kind == "knowledge") == FACT
    assert len(scripted_llm.requests) == 1


def test_a_dead_server_is_left_alone_and_asked_again_later(build: Build, scripted_llm: Scripted) -> None:
    number = marked(build, scripted_llm)
    now = [0.0]
    breaker = Breaker(most=3, rest=30.0, clock=lambda: now[0])
    settings = load(openai_base_url=scripted_llm.base_url, llm_timeout=TIMEOUT, llm_retries=0)
    spoken = Model("scripted", None, scripted_llm.base_url, TIMEOUT, 0, breaker)
    assistant = wire.over(build, spoken, wire.redactor(settings), settings)
    scripted_llm.plan("500")
    assert [assistant.answer(ASKED).fault for _ in range(5)] == ["server"] * 3 + ["resting"] * 2
    assert len(scripted_llm.requests) == 3
    now[0] = 31.0
    scripted_llm.plan(text=f"{FACT}[{number}]")
    assert [assistant.answer(ASKED).fault for _ in range(2)] == ["", ""]


def test_a_fault_is_logged_without_the_customers_words(
    build: Build, scripted_llm: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    scripted_llm.plan("401")
    asked(build, scripted_llm.base_url)
    assert "auth" in caplog.text and "有效期" not in caplog.text
