"""What a click or a question does to one conversation: the chat page's behaviour without widgets.

Stateless itself: each method takes the talk it changes, so one object serves every browser.
What is remembered goes through `redact` first; only an open hand-over gets the own words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from bot.desk.models import Outcome, Thumb
from bot.desk.store import Desk
from bot.errors import DeskError
from bot.records import Handoff, Sentence
from bot.serve import telemetry
from bot.serve.core import Assistant
from bot.serve.errors import told
from bot.serve.pages.talk import Exchange, Handover, Talk
from bot.serve.pages.texts import Texts

COMMENT_CHARS = 2000
UNHELPFUL = 2  # replies marked as of no help after which a person should look
Values = Callable[[str], Sequence[tuple[str, str]]]


class Chat:
    """The behaviour, over its collaborators."""

    def __init__(
        self,
        assistant: Assistant,
        desk: Desk,
        redact: Callable[[str], str],
        numbers: telemetry.Telemetry,
        values: Values = lambda text: (),
    ) -> None:
        self._assistant, self._desk, self._redact, self._numbers = assistant, desk, redact, numbers
        self._values = values

    def ask(self, talk: Talk, question: str, texts: Texts) -> Iterator[Exchange]:
        """Yields the exchange whenever it has grown."""
        telemetry.new_request_id()
        exchange = talk.begin(question)
        yield exchange
        try:
            for item in self._numbers.watch(self._assistant.stream(talk.question(exchange))):
                if not exchange.open:  # stopped meanwhile: nothing more may appear
                    return
                if isinstance(item, Sentence):
                    exchange.sentences.append(item)
                else:
                    exchange.answer, exchange.state = item, "done"
                yield exchange
            if exchange.open:
                raise RuntimeError("the stream ended without an answer")
        except Exception as error:  # noqa: BLE001 - the page's edge
            exchange.state, exchange.error = "failed", told(error, self._numbers, texts.failed)
        self._keep(talk, exchange, texts)
        yield exchange
        if exchange.answer and exchange.answer.handoff and self._due(talk, exchange.answer.handoff):
            exchange.notice = self.hand_over(talk, texts) or exchange.notice
            yield exchange

    def _due(self, talk: Talk, handoff: Handoff) -> bool:
        """Whether a reply that hands over opens a hand-over by itself: one at a time, and after a cancelled one only
        where the customer asks for a person."""
        return talk.handover() is None and (handoff.cause == "asked" or not talk.cancelled())

    def stop(self, talk: Talk, texts: Texts) -> None:
        exchange = talk.last()
        if exchange is not None and exchange.open:
            exchange.state = "stopped"
            self._keep(talk, exchange, texts)

    def act(self, talk: Talk, payload: str, texts: Texts) -> str:
        """A button inside a reply was pressed; gives the sentence to show, if any."""
        deed, index, comment = _read(payload)
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
                question=self._redact(exchange.question),
                thumb=exchange.thumb,
                outcome=exchange.outcome,
                comment=self._redact(comment),
                citations=[citation.ticket for citation in exchange.answer.citations],
            )
        except Exception as error:  # noqa: BLE001 - the page's edge
            return told(error, self._numbers, texts.failed)
        self._numbers.feedback(deed)
        if deed == "down" and talk.unhelpful() >= UNHELPFUL and talk.handover() is None and not talk.cancelled():
            return self.hand_over(talk, texts, texts.unhelpful_reason) or texts.opened
        return texts.sorry if deed == "unsolved" else texts.thanks

    def hand_over(self, talk: Talk, texts: Texts, reason: str = "") -> str:
        """Opens a hand-over; gives a sentence when there is one already, or none could be opened."""
        if talk.handover() is not None:
            return texts.already
        last = talk.last()
        asked = last.answer.handoff if last and last.answer else None
        self._collect(talk)
        try:
            record = self._desk.open_handoff(
                talk.named(),
                reason or (asked.reason if asked else texts.customer_reason),
                asked.needs if asked else (),
                self._redact(asked.summary if asked else (last.question if last else "")),
                talk.transcript(),
            )
        except Exception as error:  # noqa: BLE001 - the page's edge
            return told(error, self._numbers, texts.failed)
        self._numbers.handoff("opened")
        talk.items.append(Handover(record.id, record.needs))
        return ""

    def cancel(self, talk: Talk, texts: Texts) -> str:
        handover = talk.handover()
        if handover is None:
            return ""
        try:
            cancelled = self._desk.cancel_handoff(talk.id)
        except Exception as error:  # noqa: BLE001 - the page's edge
            return told(error, self._numbers, texts.failed)
        handover.state = "cancelled" if cancelled else "ended"
        if cancelled:
            self._numbers.handoff("cancelled")
        return ""

    @property
    def engine(self) -> str:
        """Who writes; empty while there is no index to write from."""
        try:
            return self._assistant.engine
        except DeskError as error:
            self._numbers.failure(error)
            return ""

    def suggestions(self, n: int) -> tuple[str, ...]:
        try:
            return self._assistant.suggestions(n)
        except Exception as error:  # noqa: BLE001 - the page's edge
            self._numbers.failure(error)
            return ()

    def _collect(self, talk: Talk) -> None:
        """What the customer wrote of their own: domains, order numbers, links."""
        for item in talk.items:
            if isinstance(item, Exchange):
                talk.found.update((value, kind) for kind, value in self._values(item.question))

    def _keep(self, talk: Talk, exchange: Exchange, texts: Texts) -> None:
        """Remembers an exchange once; the reply is shown even when that fails."""
        if exchange.kept:
            return
        exchange.kept = True
        answer = exchange.answer
        try:
            self._desk.remember(talk.id, "user", self._redact(exchange.question))
            self._desk.remember(
                talk.id,
                "assistant",
                self._redact(exchange.text),
                exchange.id,
                answer.verdict if answer else exchange.state,
            )
            handover = talk.handover()
            self._collect(talk)
            if handover and not self._desk.refresh_handoff(talk.id, talk.transcript()):
                handover.state = "ended"
        except DeskError as error:
            number = self._numbers.failure(error)
            exchange.notice = f"{texts.not_kept}（{number}）"


def _read(payload: str) -> tuple[str, int, str]:
    """What the script sent: {"do", "item", "comment"}; anything else is nothing."""
    try:
        value: Any = json.loads(payload)
        deed, index, comment = value["do"], value["item"], value.get("comment", "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "", -1, ""
    if not (isinstance(deed, str) and isinstance(index, int) and isinstance(comment, str)):
        return "", -1, ""
    return deed, index, comment[:COMMENT_CHARS]
