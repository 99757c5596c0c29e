"""A model writes, from numbered evidence and nothing else.

Whole sentences leave with the evidence they name; what the model makes up is grounding's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.records import Draft, Evidence, Language, Message
from bot.reply.model import Model
from bot.reply.prompts import Prompt
from bot.reply.writers import Brief, Usage
from bot.search.terms import in_traditional
from bot.tickets.passages import tokens

# Marks in the shapes that models write: [1], [1][2], [1,2], 【1】, (1) is none.
_MARK = re.compile(r"[\[【]\s*(?:证据|编号)?\s*(\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)\s*[\]】]")
# A ? or ! inside a link ends no sentence.
_BREAK = re.compile(
    r"(?:[。！？\n]|[!?](?![\w/=&%#.]))(?:[”」』）)])?(?:\s*[\[【](?:证据|编号)?[\d ,，、]{1,10}[\]】]。?)*"
)
_OPEN = re.compile(r"\s*[\[【][^\]】\n]{0,12}")  # what may become a mark behind a break
_LEAD = re.compile(r"^\s*(?:[-*•]\s+|#+\s+|>\s+)")
_PRECEDENT = re.compile(r"类似(?:的)?工单|过往工单|similar ticket", re.I)
_COURTESY = re.compile(r"^(?:您好|你好|感谢|希望|祝您|如(?:果|有)[^，。]{0,12}问题|hello|hi|thanks)", re.I)
LINE = 300  # characters of an earlier message that a prompt repeats
TRADITIONAL = "繁體中文"
LANGUAGE: dict[Language, str] = {"zh": "简体中文", "en": "English"}


class LlmWriter:
    """A model with a prompt; `budget`: tokens that the evidence may take in it, `talk`: those of what was said."""

    def __init__(self, model: Model, prompt: Prompt, budget: int, talk: int = 800) -> None:
        self._model, self._prompt, self._budget, self._talk = model, prompt, budget, talk

    @property
    def engine(self) -> str:
        return self._model.name

    @property
    def prompt(self) -> str:
        return self._prompt.digest

    def write(self, brief: Brief, usage: Usage) -> Iterator[Draft]:
        text = self._prompt.fill(
            language=TRADITIONAL if in_traditional(brief.question) else LANGUAGE[brief.language],
            evidence="\n".join(_line(row) for row in self._fitting(brief.evidence)),
            history="\n".join(spoken(brief.history, self._talk)) or "（无）",
            question=brief.question,
        )
        for sentence in sentences(self._model.stream(text, usage, brief.deadline)):
            if draft := read(sentence):
                yield draft

    def _fitting(self, evidence: tuple[Evidence, ...]) -> list[Evidence]:
        """The best evidence that fits the token budget; one always does."""
        taken: list[Evidence] = []
        spent = 0
        for row in evidence:
            spent += tokens(row.statement.text) + 8
            if taken and spent > self._budget:
                break
            taken.append(row)
        return taken


def spoken(history: Sequence[Message], budget: int) -> list[str]:
    """The last messages that fit a token budget, oldest first, each cut to what a line of talk takes."""
    lines: list[str] = []
    for item in reversed(history):
        line = f"{'客户' if item.role == 'user' else '客服助手'}：{item.content[:LINE]}"
        budget -= tokens(line)
        if budget < 0:
            break
        lines.insert(0, line)
    return lines


def sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Whole sentences of a stream, each with the marks behind it; the last one at the end.

    A break is taken only when more text follows it, since its marks may still be on their way.
    """
    held = ""
    for piece in pieces:
        held += piece
        while found := _complete(held):
            sentence, held = held[:found], held[found:]
            if sentence.strip():
                yield sentence.strip()
    if held.strip():
        yield held.strip()


def _complete(text: str) -> int:
    """Where the first whole sentence of a text ends, or 0."""
    for match in _BREAK.finditer(text):
        rest = text[match.end() :]
        if not rest.strip() or _OPEN.fullmatch(rest):
            return 0
        return match.end()
    return 0


def read(sentence: str) -> Draft | None:
    """A sentence with its marks becomes a draft; None when nothing but marks stands in it."""
    marks = tuple(
        dict.fromkeys(int(number) for group in _MARK.findall(sentence) for number in re.findall(r"\d+", group))
    )
    text = _LEAD.sub("", _MARK.sub("", sentence)).replace("**", "").strip()
    text = re.sub(r"\s+([。！？.](?!\w))", r"\1", text)
    text = re.sub(r"([。！？])[。.]+$", r"\1", text)
    if not re.search(r"\w", text):
        return None
    if not marks and _COURTESY.match(text):
        return Draft(text, "courtesy")
    return Draft(text, "precedent" if _PRECEDENT.search(text) else "knowledge", marks)


def _line(row: Evidence) -> str:
    note = "〔个案〕" if row.statement.kind == "specific" else ""
    return f"[{row.n}] {note}{row.statement.text}"
