"""A draft told otherwise without a model: shorter or gentler; and whose sentences an edited one holds.

Each cited sentence keeps its numbers. An edited sentence keeps them only where grounding finds it in the same
evidence; what it does not find there is the agent's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.proposal import Proposal
from bot.records import Citation, Draft, Evidence, Language, Sentence, Source, Statement, Ticket
from bot.reply.frames import TEXTS, say
from bot.reply.grounding import reason
from bot.reply.mail import CITED, render
from bot.search.terms import in_traditional, simplified, traditional
from bot.tickets.near import canonical, pairs

LEADING = 2  # cited sentences that a shorter letter keeps at most,
ENOUGH = 60  # the second only where the first has fewer characters
_GENTLE = {"dear": "dear_gentle", "letter_ask": "letter_ask_gentle", "letter_end": "letter_end_gentle"}
_FRAMES = (
    "dear",
    "letter_told",
    "letter_near",
    "letter_slot",
    "letter_ask",
    "letter_bare",
    "letter_end",
    *_GENTLE.values(),
)
_MARK = re.compile(r"\s*\[(\d{1,3})\]")
_PIECE = re.compile(
    r"(?:[^。！？!?；;]|[!?;](?=\S))+[。！？!?；;]*[”\"]?(?:\s*\(support's words, in Chinese\))?(?:\s*\[\d{1,3}\])*|"
    r"[。！？!?；;]+"
)
# How an English letter marks a quote, of which an edited line may be a part.
_OPENED, _CLOSED = re.compile(r"^“"), re.compile(r"”\s*\(support's words, in Chinese\)$")
_LEAD = re.compile(r"^(?:In a similar ticket, support explained: |The cause recorded in a similar ticket: )")
_ALIKE = 0.5  # share of an edited sentence's letter pairs that an original must hold to be looked at
_MOST = 20_000  # characters of an edited letter that are attributed


def shorter(proposal: Proposal) -> Proposal:
    """The greeting, the leading cited sentence or two, what is asked for, and the closing."""
    kept: list[Sentence] = []
    cited: list[Sentence] = []
    for line in proposal.lines:
        if line.kind in CITED:
            if len(cited) >= LEADING or (cited and len(cited[0].text) >= ENOUGH):
                continue
            cited.append(line)
        elif _frame(line) in ("letter_told", "letter_near"):
            continue
        kept.append(line)
    return _with(proposal, kept)


def gentler(proposal: Proposal) -> Proposal:
    """The same in the house's courteous frames."""
    lang, script = proposal.language, any(in_traditional(line.text) for line in proposal.lines)
    return _with(
        proposal,
        [
            _framed(line, _GENTLE.get(name, name), lang, script) if (name := _frame(line)) else line
            for line in proposal.lines
        ],
    )


TONES: Mapping[str, Callable[[Proposal], Proposal]] = {"shorter": shorter, "gentler": gentler}


def attribute(edited: str, proposal: Proposal) -> list[Sentence]:
    """The sentences of an edited letter. One that still rests on what an original cites keeps its numbers; a frame or
    a question of the draft stays what it is; any other is the agent's `own`."""
    originals = [(line, pairs(canonical(_bare(line.text)))) for line in proposal.lines]
    found: list[Sentence] = []
    places: list[int] = []
    for text, marks in _pieces(edited[:_MOST]):
        place = _nearest(text, originals)
        if place >= 0 and places and place == places[-1] and found[-1].kind in CITED:
            # The next part of the same sentence, or the next step of its list.
            joined = _judged(f"{found[-1].text}\n{text}", marks, proposal.lines[place], proposal)
            if joined.kind in CITED:
                found[-1] = joined
                continue
        places.append(place)
        found.append(_judged(text, marks, proposal.lines[place] if place >= 0 else None, proposal))
    return found


def _pieces(edited: str) -> list[tuple[str, tuple[int, ...]]]:
    """Sentences without their marks, and the numbers of these."""
    pieces = []
    for line in edited.splitlines():
        for piece in _PIECE.findall(line):
            text = _MARK.sub("", piece).strip()
            if re.search(r"\w", text):
                pieces.append((text, tuple(int(number) for number in _MARK.findall(piece))))
    return pieces


def _nearest(text: str, originals: Sequence[tuple[Sentence, set[str]]]) -> int:
    """The original that holds most of a sentence, -1 where none holds half of it."""
    bare = pairs(canonical(_bare(text)))
    shares = [
        len(bare & held) / len(bare) if bare else float(canonical(text) == canonical(line.text))
        for line, held in originals
    ]
    best = max(range(len(shares)), key=shares.__getitem__, default=-1)
    return best if best >= 0 and shares[best] >= _ALIKE else -1


def _judged(text: str, marks: tuple[int, ...], original: Sentence | None, proposal: Proposal) -> Sentence:
    if original is not None and original.kind not in CITED and canonical(text) in canonical(original.text):
        return Sentence(text, original.kind)
    if original is not None and original.kind in CITED:
        if _rests(text, original, original.citations, proposal):
            return Sentence(text, original.kind, original.citations)
    elif marks:
        known = tuple(n for n in marks if 0 < n <= len(proposal.answer.citations))
        if known and _rests(text, None, known, proposal):
            return Sentence(text, "knowledge", known)
    if (house := Sentence(text, "courtesy")) and _frame(house):  # of another draft of the same ticket
        return house
    return Sentence(text, "own")


def _rests(text: str, original: Sentence | None, numbers: tuple[int, ...], proposal: Proposal) -> bool:
    cited = {one.n: one for one in proposal.answer.citations}
    rows = {n: _evidence(n, cited[n], original) for n in numbers if n in cited}
    return bool(rows) and reason(Draft(_bare(text), "knowledge", tuple(rows)), rows) is None


def _evidence(n: int, citation: Citation, original: Sentence | None) -> Evidence:
    """What is known of the evidence from the draft alone: the quote, and the sentence that was written from it."""
    text = simplified(_bare(original.text)) if original else citation.quote
    said = Statement(
        f"{citation.ticket}/{n}", citation.ticket, "knowledge", text, citation.quote, 0, agree=citation.agree
    )
    return Evidence(n, said, Ticket(citation.ticket, citation.title, "", (), source=Source("", 0, 0)), 1.0)


def _bare(text: str) -> str:
    """A sentence without its lead in English and the marks of a quote."""
    return _CLOSED.sub("", _OPENED.sub("", _LEAD.sub("", text.strip())))


def _frame(line: Sentence) -> str:
    """The name of the house's own sentence that a line is, "" for any other."""
    return _names().get(simplified(line.text), "") if line.kind == "courtesy" else ""


def _names() -> Mapping[str, str]:
    return {text: name for name in _FRAMES for text in TEXTS[name].values()}


def _framed(line: Sentence, name: str, language: Language, script: bool) -> Sentence:
    """Another of the house's sentences in the place of one; `script`: the letter is in traditional characters."""
    text = say(name, language)
    return replace(line, text=traditional(text) if script else text)


def _with(proposal: Proposal, lines: Sequence[Sentence]) -> Proposal:
    return replace(proposal, lines=tuple(lines), text=render(lines))
