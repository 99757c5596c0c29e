"""An agent's text without the Markdown that a ticket file reads as its own layout: titles, labels, speakers, rules.

Keeps words, lists and code; whether the result really stands in a file, the reader says. Knows no ticket.
"""

from __future__ import annotations

import re

from bot.tickets.reading.decoding import clean
from bot.tickets.reading.layouts import unnumbered
from bot.tickets.reading.marks import ID_COMMENT, RULE, label, strength
from bot.tickets.reading.turns import role

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_BOLD = re.compile(r"\*\*(?=\S)(.{1,400}?)(?<=\S)\*\*")
_UNDERLINED = re.compile(r"^__(?=\S)([^_\n]{1,400})__")
_CODE = re.compile(r"`([^`\n]{1,400})`")
_CELL = re.compile(r"^\|.*\|$")
_BETWEEN = re.compile(r"^\|[\s:|-]+\|$")
_SQUARE = re.compile(r"^[【\[]([^】\]\n]{1,24})[】\]]\s*[:：]?\s*")
_QUOTE = re.compile(r"^>\s?")
_BLANKS = re.compile(r"\n{3,}")


def plain(text: str) -> str:
    """The text as lines that no reader takes for layout; inside fences of code lines stay as they are."""
    lines, fenced = [], False
    for line in clean(re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)).split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        kept = line.rstrip() if fenced else _line(line.strip())
        if kept is not None and not RULE.match(kept.strip()):
            lines.append(kept)
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()


def title_of(text: str) -> str:
    """The text as a title: one line, without number and marks."""
    line = " ".join(part for part in plain(text).split("\n") if part)
    before = ""
    while line != before:
        before, line = line, unnumbered(line.strip("#* ").strip())
    return line


def _line(line: str) -> str | None:
    """One line without marks; None for one that is nothing else."""
    if RULE.match(line) or ID_COMMENT.match(line) or _BETWEEN.match(line):
        return None
    before = None
    while line != before:
        before = line
        line = _QUOTE.sub("", line)
        if found := _HEADING.match(line):
            line = found.group(1)
        line = _CODE.sub(r"\1", _BOLD.sub(r"\1", line)).strip()
        if _CELL.match(line):
            line = "，".join(cell for part in line.strip("|").split("|") if (cell := part.strip()))
        if _taken(line):
            line = _SQUARE.sub(r"\1：", _UNDERLINED.sub(r"\1", line))
    return line


def _taken(line: str) -> bool:
    """Whether a reader may take the line for a section or a speaker by its marks."""
    found = label(line)
    return bool(found and strength(found.style) > 1) or role(line) is not None


def quoted(text: str) -> str:
    """The first line in which a customer is named as the one who speaks, "" where none is."""
    for line in text.split("\n"):
        said = role(line.strip())
        if said and said.side == "customer" and not said.who.isascii():  # `User: root` stands in a log
            return line.strip()
    return ""
