"""What a model that works says: released sentence by sentence, in its own marks, and what it is told."""

from __future__ import annotations

import pytest

from bot.evaluate.scripted import USAGE, Scripted
from bot.records import Message, Question
from bot.reply.prompts import Prompt
from bot.search.opening import Build
from tests.llm.over import FACT, TIMEOUT, asked, marked, over

pytestmark = pytest.mark.llm
BOUND = TIMEOUT + 2


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
