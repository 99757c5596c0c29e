"""A hand-over in words: why, what support can do, what to have ready, what happens next.

A ticket that an action solved becomes what support can do; nothing is said to be done or promised.
Whether a hand-over is open is the desk's business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.records import Handoff, Hit, Language, Message, Ticket
from bot.reply.evidence import Library
from bot.reply.frames import say, says
from bot.reply.gate import Decision
from bot.reply.services import named, services
from bot.reply.subjects import topics
from bot.search.terms import simplified
from bot.tickets.near import canonical, pairs
from bot.tickets.privacy.placeholders import ANY_MASK
from bot.tickets.resolution import needs

_DOMAIN = re.compile(r"(?<![\w@/.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])", re.I)
_LEADS = {"asked": "asked", "action": "handoff", "disputed": "disputed", "repeated": "repeated"}
_TICKETS = 2  # tickets whose needs are asked for
TIMES = 3  # how often one question is answered before a person should look
_SAME = 0.7  # share of two-character terms from which two questions are one
# A need is met when its value stands in the conversation, or its placeholder does.
_MET = {
    "需要处理的域名": re.compile(r"域名|链接"),
    "订单号或证书 ID": re.compile(r"订单|编号|证书"),
    "请求 ID（reqid）": re.compile(r"请求"),
    "存储空间名称": re.compile(r"空间"),
    "出现问题的文件链接": re.compile(r"链接|URL"),
}


def handed(
    decision: Decision, question: str, history: Sequence[Message], hits: Sequence[Hit], library: Library, lang: Language
) -> tuple[list[tuple[str, dict[str, str]]], Handoff]:
    """The frames to say, each with its values, and the hand-over. Texts come redacted."""
    lead = _LEADS.get(decision.reason, "thin")
    frames: list[tuple[str, dict[str, str]]] = [(lead, {})]
    said = [message.content for message in history if message.role == "user"] + [question]
    service = next(services(question if decision.reason == "action" else ""), None)
    if service:
        frames.append(("can", {"can": service.names[lang]}))
    wanted: list[str] = []
    if decision.reason in ("action", "asked", "repeated"):
        for hit in hits[:_TICKETS] if decision.reason == "action" else ():
            if not akin(question, library.tickets[hit.ticket]):
                continue
            wanted += needs(library.statements.get(hit.ticket, ()))
            if wanted:
                break
        wanted += service.takes if service else ()
    open_needs = tuple(need for need in dict.fromkeys(wanted) if not _met(need, said))
    if open_needs:
        told = ("、" if lang == "zh" else ", ").join(named(need, lang) for need in open_needs)
        frames.append(("needs", {"needs": told}))
    frames.append(("how", {}))
    return frames, Handoff(say(lead, lang), open_needs, "\n".join(said)[-400:], decision.reason)


def akin(question: str, ticket: Ticket) -> bool:
    """Whether a ticket may be about what the question names."""
    asked, told = topics(question), topics(f"{ticket.title}\n{ticket.question}")
    return not asked or not told or not asked.isdisjoint(told)


def waits(history: Sequence[Message]) -> bool:
    """Whether the last reply handed over already."""
    return any(says(name, _last(history)) for name in ("how", "waiting"))


def asked_back(history: Sequence[Message]) -> bool:
    """Whether the last reply asked for something."""
    return any(says(name, _last(history)) for name in ("clarify_product", "clarify_sdk", "clarify_domain"))


def _last(history: Sequence[Message]) -> str:
    """The last reply, in the script of the desk's own sentences."""
    return simplified(next((message.content for message in reversed(history) if message.role == "assistant"), ""))


def repeated(question: str, history: Sequence[Message]) -> bool:
    """The same question for the third time."""
    before = [message.content for message in history if message.role == "user"]
    return sum(alike(question, text) for text in before) >= TIMES - 1


def alike(one: str, other: str) -> bool:
    """Two questions that say the same in nearly the same words."""
    first, second = pairs(canonical(one)), pairs(canonical(other))
    return canonical(one) == canonical(other) or len(first & second) >= _SAME * max(len(first | second), 1)


def _met(need: str, said: Sequence[str]) -> bool:
    """A placeholder of the needed kind stands in what the customer wrote."""
    pattern = _MET.get(need)
    if need == "需要处理的域名" and any(_DOMAIN.search(text) for text in said):
        return True
    return pattern is not None and any(pattern.search(mask) for text in said for mask in ANY_MASK.findall(text))
