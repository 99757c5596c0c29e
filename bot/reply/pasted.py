"""A pasted ticket, however it is written: this project's Markdown, a dialogue, a ticket system's JSON, mail, a log.

Says who said what, how many pictures there were and what is asked; what it means it does not know. The work is
bounded: of a text that is longer than READ its beginning and its end are looked at.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from bot.records import Question, Turn
from bot.reply.systems import Said, system
from bot.tickets.reading.reader import read_markdown
from bot.tickets.reading.turns import IMAGE, turns

READ = 16_000  # characters of a ticket that are looked at,
_HEAD = 12_000  # these of them from its beginning
_JSON = 4_000_000  # a longer text is not parsed: 2 MB take 30 ms
MOST = 1500  # characters that are asked about: the customer's first and last words say what is open
_PART = 700  # characters of one turn that are asked about; of a log the lines that tell of a failure
_HEADLINE = 60  # characters of a line before a dialogue up to which it is the title
_TAG = re.compile(
    r"</?(?:html|body|head|div|p|br|span|table|tr|td|blockquote|a|img|ul|li|b|strong|font)\b[^<>]{0,400}>", re.I
)
_HIDDEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
_PICTURE = re.compile(
    r"<img\b[^<>]{0,400}>|!\[[^\]\n]{0,80}\]\([^)\n]{0,300}\)|\[(?:图片|圖片|截图|image[^\]\n]{0,40})\]", re.I
)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?blockquote|/?table)\b[^<>]{0,400}>", re.I)
_HEADER = re.compile(
    r"^(?:from|to|cc|date|sent|发件人|收件人|抄送|时间|日期|发送时间)\s*[:：]|^(?P<what>subject|主题|主旨)\s*[:：]\s*(?P<title>.*)$",
    re.I,
)
_QUOTED = re.compile(
    r"^\s*(?:-{3,}\s*(?:original message|原始邮件|转发的邮件|forwarded message)|"
    r"on .{6,120} wrote:\s*$|在.{6,80}写道[:：]\s*$)",
    re.I,
)
_TITLE = re.compile(r"^\W{0,4}(?:标题|工单标题|主题|title|subject)\W{0,3}[:：]\W{0,3}(?P<title>.*)$", re.I)
_FAILED = re.compile(
    r"error|exception|fail|denied|refused|timed? ?out|报错|失败|异常|超时|\b[45]\d\d\b|code|warn", re.I
)
_HAN = re.compile(r"[\u3400-\u9fff]{2}")
_STAMP = re.compile(r"\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d:\d\d[\d.,]*(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d[.,]?\d*")


@dataclass(frozen=True, slots=True)
class Pasted:
    """`turns`: who said what, oldest first; `whole`: all that was read; `cut`: characters that were not."""

    title: str
    turns: tuple[Turn, ...]
    whole: str
    images: int = 0
    cut: int = 0

    @property
    def customer(self) -> str:
        """All that its customer said."""
        return "\n".join(turn.text for turn in self.turns if turn.role == "customer")

    @property
    def wordless(self) -> bool:
        """Whether its customer says nothing in words."""
        return not re.search(r"\w", _PICTURE.sub("", f"{self.title}\n{self.customer}"))

    @property
    def question(self) -> Question:
        """What is asked: the title, what the customer said first and what last."""
        said = [turn.text for turn in self.turns if turn.role == "customer"]
        parts = [self.title, *(said if len(said) <= 3 else [said[0], *said[-2:]])]
        unique = list(dict.fromkeys(part for text in parts if (part := gist(_PICTURE.sub("", text)).strip())))
        return Question("\n".join(unique)[:MOST], id="draft")


def read(text: str) -> Pasted:
    """Any text as a ticket; one without roles is its customer's."""
    said = system(text) if len(text) <= _JSON else None
    if said:
        said, cut = _bounded(said)
    else:
        few = text if len(text) <= READ else f"{text[:_HEAD]}\n{text[_HEAD - READ :]}"
        cut, plain = len(text) - min(len(text), READ), plainly(few)
        said = _markdown(plain) or _dialogue(plain)
    title, turns = said[0], [Turn(turn.role, plainly(turn.text), turn.line, turn.images) for turn in said[1]]
    whole = "\n".join(part for part in (title, *(turn.text for turn in turns)) if part)
    return Pasted(title, tuple(turns), whole, len(_PICTURE.findall(whole)), cut)


def plainly(text: str) -> str:
    """HTML as text, a picture as [图片]; what holds no tags stays as it is."""
    if len(_TAG.findall(text)) < 2:
        return text
    text = _PICTURE.sub(f" {IMAGE} ", _HIDDEN.sub(" ", text))
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    return re.sub(r"\n\s*\n\s*", "\n\n", re.sub(r"[ \t\xa0]+", " ", text)).strip()


def gist(text: str) -> str:
    """A long text's beginning, its lines in Chinese or about a failure, each once, and its end."""
    if len(text) <= _PART:
        return text
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 6:
        return f"{text[: _PART * 2 // 3]}\n{text[-_PART // 3 :]}"
    kept: dict[str, str] = {}
    for place, line in enumerate(lines):
        if place < 3 or place >= len(lines) - 2 or _HAN.search(line) or _FAILED.search(line):
            bare = re.sub(r"\s+", " ", _STAMP.sub("", line))[:240].strip()
            kept.setdefault(re.sub(r"[\d\W]+", "", bare), bare)
    told = "\n".join(kept.values())
    return told if len(told) <= _PART else f"{told[: _PART * 2 // 3]}\n{told[-_PART // 3 :]}"


def _bounded(said: Said) -> tuple[Said, int]:
    """The turns with no more than READ characters in all: each is cut to what is left for it, the first and last
    getting most."""
    title, turns = said
    size = sum(len(turn.text) for turn in turns)
    if size <= READ:
        return said, 0
    most = max(READ // max(len(turns), 1), 200)
    cut = [Turn(turn.role, turn.text[:most], turn.line, turn.images) for turn in turns]
    return (title[:500], cut[-READ // most :]), size - READ


def _markdown(text: str) -> Said | None:
    found = read_markdown(text, "draft").tickets
    if not found:
        return None
    ticket = found[0]
    said = list(ticket.turns)
    if ticket.question and not any(turn.text == ticket.question for turn in said):
        said.insert(0, Turn("customer", ticket.question))
    return ticket.title, said


def _dialogue(text: str) -> Said:
    """Turns by their roles, what stands before them being the customer's; mail without what it quotes."""
    title, lines = "", list[str]()
    headed = False
    for line in text.splitlines():
        if _QUOTED.match(line) or (headed and line.startswith(">")):
            break
        if not lines and (found := _HEADER.match(line.strip())):
            title, headed = (found["title"] or title).strip(), True
        elif not lines and not title and (found := _TITLE.match(line.strip())):
            title = found["title"].strip("* ")
        elif line.strip() or lines:
            lines.append(line)
    if not (title or lines):
        lines = text.splitlines()
    rows = list(enumerate(lines, start=1))
    said, lead = turns(rows, dialogue=True)
    if not any(turn.role == "customer" for turn in said):
        said, lead = [turn for turn in said if lead], lead or "\n".join(lines)
        said = [turn for turn in said if turn.role == "agent"]
    elif lead.strip() and not title and "\n" not in lead.strip() and len(lead) <= _HEADLINE:
        title, lead = lead.strip(), ""
    return title, [*([Turn("customer", lead.strip())] if lead.strip() else []), *said]
