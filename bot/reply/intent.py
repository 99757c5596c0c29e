"""What kind of thing a question asks for, and whether a sentence is of that kind.

A time for "how long", a place for "where", a cause for "why", steps for "how", a number for "how much".
Knows nothing of topics.
"""

from __future__ import annotations

import re

from bot.tickets.facts import quantities

_TIME = re.compile(
    r"多久|多长时间|几天|几个月|几小时|几分钟|什么时候|何时|多少天|啥时候|有效期|能用多|how long|when\b|valid", re.I
)
_WHERE = re.compile(r"哪里|哪儿|在哪|入口|怎么看|怎么查|链接|地址|页面|上哪|where", re.I)
_WHY = re.compile(r"为什么|为何|怎么回事|原因|凭什么|什么道理|咋回事|为啥|why", re.I)
_HOW = re.compile(r"怎么|如何|怎样|步骤|流程|咋|how", re.I)
_MUCH = re.compile(r"多少|限额|上限|最多|超过|金额|几块|how much", re.I)
_PLACE = re.compile(r"http|->|→| - |—|「|\[")
_CAUSE = re.compile(r"由于|因为|导致|影响|可能是|只有")
_ACT = re.compile(r"点击|步骤|可以|需要|建议|请|\n1\.")
_TOLD = re.compile(r"每个?月|节后")
_MOST = 2.5


def asks_time(question: str) -> bool:
    return bool(_TIME.search(question))


def asks_why(question: str) -> bool:
    return bool(_WHY.search(question))


def tells_span(sentence: str) -> bool:
    """It holds a duration."""
    return any(fact.dimension == "duration" for fact in quantities(sentence))


def tells_time(sentence: str) -> bool:
    return tells_span(sentence) or bool(_TOLD.search(sentence))


def expected(question: str, sentence: str) -> float:
    """How many of the question's kinds the sentence meets, 0 to 2.5: a time counts twice, few sentences hold one,
    and "how" half, for most do."""
    met = 0.0
    if asks_time(question) and tells_time(sentence):
        met += 2
    if _WHERE.search(question) and _PLACE.search(sentence):
        met += 1
    if _WHY.search(question) and _CAUSE.search(sentence):
        met += 1
    if _HOW.search(question) and _ACT.search(sentence):
        met += 0.5
    if _MUCH.search(question) and re.search(r"\d", sentence):
        met += 1
    return min(met, _MOST)
