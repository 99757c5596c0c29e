"""A core that answers from a script: it knows three topics, and does on command what cores do."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from bot.errors import QuestionError, WriterError
from bot.proposal import Precedent, Proposal
from bot.records import Answer, Citation, Handoff, Question, Sentence, Source, Statement, Ticket, Turn
from bot.reply.finding import Measured

CERTIFICATE = "免费证书怎么申请？"
QUOTA = "免费额度每个月都有吗？"
SUGGESTIONS = (
    CERTIFICATE,
    QUOTA,
    "忘记密码怎么重置？",
    "CDN 日志怎么下载？",
    "证书过期了怎么换？",
    "对象存储怎么计费？",
)
STEPS = (
    "手动申请免费证书的步骤如下：\n1. 免费证书申请\n证书品牌：TrustAsia（限免）\nhttps://portal.qiniu.com/certificate/apply\n"
    "2. 补全信息\n3. 按〈域名〉完成所有权验证\n4. 升级 HTTPS 配置"
)
EVIL = '<img src="http://evil.test/a.png" onerror="window.hacked=1">![x](http://evil.test/b.png) **粗** `c`'


class FakeAssistant:
    """Answers by what the question holds. `pause` is waited before each sentence."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause
        self.asked: list[Question] = []
        self.chosen: tuple[tuple[str, ...], Any] = ((), None)
        self.engine = "extractive"
        self.build = "build-1"
        self.shelf = library(self.build)

    def answer(self, question: Question) -> Answer:
        *_, last = self.stream(question)
        assert isinstance(last, Answer)
        return last

    def stream(self, question: Question) -> Iterator[Sentence | Answer]:
        self.asked.append(question)
        text = question.text
        if not text.strip():
            raise QuestionError("问题是空的，请写下您遇到的问题。")
        if len(text) > 8000:
            raise QuestionError("问题太长了，最多 8000 个字。")
        if "爆炸" in text:
            raise RuntimeError(f"secret inside: {text}")
        answer = reply(question)
        if "模型坏了" in text:
            raise WriterError("模型服务没有响应，请稍后再试。")
        pause = 0.4 if "慢" in text else self.pause
        for sentence in answer.sentences:
            time.sleep(pause)
            yield sentence
        yield answer

    def suggestions(self, n: int) -> tuple[str, ...]:
        return SUGGESTIONS[:n]

    def propose(self, text: str, only: Sequence[str] = (), language: Any = None) -> Proposal:
        answer = self.answer(Question(text))
        self.chosen = (tuple(only), language)
        frames = {"en": ("Hello,", "Best regards"), "zh": ("您好：", "如有疑问请随时联系我们。")}[language or "zh"]
        first = ("【请先执行：核查冻结的原因并解冻】",) if "解冻" in text else ()
        said = answer.sentences if answer.citations else ()
        lines = (Sentence(frames[0], "courtesy"), *said, Sentence(frames[1], "courtesy"))
        return Proposal(
            answer=answer,
            text="\n".join(line.marked for line in lines),
            lines=lines,
            language=language or "zh",
            confidence="medium",
            reason="一个工单给出说明",
            first=first,
            ask=("需要处理的域名",),
            product="CDN",
            topic="证书问题",
            resolved={"self-service": 3, "action": 1, "total": 4},
            typical_time="1 小时",
            warnings=(("price", "价格可能已经变化 <b>"),),
            similar=(Precedent("t-1", "SSL证书怎么申请", "CDN", "self-service", "在控制台申请"),),
            evidence=tuple(only) or tuple(f"s/{c.n}" for c in answer.citations),
        )

    def product(self, text: str) -> str:
        return "账户" if "解冻" in text else ""

    def measured(self, question: Question) -> Measured:
        return Measured({}, (), 0.0, ("t-1",) if "证书" in question.text else ())

    def knowledge(self) -> Mapping[str, Any]:
        return {
            "build": self.build,
            "created": "2026-01-02T03:04:05+00:00",
            "tickets": 63,
            "files": 2,
            "statements": {"knowledge": 41, "action": 12},
            "resolutions": {"self-service": 62, "action": 1},
            "passages": 120,
            "set_aside": [{"file": "a.md", "line": 3, "reason": "空 <b>问题</b>"}],
            "withheld": [{"file": "b.md", "line": 9, "reason": "a sentence of ticket t-1: it carries a foreign link"}],
            "notes": [],
            "redactions": {"域名": 9},
            "duplicates": 1,
            "conflicts": 2,
            "open_conflicts": 1,
            "contradictions": [contradiction("c-1", "60"), contradiction("c-2", "")],
        }

    def library(self) -> Any:
        return self.shelf


def contradiction(id: str, holds: str) -> dict[str, Any]:
    sides = [
        {"value": "一小时", "norm": "60", "clauses": ["一小时内完成"], "tickets": ["t-1"], "date": ""},
        {"value": "2小时", "norm": "120", "clauses": ["2小时内完成"], "tickets": ["t-2"], "date": ""},
    ]
    return {"id": id, "kind": "duration", "sides": sides, "holds": holds, "why": "ruled" if holds else ""}


