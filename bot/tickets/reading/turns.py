"""The lines of a dialogue or an answer become turns: who said what.

A dialogue marks its two sides in one way, so `User: root` in a pasted log is no customer where the
customer is **客户**. Without any roles each bullet or paragraph is something the agent said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.records import Role, Turn
from bot.tickets.reading.layouts import CUSTOMER, ROLE
from bot.tickets.reading.marks import RULE

IMAGE = "[图片]"
MOST = 20_000  # turns of one ticket; what comes after them stays in the last one

Rows = Iterable[tuple[int, str]]
_DATE = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
_TIME = rf"(?:{_DATE}[ T]{{0,2}})?\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\.\d{{1,6}})?|{_DATE}"
_WHEN = rf"(?:[（(\[]?\s*(?:{_TIME})\s*[)）\]]?)"
_NAMED = r"(?:\s?(?:\d{1,4}|[A-Da-d])(?![A-Za-z\d])|[（(][^（）()\n]{1,24}[)）]|小[\u4e00-\u9fff])?"
# Marks of Markdown, brackets, a number or an emoji may stand before the name of who speaks.
_LEAD = (
    r"(?P<lead>(?:[>*_+•·【\[\-]|\d{1,3}[.、](?=\s*\*\*|\s)|[ \t\ufe0f\u200d]"
    r"|[^\x00-\x7f\w\s“”‘’「」《》〈〉（）【】，。：；、？！…～—]){0,12})"
)
_ROLE = re.compile(
    rf"^{_LEAD}(?:{_WHEN}\s*\*{{0,2}}\s*)?(?P<who>{ROLE}){_NAMED}(?P<close>[*_】\]]{{0,3}})\s*{_WHEN}?[*_】\]]{{0,3}}\s*"
    r"(?:[:：]\s*(?P<end>\*{0,2})\s?)",
    re.I,
)
_SQUARE = re.compile(rf"^(?P<lead>[【\[])\s*(?P<who>{ROLE}){_NAMED}\s*{_WHEN}?\s*(?P<close>[】\]])\s*", re.I)
_ALONE = re.compile(rf"^(?P<lead>#{{2,6}}\s+|\*\*\s*)(?P<who>{ROLE}){_NAMED}\s*{_WHEN}?\s*(?P<close>\**)$", re.I)
_BULLET = re.compile(r"^(?:[-*•]|\d{1,3}[.、])\s+")


@dataclass(frozen=True, slots=True)
class Say:
    """A line that says who speaks: the side, what it is called, how it is marked, and what stands behind it."""

    side: Role
    who: str
    style: str
    text: str


def role(line: str) -> Say | None:
    """Who speaks in a stripped line, if it says so."""
    if len(line) > 120 and not _near(line[:120]):
        return None
    found = _ROLE.match(line) or _SQUARE.match(line) or _ALONE.match(line)
    if not found:
        return None
    who = re.sub(r"\s+", " ", found.group("who")).lower()
    lead = re.sub(r"\d+", "1", re.sub(r"\s", "", found.group("lead")))
    style = f"{lead}{who if who.isascii() else ''}"  # an English word in a log is not the name that was used before
    return Say("customer" if CUSTOMER.match(who) else "agent", who, style, line[found.end() :])


def _near(start: str) -> bool:
    return any(mark in start for mark in ":：】]")


def turns(rows: list[tuple[int, str]], dialogue: bool) -> tuple[list[Turn], str]:
    """The turns of one section, and what stands before the first role of a dialogue.

    In an answer roles count only when the first line has one or both sides speak: a log may hold a
    line that looks like one.
    """
    rows = trimmed(rows)
    says = {index: say for index, (_, text) in enumerate(rows) if (say := role(text.strip()))}
    styles = _styles(list(says.values()))
    says = {index: say for index, say in says.items() if say.style == styles.get(say.side)}
    sides = {say.side for say in says.values()}
    if not says or not (dialogue or len(sides) == 2 or 0 in says):
        return _told(rows), ""
    first = min(says)
    lead = rows[:first]
    found: list[tuple[int, Role, list[str]]] = []
    for index, (line, text) in enumerate(rows[first:], start=first):
        if (spoken := says.get(index)) and len(found) < MOST:
            found.append((line, spoken.side, [spoken.text]))
        else:
            found[-1][2].append(text)
    said = _made(found)
    return (said, joined(lead)) if dialogue else (_told(lead) + said, "")


def _styles(says: list[Say]) -> dict[Role, str]:
    """How each side is marked: as the first that speaks, or in a way of its own when that one never is."""
    if not says:
        return {}
    first = says[0]
    styles: dict[Role, str] = {first.side: first.style}
    other: Role = "agent" if first.side == "customer" else "customer"
    like = (first.who.isascii(), len(first.who) == 1)  # `Q` goes with `A`, not with the `Agent` of a log
    across = [say.style for say in says if say.side == other]
    alike = [say.style for say in says if say.side == other and (say.who.isascii(), len(say.who) == 1) == like]
    if across:
        styles[other] = first.style if first.style in across else (alike or across)[0]
    return styles


def _told(rows: list[tuple[int, str]]) -> list[Turn]:
    """Each bullet or paragraph as something the agent said."""
    found: list[tuple[int, Role, list[str]]] = []
    fresh = True
    for line, text in rows:
        stripped = text.strip()
        if fresh and RULE.match(stripped):
            continue
        bullet = _BULLET.match(stripped)
        if stripped and (fresh or (bullet and text == text.lstrip())) and len(found) < MOST:
            found.append((line, "agent", [stripped[bullet.end() :] if bullet else stripped]))
        elif found:
            found[-1][2].append(text)
        fresh = not stripped
    return _made(found)


def _made(found: list[tuple[int, Role, list[str]]]) -> list[Turn]:
    texts = ((line, side, _said(parts)) for line, side, parts in found)
    return [Turn(side, text, line, text.count(IMAGE)) for line, side, text in texts if text]


def _said(parts: list[str]) -> str:
    """The lines of a turn, without the rules that part it from the next one."""
    end = len(parts)
    while end > 1 and (not parts[end - 1].strip() or RULE.match(parts[end - 1].strip())):
        end -= 1
    return "\n".join(parts[:end]).strip()


def trimmed(rows: Rows) -> list[tuple[int, str]]:
    """`rows` without blank lines and rules at either end: they part sections, they are not said."""
    kept = list(rows)
    while kept and (not kept[-1][1].strip() or RULE.match(kept[-1][1].strip())):
        kept.pop()
    start = 0
    while start < len(kept) and (not kept[start][1].strip() or RULE.match(kept[start][1].strip())):
        start += 1
    return kept[start:]


def joined(rows: Rows) -> str:
    return "\n".join(text.rstrip() for _, text in trimmed(rows)).strip()
