"""Other people's values become typed placeholders, before anything is embedded, logged or shown.

The same value in one ticket gets the same placeholder, also where it stands without the label that gave it away;
redact(redact(x)) == redact(x). Links are taken by their mended ends, so that no sentence is lost with one. Knows
nothing of files or layouts except where a ticket begins, which the reader tells it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bot.records import Ticket
from bot.tickets.mending import links
from bot.tickets.privacy.placeholders import ANY_MASK, PLACEHOLDER, Scope
from bot.tickets.privacy.recognisers import recognise
from bot.tickets.privacy.shapes import Span
from bot.tickets.privacy.sites import hosts, in_link, native, streams
from bot.tickets.texts import retold, texts

__all__ = ["ANY_MASK", "PLACEHOLDER", "Finding", "Redactor", "Scope"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something private that was replaced: its type and place, never its value. `line` from 1."""

    type: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """A value's place in the text as it was given, and the placeholder that is shown for it."""

    start: int
    end: int
    type: str
    name: str


class Redactor:
    """`vendor`: registered domains whose links and hosts are kept."""

    def __init__(self, vendor: tuple[str, ...]) -> None:
        self._vendor = tuple(domain.strip().lower() for domain in vendor if domain.strip())

    def redact(self, text: str, scope: Scope | None = None) -> tuple[str, list[Finding]]:
        """The text with placeholders, and what was found, in order.

        Goes round until nothing is left: some values show only when the one beside them is gone.
        """
        scope = scope or Scope()
        scope.reserve(text)
        cuts: list[_Cut] = []
        shown = text
        while spans := self._spans(shown, scope):
            origin = _Origin(cuts)
            new = [
                _Cut(origin(start), origin(end), kind, scope.name(kind, shown[start:end])) for kind, start, end in spans
            ]
            covered = _Places(len(text))
            for cut in new:
                covered.add(cut.start, cut.end)
            cuts = sorted([*new, *(cut for cut in cuts if covered.free(cut.start, cut.end))], key=lambda cut: cut.start)
            shown = _shown(text, cuts)
        findings, position, line = [], 0, 1
        for cut in cuts:
            line += text.count("\n", position, cut.start)
            position = cut.start
            findings.append(Finding(cut.type, line, cut.start, cut.end))
        return shown, findings

    def clean(self, text: str) -> str:
        """The redacted text alone."""
        return self.redact(text)[0]

    def values(self, text: str) -> list[tuple[str, str]]:
        """The private values of a text with their types, as they stand: for the agent who takes a customer over."""
        found = self.redact(text)[1]
        return [(item.type, text[item.start : item.end]) for item in found]

    def together(self, texts: Sequence[str]) -> list[str]:
        """The redacted texts of one chat: the same value has the same placeholder in all of them."""
        scope = Scope()
        for text in texts:
            scope.reserve(text)
        return [self.redact(text, scope)[0] for text in texts]

    def ticket(self, ticket: Ticket) -> tuple[Ticket, list[Finding]]:
        """The ticket with every text redacted in one scope; a value known from a later text goes from earlier ones."""
        scope = Scope()
        told = texts(ticket)
        for text in told:
            scope.reserve(text)
        before = -1
        while before != scope.known:
            before = scope.known
            done = [self.redact(text, scope) for text in told]
        return retold(ticket, [text for text, _ in done]), [finding for _, findings in done for finding in findings]

    def _spans(self, text: str, scope: Scope) -> list[Span]:
        """Spans to replace, in order and apart; earlier recognisers win, whole links are safe."""
        closed = _Places(len(text))
        for match in PLACEHOLDER.finditer(text):
            closed.add(*match.span())
        taken: list[Span] = []
        for link in links(text) if "://" in text else ():
            kept, spans = in_link(text, link, self._vendor)
            taken += spans
            for _, start, end in spans:
                closed.add(start, end)
            if kept:
                closed.add(link.start, link.end)
        for kind, start, end in (*self._found(text), *scope.again(text)):
            if end > start and closed.free(start, end) and not _masked(text, start):
                taken.append((kind, start, end))
                closed.add(start, end)
        return sorted(taken, key=lambda span: span[1])

    def _found(self, text: str) -> list[Span]:
        spans = list(streams(text, self._vendor)) if "/" in text and ":" in text else []
        spans += recognise(text)
        if "." in text:
            spans += [*hosts(text, self._vendor), *native(text)]
        return spans


def _masked(text: str, start: int) -> bool:
    """Whether a value is the inside of a mask that the publisher left."""
    return text[start - 1 : start] == "[" and ANY_MASK.match(text, start - 1) is not None


class _Places:
    """Which characters of a text are spoken for."""

    def __init__(self, length: int) -> None:
        self._marks = bytearray(length)

    def add(self, start: int, end: int) -> None:
        self._marks[start:end] = b"\1" * (end - start)

    def free(self, start: int, end: int) -> bool:
        return self._marks.find(1, start, end) < 0


class _Origin:
    """Where a place in the shown text lies in the given one."""

    def __init__(self, cuts: list[_Cut]) -> None:
        self._starts, self._shifts, shift = [], [], 0
        for cut in cuts:
            self._starts.append(cut.start - shift)
            shift += cut.end - cut.start - len(cut.name)
            self._shifts.append(shift)

    def __call__(self, position: int) -> int:
        before = bisect_right(self._starts, position - 1)
        return position + (self._shifts[before - 1] if before else 0)


def _shown(text: str, cuts: list[_Cut]) -> str:
    pieces, position = [], 0
    for cut in cuts:
        pieces += [text[position : cut.start], cut.name]
        position = cut.end
    return "".join([*pieces, text[position:]])
