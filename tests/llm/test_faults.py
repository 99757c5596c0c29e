"""Whatever a model server does, the customer gets a grounded reply in time, and is told who wrote it."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

import pytest

from bot import keeping, wire
from bot.records import Answer, Question, Sentence
from bot.reply.assistant import Assistant
from bot.reply.frames import say
from bot.reply.prompts import Prompt
from bot.search.opening import Build, open_build
from bot.settings import load
from tests.llm.scripted import USAGE, Behaviour, Scripted

pytestmark = pytest.mark.llm

PART = Path(__file__).parents[2] / "knowledge" / "part-15.md"
ASKED = Question("免费证书有效期是多久？", id="q1")
TIMEOUT, RETRIES = 1.0, 1
BOUND = TIMEOUT * (RETRIES + 1) + 2
FACT = "免费证书有效期为90天，过期请重新申请。"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """A build of the one real file; what loads slowly the first time is loaded here."""
    settings = load(index_dir=tmp_path_factory.mktemp("index"))
    keeping.ingest(settings, [PART])
    opened = open_build(settings.index_dir, wire.embeddings(settings))
    wire.over(opened, wire.writer(settings), wire.redactor(settings), settings).answer(ASKED)
    assert import_module("langchain_openai")
    yield opened
    opened.close()


def over(build: Build, base_url: str) -> Assistant:
    settings = load(openai_base_url=base_url, chat_model="scripted", llm_timeout=TIMEOUT, llm_retries=RETRIES)
    return wire.over(build, wire.writer(settings), wire.redactor(settings), settings)


def asked(build: Build, base_url: str) -> tuple[list[Sentence], Answer, float]:
    """The sentences as they came, the answer, and the seconds that the reply took."""
    begin = time.monotonic()
    *sentences, answer = over(build, base_url).stream(ASKED)
    assert isinstance(answer, Answer)
    return [item for item in sentences if isinstance(item, Sentence)], answer, time.monotonic() - begin


def check_fallback(build: Build, base_url: str) -> None:
    sentences, answer, spent = asked(build, base_url)
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
    ("behaviour", "text", "tries"),
    [
        ("401", "", 1),
        ("429", "", 2),
        ("500", "", 2),
        ("hang", "", 2),
        ("half", f"{FACT}[1]", 1),
        ("empty", "", 1),
        ("broken", "", 1),
        ("reply", "没有尽头" * 3000, 1),
        ("reply", "证书永久有效。\n" * 2000, 1),
        ("reply", "证书有效期为999天。[1]\n已为您续期。[1]\n请打开 https://evil.test/pay 。[1]", 1),
    ],
    ids="401 429 500 hang half empty broken endless babble lies".split(),
)
def test_a_fault_is_bridged_by_the_built_in_writer(
    build: Build, scripted_llm: Scripted, behaviour: Behaviour, text: str, tries: int
) -> None:
    scripted_llm.plan(behaviour, text=text)
    check_fallback(build, scripted_llm.base_url)
    assert len(scripted_llm.requests) == tries


def test_a_server_that_is_not_there(build: Build) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    check_fallback(build, f"http://127.0.0.1:{port}/v1")


@pytest.fixture(params=["drip", "comments", "wait"])
def stubborn(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that never ends: words one by one, comments alone, or "come back in 30 seconds"."""
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
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    closing.set()
    server.shutdown()
    server.server_close()


def test_a_server_that_never_ends(build: Build, stubborn: str) -> None:
    check_fallback(build, stubborn)


def marked(build: Build, scripted: Scripted) -> str:
    """The number that the fact has in the prompt, found by asking once."""
    scripted.plan("empty")
    asked(build, scripted.base_url)
    found = re.search(rf"^\[(\d+)\] {FACT[:-1]}", scripted.requests[0]["messages"][0]["content"], re.M)
    assert found, "the prompt does not hold the fact"
    scripted.requests.clear()
    return found.group(1)


def test_a_good_reply_is_released_sentence_by_sentence(build: Build, scripted_llm: Scripted) -> None:
    number = marked(build, scripted_llm)
    lines = f"您好！\n{FACT}[{number}]\n证书有效期为999天。[{number}]\n过期请重新申请免费证书。【{number}】"
    scripted_llm.plan(text=lines)
    sentences, answer, spent = asked(build, scripted_llm.base_url)
    assert spent < BOUND
    assert [row.text for row in sentences if row.kind == "knowledge"] == [FACT, "过期请重新申请免费证书。"]
    assert (answer.verdict, answer.engine, answer.notice) == ("answered", "scripted", "")
    assert answer.prompt == Prompt.load("reply").digest
    assert answer.tokens == {"prompt": USAGE["prompt_tokens"], "completion": USAGE["completion_tokens"]}
    assert [(row.n, row.quote) for row in answer.citations] == [(1, FACT[:-1])]
    assert f"{FACT}[1]" in answer.marked and "[" not in answer.text


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


def test_private_values_reach_no_model(build: Build, scripted_llm: Scripted) -> None:
    scripted_llm.plan("empty")
    over(build, scripted_llm.base_url).answer(
        Question("我的手机号是13812345678，域名 www.xiaoming-shop.com，免费证书有效期是多久？")
    )
    (request,) = scripted_llm.requests
    assert "有效期" in str(request)
    assert "13812345678" not in str(request) and "xiaoming-shop" not in str(request)