def library(build: str) -> Any:
    """63 tickets: two that say the same, one solved by a person with markup in every field, and sixty of a kind."""
    asked, told = "证书怎么申请〈域名〉", "在控制台的证书管理里申请免费证书。"
    first = Ticket(
        "t-1",
        "SSL证书怎么申请",
        asked,
        (Turn("customer", asked, 5, 1), Turn("agent", f"您好，{told}请提供域名。", 6)),
        "CDN",
        "证书问题",
        ("HTTPS",),
        root_cause="域名没有添加解析记录",
        source=Source("a.md", 1, 3),
        date="2026-01-02",
    )
    second = Ticket("t-2", "申请证书", asked, (Turn("agent", told, 9),), "CDN", "证书问题", source=Source("b.md", 1, 7))
    third = Ticket(EVIL, EVIL, EVIL, (Turn("agent", EVIL, 4),), EVIL, "", source=Source(EVIL, 1, 1))
    more = [
        Ticket(
            f"n-{n}", f"第{n}个问题", "存储空间怎么计费", (), "对象存储", "计费问题", source=Source("b.md", n, 10 * n)
        )
        for n in range(1, 61)
    ]
    statements = {
        "t-1": (
            Statement("t-1/1", "t-1", "knowledge", told, told, 1, asked, 2, edited=True),
            Statement("t-1/2", "t-1", "request", "请提供域名。", "请提供域名。", 1, asked),
            Statement("t-1/3", "t-1", "specific", "域名没有添加解析记录", "域名没有添加解析记录", -1, disputed=True),
        ),
        "t-2": (Statement("t-2/1", "t-2", "knowledge", told, told, 0, "", 2, same="t-1/1"),),
        EVIL: (Statement("e", EVIL, "action", EVIL, EVIL, 0, EVIL),),
        **{row.id: (Statement(f"{row.id}/1", row.id, "knowledge", "按量计费。", "按量计费。", 0),) for row in more},
    }
    tickets = {row.id: row for row in (first, second, third, *more)}
    sources = {"t-1/1": ("t-1", "t-2")}
    return SimpleNamespace(id=build, tickets=tickets, statements=statements, sources=sources)


def reply(question: Question) -> Answer:
    text, id = question.text, question.id
    if "证书" in text:
        one = Citation(
            1,
            "t-02",
            "SLL证书如何自主生成",
            STEPS.replace("\n", ""),
            3,
            Source("part-15.md", 2, 33),
            "对象存储｜其他类咨询",
        )
        two = Citation(
            2,
            "t-09",
            "证书一直在验证中",
            "我这边看到您的域名没有添加解析记录的",
            1,
            Source("part-15.md", 9, 201),
            "CDN｜证书问题",
        )
        return _answer(
            id,
            (
                Sentence(STEPS, "knowledge", (1,)),
                Sentence("DV（限免）是免费的，DV 是收费的。", "knowledge", (1, 2)),
                Sentence("在一个相似的工单里，客服发现域名还没有添加解析记录。", "precedent", (2,)),
            ),
            (one, two),
            uncovered=("证书多久能签发",),
            suggestions=("证书验证一直不通过怎么办？", "付费证书的流程一样吗？"),
        )
    if "额度" in text:
        cited = Citation(
            1, "t-06", "每个月都有10g的免费额度吗?", "是的，我们按月结算的，每月都有。", 1, Source("part-15.md", 6, 120)
        )
        return _answer(
            id, (Sentence("免费额度按月结算，每个月都有。", "knowledge", (1,)),), (cited,), suggestions=(QUOTA,)
        )
    if "解冻" in text:
        handoff = Handoff(
            "账号解冻只能由人工客服操作。", ("账号绑定的手机号后四位", "被冻结的时间"), "客户的账号被冻结，希望解冻。"
        )
        said = Sentence("这个需要人工客服为您处理。", "courtesy")
        return _answer(id, (said,), verdict="handoff", handoff=handoff)
    if "注入" in text:
        cited = Citation(1, "t-x", EVIL, EVIL, 1, Source(EVIL, 1, 1), EVIL)
        return _answer(id, (Sentence(EVIL, "knowledge", (1,)),), (cited,), uncovered=(EVIL,), suggestions=(EVIL,))
    if "慢" in text:
        return _answer(id, tuple(Sentence(f"第{n}句话。", "courtesy") for n in range(1, 9)))
    if "备用" in text:
        return _answer(id, (Sentence("摘录的答复。", "courtesy"),), notice="模型没有响应，以下摘自工单原文。")
    return _answer(id, (Sentence(f"您说的是“{text[:40]}”吗？请补充是哪个产品。", "question"),), verdict="clarify")


def _answer(id: str, sentences: tuple[Sentence, ...], citations: tuple[Citation, ...] = (), **more: Any) -> Answer:
    return Answer(
        id=id,
        text="\n".join(sentence.text for sentence in sentences),
        sentences=sentences,
        citations=citations,
        index="build-1",
        **{"verdict": "answered", **more},
    )
