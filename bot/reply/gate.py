"""Whether to answer, ask back, hand over or decline: from several signals, never from a fused rank.

Two logistic models over calibrated signals: is it this desk's business, and is the answer there. A missing
signal means: do not answer. Knows neither writers nor wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.records import Evidence, Verdict
from bot.reply.calibration import Calibration, shipped
from bot.reply.domain import Domain
from bot.reply.forks import fork
from bot.reply.intent import asks_time, tells_time
from bot.reply.signals import Signals
from bot.reply.subjects import apart
from bot.reply.wishes import asks, courtesy, pries, wants_action, wants_person

# Log-odds up to which an answer is given as the nearest there is, not as the answer.
SURE = 0.5
_LOOKED = 8  # evidence in which a contradicted time is looked for


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and the name of its reason: asked, action, thin, disputed, repeated, stranger, courtesy, fork, near
    or evidence.

    `thing`: which courtesy it was, or what to ask back for, with its ways as `options`.
    """

    verdict: Verdict
    reason: str
    thing: str = ""
    options: tuple[str, ...] = ()


class Gate:
    """`domain` tells this business from others, `calibration` what a measure means in this build."""

    def __init__(self, domain: Domain, calibration: Calibration) -> None:
        self._domain = domain
        self._calibration = calibration
        self._fitted = calibration.fitted or shipped("")

    def words(self, question: str, vector: Sequence[float]) -> dict[str, float]:
        """The measures of a question that need no evidence."""
        strong, weak = self._domain.words(question)
        foreign = float(self._domain.foreign(question))
        return {"strong": strong, "weak": weak, "foreign": foreign, "lean": self._calibration.lean(vector)}

    def named(self, question: str) -> list[str]:
        return self._domain.named(question)

    def scaled(self, signals: Signals) -> dict[str, float]:
        return self._calibration.scaled(signals.values) if signals.sound else {}

    def odds(self, signals: Signals) -> tuple[float, float]:
        """Log-odds that it is this desk's business, and that the evidence answers it."""
        values = self.scaled(signals)
        return self._fitted.domain.odds(values), self._fitted.answer.odds(values)

    def decide(
        self, question: str, signals: Signals, evidence: Sequence[Evidence], asked_back: bool = False, turn: str = ""
    ) -> Decision:
        """`asked_back`: the desk asked for something in its last reply, and does not do so twice. `turn`: the
        customer's own words, where the question was rewritten; what they wish now stands in them alone."""
        turn = turn or question
        if said := courtesy(turn):
            return Decision("clarify", "courtesy", said)
        if wants_person(turn):
            return Decision("handoff", "asked")
        act = wants_action(turn)
        if not signals.sound:
            return Decision("handoff", "action" if act else "thin")
        ours, answered = self.odds(signals)
        if ours < 0:
            return Decision("declined", "stranger")
        if act and (signals["acted"] or not asks(turn)):
            return Decision("handoff", "action")
        if asks_time(question) and _disputed(question, evidence):
            return Decision("handoff", "disputed")
        if not asked_back and not act and (found := fork(question, evidence, answered < SURE)):
            return Decision("clarify", "fork", *found)
        if answered < 0 and pries(question):
            return Decision("declined", "stranger")
        if answered < 0:
            return Decision("handoff", "action" if act else "thin")
        sure = answered >= SURE and not signals["apart"]  # evidence on another subject is at best near
        return Decision("answered", "evidence" if sure else "near")


def _disputed(question: str, evidence: Sequence[Evidence]) -> bool:
    """Whether tickets contradict the first time that the evidence gives."""
    for row in evidence[:_LOOKED]:
        if tells_time(row.statement.text) and not apart(question, row):
            return row.statement.disputed
    return False
