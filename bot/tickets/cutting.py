"""A turn is cut into what stands on its own: sentences, lists kept whole and in order, pieces of code.

A link stays with the sentence that introduces it; a sentence that mixes work, waiting or a question with
something worth knowing is cut between them. Knows nothing of tickets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.tickets.kinds import PROCEDURE, RECORD, TRANSIENT, by_rules
from bot.tickets.mending import links, mend

_STEP = re.compile(r"^(\d{1,2})\s*[.、．](?!\d)\s*")
_FIELD = re.compile(
    r"^(?:主机记录|记录类型|记录值|证书品牌|证书种类|证书类型|[^\s，。：:]{2,6}[:：])(?=[\s：:]|[A-Za-z0-9]|.)"
)
_ITEM = re.compile(r"^[-*•·]\s+")
_CODE = re.compile(r"[{}();=<>\[\]\"':/\\]|^[*<>#$]|^\w+$")
_COMMENT = re.compile(r"(?://|#).*$")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NOTE = re.compile(r"[「【]?注意事项[」】]?[:：]?")
_INTRO = re.compile(r"(?:如下|以下|步骤|：|:|注意事项」?|以下几种(?:方法|方式))\s*[:：]?$")
# A sentence that only stands with the one before it: a bare link, or a word that points back.
_CLINGS = re.compile(r"^(?:期间|此时|否则|因此|还是(?!不|没|无|有|要|需|建议|推荐|会|可)|https?://\S+$)")
# A piece that breaks off here is half a sentence: what follows belongs to it.
_BREAKS_OFF = re.compile(
    r"(?:的时候|时|之后|以后|的话|[到把将在于和与以被给让]|进度|原因|如下|所以您?|需要|进行)[，,]?$"
)
_HANGS = re.compile(r"^(?:如果是|是的话|那)")
_CONDITION = re.compile(r"(?:^|，)(?:如果|若|如需|如有|着急的话|假如)[^，]*，$")
# An agent who quotes the customer draws a line under the quote: -------.
_SENTENCE = re.compile(r"(?:(?!-{4,})[^。！？!?；\n])+(?:[。！？!?；]+[”」』）)]?|-{4,}|$)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a turn: `text` mended, one line a step; `quote` the turn's own words."""

    text: str
    quote: str


def units(text: str) -> list[Unit]:
    """Sentences, lists and pieces of code of a turn, with the exact words each came from."""
    blocks: list[_Block] = []
    for line in mend(text).split("\n"):
        if not line.strip():
            continue
        before = blocks[-1] if blocks else None
        sort = _sort(line.strip(), before)
        if before and _belongs(sort, line.strip(), before):
            before.lines.append(line.strip())
            if before.sort == "intro" or sort in ("step", "item"):
                before.sort = sort
        else:
            blocks.append(_Block(sort, [line.strip()]))
    pieces: list[str] = []
    for block in blocks:
        if len(block.lines) > 1:
            pieces.append("\n".join(block.lines))
            continue
        for sentence in _sentences(block.lines[0]):
            if pieces and _CLINGS.match(sentence) and "\n" not in pieces[-1]:
                pieces[-1] += sentence
            else:
                pieces += _clauses(sentence)
    return _located(text, pieces)


@dataclass(slots=True)
class _Block:
    """Lines that stand together. `sort` is that of the last: intro, step, item (a bullet), code, field or plain."""

    sort: str
    lines: list[str]


def _sort(line: str, before: _Block | None) -> str:
    if _STEP.match(line):
        return "step"
    if _ITEM.match(line):
        return "item"
    if _CODE.search(line) and not _CHINESE.search(_COMMENT.sub("", line)):
        return "code"
    if RECORD.match(line):
        return "record"
    if _INTRO.search(line) or _NOTE.fullmatch(line):
        return "intro"
    listed = before and before.sort in ("step", "item", "field")
    return "field" if listed and _FIELD.match(line) and not line.startswith(("注意", "参考", "「")) else "plain"


def _number(line: str) -> str:
    step = _STEP.match(line)
    return step.group(1) if step else ""


def _belongs(sort: str, line: str, before: _Block) -> bool:
    """Whether a line goes on with the block before it: a list in order, the fields of one, a piece of code."""
    if before.sort == "intro":
        if sort == "step":
            return _number(line) == "1" or len(before.lines) > 1
        return sort in ("item", "code", "record") or (sort == "plain" and bool(_NOTE.fullmatch(before.lines[-1])))
    if sort == "step":
        return before.sort in ("step", "item", "field", "record") and _number(line) != "1"
    if sort == "item":
        return before.sort in ("item", "step") and (before.sort == "item" or bool(_INTRO.search(before.lines[-1])))
    if sort == "code":
        return before.sort == "code"
    if sort == "record":
        return before.sort in ("step", "field", "record", "item")
    return sort == "field"


def _clauses(sentence: str) -> list[str]:
    """Cuts a sentence where work, waiting or a question is mixed with something worth knowing."""
    if PROCEDURE.search(sentence) and "，我们" in sentence:
        return [sentence]
    runs: list[tuple[bool, str]] = []
    for clause in re.findall(r"[^，]+，?", sentence):
        kind = by_rules(clause.rstrip("，"))
        passing = kind in ("action", "hold", "request") or bool(TRANSIENT.search(clause))
        if runs and (
            runs[-1][0] == passing or kind == "courtesy" or _HANGS.match(clause) or _CONDITION.search(runs[-1][1])
        ):
            runs[-1] = (runs[-1][0], runs[-1][1] + clause)
        elif runs and len(runs) == 1 and len(runs[0][1]) < 5:
            runs[0] = (passing, runs[0][1] + clause)
        else:
            runs.append((passing, clause))
    if len(runs) < 2 or any(not passing and len(run) < 6 for passing, run in runs):
        return [sentence]
    if any(_BREAKS_OFF.search(run) for _, run in runs[:-1]):
        return [sentence]
    return [run.rstrip("，") if index < len(runs) - 1 else run for index, (_, run) in enumerate(runs)]


def _sentences(line: str) -> list[str]:
    safe = [(link.start, link.end) for link in links(line)]
    found, start = [], 0
    for match in _SENTENCE.finditer(line):
        if any(left < match.end() < right for left, right in safe):
            continue
        piece = line[start : match.end()].strip()
        start = match.end()
        if piece:
            found.append(piece)
    if line[start:].strip():
        found.append(line[start:].strip())
    return found


def _located(text: str, pieces: list[str]) -> list[Unit]:
    """Finds each piece in the turn: mending only moved white space, so the rest must match."""
    at = [index for index, char in enumerate(text) if not char.isspace()]
    dense = "".join(text[index] for index in at)
    found, position = [], 0
    for piece in pieces:
        bare = re.sub(r"\s+", "", piece)
        start = dense.find(bare, position) if bare else -1
        if start < 0:
            continue
        position = start + len(bare)
        found.append(Unit(piece, text[at[start] : at[position - 1] + 1]))
    return found
