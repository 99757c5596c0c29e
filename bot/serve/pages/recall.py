"""What was kept of a conversation becomes its items again: after a reload, on another worker, in another tab."""

from __future__ import annotations

import uuid

from pydantic import TypeAdapter, ValidationError

from bot.desk.handoffs import Line
from bot.desk.models import Remembered
from bot.records import Answer
from bot.serve.pages.talk import Exchange, Said, Talk

_ANSWER = TypeAdapter(Answer)


def absorb(talk: Talk, line: Line, replies: dict[str, Remembered]) -> None:
    """A line of a hand-over becomes an item; the desk's reply joins its question."""
    if line.author == "bot":
        last = talk.last()
        if last is not None and last.id == line.key and last.answer is None:
            last.answer, last.error = _answer(replies.get(line.key), line.text)
            last.state = "done" if last.answer else "failed"
        return
    if line.author == "customer" and line.key.startswith("q"):
        talk.items.append(Exchange(line.text, line.key[1:], state="stopped", kept=True))
    elif line.author == "event":
        if line.text != "opened":
            talk.items.append(Said("event", line.text, line.name))
    else:
        talk.items.append(Said(line.author, line.text, line.name))


def cut_short(talk: Talk) -> None:
    """A last question without a reply, which died with its process, may be asked again by a press."""
    said = [item for item in talk.items if isinstance(item, Said)]
    if said and talk.items[-1] is said[-1] and all(item.author == "customer" for item in said):
        talk.items[-1] = Exchange(said[-1].text, uuid.uuid4().hex, state="stopped", noted=True, kept=True)


def recall(talk: Talk, message: Remembered) -> None:
    """A message as it was kept, redacted; a question waits for the reply that follows it."""
    last = talk.items[-1] if talk.items else None
    if message.role == "assistant":
        if isinstance(last, Said) and last.author == "customer":
            talk.items.pop()
            exchange = Exchange(last.text, message.answer, kept=True)
            exchange.answer, exchange.error = _answer(message, message.text)
            exchange.state = "done" if exchange.answer else "stopped"
            talk.items.append(exchange)
    elif message.role == "event":
        kind, _, name = message.text.partition(" ")
        talk.items.append(Said("event", kind, name))
    else:
        talk.items.append(Said("agent" if message.role == "agent" else "customer", message.text))


def _answer(message: Remembered | None, text: str) -> tuple[Answer | None, str]:
    """The whole reply where it was kept, its text alone where not."""
    if message is not None and message.reply:
        try:
            return _ANSWER.validate_python(message.reply), ""
        except ValidationError:  # of another version
            pass
    return None, text
