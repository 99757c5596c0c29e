"""What the assistant offers the page beside replies; where it fails, the page does without."""

from __future__ import annotations

from bot.serve.core import Assistant
from bot.serve.telemetry import Telemetry


class Offers:
    """Over the assistant; failures are counted and logged."""

    def __init__(self, assistant: Assistant, numbers: Telemetry) -> None:
        self._assistant, self._numbers = assistant, numbers

    @property
    def engine(self) -> str:
        """Who writes; empty while there is no index to write from."""
        try:
            return self._assistant.engine
        except Exception as error:  # noqa: BLE001 - the page's edge
            self._numbers.failure(error)
            return ""

    def suggestions(self, n: int) -> tuple[str, ...]:
        """Questions to begin with."""
        try:
            return self._assistant.suggestions(n)
        except Exception as error:  # noqa: BLE001 - the page's edge
            self._numbers.failure(error)
            return ()

    def product(self, text: str) -> str:
        """What a conversation without a cited reply is about; a hand-over goes on without it."""
        try:
            return self._assistant.product(text) if text.strip() else ""
        except Exception as error:  # noqa: BLE001 - only the routing depends on it
            self._numbers.failure(error)
            return ""
