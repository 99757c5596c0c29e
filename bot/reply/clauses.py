"""The things that one message asks: a question of two parts may be covered in one of them only."""

from __future__ import annotations

import re

_END = re.compile(r"[？?。！!；;\n]+")
_ALSO = re.compile(
    r"(?:(?<![，,、\s])[，,、\s]+)?(?:顺便(?:再?问(?:一?下)?)?|另外(?:再?问(?:一?下)?)?|还有(?:就是)?|以及|再问(?:一?下|一?个)?|"
    r"\band also\b|\balso\b)[，,：:\s]*"
)
_ASKING = re.compile(
    r"怎么|如何|怎样|咋|为什么|为啥|为何|哪|什么|多久|多少|几[天个步]|吗|么$|能不能|可不可以|可以|要不要|是不是|有没有|能否|"
    r"\b(?:how|what|why|where|when|which|can|does|is)\b",
    re.I,
)
# Two things asked in one breath (怎么申请，多久能签发): each half wants something of its own.
_WANTS = re.compile(
    r"怎么(?!还|回事)|如何|怎样|为什么|为啥|在?哪[里儿个]|多久|多长时间|什么时候|多少|几[天个步]|有效期"
)
_LEAST = 4  # letters of a thing that is asked
MOST = 4


def clauses(question: str) -> tuple[str, ...]:
    """Each thing asked, in order; one alone when the message asks one thing.

    What stands before a question without asking itself belongs to the question behind it.
    """
    found: list[str] = []
    before = ""
    for part in _END.split(question):
        for piece in _pieces(part):
            text = piece.strip(" ，,、")
            if not text:
                continue
            whole = f"{before}，{text}" if before else text
            if _ASKING.search(text) and len(re.sub(r"\W", "", text)) >= _LEAST:
                found.append(whole)
                before = ""
            else:
                before = whole
    if before and found:
        found[-1] = f"{found[-1]}，{before}"
    return tuple(found[:MOST]) if len(found) > 1 else (question,)


def _pieces(part: str) -> list[str]:
    """A sentence, cut before what it asks besides."""
    pieces = []
    for piece in _ALSO.split(part):
        halves = re.split(r"[，,、]", piece)
        wants = [_WANTS.findall(half) for half in halves]
        if len(halves) == 2 and all(wants) and wants[0] != wants[1]:
            pieces += halves
        else:
            pieces.append(piece)
    return pieces
