"""A model makes a follow-up stand alone, by prompt; where it fails or strays, the rules do.

What it wrote only searches and is asked: no fact is taken from it.
"""

from __future__ import annotations

import logging
import re
import time

from bot.errors import WriterError
from bot.records import Message, Question
from bot.reply.followup import Asked, Rules
from bot.reply.model import Model
from bot.reply.prompts import Prompt
from bot.reply.writers.llm import spoken

SHARE = 0.3  # of the time that is left for the reply
LONGEST = 200  # characters; a question that stands alone is no essay
TALK = 600  # tokens of what was said
_EXACT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/\-]*")

log = logging.getLogger(__name__)


class ModelRewriter:
    """Asks the model only where the rules say that a turn refers back."""

    def __init__(self, model: Model, prompt: Prompt, rules: Rules) -> None:
        self._model, self._prompt, self._rules = model, prompt, rules

    def rewrite(self, question: Question, deadline: float | None = None) -> Asked:
        plain = self._rules.rewrite(question)
        if not plain.history:
            return plain
        now = time.monotonic()
        until = None if deadline is None else now + SHARE * max(deadline - now, 0.0)
        try:
            text = self._model.complete(
                self._prompt.fill(history="\n".join(spoken(question.history, TALK)), question=plain.raw), until, LONGEST
            )
        except WriterError as error:
            log.warning("the question was rewritten by rules: %s", error.reason)
            return plain
        found = text.strip().strip("“”\"'「」").strip()
        return Asked(found, plain.raw, plain.history) if _holds(found, plain.raw, question.history) else plain


def _holds(text: str, raw: str, history: tuple[Message, ...]) -> bool:
    """One line with no name or number of its own."""
    said = "\n".join([*(message.content for message in history), raw]).lower()
    exact = (match.group().lower() for match in _EXACT.finditer(text))
    return bool(text) and "\n" not in text and len(text) <= LONGEST and all(part in said for part in exact)
