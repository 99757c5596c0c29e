"""Ticket files become tickets: one tolerant reader over Markdown, and .jsonl and .csv rows.

Sections are known by their names (layouts.py) and by the habits of the file (survey.py); a heading
that is no section is a title only where a section follows it that this ticket cannot hold any more.
Knows nothing of privacy or mending: texts are kept as they stand, with the lines they stood on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bot.errors import KnowledgeError
from bot.records import SetAside, Source, Ticket, Turn
from bot.tickets.reading.decoding import LIMIT, Lines, Note, NotText, decode, lines
from bot.tickets.reading.layouts import Section
from bot.tickets.reading.places import Open
from bot.tickets.reading.survey import survey
from bot.tickets.reading.tables import day, read_csv, read_jsonl
from bot.tickets.reading.turns import IMAGE, joined, turns
from bot.tickets.reading.walk import walk

__all__ = ["IMAGE", "MOST", "Reading", "read", "read_markdown"]

MOST = 100_000  # tickets a file; with LIMIT it bounds the memory of the strangest file
_LEVELS = re.compile(r"\s*[｜|]\s*|\s*[>＞→»]\s*|\s+[/／\-–—]\s+|(?<=[\u4e00-\u9fff])/(?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held: tickets in order, and what was set aside. Nothing is dropped silently.

    Tickets and set-aside rows together are the tickets of the file. `notes` tell what else a
    maintainer should know: odd encodings, unknown sections, chapters and summaries that are no tickets.
    """

    tickets: tuple[Ticket, ...]
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[SetAside, ...] = ()


def read(path: Path) -> Reading:
    """Reads one .md, .jsonl or .csv file.

    Raises KnowledgeError, naming the file, when it cannot be read as text at all or is too large.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LIMIT + 1)
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be read ({error.strerror or error}).") from None
    if len(raw) > LIMIT:
        raise KnowledgeError(f"{path}: larger than {LIMIT >> 20} MiB; split it into several files.")
    if not raw.strip():
        raise KnowledgeError(f"{path}: the file is empty.")
    try:
        text, odd = decode(raw)
    except NotText as error:
        raise KnowledgeError(f"{path}: {error}.") from None
    del raw
    name = path.name
    if path.suffix == ".jsonl":
        found = Reading(*read_jsonl(text, name, MOST))
    elif path.suffix == ".csv":
        found = Reading(*read_csv(text, name, MOST))
    else:
        found = read_markdown(text, name)
    return Reading(found.tickets, found.set_aside, (*_notes(odd, name), *found.notes))


def read_markdown(text: str, file: str) -> Reading:
    """Tickets of a Markdown file. A ticket without a word by an agent is kept: it may still be found."""
    rows, notes = lines(text)
    tickets: list[Ticket] = []
    aside: list[SetAside] = []
    for opened in walk(rows, survey(rows.texts), notes):
        if len(tickets) + len(aside) >= MOST:
            aside.append(SetAside(file, opened.line, f"more than {MOST:,} tickets: the rest of the file is not read"))
            break
        ticket = _close(opened, rows, file)
        if ticket is None:
            why = "no question and no answer" if opened.blocks else "no section that this reader knows follows"
            aside.append(SetAside(file, opened.line, f"“{opened.title[:40]}”: {why}"))
        else:
            tickets.append(ticket)
    if not tickets and not aside:
        aside.append(SetAside(file, 1, "no ticket found: no title is followed by a section this reader knows"))
    return Reading(tuple(tickets), tuple(aside), _notes(notes, file))


def _notes(notes: list[Note], file: str) -> tuple[SetAside, ...]:
    return tuple(SetAside(file, line, text) for line, text in notes)


def _close(opened: Open, rows: Lines, file: str) -> Ticket | None:
    dialogue: list[Turn] = []
    answer: list[Turn] = []
    kept: dict[Section, list[str]] = {"dialogue": [], "answer": [], "question": [], "root_cause": []}
    for block in opened.blocks:
        if block.section not in kept:
            continue
        held = block.rows(rows)
        if block.section == "dialogue":
            said, lead = turns(held, dialogue=True)
            dialogue += said
            kept["dialogue"].append(lead)
        elif block.section == "answer":
            answer += turns(held, dialogue=False)[0]
            kept["answer"].append(joined(held))
        else:
            kept[block.section].append(joined(held))
    texts = {section: "\n".join(text for text in found if text) for section, found in kept.items()}
    lead = joined(opened.lead)
    question = texts["question"] or (lead if opened.blocks else "")
    said, summary = (dialogue, texts["answer"]) if dialogue else (answer, "")
    summary = summary or texts["dialogue"]
    if not said and not question:
        return None
    product, topic, scenes = _category(opened)
    return Ticket(
        id=opened.id,
        title=opened.title or next(iter((question or said[0].text).split("\n")))[:120],
        question=question,
        turns=tuple(said),
        product=product,
        topic=topic,
        scenes=scenes,
        summary=summary,
        root_cause=texts["root_cause"],
        source=Source(file, opened.ordinal, opened.line),
        date=day(_value(opened, "date")),
        author=_value(opened, "author"),
        approver=_value(opened, "approver"),
        expires=day(_value(opened, "expires")),
    )


def _value(opened: Open, section: Section) -> str:
    return next(iter(opened.values.get(section, [])), "").strip("`* ")


def _category(opened: Open) -> tuple[str, str, tuple[str, ...]]:
    """Product, topic and scenes: `product｜topic` by whatever mark, or each by a label of its own."""
    values = {kind: opened.values.get(kind, []) for kind in ("category", "product", "scenes")}
    first = values["category"][0].strip("`* ") if values["category"] else ""
    product, topic = (*_LEVELS.split(first, maxsplit=1), "")[:2]
    if values["product"]:
        product, topic = values["product"][0].strip("`* "), topic or (first if first != values["product"][0] else "")
    scenes = [part.strip("`* ") for value in values["scenes"] for part in re.split(r"[,，、;；]", value)]
    return product.strip(), topic.strip(), tuple(scene for scene in [*scenes, *values["category"][1:]] if scene)
