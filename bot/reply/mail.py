"""The letter of a draft: greeting, cited sentences, what to ask for, closing; for an agent to edit.

Nothing in it claims work: what only a person can do stands beside the letter. Knows sentences and frames.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.records import Language, Sentence
from bot.reply.frames import say
from bot.reply.services import named

CITED = ("knowledge", "precedent")
_HAN = re.compile(r"[\u3400-\u9fff]")


def letter(
    cited: Sequence[Sentence], ask: Sequence[str], language: Language, near: bool = False, slot: bool = False
) -> tuple[Sentence, ...]:
    """Its sentences. `near`: nothing fits exactly; `slot`: a place is left for what a person did."""
    lines = [Sentence(say("dear", language), "courtesy")]
    if cited:
        lines.append(Sentence(say("letter_near" if near else "letter_told", language), "courtesy"))
    lines += [quoted(sentence, language) for sentence in cited]
    if slot:
        lines.append(Sentence(say("letter_slot", language), "courtesy"))
    if ask:
        lines.append(Sentence(say("letter_ask", language), "courtesy"))
        lines += [Sentence(f"{n}. {told(need, language)}", "question") for n, need in enumerate(ask, start=1)]
    elif not cited and not slot:
        lines.append(Sentence(say("letter_bare", language), "courtesy"))
    return (*lines, Sentence(say("letter_end", language), "courtesy"))


def render(lines: Sequence[Sentence]) -> str:
    """The letter as text, with its marks; steps stay on lines of their own."""
    return "\n".join(line.marked for line in lines)


def quoted(sentence: Sentence, language: Language) -> Sentence:
    """In an English letter what support wrote in Chinese is marked as such."""
    if language == "zh" or not _HAN.search(sentence.text) or sentence.text.startswith("“"):
        return sentence
    return Sentence(f"“{sentence.text}” ({say('letter_quote', language)})", sentence.kind, sentence.citations)


def told(need: str, language: Language) -> str:
    """A need as a letter asks for it."""
    return say(need, language) if need in ("describe", "picture_text") else named(need, language)
