"""How sure a draft is, in a word with its reason, and what an agent should look at before sending it.

Knows the evidence and the gate's odds; the reasons and warnings are for agents, in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.proposal import Confidence
from bot.records import Evidence
from bot.reply.gate import Decision
from bot.reply.intent import asks_time
from bot.reply.subjects import apart
from bot.tickets.facts import quantities
from bot.tickets.privacy.placeholders import PLACEHOLDER

HIGH = 3.0  # log-odds from which the evidence answers without a doubt,
LEAST = 1.0  # and up to which it is only near
OLD = 365  # days after which a ticket is old
_NEAR, _NEAREST = 8, 3  # evidence in which a contradiction is looked for, and where no time is asked for
_PRICED = re.compile(r"价格|单价|收费|计费标准|额度|限额|配额|上限|限制\d|prices?/|优惠|元/")
_SIZES = ("money", "size")


def confidence(
    decision: Decision, odds: float, cited: Sequence[Evidence], disputed: bool, today: date, chosen: bool = False
) -> tuple[Confidence, str]:
    """The word and one sentence that says why."""
    if not cited:
        if decision.verdict == "declined":
            return "low", "问题看起来不属于已有知识的范围，没有可以引用的说明。"
        return "low", "过往工单里没有能够可靠引用的说明，需要客服自行判断。"
    agree = max(row.statement.agree for row in cited)
    told = f"有 {agree} 个工单给出相同的说明" if agree > 1 else "只有 1 个工单给出这样的说明"
    if disputed:
        return "low", f"{told}，但相关的说法在过往工单中互相矛盾，需要核实。"
    if chosen:
        return "medium", f"依据由客服指定，{told}。"
    if decision.reason != "evidence" or odds < LEAST:
        return "low", f"没有完全相同的情况，引用的是最接近的工单，{told}。"
    ages = [age for row in cited if (age := _age(row.ticket.date, today)) is not None]
    if ages and min(ages) > OLD:
        return "medium", f"{told}，但依据的工单都在一年以前。"
    if odds >= HIGH and (agree > 1 or odds >= 2 * HIGH):
        return "high", f"问题与过往工单吻合，{told}，没有互相矛盾的说法。"
    return "medium", f"问题与过往工单相近，{told}。"


def warnings(cited: Sequence[Evidence], near: Sequence[Evidence], question: str, today: date) -> list[tuple[str, str]]:
    """What may mislead: contradictions near by, prices and limits, old tickets, another customer's values."""
    found: list[tuple[str, str]] = []
    for row in contradicted(question, near):
        found.append(
            ("disputed", f"工单 {row.ticket.id} 的说法与其他工单矛盾，没有写进草稿：{row.statement.text[:60]}")
        )
    texts = [(row, f"{row.statement.text}\n{row.statement.quote}") for row in cited]
    if priced := [row.ticket.id for row, text in texts if _PRICED.search(text) or _sized(text)]:
        found.append(("price", f"引用的价格、额度或限制可能已经变化，请先核对：{_list(priced)}"))
    if old := [row.ticket.id for row in cited if (_age(row.ticket.date, today) or 0) > OLD]:
        found.append(("old", f"依据的工单在一年以前：{_list(old)}"))
    if masked := [row.ticket.id for row in cited if PLACEHOLDER.search(row.statement.text)]:
        found.append(("placeholder", f"引用里有其他客户信息的占位符，请换成这位客户的值或删去：{_list(masked)}"))
    return found


def contradicted(question: str, near: Sequence[Evidence]) -> list[Evidence]:
    """Disputed statements that a question is about: those nearest to it, and more where it asks for a time."""
    most = _NEAR if asks_time(question) else _NEAREST
    return [row for row in near[:most] if row.statement.disputed and not apart(question, row)]


def _sized(text: str) -> bool:
    return any(fact.dimension in _SIZES for fact in quantities(text))


def _age(day: str, today: date) -> int | None:
    """Days since an ISO date, None where there is none."""
    try:
        return (today - date.fromisoformat(day[:10])).days
    except ValueError:
        return None


def _list(tickets: Sequence[str]) -> str:
    return "、".join(dict.fromkeys(tickets))
