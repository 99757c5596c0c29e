"""A draft on one sheet, for an agent at a terminal: the letter first, then all that stands beside it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.proposal import Proposal
from bot.reply.mail import told

_SURE = {"high": "高", "medium": "中", "low": "低"}
_SOLVED = {
    "self-service": "说明后自助解决",
    "action": "客服操作解决",
    "partial": "说明加客服操作",
    "wait": "等待处理",
    "unresolved": "没有记录",
}


def sheet(made: Proposal) -> str:
    return "\n".join(_lines(made))


def _lines(made: Proposal) -> Iterator[str]:
    yield made.text
    for step in made.first:
        yield f"\n{step}"
    for cited in made.answer.citations:
        where = f"{cited.source.file} #{cited.source.ordinal}"
        yield f"\n[{cited.n}] {cited.title} ({where}, agree {cited.agree})\n    {cited.quote}"
    if made.ask:
        yield "\n需要客户提供：" + "、".join(told(need, "zh") for need in made.ask)
    yield f"\n把握：{_SURE[made.confidence]}。{made.reason}"
    if made.product:
        yield f"归类：{made.product}" + (f"｜{made.topic}" if made.topic else "")
    if total := made.resolved.get("total"):
        kinds = [f"{_SOLVED.get(kind, kind)} {count}" for kind, count in made.resolved.items() if kind != "total"]
        yield f"相似工单 {total} 个：{'、'.join(kinds)}" + (f"；通常 {made.typical_time}" if made.typical_time else "")
    for _, warning in made.warnings:
        yield f"注意：{warning}"
    for one in made.similar:
        how = _SOLVED.get(one.resolution, one.resolution)
        yield f"\n{one.id} {one.title}（{one.product}，{how}）\n    {one.solved}"
