"""What a click or a question does to one conversation: the chat page's behaviour without widgets.

Stateless itself: each method takes the talk it changes, so one object serves every browser.
What is remembered goes through `redact` first; only an open hand-over gets the own words.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextvars import copy_context

from bot.desk.saying import SAID_CHARS
from bot.desk.store import Desk
from bot.errors import DeskError
from bot.records import Handoff, Sentence
from bot.serve.core import Assistant, Tools
from bot.serve.errors import Refused, told
from bot.serve.journal import in_context, new_request_id
from bot.serve.pages.kept import Kept
from bot.serve.pages.offers import Offers
from bot.serve.pages.person import Person
from bot.serve.pages.presses import Presses
from bot.serve.pages.talk import Exchange, Said, Talk
from bot.serve.pages.texts import Texts
from bot.serve.protocol import clean
from bot.serve.shelf import Shelf
from bot.serve.telemetry import Telemetry
from bot.serve.tracing import Asked
from bot.serve.turns import Place, Turns


class Unsent(DeskError):
    """What the customer wrote to a person did not arrive; it stays in the box."""


class Chat:
    """The behaviour, over its collaborators."""

    def __init__(
        self,
        assistant: Assistant,
        desk: Desk,
        numbers: Telemetry,
        tools: Tools | None = None,
        shelf: Shelf | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._assistant, self._desk, self._numbers = assistant, desk, numbers
        self._tools, self._turns = tools or Tools(), turns or Turns(1)
        self.offers = Offers(assistant, numbers)
        self._person = Person(desk, self._tools, self.offers.product)
        self._kept = Kept(desk, numbers, self._tools, self._person)
        self._presses = Presses(desk, numbers, self._tools, self._person, shelf or Shelf(), self.hand_over)

    def ask(self, talk: Talk, question: str, texts: Texts, again: bool = False) -> Iterator[Exchange | Said]:
        """Yields the exchange whenever it has grown, `again` in place of the last one; what is said to a person, once.
        Raises Unsent."""
        context = copy_context()
        context.run(new_request_id)
        return in_context(context, self._ask(talk, question, texts, again))

    def _ask(self, talk: Talk, question: str, texts: Texts, again: bool) -> Generator[Exchange | Said, None, None]:
        question = clean(question)
        if talk.trouble:
            raise Unsent(talk.trouble)
        if seconds := self._tools.wait("question", talk.address):
            self._numbers.refused("too_many_questions")
            raise Unsent(texts.slow_down.format(n=seconds))
        if said := self._to_person(talk, question, texts):
            yield said
            return
        place, came = self._join(talk, texts), Asked()
        if again:
            talk.drop_last()
        exchange = talk.begin(question)
        try:
            yield exchange
            self._kept.note(talk, exchange)
            while not place.wait(1.0):
                if not exchange.open:
                    return
                exchange.waiting = place.ahead()
                yield exchange
            exchange.waiting = None
            for item in place.write(self._numbers.watch(self._assistant.stream(talk.question(exchange)), came)):
                if not exchange.open:  # stopped meanwhile: nothing more may appear
                    return
                if talk.person():  # somebody has joined, and speaks now
                    exchange.state = "stopped"
                    break
                if isinstance(item, Sentence):
                    exchange.sentences.append(item)
                else:
                    exchange.answer, exchange.state = item, "done"
                yield exchange
            if exchange.open:
                raise RuntimeError("the stream ended without an answer")
        except GeneratorExit:  # the page was left or loaded again: what was asked is not lost with it
            exchange.state = "stopped" if exchange.open else exchange.state
            self._kept.keep(talk, exchange, texts)
            raise
        except Refused as error:  # its place in line was given up
            exchange.state, exchange.error = "failed", self._busy(error, texts.busy)
        except Exception as error:  # noqa: BLE001 - the page's edge
            exchange.state, exchange.error = "failed", told(error, self._numbers, texts.failed)
        finally:
            exchange.waiting = None
            place.leave()
        self._kept.keep(talk, exchange, texts)
        yield exchange
        if exchange.answer and exchange.answer.handoff and self._due(talk, exchange.answer.handoff):
            exchange.notice = self.hand_over(talk, texts) or exchange.notice
            yield exchange

    def _join(self, talk: Talk, texts: Texts) -> Place:
        try:
            return self._turns.join(talk.address)
        except Refused as error:
            raise Unsent(self._busy(error, texts.full)) from None

    def _busy(self, error: Refused, sentence: str) -> str:
        self._numbers.refused(error.refusal.code)
        return sentence.format(n=error.refusal.wait)

    def _to_person(self, talk: Talk, text: str, texts: Texts) -> Said | None:
        """Where a person has joined, in this tab or another, what is written goes to them."""
        waits = talk.handover() is not None
        try:
            self._person.pull(talk)
            if not talk.person():
                return None
            if len(text) > SAID_CHARS:
                raise Unsent(texts.too_long.format(n=SAID_CHARS))
            if said := self._person.speak(talk, text):
                return said
            self._person.pull(talk)
            return None
        except Unsent:
            raise
        except Exception as error:
            number = self._numbers.failure(error)
            if not waits and talk.handover() is None:  # the assistant answers without the desk's memory
                return None
            raise Unsent(texts.unsent.format(number=number)) from error

    def _due(self, talk: Talk, handoff: Handoff) -> bool:
        """Whether a reply that hands over opens a hand-over by itself: one at a time, and after a cancelled one only
        where the customer asks for a person."""
        return talk.handover() is None and (handoff.cause == "asked" or not talk.cancelled())

    def stop(self, talk: Talk, texts: Texts) -> None:
        exchange = talk.last()
        if exchange is not None and exchange.open:
            exchange.state = "stopped"
            self._kept.keep(talk, exchange, texts)

    def act(self, talk: Talk, payload: str, texts: Texts) -> str:
        """A button inside a reply was pressed; gives the sentence to show, if any."""
        return talk.trouble or self._presses.act(talk, payload, texts)

    def hand_over(self, talk: Talk, texts: Texts, reason: str = "") -> str:
        """Opens a hand-over; gives a sentence when there is one already, or none could be opened."""
        if talk.trouble:
            return talk.trouble
        try:
            self._person.pull(talk)  # another tab may have opened one
            if talk.handover() is not None:
                return texts.already
            if seconds := self._tools.wait("handover", talk.address):
                self._numbers.refused("too_many_handovers")
                return texts.slow_down.format(n=seconds)
            self._person.open(talk, texts, reason)
        except Exception as error:  # noqa: BLE001 - the page's edge
            return told(error, self._numbers, texts.failed)
        self._numbers.handoff("opened")
        return ""

    def cancel(self, talk: Talk, texts: Texts) -> str:
        if talk.handover() is None:
            return talk.trouble
        try:
            cancelled = self._person.cancel(talk)
        except Exception as error:  # noqa: BLE001 - the page's edge
            return told(error, self._numbers, texts.failed)
        if cancelled:
            self._numbers.handoff("cancelled")
        return ""

    def pull(self, talk: Talk) -> bool:
        """Takes in what a person said or did; False when nothing has changed, or cannot be known just now."""
        try:
            return not talk.trouble and self._person.pull(talk)
        except Exception as error:  # noqa: BLE001 - the page's edge
            self._numbers.failure(error)
            return False

    def restore(self, browser: str, texts: Texts) -> Talk:
        """What a browser had before its page was loaded again; an empty talk where that cannot be read."""
        try:
            return self._person.restore(browser, texts)
        except Exception as error:  # noqa: BLE001 - the page's edge
            self._numbers.failure(error)
            return Talk(browser=browser)

    def reread(self, browser: str, texts: Texts) -> Talk:
        """What the page of a browser shows, where this process has no talk of it: it has begun anew, or another worker
        had it. Where that cannot be read nothing is done to it, and the next event tries again."""
        try:
            return self._person.restore(browser, texts)
        except Exception as error:  # noqa: BLE001 - the page's edge
            return Talk(trouble=told(error, self._numbers, texts.failed))

    def begin(self, talk: Talk, texts: Texts) -> Talk:
        """A new conversation in the same browser; the old one is not given back to it."""
        if talk.trouble:
            return talk
        self.stop(talk, texts)
        try:
            if talk.handover() is not None:
                self._desk.queue.away(talk.id)
            self._desk.release(talk.browser, talk.id)
        except Exception as error:  # noqa: BLE001 - the page's edge
            self._numbers.failure(error)
        return Talk(browser=talk.browser)
