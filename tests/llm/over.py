"""The desk over a scripted model: a build of the one real file, and a question asked of it."""

from __future__ import annotations

import re
import time
from pathlib import Path

from bot import wire
from bot.evaluate.scripted import Scripted
from bot.records import Answer, Question, Sentence
from bot.reply.assistant import Assistant
from bot.search.opening import Build
from bot.settings import load

PART = Path(__file__).parents[2] / "knowledge" / "part-15.md"
ASKED = Question("免费证书有效期是多久？", id="q1")
TIMEOUT, RETRIES = 2.0, 1  # an endless reply is told from a slow one on a busy machine too
FACT = "免费证书有效期为90天，过期请重新申请。"


def over(build: Build, base_url: str) -> Assistant:
    settings = load(openai_base_url=base_url, chat_model="scripted", llm_timeout=TIMEOUT, llm_retries=RETRIES)
    return wire.over(build, wire.model(settings), wire.redactor(settings), settings)


def asked(build: Build, base_url: str) -> tuple[list[Sentence], Answer, float]:
    """The sentences as they came, the answer, and the seconds that the reply took."""
    begin = time.monotonic()
    *sentences, answer = over(build, base_url).stream(ASKED)
    assert isinstance(answer, Answer)
    return [item for item in sentences if isinstance(item, Sentence)], answer, time.monotonic() - begin


def marked(build: Build, scripted: Scripted) -> str:
    """The number that the fact has in the prompt, found by asking once."""
    scripted.plan("empty")
    asked(build, scripted.base_url)
    found = re.search(rf"^\[(\d+)\] {FACT[:-1]}", scripted.requests[0]["messages"][0]["content"], re.M)
    assert found, "the prompt does not hold the fact"
    scripted.requests.clear()
    return found.group(1)
