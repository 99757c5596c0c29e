"""What a button inside the conversation does: feedback, a way to be reached, a screenshot that is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from bot.desk.models import Outcome, Thumb
from bot.desk.store import Desk
from bot.serve.core import Tools
from bot.serve.errors import told
from bot.serve.pages.person import Person
from bot.serve.pages.talk import Talk
from bot.serve.pages.texts import Texts
from bot.serve.protocol import clean
from bot.serve.shelf import Shelf
from bot.serve.telemetry import Telemetry

COMMENT_CHARS = 2000
LONGEST = 10_000  # characters that the script sends along
UNHELPFUL = 2  # replies marked as of no help after which a person should look


class Presses:
    """The behaviour, over its collaborators; `hand_over` opens a hand-over for a reason."""

    def __init__(
        self,
        desk: Desk,
        numbers: Telemetry,
        tools: Tools,
        person: Person,
        shelf: Shelf,
        hand_over: Callable[[Talk, Texts, str], str],
    ) -> None:
        self._desk, self._numbers, self._tools = desk, numbers, tools
        self._person, self._shelf, self._hand_over = person, shelf, hand_over

    def act(self, talk: Talk, payload: str, texts: Texts) -> str:
        """A button inside a reply was pressed; gives the sentence to show, if any."""
        deed, index, comment = _read(payload)
        if deed == "contact":
            return self._reach(talk, comment, texts)
        if deed == "image":
            return self._picture(talk, comment, texts)
        exchange = talk.exchange(index)
        if deed not in ("up", "down", "solved", "unsolved", "comment"):
            return ""
        if exchange is None or exchange.answer is None:
            return ""
        if deed in ("up", "down"):
            exchange.thumb = cast("Thumb", deed)
        elif deed in ("solved", "unsolved"):
            exchange.outcome = cast("Outcome", deed)
        try:
            self._desk.feedback(
                exchange.answer.id or exchange.id,
                conversation=talk.named(),
                question=self._tools.redact(exchange.question),
                thumb=exchange.thumb,
                outcome=exchange.outcome,
                comment=self._tools.redact(comment[:COMMENT_CHARS]),
                citations=[citation.ticket for citation in exchange.answer.citations],
            )
        except Exception as error:  # noqa: BLE001 - the page's edge
            return told(error, self._numbers, texts.failed)
        self._numbers.feedback(deed)
        if deed == "down" and talk.unhelpful() >= UNHELPFUL and talk.handover() is None and not talk.cancelled():
            return self._hand_over(talk, texts, texts.unhelpful_reason) or texts.opened
        return texts.sorry if deed == "unsolved" else texts.thanks

    def _reach(self, talk: Talk, contact: str, texts: Texts) -> str:
        try:
            return texts.reached if self._person.reach(talk, contact) else ""
        except Exception as error:  # noqa: BLE001 - the page's edge
            return told(error, self._numbers, texts.failed)

    def _picture(self, talk: Talk, sent: str, texts: Texts) -> str:
        """The customer keeps a screenshot that waits on the shelf: {"id", "text"}."""
        try:
            given = json.loads(sent)
            id, text = str(given["id"]), clean(str(given["text"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return ""
        shot = self._shelf.take(talk.browser, id)
        if shot is None:
            return texts.image_gone
        try:
            return texts.image_kept if self._person.picture(talk, shot, text) else ""
        except Exception as error:  # noqa: BLE001 - the page's edge
            return told(error, self._numbers, texts.failed)


def _read(payload: str) -> tuple[str, int, str]:
    """What the script sent: {"do", "item", "comment"}; anything else is nothing."""
    try:
        value: Any = json.loads(payload)
        deed, index, comment = value["do"], value["item"], value.get("comment", "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "", -1, ""
    if not (isinstance(deed, str) and isinstance(index, int) and isinstance(comment, str)):
        return "", -1, ""
    return deed, index, clean(comment[:LONGEST])
