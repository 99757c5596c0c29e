"""Where evidence really splits: one named thing that decides which answer is the right one.

A product, a kind of domain, or an SDK. Knows the evidence and the question; it does not decide
whether to answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.records import Evidence
from bot.reply.subjects import subjects, topics

_LEADING = 6
# Share of the best statement's weight from which another is as good an answer.
_LEVEL = 0.85
_SHORT = 20  # letters; who writes more has said which thing it is about
# A thing to ask for, and its ways: what names a way in a question or a sentence.
_WAYS: tuple[tuple[str, tuple[tuple[str, re.Pattern[str]], ...]], ...] = (
    (
        "sdk",
        tuple(
            (name, re.compile(rf"(?<![a-z]){pattern}(?![a-z])", re.I))
            for name, pattern in (
                ("Python", "python"),
                ("Java", "java(?!script)"),
                ("Go", "go(?:lang)?(?= ?sdk)"),
                ("PHP", "php"),
                ("Node.js", "node(?:\\.?js)?"),
                ("JavaScript", "javascript|js"),
                ("iOS", "ios|swift|objective-c"),
                ("Android", "android|安卓"),
                ("C#", "c#"),
            )
        ),
    ),
    (
        "domain",
        (
            ("测试域名", re.compile("测试域名")),
            ("源站域名", re.compile("源站域名")),
            ("CDN 加速域名", re.compile("加速域名")),
        ),
    ),
)
_ABOUT = {"sdk": re.compile("sdk", re.I), "domain": re.compile("域名")}


def fork(question: str, evidence: Sequence[Evidence], unsure: bool) -> tuple[str, tuple[str, ...]] | None:
    """The thing to ask for and the ways that the evidence goes; None where one answer will do.

    A product is asked for only where a question names but an aspect (a price, a slow page) and the evidence is not
    sure anyway: a ticket's product is a label, not its answer.
    """
    if not evidence or len(re.sub(r"\W", "", question)) > _SHORT:
        return None
    level = [row for row in evidence[:_LEADING] if row.score >= _LEVEL * evidence[0].score]
    for thing, ways in _WAYS:
        if not _ABOUT[thing].search(question) or any(pattern.search(question) for _, pattern in ways):
            continue
        told = [{name for name, pattern in ways if pattern.search(row.statement.text)} for row in level]
        split = list(dict.fromkeys(name for names in told if len(names) == 1 for name in sorted(names)))
        if told and told[0] and len(split) > 1:
            return thing, tuple(split)
    if unsure and subjects(question) and not topics(question):
        products = list(dict.fromkeys(row.ticket.product for row in level if row.ticket.product))
        if len(products) > 1 and not any(product.lower() in question.lower() for product in products):
            return "product", tuple(products[:4])
    return None
