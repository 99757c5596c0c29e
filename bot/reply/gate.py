"""Whether to answer, ask back, hand over or decline: from several signals, never from a fused rank.

A missing signal means: do not answer. Knows neither writers nor wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.records import Evidence, Hit, Verdict
from bot.reply.domain import Domain
from bot.reply.intent import asks_time
from bot.search.synonyms import expansion

PERSON = re.compile(
    r"转人工|人工客服|人工服务|(?:找|要|叫|换|接)(?:个|一个|一下)?(?:人工|真人|活人|客服)|真人|和人(?:说|聊|谈)|工程师(?:联系|回电)|"
    r"投诉|\b(?:human|real person|live agent|speak to (?:a |an )?(?:person|agent|someone))\b",
    re.I,
)
# A wish that somebody act, and the words that make it a question about how to act oneself.
ACT = re.compile(
    r"(?:帮我|帮忙|帮看|帮催|帮查|求你们|麻烦(?:您|你|你们|后台)?|请(?:您|你|你们)?(?:帮|协助|尽快|把)|能不能(?:先)?(?:替|帮)|可否|给我)[^。？?]{0,24}"
    r"(?:处理|操作|下发|退|解冻|恢复|开通|开启|删除|审核|加急|催|切|过户|找回|划到|转到|重启|关闭|延期|刷新|查|看|跑|弄|推|核|降|撤|续)|"
    r"催一?下|加急|尽快处理|赶紧处理|快点处理|退款|退订|退钱|谁给[^，。]{0,6}核|那?[单张]子?我?不要了|"
    r"一直(?:在)?(?:显示)?(?:处理中|配置中|审核中|续费中|部署中)|(?:到底)?给不给我生效"
)
ASKS = re.compile(
    r"怎么(?!还)|如何|怎样|咋(?!还)|为什么|为啥|为何|哪里|哪儿|在哪|哪个|哪些|什么(?!时候)|多久|多少|几[天个步]|步骤|流程|区别|能不能用|可以吗|行吗|要不要|是不是"
)


# A logistic fit on development questions, ours against those of other businesses (docs/decisions.md):
# the nearest passage's cosine, the best ticket's share of the question's rare words, strong and weak words
# of the trade, the trade's words that a customer's stand for, the length, and words of other businesses.
NEAR, COVERED, STRONG, WEAK, MEANT, LENGTH, FOREIGN, BIAS = 12.6, 1.2, 3.0, 1.4, 1.7, 2.5, -5.2, -7.5
OURS = -1.5  # log-odds; refusing a customer is worse than telling a stranger that nothing was found
# Cosine and the best statement's weight together: below the first nothing is said (2 % of the answerable
# development questions), below the second it is said that no past ticket is quite the same.
THIN, LOOSE = 1.0, 1.35


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the name of its reason: asked, action, thin, disputed, stranger, vague, near or evidence."""

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
        dense = max((hit.dense for hit in hits), default=0.0)
        covered = max((hit.coverage for hit in hits), default=0.0)
        if self.ours(question, dense, covered) < OURS:
            return Decision("declined", "stranger")
        if not evidence:
            return Decision("handoff", "thin")
        best = evidence[0]
        if best.statement.disputed and asks_time(question):
            return Decision("handoff", "disputed")
        if ACT.search(question) and (resolved in ("action", "wait") or not ASKS.search(question)):
            return Decision("handoff", "action")
        strength = dense + best.score
        if strength < LOOSE and self._domain.vague(question):
            return Decision("clarify", "vague")
        if strength < THIN:
            if ACT.search(question):
                return Decision("handoff", "action")
            return Decision("handoff", "thin")
        return Decision("answered", "evidence" if strength >= LOOSE else "near")

    def ours(self, question: str, dense: float, covered: float) -> float:
        """Log-odds that the question is this desk's business."""
        strong, weak = self._domain.words(question)
        meant = min(len(expansion(question).split()), 8) / 4
        return (
            BIAS
            + NEAR * dense
            + COVERED * covered
            + STRONG * strong
            + WEAK * weak
            + MEANT * meant
            + LENGTH * min(len(question), 60) / 60
            + FOREIGN * self._domain.foreign(question)
        )
