"""What holds of every answer, with a question and two sentences that hold."""

from __future__ import annotations

import json

from bot.records import Answer, Draft, Question
from tests.unit.reply.fakes import SECRET

RENT = Draft("托盘按月计租，每个每月12元。", "knowledge", (1,))
NOTICE = Draft("退租须提前7天在预约页提出。", "knowledge", (2,))
ASKED = Question("托盘租金怎么算？", id="q1")
KEYS = {"id", "verdict", "text", "sentences", "citations", "uncovered", "handoff", "suggestions", "engine", "prompt"}
KEYS |= {"index", "tokens", "ms"}


def stated(answer: Answer) -> list[str]:
    return [row.text for row in answer.sentences if row.kind in ("knowledge", "precedent")]


def check(answer: Answer) -> None:
    """What holds of every answer, with a question and two sentences that hold."""
    body = answer.as_json()
    assert KEYS <= set(body) <= KEYS | {"notice", "fault"}
    assert json.loads(json.dumps(body, ensure_ascii=False)) is not None
    assert set(body["tokens"]) == {"prompt", "completion"}
    assert {"retrieve", "first_sentence", "total"} <= set(body["ms"])
    for row in body["citations"]:
        assert (
            {"n", "ticket", "title", "quote", "agree", "source"}
            <= set(row)
            <= {*("n", "ticket", "title", "quote", "agree", "source", "category", "also")}
        )
        assert set(row["source"]) == {"file", "ordinal", "line"}
    for row in body["sentences"]:
        assert set(row) == {"text", "kind", "citations"}
        assert bool(row["citations"]) == (row["kind"] in ("knowledge", "precedent"))
    assert answer.text == "\n".join(row.text for row in answer.sentences)
    used = list(dict.fromkeys(n for row in answer.sentences for n in row.citations))
    assert used == [row.n for row in answer.citations] == list(range(1, len(used) + 1))
    assert "[1]" not in answer.text and SECRET not in json.dumps(body)
    assert (answer.handoff is not None) == (answer.verdict == "handoff")
