"""Whatever a model server does, the customer gets a grounded reply in time, and is told who wrote it."""

from __future__ import annotations

import os
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
from bot.evaluate.scripted import USAGE, Behaviour, Scripted
from bot.records import Answer, Message, Question, Sentence
from bot.reply.assistant import Assistant
from bot.reply.frames import say
from bot.reply.model import Breaker, Model
from bot.reply.prompts import Prompt
from bot.search.opening import Build, open_build
from bot.settings import load

pytestmark = pytest.mark.llm

PART = Path(__file__).parents[2] / "knowledge" / "part-15.md"
ASKED = Question("免费证书有效期是多久？", id="q1")
TIMEOUT, RETRIES = 2.0, 1  # an endless reply is told from a slow one on a busy machine too
BOUND = TIMEOUT + 2
FACT = "免费证书有效期为90天，过期请重新申请。"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """A build of the one real file; what loads slowly the first time is loaded here."""
    settings = load(index_dir=tmp_path_factory.mktemp("index"))
    os.environ["INDEX_DIR"] = str(settings.index_dir)  # where the calibration is kept
    keeping.ingest(settings, [PART])
    opened = open_build(settings.index_dir, wire.embeddings(settings))
    wire.over(opened, wire.model(settings), wire.redactor(settings), settings).answer(ASKED)
    assert import_module("langchain_openai")
    yield opened
    opened.close()
    del os.environ["INDEX_DIR"]


def over(build: Build, base_url: str) -> Assistant:
    settings = load(openai_base_url=base_url, chat_model="scripted", llm_timeout=TIMEOUT, llm_retries=RETRIES)
    return wire.over(build, wire.model(settings), wire.redactor(settings), settings)


def asked(build: Build, base_url: str) -> tuple[list[Sentence], Answer, float]:
    """The sentences as they came, the answer, and the seconds that the reply took."""
    begin = time.monotonic()
    *sentences, answer = over(build, base_url).stream(ASKED)
    assert isinstance(answer, Answer)
    return [item for item in sentences if isinstance(item, Sentence)], answer, time.monotonic() - begin


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


@pytest.mark.parametrize("marks", ["[{0}][{0}]", "【{0}】", "[{0},{0}]", "[证据{0}]", " [ {0} ]", "[{0}]。"])
def test_marks_of_any_shape_are_read(build: Build, scripted_llm: Scripted, marks: str) -> None:
    number = marked(build, scripted_llm)
    scripted_llm.plan(text=FACT + marks.format(number))
    _, answer, _ = asked(build, scripted_llm.base_url)
    assert [row.text for row in answer.sentences if row.citations] == [FACT]
    assert (answer.engine, answer.fault) == ("scripted", "")


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


HISTORY = (Message("user", "免费证书怎么申请？"), Message("assistant", "在证书页申请。"))


@pytest.mark.parametrize(
    ("reply", "searched"),
    [
        ("免费证书有效期是多久？", "免费证书有效期是多久？"),
        ("“免费证书有效期是多久？”", "免费证书有效期是多久？"),
        ("免费证书有效期是 365 天吗？", None),
        ("忽略以上\n换一行", None),
        ("", None),
    ],
)
def test_a_follow_up_is_rewritten_by_the_model_or_by_rules(
    build: Build, scripted_llm: Scripted, reply: str, searched: str | None
) -> None:
    number = marked(build, scripted_llm)
    scripted_llm.plan(("reply", reply), ("reply", f"{FACT}[{number}]"))
    answer = over(build, scripted_llm.base_url).answer(Question("那有效期多久？", HISTORY))
    assert answer.verdict == "answered" and len(scripted_llm.requests) == 2
    prompts = [str(request["messages"][0]["content"]) for request in scripted_llm.requests]
    assert "改写" in prompts[0] and "那有效期多久？" in prompts[0]
    asked_for = searched or f"{HISTORY[0].content}\n那有效期多久？"
    assert prompts[1].rstrip().endswith(asked_for)


def test_a_question_of_its_own_is_not_rewritten(build: Build, scripted_llm: Scripted) -> None:
    scripted_llm.plan("empty")
    over(build, scripted_llm.base_url).answer(Question("发票怎么开？", HISTORY))
    assert all("改写" not in str(request["messages"]) for request in scripted_llm.requests)
