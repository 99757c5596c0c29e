"""Drafts on the desk: for a hand-over or a pasted ticket, with steps to tick, in the customer's language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.desk.saying import Say
from bot.desk.store import Desk


def test_a_draft_for_a_hand_over(agent: TestClient, desk: Desk, core: Any) -> None:
    record = desk.queue.open("c", "r", [], "s", [Say("customer", "证书怎么申请 a.cn")])
    shown = agent.post("/desk/propose", data={"id": record.id}).text
    assert core.asked[-1].text == "**客户**：证书怎么申请 a.cn"
    assert "升级 HTTPS 配置[1]" in shown and "把握 中" in shown and "需要处理的域名" in shown and "常见用时" in shown
    assert (
        "价格可能已经变化 &lt;b&gt;" in shown and "SSL证书怎么申请" in shown and "75%" in shown and "total" not in shown
    )
    english = agent.post("/desk/propose", data={"id": record.id, "language": "en", "only": ["s/1", "s/2"]}).text
    assert "Hello," in english and core.chosen == (("s/1", "s/2"), "en")
    short = agent.post("/desk/propose", data={"id": record.id, "tone": "shorter"})
    assert short.status_code == 200 and "[1]" in short.text
    assert 'data-language="en" data-tone="shorter"' in short.text  # another press changes one of the two


def test_steps_for_an_agent_are_ticks(agent: TestClient, desk: Desk) -> None:
    record = desk.queue.open("c", "r", [], "s", [Say("customer", "帮我解冻")])
    shown = agent.post("/desk/propose", data={"id": record.id}).text
    assert len(re.findall(r'class="step"', shown)) == 1 and "核查冻结的原因并解冻" in shown
    assert "没有找到可以引用的工单" in shown


def test_what_an_edited_sentence_rests_on(agent: TestClient) -> None:
    shown = agent.post(
        "/desk/sources", data={"text": "证书怎么申请", "edited": "DV（限免）是免费的，DV 是收费的。\n我今天生日。"}
    ).text
    assert "[1]" in shown and "客服自写" in shown


def test_a_failure_keeps_what_was_pasted(agent: TestClient) -> None:
    page = agent.post("/desk/draft", data={"text": "爆炸 <b>"})
    assert page.status_code == 500 and "错误号" in page.text and "爆炸 &lt;b&gt;</textarea>" in page.text


def test_a_ticket_of_two_megabytes_is_taken_and_a_larger_one_refused_in_a_sentence(
    agent: TestClient, core: Any
) -> None:
    core.propose = lambda text, only=(), language=None: (
        pytest.fail(str(len(text))) if len(text) != 700_000 else real("证书")
    )
    real = type(core).propose.__get__(core)
    assert agent.post("/desk/propose", data={"text": "志" * 700_000}).status_code == 200
    refused = agent.post("/desk/propose", content=b"text=" + b"x" * (8 << 20))
    assert refused.status_code == 413 and "内容太大，最多 8 MB" in refused.json()["error"]["message"]


def test_a_draft_speaks_the_customers_language(agent: TestClient, desk: Desk, core: Any) -> None:
    said = [Say("customer", "My account was frozen after I paid the bill")]
    record = desk.queue.open("c9", "人工", [], "frozen", said, language="zh")
    agent.post("/desk/take", data={"id": record.id})
    agent.post("/desk/say", data={"id": record.id, "text": "您好，我看一下。", "key": "k"})
    agent.post("/desk/propose", data={"id": record.id})
    assert core.chosen == ((), "en")  # whatever their page, their pictures and the agent say
    agent.post("/desk/propose", data={"id": record.id, "language": "zh"})
    assert core.chosen == ((), "zh")
