"""What is left to people before a letter can go: steps in a back office, and what support asked for in such cases.

Knows the question, the tickets that are heard and the services; not what a ticket holds already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.records import Ticket
from bot.reply.evidence import Library
from bot.reply.precedents import acted
from bot.reply.services import ANY, SERVICES, Service, services
from bot.reply.wishes import asks, wants_action, wants_person
from bot.tickets.resolution import needs, resolution

Heard = Sequence[tuple[Ticket, float]]

_PARTICULAR = 9  # services that are named by what is wanted; those behind them by the thing alone
_ASKED_OF = 3  # similar tickets of which the first that asked for something is followed
_STEPS = 3
# A wish that support act, as tickets put it to people.
_WISH = re.compile(
    r"(?:烦请|麻烦|请|求|劳烦)[^，。！？\n]{0,12}(?:后台|人工|处理|看下|看一下|核实|查)|"
    r"(?:能不能|能否|可否|可不可以)[^，。！？\n]{0,12}(?:转到|转给|转回|退|恢复|解|重新跑|作废)|"
    r"[要想给]退(?!役|休|[款订费][^，。]{0,6}(?:多久|怎么|流程|入口|哪))|退掉|赶紧|有没有人|没人管|卡死|没动静|动都不动|"
    r"一直(?:在)?(?:转圈|卡|处理中|配置中|审核中|待审核|找回中)|"
    r"\b(?:please|can you|could you) (?:\w+ ){0,3}"
    r"(?:refund|restore|unfreeze|unblock|check|reset|cancel|release|move|transfer|reissue|re-run|rerun)\b",
    re.I,
)
# What happened to somebody, beside what anybody may ask.
_CASE = re.compile(
    r"失败|[不没]过(?!期)|未通过|不了|打不开|无法|报错|异常|慢|超时|断[掉了线开]|卡|不动|一直|还没|涨|多扣|"
    r"没(?:有)?(?:生效|启用|到账|下来)|[乱错]收|[乱误]扣|对不上|才过|半天|(?:小时|天|周|月)了|停了|不见了|空的|"
    r"error|fail|slow|stuck|still|timeout|timed out|keeps?\b|\b[45]\d\d\b",
    re.I,
)


def acts(question: str) -> bool:
    """Whether support is to act, or a person is wanted."""
    return wants_action(question) or wants_person(question) or bool(_WISH.search(question))


def steps(question: str, act: bool, heard: Heard, library: Library) -> tuple[Service, ...]:
    """What only a person can do: as the customer asks for it, or as the most similar ticket was solved."""
    told = asks(question)
    solved = bool(heard) and resolution(library.statements.get(heard[0][0].id, ())) == "action"
    if not act and (not solved or told or not _CASE.search(question)):
        return ()
    asked = list(services(question))
    particular = [service for service in asked if service in SERVICES[:_PARTICULAR]]
    if particular:
        return tuple(particular[:_STEPS])
    if not asked and (deeds := acted(heard, library)):
        asked = list(services(f"{heard[0][0].title} {deeds[0].text}"))
    return tuple(asked[:1]) or (() if told else (ANY,))


def wanted(question: str, steps: Sequence[Service], heard: Heard, library: Library) -> tuple[str, ...]:
    """What agents of the most similar tickets asked for; nothing of who asks how a thing is done, not of a case."""
    if not steps and not _CASE.search(question):
        return ()
    told = (needs(library.statements.get(ticket.id, ())) for ticket, _ in heard[:_ASKED_OF])
    return next((asked for asked in told if asked), ())
