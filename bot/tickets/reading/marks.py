"""What a single line of a ticket file looks like: a heading, a label, a rule, a numbered or a bold line.

Looks at one line alone: whether a label is a section in this file is for survey.py to say. Every
pattern is bounded, so that a line of a million characters costs no more than its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.tickets.reading.layouts import LONGEST, NUMBERING, Section, bare, guess, section

ID_COMMENT = re.compile(r"^<!--\s*ticket:\s*([\w.\-]{1,80})\s*-->$")
RULE = re.compile(r"^(?:[-*_=~—](?:\s?[-*_=~—]){2,200}|#{1,6})$")
_HEADING = re.compile(r"^(#{1,6})\s+(?=\S)")
_NAME = rf"[^*:：\n]{{1,{LONGEST}}}"
_BULLET = re.compile(r"^[-*+•·]\s+|^\d{1,2}[.、)）]\s*(?=\*\*)")
_BOLD = re.compile(rf"^(?:\*\*|__)\s*({_NAME}?)\s*[:：]?\s*(?:\*\*|__)\s*[:：]?\s*")
_BOLD_WHOLE = re.compile(rf"^\*\*({_NAME}?)\s*[:：]\s*(?=[^*]{{1,400}}\*\*$)")
_PLAIN = re.compile(rf"^([^*:：\n\"'“”‘’{{}}<>=]{{1,{LONGEST}}}?)\s*[:：]\s*")
_SQUARE = re.compile(rf"^[【\[]({_NAME}?)[】\]]\s*[:：]?\s*")
_CELL = re.compile(rf"^\|\s*(?:\*\*)?({_NAME}?)\s*[:：]?\s*(?:\*\*)?\s*\|\s*(?=\S)")

_META = re.compile(rf"^(?:[-*+•]\s+)?\*\*\s*({_NAME}?)\s*(?:[:：]\s*\*\*|\*\*\s*[:：])")

# How firmly a way of writing a label says that it is one: a plain word and a colon stand in any prose.
STRENGTH = {"bold": 2, "square": 2, "table": 2, "list": 2, "bullet": 1, "plain": 1}


@dataclass(frozen=True, slots=True)
class Label:
    """A line that may open a section: how it is written, its name, what it means, what stands beside it."""

    style: str
    name: str
    section: Section
    known: bool
    rest: str = ""


def strength(style: str) -> int:
    return STRENGTH.get(style, 3)


def heading(line: str) -> tuple[int, str] | None:
    """Level and text of a Markdown heading."""
    found = _HEADING.match(line)
    if not found:
        return None
    text = line[found.end() :].rstrip()
    closed = text.rstrip("#").rstrip()
    return len(found.group(1)), closed or text


def label(line: str) -> Label | None:
    """The label that a stripped line carries, known by name or guessed by its words."""
    if not line:
        return None
    first = line[0]
    if first == "#":
        return _heading_label(line)
    if first in "*_" and (found := _BOLD.match(line) or _BOLD_WHOLE.match(line)):
        return _made("bold", found.group(1), line[found.end() :])
    if first in "【[":
        return _made("square", found.group(1), line[found.end() :]) if (found := _SQUARE.match(line)) else None
    if first == "|":
        if not (found := _CELL.match(line)):
            return None
        cells = line[found.end() :].strip().removesuffix("|").replace("\\|", "｜").replace("<br>", "\n")
        return _made("table", found.group(1), cells.strip())
    if bullet := _BULLET.match(line):
        rest = line[bullet.end() :]
        if found := _BOLD.match(rest):
            return _made("list", found.group(1), rest[found.end() :])
        found = _PLAIN.match(rest) if not first.isdigit() else None
        return _made("bullet", found.group(1), rest[found.end() :]) if found else None
    if found := _PLAIN.match(line):
        return _made("plain", found.group(1), line[found.end() :])
    return None


def _heading_label(line: str) -> Label | None:
    found = heading(line)
    if not found:
        return None
    level, text = found
    if len(text) < 4 and len(bare(text)) < 2 and text.isascii():  # `# a` is no answer
        return None
    if len(text) <= LONGEST + 12 and (made := _made(f"h{level}", text, "")):
        return made
    plain = _PLAIN.match(text)
    if plain and (kind := section(plain.group(1))):
        # `## 问题：怎样续费` is a title: a description would stand below its heading.
        kind = "title" if kind == "question" else kind
        return Label(f"h{level}:", bare(plain.group(1)), kind, True, text[plain.end() :].strip())
    return None


def _made(style: str, name: str, rest: str) -> Label | None:
    if kind := section(name):
        return Label(style, bare(name), kind, True, rest.strip())
    if strength(style) > 1 and (kind := guess(name)):
        return Label(style, bare(name), kind, False, rest.strip())
    return None


def loose(line: str) -> str | None:
    """The style of a title that is no heading: a numbered line, or one all in bold."""
    if len(line) > 300:
        return None
    if line.startswith("**") and line.endswith("**") and len(line) > 4 and "**" not in line[2:-2]:
        return "bold"
    return "numbered" if NUMBERING.match(line) else None


def meta(line: str) -> str | None:
    """The name of a bold label, whatever it is called: `**创建时间**: ...`."""
    found = _META.match(line)
    return found.group(1) if found else None
