"""The gate: which way out, from which signals; a fork only where evidence splits; subjects."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from bot.records import Evidence
from bot.reply.calibration import Calibration, Direction, Fitted, Weights
from bot.reply.domain import Domain
from bot.reply.forks import fork
from bot.reply.gate import Gate
from bot.reply.signals import NONE, Signals, measure
from bot.reply.subjects import apart, subjects, topics
from bot.reply.wishes import courtesy
from tests.unit.reply.fakes import FakeLibrary, FakeRetriever, evidence, ticket

FITTED = Fitted("e", Weights(0.0, {"dense": 1.0}), Weights(0.0, {"lean": 1.0}))
SIGNALS = Signals({"dense": 2.0, "lean": 1.0, "acted": 0.0, "apart": 0.0})


def gate(**more: Any) -> Gate:
    return Gate(Domain([ticket("t1", "证书")]), Calibration(fitted=FITTED, **more))


def decided(question: str, signals: Signals = SIGNALS, *rows: Evidence, asked_back: bool = False) -> tuple[str, str]:
    decision = gate().decide(question, signals, rows or (evidence("证书三天签发"),), asked_back)
    return decision.verdict, decision.reason


def seen(**values: float) -> Signals:
    return Signals({**SIGNALS.values, **values})


def test_each_signal_has_its_way_out() -> None:
    assert decided("证书怎么申请") == ("answered", "evidence")
    assert decided("证书怎么申请", seen(dense=0.2)) == ("answered", "near")
    assert decided("证书怎么申请", seen(apart=1.0)) == ("answered", "near")
    assert decided("证书怎么申请", seen(dense=-0.2)) == ("handoff", "thin")
    assert decided("火锅怎么煮", seen(lean=-0.1)) == ("declined", "stranger")
    assert decided("帮我把证书退款，谢谢") == ("handoff", "action")
    assert decided("证书退款怎么操作") == ("answered", "evidence")
    assert decided("我要转人工") == ("handoff", "asked")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *((text, "hail") for text in ("你好", "您好！", "Hi there", "在吗？", "hello")),
        *((text, "thank") for text in ("谢谢", "好的，明白了", "嗯嗯，多谢！", "ok, thanks a lot", "好的謝謝您")),
        *((text, None) for text in ("你好，证书怎么申请", "谢谢，那发票呢", "有人吗", "好了吗", "没好", "你是谁")),
    ],
)
def test_courtesy_alone_is_answered_with_courtesy(text: str, said: str | None) -> None:
    assert courtesy(text) == said
    assert (decided(text) == ("clarify", "courtesy")) is (said is not None)


@pytest.mark.parametrize("signals", [NONE, seen(dense=math.nan), seen(lean=math.inf)])
def test_without_every_signal_nothing_is_answered(signals: Signals) -> None:
    assert decided("证书怎么申请", signals) == ("handoff", "thin")
    assert decided("帮我退款", signals) == ("handoff", "action")


def test_what_is_wished_now_stands_in_the_turn_alone() -> None:
    said = {"转人工": ("handoff", "asked"), "谢谢": ("clarify", "courtesy"), "帮我退款": ("handoff", "action")}
    for turn, way in said.items():
        decision = gate().decide(f"证书怎么申请\n{turn}", SIGNALS, (evidence("证书三天签发"),), turn=turn)
        assert (decision.verdict, decision.reason) == way
    later = gate().decide("我要转人工\n证书怎么申请", SIGNALS, (evidence("证书三天签发"),), turn="证书怎么申请")
    assert later.verdict == "answered"


def test_a_contradicted_time_is_not_told() -> None:
    told = evidence("证书2天签发", disputed=True)
    assert decided("证书多久签发", SIGNALS, told) == ("handoff", "disputed")
    assert decided("证书怎么申请", SIGNALS, told) == ("answered", "evidence")
    other = evidence("入库2小时完成", disputed=True)
    assert decided("证书多久签发", SIGNALS, replace(other, ticket=ticket("t9", "入库"))) == ("answered", "evidence")


def test_a_fork_is_asked_once() -> None:
    rows = (evidence("Python SDK 用 put_file 传", 1), evidence("Java SDK 用 putFile 传", 2))
    assert decided("SDK 怎么传", SIGNALS, *rows) == ("clarify", "fork")
    assert decided("SDK 怎么传", SIGNALS, *rows, asked_back=True) == ("answered", "evidence")


def test_a_fork_is_one_only_where_the_evidence_splits() -> None:
    python, java = evidence("Python SDK 用 put_file 传", 1), evidence("Java SDK 用 putFile 传", 2)
    assert fork("SDK 怎么传", [python, java], unsure=False) == ("sdk", ("Python", "Java"))
    assert fork("Java SDK 怎么传", [python, java], unsure=False) is None
    assert fork("SDK 怎么传", [python], unsure=False) is None
    assert fork("SDK 怎么传", [python, replace(java, score=0.2)], unsure=False) is None
    assert fork("上周起我们的移动端应用用 SDK 传大文件总是在一半的时候断开", [python, java], unsure=False) is None
    storage = replace(java, ticket=ticket("t2", "传", product="存储"))
    assert fork("怎么计费", [python, storage], unsure=True) == ("product", ("仓储", "存储"))
    assert fork("怎么计费", [python, storage], unsure=False) is None
    assert fork("存储怎么计费", [python, storage], unsure=True) is None
    assert fork("怎么传", [], unsure=True) is None


def test_what_was_measured() -> None:
    retriever, library = FakeRetriever(), FakeLibrary()
    hits = retriever.search("托盘租金 odd_word_x")
    rows = [evidence("托盘按月计租"), evidence("请提供域名", 2, kind="request")]
    found = measure("托盘租金 odd_word_x", hits, rows, "action", {"strong": 2.0})
    assert found.sound and found["acted"] == 1 and found["unknown"] == 1 and found["strong"] == 2
    assert found["knowledge"] == 0.5 and found["agree"] == 1
    assert not measure("托盘", [], rows, "", {}).sound and not measure("托盘", hits, [], "", {}).sound
    assert library.tickets


def test_the_scales_of_a_build() -> None:
    calibration = Calibration("b", {"dense": 0.4}, {"dense": 0.2}, Direction((1.0, 0.0), -0.5))
    assert calibration.scaled({"dense": 0.6, "act": 1.0}) == {"dense": pytest.approx(1.0), "act": 1.0}
    assert calibration.lean([0.75, 9.0]) == pytest.approx(0.25)
    assert calibration.lean([0.75]) == 0.0  # a vector of another embedding leans nowhere
    fitted = replace(FITTED, direction=Direction((0.0, 1.0)))
    assert replace(calibration, fitted=fitted).lean([0.75, 9.0]) == 9.0


def test_subjects_and_their_aspects() -> None:
    assert subjects("证书怎么收费") > topics("证书怎么收费") == topics("SSL 憑證") == topics("https")
    assert not topics("价格在哪看") and subjects("价格在哪看")
    row = evidence("专票在财务页开")
    assert apart("证书多久签发", replace(row, ticket=ticket("t2", "发票")))
    assert not apart("多久好", row)
