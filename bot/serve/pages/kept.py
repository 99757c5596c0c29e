"""What is remembered of the exchanges on the page, redacted; a page goes on where that fails."""

from __future__ import annotations

from bot.desk.store import Desk
from bot.serve.core import Tools
from bot.serve.pages.person import Person
from bot.serve.pages.talk import Exchange, Talk
from bot.serve.pages.texts import Texts
from bot.serve.telemetry import Telemetry


class Kept:
    """Over the desk."""

    def __init__(self, desk: Desk, numbers: Telemetry, tools: Tools, person: Person) -> None:
        self._desk, self._numbers, self._tools, self._person = desk, numbers, tools, person

    def note(self, talk: Talk, exchange: Exchange) -> None:
        """Remembers the question before its reply is written: this process may not live to see that."""
        try:
            self._desk.remember(talk.id, "user", self._tools.redact(exchange.question), browser=talk.browser)
            exchange.noted = True
        except Exception as error:  # noqa: BLE001 - the page's edge
            self._numbers.failure(error)

    def keep(self, talk: Talk, exchange: Exchange, texts: Texts) -> None:
        """Remembers an exchange once; the reply is shown even when that fails."""
        if exchange.kept:
            return
        exchange.kept = True
        answer, redact = exchange.answer, self._tools.redact
        try:
            if not exchange.noted:
                self._desk.remember(talk.id, "user", redact(exchange.question), browser=talk.browser)
            self._desk.remember(
                talk.id,
                "assistant",
                redact(exchange.text),
                exchange.id,
                answer.verdict if answer else exchange.state,
                reply=answer.as_json() if answer else None,
            )
            handover = talk.handover()
            if handover and not self._person.added(talk, exchange):
                self._person.pull(talk)  # it has ended: what was said last
        except Exception as error:  # noqa: BLE001 - the page's edge
            number = self._numbers.failure(error)
            exchange.notice = f"{texts.not_kept}（{number}）"
