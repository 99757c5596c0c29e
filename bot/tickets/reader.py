"""Ticket files become tickets: one tolerant walk over Markdown, and .jsonl and .csv rows.

A line that names a section (layouts.py) opens it; any other heading is a title only when a section
follows it, so that headings inside a dialogue or a pasted log split nothing. Knows nothing of
privacy or mending: texts are kept as they stand, with the lines they stood on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.records import KnowledgeError, Role, SetAside, Source, Ticket, Turn
from bot.tickets.layouts import AGENT, CUSTOMER, NUMBERING, Section, section
from bot.tickets.tables import read_csv, read_jsonl

IMAGE = "[图片]"
ID_COMMENT = re.compile(r"^<!--\s*ticket:\s*([\w.\-]{1,80})\s*-->$")
_HEADING = re.compile(r"^(#{1,6})\s+(\S.*?)\s*#*$")
_BOLD_LABEL = re.compile(r"^\*\*\s*([^*\n]{1,20}?)\s*[:：]?\s*\*\*\s*[:：]?\s*(.*)$")
_ROLE = re.compile(
    rf"^(?:[-*]\s+)?\*{{0,2}}\s*({'|'.join((*CUSTOMER, *AGENT))})\s*\*{{0,2}}\s*[:：]\s*\*{{0,2}}\s?(.*)$", re.I
)
_BULLET = re.compile(r"^(?:[-*•]|\d{1,3}[.、])\s+(.*)$")
_RULE = re.compile(r"^(?:-{3,}|\*{3,}|_{3,}|#{1,6})$")
_LOOK_AHEAD = 4  # non-blank lines after a title within which a section must open


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held: tickets in order, and what was set aside. Nothing is dropped silently."""

    tickets: tuple[Ticket, ...]
    set_aside: tuple[SetAside, ...] = ()


@dataclass(slots=True)
class _Open:
    """A ticket being read."""

    title: str
    ordinal: int
    line: int
    level: int
    id: str = ""
    category: str = ""
    scenes: str = ""
    texts: dict[Section, list[tuple[int, str]]] = field(default_factory=dict)


def read(path: Path) -> Reading:
    """Reads one .md, .jsonl or .csv file.

    Raises KnowledgeError, naming the file, when it cannot be read as text at all.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be read ({error.strerror or error}).") from None
    if not raw.strip():
        raise KnowledgeError(f"{path}: the file is empty.")
    if b"\0" in raw[:8192]:
        raise KnowledgeError(f"{path}: this is a binary file, not a text file with tickets.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise KnowledgeError(f"{path}, line {line}: not UTF-8 text; save the file as UTF-8.") from None
    name = path.name
    if path.suffix == ".jsonl":
        return Reading(*read_jsonl(text, name))
    if path.suffix == ".csv":
        return Reading(*read_csv(text, name))
    return read_markdown(text, name)


def read_markdown(text: str, file: str) -> Reading:
    """Tickets of a Markdown file. A ticket without a word by an agent is kept: it may still be found."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    tickets, aside = [], []
    for opened in _walk(lines):
        ticket = _close(opened, file)
        if ticket is None:
            aside.append(SetAside(file, opened.line, f"“{opened.title[:40]}”: no question and no answer"))
        else:
            tickets.append(ticket)
    if not tickets and not aside:
        aside.append(SetAside(file, 1, "no ticket found: no title is followed by a section this reader knows"))
    return Reading(tuple(tickets), tuple(aside))


def _walk(lines: list[str]) -> Iterator[_Open]:
    opened: _Open | None = None
    current: Section | None = None
    ordinal = 0
    for index, line in enumerate(lines):
        stripped = line.strip()
        if title := _title(lines, index, current, opened):
            if opened:
                yield opened
            ordinal += 1
            opened, current = _Open(title, ordinal, index + 1, _level(line)), None
            continue
        if opened is None:
            continue
        if current is None and (found := ID_COMMENT.match(stripped)):
            opened.id = found.group(1)
            continue
        if label := _label(stripped):
            current, rest = label
            if current == "category":
                opened.category, rest = rest or opened.category, ""
            elif current == "scenes":
                opened.scenes, rest = rest or opened.scenes, ""
            if rest:
                opened.texts.setdefault(current, []).append((index + 1, rest))
            continue
        if current in ("category", "scenes") and stripped and not _RULE.match(stripped):
            if current == "category" and not opened.category:
                opened.category = stripped
            elif current == "scenes" and not opened.scenes:
                opened.scenes = stripped
        elif current is not None and not _RULE.match(stripped):
            opened.texts.setdefault(current, []).append((index + 1, line.rstrip()))
    if opened:
        yield opened


