"""Bytes become text and text becomes lines: encodings, line ends, and characters that nobody sees.

What had to be guessed or left out is reported, so that no odd character slips in silently. Knows
nothing of tickets.
"""

from __future__ import annotations

import codecs
import io
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

LIMIT = 16 * 2**20  # bytes a file: some 14,000 tickets; the strangest file of that size is read within 1.1 GB
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# C0 and C1 controls but for tab and line ends, byte order marks, zero-width and direction marks, halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u200b\u2060\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_ENDS = re.compile("\r\n|\r|\n")
_SOFT = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_USUAL = re.compile("[\t\n\r -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")

Note = tuple[int, str]


class NotText(ValueError):
    """The bytes are no text."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text; numbers[i] is where texts[i] stands in the file, from 1."""

    texts: list[str]
    numbers: Sequence[int]


def decode(raw: bytes) -> tuple[str, list[Note]]:
    """The text of a file, and what was odd about its encoding. Raises NotText for a binary file."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            try:
                if name == "utf-8":
                    return _eight(raw[len(mark) :])
                return raw.decode(name), []
            except UnicodeDecodeError:
                raise NotText(f"it begins like {name.upper()} and is damaged") from None
    sample = raw[:65536]
    if b"\0" in sample and (text := _sixteen(raw)) is not None:
        return text, [(1, "read as UTF-16")]
    if len(_BINARY.findall(sample)) * 10 > len(sample):
        raise NotText("this is a binary file, not a text file with tickets")
    return _eight(raw)


def _eight(raw: bytes) -> tuple[str, list[Note]]:
    """UTF-8, or GB18030 as a whole, or line by line whichever fits."""
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    text, odd, lost, good = io.StringIO(newline=""), [], [], 0
    line = 1
    for piece in io.BytesIO(raw):
        try:
            text.write(piece.decode("utf-8"))
            good += not piece.isascii()
        except UnicodeDecodeError:
            try:
                text.write(piece.decode("gb18030"))
                odd.append(line)
            except UnicodeDecodeError:
                text.write(piece.decode("utf-8", "replace"))
                lost.append(line)
        line += piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
    if len(odd) > good and not lost:
        return raw.decode("gb18030"), [(odd[0], "read as GB18030 (not UTF-8)")]
    notes = [(odd[0], f"not UTF-8, read as GB18030: {_listed(odd)}")] if odd else []
    if lost:
        notes.append((lost[0], f"damaged characters, shown as \ufffd: {_listed(lost)}"))
    return text.getvalue(), notes


def _sixteen(raw: bytes) -> str | None:
    for name in ("utf-16-le", "utf-16-be"):
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if len(_USUAL.findall(text[:4096])) >= 0.9 * len(text[:4096]):
            return text
    return None


def _listed(lines: list[int]) -> str:
    shown = ", ".join(map(str, lines[:5]))
    return f"line {shown}" if len(lines) == 1 else f"lines {shown}{f' and {len(lines) - 5} more' * (len(lines) > 5)}"


def clean(text: str) -> str:
    """`text` without the characters that nobody sees."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub("", text)


def lines(text: str) -> tuple[Lines, list[Note]]:
    """`text` cut at every kind of line end and without unseen characters, with a note if there were any.

    Only line feeds and carriage returns count as lines of the file.
    """
    text = _ENDS.sub("\n", text)
    notes: list[Note] = []
    if first := _UNSEEN.search(text.removeprefix("\ufeff")):
        shown, count = _UNSEEN.subn("", text.removeprefix("\ufeff"))
        line = text.count("\n", 0, first.start()) + 1
        notes.append((line, f"{count} control or direction characters left out, the first one here"))
        text = shown
    text = text.removeprefix("\ufeff")
    texts = text.split("\n")
    if not _SOFT.search(text):
        return Lines(texts, range(1, len(texts) + 1)), notes
    cut, numbers = [], array("L")
    for number, line_text in enumerate(texts, start=1):
        parts = _SOFT.split(line_text)
        cut += parts
        numbers.extend([number] * len(parts))
    return Lines(cut, numbers), notes
