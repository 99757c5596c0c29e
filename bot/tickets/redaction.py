"""Other people's values become typed placeholders, before anything is embedded, logged or shown.

The same value in one ticket gets the same placeholder; redact(redact(x)) == redact(x). Links are
taken by their mended ends, so that no sentence is lost with one. Knows nothing of files or layouts
except where a ticket begins, which the reader tells it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace

from bot.records import Ticket, Turn
from bot.tickets.hosts import owner
from bot.tickets.mending import Link, links
from bot.tickets.recognisers import RECOGNISERS, Span

PLACEHOLDER = re.compile(r"〈([^〈〉\d\n]{1,8})(\d*)〉")
# A placeholder (〈域名〉), or what the publisher of the tickets left where a value was ([域名], [REDACTED_URL],
# [URL已脱敏]): neither is indexed or searched. Names of buttons ([域名管理], [配置]) are written alike and must
# stay, hence the closed list.
_MASKED = (
    r"URL|IP|KEY|图片|域名|CNAME域名|测试域名|七牛服务域名|长串|长数字|账号或时间戳|订单或对象ID|公司|社交账号|"
    r"地址|凭证|邮箱|税号|空间|手机号|电话|密钥|身份证|姓名"
)
ANY_MASK = re.compile(
    rf"〈[^〈〉\n]{{1,20}}〉|\[(?:REDACTED[A-Z0-9_]*|URL[:：][^\[\]\n]{{1,10}}|[^\[\]\n]{{0,10}}脱敏[^\[\]\n]{{0,6}}|{_MASKED})\]"
)
_HOST = re.compile(
    r"(?:(?<=//)|(?<![A-Za-z0-9_.\-@/\\]))\*?\.?(?:[A-Za-z0-9_](?:[A-Za-z0-9_\-]*[A-Za-z0-9_])?\.)+[A-Za-z]{2,24}(?![A-Za-z0-9_\-])"
)
_SECONDS = re.compile(r"\d\d:\d\d:\d\d\Z")
_IN_LINK = (
    ("账号", re.compile(r"/iam/signin/(?P<v>[^/?#\s]+)")),
    ("空间名", re.compile(r"[?&](?:bucket|bucketName)=(?P<v>[^&#\s]+)")),
    ("账号", re.compile(r"[?&](?:uid|user|email|account|accountId)=(?P<v>[^&#\s]+)")),
    ("密钥", re.compile(r"[?&](?:token|sign|signature|e|ak|accessKey)=(?P<v>[A-Za-z0-9_\-:%=.]{8,})")),
)
_GLUED_MASK = re.compile(r"\[REDACTED_[A-Z]+\]")


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


class Scope:
    """The numbering of placeholders in one ticket or chat: digests are kept, values are not."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, bytes], str] = {}
        self._used: dict[str, int] = {}

    def reserve(self, text: str) -> None:
        """Leaves placeholders that already stand in `text` to their own values."""
        for match in PLACEHOLDER.finditer(text):
            number = int(match.group(2) or 1)
            self._used[match.group(1)] = max(self._used.get(match.group(1), 0), number)

    def name(self, kind: str, value: str) -> str:
        key = (kind, hashlib.blake2b(value.strip().lower().encode(), digest_size=12).digest())
        if key not in self._names:
            number = self._used[kind] = self._used.get(kind, 0) + 1
            self._names[key] = f"〈{kind}〉" if number == 1 else f"〈{kind}{number}〉"
        return self._names[key]


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
        while spans := self._spans(shown):
            places = [(_origin(start, cuts), _origin(end, cuts)) for _, start, end in spans]
            names = [scope.name(kind, shown[start:end]) for kind, start, end in spans]
            cuts = [cut for cut in cuts if not _overlaps(cut.start, cut.end, [("", *place) for place in places])]
            new = zip(spans, places, names, strict=True)
            cuts += [_Cut(*place, span[0], name) for span, place, name in new]
            cuts.sort(key=lambda cut: cut.start)
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

    def ticket(self, ticket: Ticket) -> tuple[Ticket, list[Finding]]:
        """The ticket with every text redacted in one scope."""
        scope, found = Scope(), []
        texts = (ticket.title, ticket.question, ticket.summary, ticket.root_cause)
        for text in (*texts, *(turn.text for turn in ticket.turns)):
            scope.reserve(text)

        def clean(text: str) -> str:
            redacted, findings = self.redact(text, scope)
            found.extend(findings)
            return redacted

        turns = tuple(Turn(turn.role, clean(turn.text), turn.line, turn.images) for turn in ticket.turns)
        return (
            replace(
                ticket,
                title=clean(ticket.title),
                question=clean(ticket.question),
                summary=clean(ticket.summary),
                root_cause=clean(ticket.root_cause),
                turns=turns,
            ),
            found,
        )

    def _spans(self, text: str) -> list[Span]:
        """Spans to replace, in order and apart; earlier recognisers win, whole links are safe."""
        safe = [match.span() for match in PLACEHOLDER.finditer(text)]
        taken: list[Span] = []
        for link in links(text):
            kept, spans = self._link(text, link)
            taken += spans
            if kept:
                position = link.start
                for _, start, end in spans:
                    safe.append((position, start))
                    position = end
                safe.append((position, link.end))
        for recognise in RECOGNISERS:
            for kind, start, end in recognise(text):
                if end > start and not _overlaps(start, end, taken) and not _inside(start, end, safe):
                    taken.append((kind, start, end))
        for match in _HOST.finditer(text):
            start, end = match.span()
            if _SECONDS.search(text[max(0, start - 8) : start + 2]):
                start += 2  # `09:12:02cf.example.org`: the seconds of a time, glued to a host
            if _overlaps(start, end, taken) or _inside(start, end, safe):
                continue
            if self._bare_host(text, match):
                taken.append(("域名", start, end))
        return sorted(taken, key=lambda span: span[1])

    def _bare_host(self, text: str, match: re.Match[str]) -> bool:
        host = match.group().lstrip("*.")
        if text[match.end() : match.end() + 1] == "(":
            return False
        return owner(host, self._vendor) == "customer"

    def _link(self, text: str, link: Link) -> tuple[bool, list[Span]]:
        """Whether a link is kept, and the spans of it (or it as a whole) that go."""
        host = re.sub(r"^https?://|[/?#:].*$", "", link.url)
        host = host.rpartition("@")[2]
        if owner(host, self._vendor, linked=True) not in ("vendor", "public"):
            end = link.end
            while glued := _GLUED_MASK.match(text, end):
                end = glued.end()
            return False, [("链接", link.start, end)]
        spans = []
        for kind, pattern in _IN_LINK:
            for match in pattern.finditer(link.url):
                if not PLACEHOLDER.fullmatch(match.group("v")):
                    spans.append((kind, link.start + match.start("v"), link.start + match.end("v")))
        return True, sorted(spans, key=lambda span: span[1])


def _shown(text: str, cuts: list[_Cut]) -> str:
    pieces, position = [], 0
    for cut in cuts:
        pieces += [text[position : cut.start], cut.name]
        position = cut.end
    return "".join([*pieces, text[position:]])


def _origin(position: int, cuts: list[_Cut]) -> int:
    """Where a place in the shown text lies in the given one."""
    for cut in cuts:
        if position <= cut.start:
            return position
        position += cut.end - cut.start - len(cut.name)
    return position


def _overlaps(start: int, end: int, spans: list[Span]) -> bool:
    return any(start < right and left < end for _, left, right in spans)


def _inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < right and left < end for left, right in spans)