def _label(stripped: str) -> tuple[Section, str] | None:
    """The section that a line opens, with what stands beside its label."""
    if heading := _HEADING.match(stripped):
        name = section(heading.group(2))
        return (name, "") if name else None
    if bold := _BOLD_LABEL.match(stripped):
        name = section(bold.group(1))
        return (name, bold.group(2).strip()) if name else None
    return None


def _level(heading: str) -> int:
    return len(heading.strip()) - len(heading.strip().lstrip("#"))


def _title(lines: list[str], index: int, current: Section | None, opened: _Open | None) -> str | None:
    """The title on a line, if there is one.

    An answer may follow a title at once, but then the ticket being read must have one already and a
    title of the same level: a heading inside a question or an answer may stand right above a section.
    """
    answered = not opened or ({"answer", "dialogue"} & opened.texts.keys() and opened.level == _level(lines[index]))
    heading = _HEADING.match(lines[index].strip())
    if not heading or section(heading.group(2)):
        return None
    seen = 0
    for line in lines[index + 1 : index + 1 + 4 * _LOOK_AHEAD]:
        stripped = line.strip()
        if not stripped or _RULE.match(stripped) or ID_COMMENT.match(stripped):
            continue
        label = _label(stripped)
        if label and (label[0] in ("category", "question", "scenes") or answered):
            title = NUMBERING.sub("", heading.group(2)).strip().strip("*").strip()
            return title or heading.group(2)
        if _HEADING.match(stripped) and not label:
            return None
        seen += 1
        if seen >= _LOOK_AHEAD or current == "dialogue":
            return None
    return None


def _close(opened: _Open, file: str) -> Ticket | None:
    texts = opened.texts
    dialogue = _turns(texts.get("dialogue", []))
    answer = _turns(texts.get("answer", []))
    turns, summary = (dialogue, _join(texts.get("answer", []))) if dialogue else (answer, "")
    question = _join(texts.get("question", []))
    if not turns and not question:
        return None
    product, _, topic = opened.category.replace("|", "｜").partition("｜")
    scenes = tuple(part.strip() for part in re.split(r"[,，、]", opened.scenes) if part.strip())
    return Ticket(
        id=opened.id,
        title=opened.title,
        question=question,
        turns=tuple(turns),
        product=product.strip(),
        topic=topic.strip(),
        scenes=scenes,
        summary=summary,
        root_cause=_join(texts.get("root_cause", [])),
        source=Source(file, opened.ordinal, opened.line),
    )


def _join(rows: list[tuple[int, str]]) -> str:
    return "\n".join(text for _, text in rows).strip()


def _turns(rows: list[tuple[int, str]]) -> list[Turn]:
    """Turns by role; without roles, each bullet or paragraph is something the agent said."""
    found: list[tuple[int, Role, list[str]]] = []
    roles = [match for _, text in rows if (match := _ROLE.match(text.strip()))]
    # A dialogue names its roles in one language: `User: root` in a pasted log is no customer.
    english = bool(roles) and roles[0].group(1).isascii()
    fresh = True
    for line, text in rows:
        stripped = text.strip()
        role = _ROLE.match(stripped)
        if role and role.group(1).isascii() == english:
            side: Role = "customer" if role.group(1).lower() in CUSTOMER else "agent"
            found.append((line, side, [role.group(2)]))
        elif roles and not found:
            continue
        elif not roles and stripped and (fresh or (_BULLET.match(stripped) and text == text.lstrip())):
            bullet = _BULLET.match(stripped)
            found.append((line, "agent", [bullet.group(1) if bullet else stripped]))
        elif found:
            found[-1][2].append(text)
        fresh = not stripped
    turns = []
    for line, side, texts in found:
        joined = "\n".join(texts).strip()
        if joined:
            turns.append(Turn(side, joined, line, joined.count(IMAGE)))
    return turns
