"""Whether to answer, ask back, hand over or decline: from several signals, never from a fused rank.

A missing signal means: do not answer. Knows neither writers nor wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.records import Evidence, Hit, Verdict
from bot.reply.domain import Domain

PERSON = re.compile(
    r"转人工|人工客服|人工服务|(?:找|要|叫|换|接)(?:个|一个|一下)?(?:人工|真人|活人|客服)|真人|和人(?:说|聊|谈)|工程师(?:联系|回电)|"
    r"投诉|\b(?:human|real person|live agent|speak to (?:a |an )?(?:person|agent|someone))\b",
    re.I,
)
ACT = re.compile(
    r"(?:帮我|帮忙|麻烦(?:您|你|你们)?|请(?:您|你|你们)?(?:帮|协助)?|能不能帮|可否|可以帮|给我)[^，。？?]{0,16}"
    r"(?:处理|操作|下发|退款|退订|退|解冻|恢复|开通|开启|删除|审核|加急|催|切换|过户|找回|重启|关闭|延期|刷新|查一?下|看一?下)|"
    r"(?:催|加急|尽快处理|赶紧|快点处理|退款|退订|退钱|手动(?:处理|切换))|一直(?:在)?(?:显示)?(?:处理中|配置中|审核中|续费中|部署中)|(?:半|几个?|\d+)个?小时了"
)
# Fitted on development questions over the thirty tickets (docs/decisions.md).
ANSWER = 0.47  # weight of the best statement from which it may answer
NEAR = 0.30  # cosine below which a question and everything known are strangers
COVERED = 0.22  # share of the question's rare words below which the best ticket speaks of something else


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the name of its reason: asked, action, thin, disputed, stranger, vague or evidence."""

    verdict: Verdict
    reason: str


class Gate:
    """`domain` tells this business from others."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    @property
    def products(self) -> tuple[str, ...]:
        return self._domain.products

    def decide(self, question: str, hits: Sequence[Hit], evidence: Sequence[Evidence], resolved: str) -> Decision:
        """`resolved`: how the best ticket was resolved (resolution.py); "" when nothing was found."""
        if PERSON.search(question):
            return Decision("handoff", "asked")
        known = self._domain.knows(question)
        dense = max((hit.dense for hit in hits), default=0.0)
        covered = max((hit.coverage for hit in hits[:3]), default=0.0)
        if not known and (dense < NEAR or covered < COVERED):
            return Decision("declined", "stranger")
        if not evidence:
            return Decision("handoff", "thin")
        best = evidence[0]
        if best.statement.disputed:
            return Decision("handoff", "disputed")
        if resolved in ("action", "wait") and (ACT.search(question) or best.ticket.id != hits[0].ticket):
            return Decision("handoff", "action")
        if best.score < ANSWER or covered < COVERED:
            if ACT.search(question):
                return Decision("handoff", "action")
            return Decision("clarify", "vague") if self._domain.vague(question) else Decision("handoff", "thin")
        return Decision("answered", "evidence")
