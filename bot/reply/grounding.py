"""Each sentence against the evidence it cites: what can be compared exactly is compared exactly.

A sentence passes when its evidence exists, its numbers, links, names and placeholders are in that
evidence, most of its words are, its negation agrees, and it claims no work. Nothing more is claimed:
that a passed sentence follows from its evidence is not proven here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from bot.records import Draft, Evidence, Statement
from bot.tickets.facts import NOT, numbers, quantities
from bot.tickets.mending import links
from bot.tickets.privacy.placeholders import ANY_MASK

# Work and promises of a person, in any voice; a reply never makes one of them its own.
_WORK = (
    "处理|操作|下发|开启|关闭|解冻|退款|退回|退订|提交|反馈|恢复|降级|回滚|找回|过户|重置|审核通过|开通|延期|解封|部署|修复|"
    "核实|联系|删除|刷新|解绑|催促|加急|升级|排查|跟进|开具|解决|签发"
)
CLAIM = re.compile(
    rf"(?:已经?|刚刚?|正在|马上|立即|稍后|随后|现在就?)(?:就|会|将|被|由)?(?:为|帮|给|替)?(?:您|你|客户)?"
    rf"(?:[您你]的|[^，。；\n的不无]){{0,8}}?(?:{_WORK})(?:好|完|完成|成功|了|中)?(?:[，。；！!\n]|$|了|您|完)|"
    rf"(?:我|我们|这边|本助手|客服|工程师)(?:已经?|会|将|来|马上|立即|正在|稍后|现在|就)*(?:为|帮|给|替)(?:您|你)"
    rf"[^，。；\n]{{0,10}}(?:{_WORK}|查询|查看|申请|安排|催)|"
    r"(?:正在|马上|稍后|这就|已经?)(?:会|将)?(?:为|帮|给|替)(?:您|你)|"
    r"(?:客服|工程师|专人)(?:已经?|稍后|会|将)+(?:与|和)?(?:您|你)?(?:介入|联系|跟进|处理)|"
    r"\b(?:I|we)(?:['’](?:ve|ll|m|re)| have| will| am| are)? (?:already |just |now )?"
    r"(?:process|refund|fix|enabl|issu|reset|submit|escalat|contact|handl|restor|look)\w* "
    r"(?:you|it|this|that|the|into)|"
    r"\b(?:(?:has|have) (?:already |just |now )?been|it['’]s (?:already |just |now )?been) "
    r"(?:processed|refunded|enabled|issued|reset|restored|handled|fixed|submitted|escalated|resolved|completed for you)"
    r"\b|\b(?:was|were|is being|are being) (?:already |just |now )?"
    r"(?:processed|refunded|restored|handled|fixed|resolved)\b",
    re.I,
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.+\-]*[A-Za-z0-9]|[A-Za-z]{2,}")
_CLAUSE = re.compile(r"[^，。；！？,;!?\n]+")
_WORD = re.compile(r"[\u3400-\u9fff]+")
_ENGLISH_LEAD = re.compile(
    r"^(?:In a similar ticket, support (?:explained|said|suggested)|The cause recorded in a similar ticket):?\s*", re.I
)
CONTAINED = 0.55  # share of a sentence's two-character terms that its evidence must hold
_FRAME = re.compile(
    r"类似(?:的)?工单中?|记录的原因是?|客服(?:的)?(?:说明|答复|建议|解释)(?:是|为)?|过往工单|您好|请|您|可以|需要|如果"
)


class Checker:
    """`relevance`: the cosine of a sentence to statements (Retriever.relevance)."""

    def __init__(self, relevance: Callable[[str, Sequence[Statement]], Sequence[float]]) -> None:
        self._relevance = relevance

    def reason(self, draft: Draft, evidence: Mapping[int, Evidence], question: str = "") -> str | None:
        return reason(draft, evidence, question)


def reason(draft: Draft, evidence: Mapping[int, Evidence], question: str = "") -> str | None:
    """Why the sentence must not leave, in a word or two for the log; None when it may."""
    if draft.kind in ("courtesy", "question"):
        return None
    if not draft.evidence:
        return "no citation"
    if any(number not in evidence for number in draft.evidence):
        return "citation of nothing"
    cited = [evidence[number] for number in draft.evidence]
    return _check(draft.text, cited, question)


def _check(text: str, cited: Sequence[Evidence], question: str) -> str | None:
    source = "\n".join(f"{row.statement.text}\n{row.statement.quote}" for row in cited)
    if CLAIM.search(text):
        return "claims work"
    if any(row.statement.disputed for row in cited):
        return "disputed"
    known = {link.url for link in links(source)}
    urls = links(text)
    if any(link.url not in known for link in urls):
        return "link"
    bare = _ENGLISH_LEAD.sub("", _without(text, [(link.start, link.end) for link in urls]))
    if not numbers(_unlisted(bare)) <= numbers(source) | numbers(_unlisted(source)):
        return "number"
    if not set(ANY_MASK.findall(text)) <= set(ANY_MASK.findall(source)):
        return "placeholder"
    plain = _without(bare, [(fact.start, fact.end) for fact in quantities(bare)])  # 三个月 may stand for 90天
    context = f"{source}\n" + "\n".join(f"{row.ticket.title}\n{row.statement.asked}" for row in cited)
    folded = _fold(f"{context}\n{question}")
    if any(_fold(name) not in folded for name in _NAME.findall(plain)):
        return "name"
    if _contained(plain, context) < CONTAINED:
        return "words"
    if not all(_agrees(clause, source) for clause in _CLAUSE.findall(bare)):
        return "negation"
    return None


def _agrees(clause: str, source: str) -> bool:
    """Whether one of the source's clauses that speak of the same thing says yes or no as this one does."""
    words = set(_pairs(_FRAME.sub(" ", clause)))
    shared = [(len(words & set(_pairs(other))), bool(NOT.search(other))) for other in _CLAUSE.findall(source)]
    most = max((count for count, _ in shared), default=0)
    denied = bool(NOT.search(clause))
    if not most:
        return not denied or bool(NOT.search(source))
    return any(other == denied for count, other in shared if 2 * count >= most)


def _unlisted(text: str) -> str:
    """Without the numbers that only count steps."""
    return re.sub(r"(?m)^\s*\d{1,2}[.、．)](?!\d)", " ", text)


def _contained(text: str, source: str) -> float:
    pairs = _pairs(_FRAME.sub(" ", text))
    if not pairs:
        return 1.0
    held = _pairs(source)
    return sum(pair in held for pair in pairs) / len(pairs)


def _pairs(text: str) -> list[str]:
    return [run[index : index + 2] for run in _WORD.findall(text) for index in range(len(run) - 1)]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
