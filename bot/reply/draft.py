"""The same line for an agent: from a whole ticket's text to a question that can be asked."""

from __future__ import annotations

import re

from bot.errors import QuestionError
from bot.records import Question
from bot.tickets.reading.reader import read_markdown

_ROLE = re.compile(r"^\**\s*(客户|用户|customer|user)\s*\**\s*[:：]\s*\**\s?(.*)$", re.I)
_OTHER = re.compile(r"^\**\s*(客服|工程师|agent|support)\s*\**\s*[:：]", re.I)
MOST = 1500  # characters that are asked about: the customer's last words say what is open


def question_of(text: str) -> Question:
    """What the customer of a pasted ticket wants: title, description and what they said last.

    Raises QuestionError when there is not a word in it.
    """
    if not re.search(r"\w", text):
        raise QuestionError("工单是空的，请粘贴工单内容。 The ticket is empty; paste its text.")
    tickets = read_markdown(text, "draft").tickets
    if tickets:
        ticket = tickets[0]
        said = [turn.text for turn in ticket.turns if turn.role == "customer"]
        parts = [ticket.title, ticket.question, *said[-2:]]
    else:
        parts = _customer(text) or [text]
    unique = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    return Question("\n".join(unique)[:MOST], id="draft")


def _customer(text: str) -> list[str]:
    """The customer's turns of a pasted dialogue; nothing when it has no roles."""
    turns: list[str] = []
    inside = False
    for line in text.splitlines():
        role = _ROLE.match(line.strip())
        if role:
            turns.append(role.group(2))
            inside = True
        elif _OTHER.match(line.strip()):
            inside = False
        elif inside and turns:
            turns[-1] += "\n" + line
    return turns
