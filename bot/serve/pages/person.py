"""The part of a conversation in which a person of the staff speaks: asked for, joined, spoken with, ended.

Draws nothing. The customer's own words go to the open hand-over; what stays of them is redacted.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Protocol

from bot.desk.handoffs import HandoffRecord
from bot.desk.saying import Say
from bot.desk.screenshots import Screenshot
from bot.desk.store import Desk
from bot.serve.pages.recall import absorb, cut_short, recall
from bot.serve.pages.talk import Exchange, Handover, Said, Talk
from bot.serve.pages.texts import Texts

CONTACT_CHARS = 500
PICTURES = 5  # of one conversation


class Tools(Protocol):
    """What of the outside this part needs (serve.core.Tools)."""

    def redact(self, text: str) -> str: ...

    def values(self, text: str) -> Sequence[tuple[str, str]]: ...

    def anger(self, texts: Sequence[str]) -> int: ...

    def announce(self, record: HandoffRecord) -> None: ...

    def hours(self, language: str) -> str: ...


class Person:
    """The behaviour, over the desk. Database errors pass: the caller tells them."""

    def __init__(self, desk: Desk, tools: Tools, product: Callable[[str], str]) -> None:
        self._desk, self._tools, self._product = desk, tools, product

    def open(self, talk: Talk, texts: Texts, reason: str = "") -> HandoffRecord:
        last = talk.last()
        asked = last.answer.handoff if last and last.answer else None
        written = "\n".join(talk.asked())
        said = [
            say for item in _exchanges(talk) if not item.open for say in says(item)
        ]  # the open one joins at its end
        self._desk.begin(talk.named(), talk.browser)
        record = self._desk.queue.open(
            talk.named(),
            reason or (asked.reason if asked else texts.customer_reason),
            asked.needs if asked else (),
            self._tools.redact(asked.summary if asked else (last.question if last else "")),
            said,
            product=_cited(talk) or self._product(written),
            mood=self._tools.anger(talk.asked()),
            collected=self._found(talk.asked()),
            language=texts.code,
        )
        self._join(talk, record)
        self._tools.announce(record)
        self._hand_pictures(talk)
        return record

    def _join(self, talk: Talk, record: HandoffRecord) -> Handover:
        """A hand-over, with all that is said in it from its first line on: numbers of lines may be given twice."""
        talk.keys.update(say.key or "" for item in _exchanges(talk) for say in says(item))
        talk.seen = 0
        hours = self._tools.hours(record.language)
        handover = Handover(record.id, record.needs, hours=hours, reached=bool(record.contact))
        talk.items.append(handover)
        return handover

    def cancel(self, talk: Talk) -> bool:
        """The customer takes it back; False where it had ended already."""
        handover = talk.handover()
        cancelled = self._desk.queue.cancel(talk.id)
        if handover is not None and cancelled:
            handover.state = "ended" if handover.person else "cancelled"
        elif handover is not None:
            self.pull(talk)  # what was said last
        return cancelled

    def picture(self, talk: Talk, shot: Screenshot, text: str) -> bool:
        """A screenshot that the customer keeps; True when the person who has the hand-over, or will, sees it now."""
        talk.pictures = [*talk.pictures, (shot, self._tools.redact(text))][-PICTURES:]
        return self._hand_pictures(talk)

    def _hand_pictures(self, talk: Talk) -> bool:
        handover = talk.handover()
        if handover is None:
            return False
        while talk.pictures:
            shot, text = talk.pictures[0]
            self._desk.images.keep(handover.number, shot.data, shot.media_type, shot.width, shot.height, text)
            del talk.pictures[0]
        return True

    def reach(self, talk: Talk, contact: str) -> bool:
        """How to reach the customer; False where no hand-over is open."""
        contact = contact.strip()[:CONTACT_CHARS]
        handover = talk.handover()
        if not contact or handover is None:
            return False
        handover.reached = self._desk.queue.reachable(talk.id, contact)
        return handover.reached

    def speak(self, talk: Talk, text: str) -> Said | None:
        """What the customer says to the person; None when the hand-over has ended meanwhile."""
        key = uuid.uuid4().hex
        say = Say("customer", text, self._tools.redact(text), key=key)
        if not self._desk.queue.add(talk.id, [say], self._tools.anger([text]), self._found([text])):
            return None
        talk.keys.add(key)
        said = Said("customer", text)
        talk.items.append(said)
        return said

    def added(self, talk: Talk, exchange: Exchange) -> bool:
        """A question and the desk's reply join the open hand-over; False when none is open any more."""
        said = says(exchange)
        talk.keys.update(say.key or "" for say in said)
        texts = [exchange.question]
        return self._desk.queue.add(talk.id, said, self._tools.anger(texts), self._found(texts))

    def pull(self, talk: Talk) -> bool:
        """Takes in what happened elsewhere, a hand-over that another tab opened included; False when nothing did."""
        handover, items = talk.handover(), len(talk.items)
        record = self._desk.queue.of(talk.id) if talk.id else None
        if handover is not None and (record is None or record.id != handover.number):
            handover.state = "ended"
            self.pull(talk)
            return True
        if record is None or (handover is None and record.state != "open"):
            return False
        handover = handover or self._join(talk, record)
        before = handover.state, handover.person
        for line in self._desk.queue.lines(record.id, talk.seen):
            talk.seen = line.id
            if line.key not in talk.keys or not line.key:
                absorb(talk, line, {})
        handover.person = record.name if record.agent else ""
        if record.state != "open":
            handover.state = "cancelled" if record.state == "cancelled" else "ended"
        return before != (handover.state, handover.person) or len(talk.items) > items

    def restore(self, browser: str, texts: Texts) -> Talk:
        """The conversation that a browser may go on with; an empty one when there is none."""
        talk = Talk(browser=browser)
        id = self._desk.resume(browser)
        if not id:
            return talk
        talk.id = id
        messages = self._desk.messages(id)
        record = self._desk.queue.of(id)
        if record is not None and record.state == "open":
            replies = {message.answer: message for message in messages if message.answer}
            for line in self._desk.queue.lines(record.id):
                talk.seen = line.id
                if line.author == "event" and line.text == "opened":
                    hours = self._tools.hours(texts.code)
                    talk.items.append(Handover(record.id, record.needs, hours=hours, reached=bool(record.contact)))
                else:
                    absorb(talk, line, replies)
            if (handover := talk.handover()) is not None:
                handover.person = record.name if record.agent else ""
        else:
            for message in messages:
                recall(talk, message)
            cut_short(talk)
        for given in self._desk.feedbacks(conversation=id):
            for item in talk.items:
                if isinstance(item, Exchange) and item.id == given.answer:
                    item.thumb, item.outcome = given.thumb, given.outcome
        return talk

    def _found(self, texts: Sequence[str]) -> list[tuple[str, str]]:
        """What the customer wrote of their own: domains, order numbers, links; as (kind, value)."""
        return list({value: (kind, value) for text in texts for kind, value in self._tools.values(text)}.values())


def _exchanges(talk: Talk) -> list[Exchange]:
    return [item for item in talk.items if isinstance(item, Exchange)]


def says(exchange: Exchange) -> list[Say]:
    """An exchange as lines; their keys tell which reply it is."""
    reply = [Say("bot", exchange.text, key=exchange.id)] if exchange.text else []
    return [Say("customer", exchange.question, key=f"q{exchange.id}"), *reply]


def _cited(talk: Talk) -> str:
    """The product of what the last replies cited."""
    for item in reversed(talk.items):
        if isinstance(item, Exchange) and item.answer:
            for citation in item.answer.citations:
                if product := citation.category.partition("｜")[0]:
                    return product
    return ""
