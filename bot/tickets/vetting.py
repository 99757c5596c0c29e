"""Whether an answer may be approved: what its file says, read back as a build would, with the reason where it may not.

Knows one answer and its text; folders and files are for approved.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from bot.errors import KnowledgeError
from bot.records import Statement, Ticket
from bot.tickets import door
from bot.tickets.kinds import never_knowledge
from bot.tickets.passages import sayable
from bot.tickets.plain import plain, quoted, title_of
from bot.tickets.privacy.redaction import Redactor
from bot.tickets.reading.reader import read_markdown
from bot.tickets.statements import statements

LONGEST = 8000  # characters of a question or an answer
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NAME = re.compile(r"[^\s*`#<>|｜_][^\n*`<>|｜]{0,79}")
_SHOWN = 60  # characters of a sentence that a refusal quotes


@dataclass(frozen=True, slots=True)
class Approved:
    """An answer with who wrote it, who approved it and when. `date` and `expires` are ISO days, `expires` may be "".

    An empty `id` is made of title and question when it is written. `category` is "product｜topic".
    """

    title: str
    question: str
    answer: str
    author: str
    approver: str
    date: str
    expires: str = ""
    category: str = ""
    id: str = ""

    @classmethod
    def of(cls, ticket: Ticket) -> Approved:
        """What a ticket that is an approved answer holds."""
        return cls(
            title=ticket.title,
            question=ticket.question,
            answer=ticket.agent_text,
            author=ticket.author,
            approver=ticket.approver,
            date=ticket.date,
            expires=ticket.expires,
            category="｜".join(part for part in (ticket.product, ticket.topic) if part),
            id=ticket.id,
        )


def checked(
    record: Approved, redactor: Redactor, claims: Callable[[str], bool] = lambda _: False
) -> tuple[Approved, tuple[Statement, ...]]:
    """The answer as it will stand in its file, and what a build makes of each of its sentences.

    A sentence that is no knowledge (a request, a greeting) is kept in the file and not stated: whoever shows a form
    may say so. Raises KnowledgeError with the reason where the answer is refused.
    """
    record = _tidied(record)
    if line := quoted(record.answer):
        raise KnowledgeError(f"The answer quotes a customer (“{line[:_SHOWN]}”): write what support says alone.")
    ticket = _read_back(record)
    clean, _ = redactor.ticket(ticket)
    if clean.agent_text != ticket.agent_text:
        hidden = sorted({kind for kind, _ in redactor.values(ticket.agent_text)})
        names = f" ({', '.join(hidden)})" if hidden else ""
        raise KnowledgeError(f"The answer holds a private value{names}: say it without, in general words.")
    category = "｜".join(part for part in (clean.product, clean.topic) if part)
    shown = replace(record, title=clean.title, question=clean.question, category=category)
    again = _read_back(shown)
    said = statements(again)
    for row in said:
        if why := door.reason(row.text):
            raise _refusal(row, why)
        if row.kind == "action" or claims(row.text):
            raise _refusal(row, "it tells of work that a person did or will do; say what the customer can do")
        if row.kind == "specific" and never_knowledge(row.text):
            raise _refusal(row, "it is about one customer; say what holds for everybody")
    if not any(row.kind == "knowledge" and sayable(row) for row in said):
        first = f": “{said[0].text[:_SHOWN]}”" if said else ""
        raise KnowledgeError(f"The answer says nothing general that could be told to another customer{first}.")
    return shown, said


def rendered(record: Approved) -> str:
    """The file's text: the layout of the other tickets, with the answer's own labels below the title."""
    labels = [
        ("问题分类", record.category),
        ("答复撰写人", record.author),
        ("答复批准人", record.approver),
        ("批准日期", record.date),
        ("答复失效日期", record.expires),
    ]
    head = "\n\n".join(f"**{name}**: {value}" for name, value in labels if value)
    mark = f"<!-- ticket: {record.id} -->\n" if record.id else ""
    return (
        f"## {record.title}\n{mark}\n{head}\n\n### 问题描述\n\n{record.question}\n\n"
        f"### 客服解答\n\n**客户**：{record.question}\n**客服**：{record.answer}\n"
    )


def _tidied(record: Approved) -> Approved:
    """The record with one line where one belongs, and without what Markdown reads as layout."""
    tidy = replace(
        record,
        title=title_of(record.title),
        question=plain(record.question) or title_of(record.title),
        answer=plain(record.answer),
        author=" ".join(record.author.split()),
        approver=" ".join(record.approver.split()),
        category=" ".join(record.category.replace("|", "｜").split()),
    )
    if tidy.id and not ID.fullmatch(tidy.id):
        raise KnowledgeError("The id of an answer is 1 to 64 letters, digits, - or _.")
    for name, value in (("a title", tidy.title), ("a text", tidy.answer)):
        if not value:
            raise KnowledgeError(f"An approved answer needs {name}.")
    if max(len(tidy.title), len(tidy.question), len(tidy.answer)) > LONGEST:
        raise KnowledgeError(f"Title, question and answer hold at most {LONGEST:,} characters each.")
    for name, value in (("author", tidy.author), ("approver", tidy.approver)):
        if not _NAME.fullmatch(value):
            raise KnowledgeError(f"The {name} of an approved answer is a name of at most 80 characters without marks.")
    for name, value in (("date", tidy.date), ("last day", tidy.expires)):
        if (value or name == "date") and not _day(value):
            raise KnowledgeError(f"The {name} of an approved answer is a day such as 2026-01-31.")
    return tidy


def _read_back(record: Approved) -> Ticket:
    """The ticket that the reader finds in the record's file. Raises KnowledgeError unless it is this one alone."""
    named = record if record.id else replace(record, id="new")
    found = read_markdown(rendered(named), f"{named.id}.md")
    tickets = found.tickets
    if len(tickets) != 1 or found.set_aside:
        raise KnowledgeError(
            "The answer would be read as several tickets, or none: leave out lines that look like titles."
        )
    back = Approved.of(tickets[0])
    roles = [turn.role for turn in tickets[0].turns]
    if back != named or roles != ["customer", "agent"]:
        names = [name for name in Approved.__slots__ if getattr(back, name) != getattr(named, name)]
        raise KnowledgeError(
            f"The answer would not be read as it stands ({', '.join(names) or 'turns'}): "
            "leave out lines that look like titles, labels or speakers."
        )
    return tickets[0]


def _refusal(row: Statement, why: str) -> KnowledgeError:
    return KnowledgeError(f"The answer cannot be approved for “{row.text[:_SHOWN]}”: {why}.")


def _day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
