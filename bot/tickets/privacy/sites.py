"""Where hosts and links stand in a text, and which part of each is a customer's.

A link of the vendor or of a public third party stays but for the customer's part of it; any other goes whole, with
its path and query. Who owns a host is for hosts.py; where a link ends, for mending.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.tickets.mending import Link
from bot.tickets.privacy.hosts import owner
from bot.tickets.privacy.placeholders import PLACEHOLDER
from bot.tickets.privacy.shapes import CJK, Span

_FILE = r"(?:jpe?g|png|gif|webp|mp4|m3u8|ts|mp3|pdf|zip|apk|html?|js|css|docx?|xlsx?|txt)"
_LABELS = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?\.){1,12}"
_HOST = re.compile(
    r"(?:(?<=//)|(?<![A-Za-z0-9_.\-@\\]))\*?\.?"
    + _LABELS
    + r"(?:(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9\-]{2,40})(?![A-Za-z0-9_\-])|"
    r"(?:com|cn|net|org|top|xyz|vip|cc|shop)(?=20\d\d-|\d{1,3}[^\x00-\x7f]))"
)
# Words of a record or a header that lost the blank before them, as in `a.example.orgCNAME`.
_GLUED = re.compile(
    r"(?<=[a-z0-9])(?:CNAME|TXT|AAAA|TTL\d*|Referer|User-Agent|Host(?=:)|TrustAsia|DigiCert|Sectigo|GeoTrust|HTTPS?(?![a-z]))"
)
_TAIL = re.compile(rf"(?<=/)[\w\-./%{CJK}]{{1,80}}?\.{_FILE}(?![A-Za-z])|\(\d{{1,3}}\)\.{_FILE}(?![A-Za-z])")
_PATH = re.compile(r"(?::\d{2,5})?(?:/[A-Za-z0-9\-._~/?#@!$&*+,;=%:]*)?")
_SECONDS = re.compile(r"\d\d:\d\d:\d\d\Z")
_NAMED = re.compile(
    r"(?:域名|网站|网址|站点|主站|官网|host|domain|server_name|CNAME)[\"']?\s?(?:[:：=是为]|到)?\s?[\"'「“]?\Z", re.I
)
_SCHEME = re.compile(r"(?:https?|rtmps?|rtsp|wss?|s?ftp|srt|webrtc|hls)\Z", re.I)
_STREAM = re.compile(
    r":(?://|\\{1,4}/\\{1,4}/)(?=[A-Za-z0-9]|\[[0-9A-Fa-f]*:)(?:[A-Za-z0-9\-._~:/?#@!$&*+,;=%\[\]]|\\{1,4}/)+",
    re.I,
)
# Names in Chinese characters: the suffix must end a word, the label begins behind what leads to a name.
_NATIVE_SUFFIX = "中国|中國|公司|网络|網絡|网址|网站|在线|商城|集团|我爱你|中文网|网店|政务|公益|商标|企业|香港"
_NATIVE = re.compile(
    rf"\.(?:(?:{_NATIVE_SUFFIX})(?=[^{CJK}A-Za-z0-9.]|$|打不开|无法|访问|域名|的|备案|解析|证书|不能|没有|怎么|这个|已经|和|与)|"
    rf"(?:com\.cn|net\.cn|com|cn|net|org|top|xyz|vip|cc|shop|store|site|online|club|tech|wang|ren|ltd|co)(?![A-Za-z0-9\-.]))"
)
_IS_CJK = re.compile(f"[{CJK}]")
_NATIVE_LABEL = re.compile(rf"(?:[A-Za-z0-9{CJK}\-]{{1,30}}\.){{0,3}}[A-Za-z0-9{CJK}\-]{{1,30}}\Z")
_LEAD = re.compile(
    r".*(?:域名|网站|网址|访问|打不开|打开|绑定|添加|解析|备案|主站|官网|站点|请求|申请|我们的|我的|他的|就是|比如|例如|改成|换成|购买|使用|注册|支持|后缀|是|为|叫|把|将|的|与|和|给|到|用|个|在|：)"
)
_PARAMETER = (
    ("账号", r"/iam/(?:signin|users?)/(?!(?:create|list|new|index)\b)(?P<v>[^/?#\s]+)"),
    ("账号", r"/(?P<v>\d{9,12})(?![0-9A-Za-z.\-])"),
    ("空间名", r"[?&#](?:bucket|bucket_?name|space|space_?name)=(?P<v>[^&#\s]+)"),
    (
        "账号",
        r"[?&#](?:uid|uin|user|user_?id|user_?name|account|account_?id|email|mail|phone|mobile|tel|login|alias|inviter|owner|sub_?account|iam)=(?P<v>[^&#\s]+)",
    ),
    (
        "密钥",
        r"[?&#](?:token|access_?token|sign|signature|sig|ak|sk|access_?key(?:_?id)?|secret(?:_?key)?|oss_?access_?key_?id|aws_?access_?key_?id|"
        r"x-amz-(?:signature|credential|security-token)|auth_?key|policy|password|pwd|session(?:_?id)?)=(?P<v>[^&#\s]{6,})",
    ),
    ("域名", r"[?&#](?:domain|host|cname|domains?_?name)=(?P<v>(?=[^&#\s]*\.)[^&#\s]+)"),
    (
        "邮箱",
        r"(?P<v>[A-Za-z0-9][\w.+\-]{0,63}(?:@|%40)[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,5}\.[A-Za-z]{2,24})",
    ),
    ("编号", r"(?<![0-9A-Za-z])(?P<v>(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)(?:[0-9a-f]{32}|[0-9a-f]{24}))(?![0-9A-Za-z])"),
    ("电话", r"(?<![0-9A-Za-z])(?P<v>1[3-9]\d{9})(?![0-9A-Za-z])"),
)
_IN_LINK = tuple((kind, re.compile(f"(?i:{regex})")) for kind, regex in _PARAMETER)
_IN_PUBLIC = tuple(row for row in _IN_LINK if row[0] in ("密钥", "邮箱", "电话"))
_ENCODED = re.compile(r"(?i)=(?P<v>https?(?:%3A%2F%2F|%253A%252F%252F)(?P<host>[^&#%\s]+)[^&#\s]*)")
_GLUED_MASK = re.compile(r"\[REDACTED_[A-Z]+\]")


def in_link(text: str, link: Link, vendor: tuple[str, ...]) -> tuple[bool, list[Span]]:
    """Whether a link is kept, and the spans of it (or it as a whole) that go."""
    authority = re.sub(r"^https?://|[/?#].*$", "", link.url)
    whose = owner(re.sub(r":.*$", "", authority).replace("*", "x"), vendor, linked=True)
    if "@" in authority or whose not in ("vendor", "public"):
        end = link.end
        if tail := _TAIL.match(text, end):
            end = tail.end()
        while glued := _GLUED_MASK.match(text, end):
            end = glued.end()
        return False, [("链接", link.start, end)]
    first = link.start + link.url.index("//") + 2 + len(authority)
    return True, sorted(_inside(text, first, link.end, vendor, whose), key=lambda span: span[1])


def _inside(text: str, first: int, last: int, vendor: tuple[str, ...], whose: str) -> list[Span]:
    """A customer's values in the path and query, text[first:last], of a link that stays."""
    path, spans = text[first:last], list[Span]()

    def add(kind: str, start: int, end: int) -> None:
        if not PLACEHOLDER.fullmatch(path[start:end]) and not _meets(first + start, first + end, spans):
            spans.append((kind, first + start, first + end))

    for match in _ENCODED.finditer(path):
        if owner(match.group("host"), vendor, linked=True) == "customer":
            add("链接", *match.span("v"))
    for kind, pattern in _IN_LINK if whose == "vendor" else _IN_PUBLIC:
        for match in pattern.finditer(path):
            add(kind, *match.span("v"))
    if whose == "vendor":
        for match in _HOST.finditer(path):
            host = match.group().lstrip("*.")
            if _plain(host) and owner(host, vendor) == "customer":
                add("域名", *match.span())
    return spans


def streams(text: str, vendor: tuple[str, ...]) -> Iterator[Span]:
    """Links with another scheme than http; the vendor's own stay."""
    for match in _STREAM.finditer(text):
        scheme = _SCHEME.search(text[max(0, match.start() - 6) : match.start()])
        host = re.sub(r"^:[\\/]+|(?<=[^:\\/])[\\/?#:].*$", "", match.group())
        if scheme and owner(host, vendor, linked=True) not in ("vendor", "public"):
            start = match.start() - len(scheme.group())
            yield "链接", start, match.start() + len(match.group().rstrip(".,;:!?&]"))


def hosts(text: str, vendor: tuple[str, ...]) -> Iterator[Span]:
    """A customer's bare hosts with the path behind them, and a customer's part in the path of a vendor's."""
    parted = _GLUED.sub(lambda glued: " " * len(glued.group()), text) if _GLUED.search(text) else text
    for match in _HOST.finditer(parted):
        start, end = match.span()
        if _SECONDS.search(text[max(0, start - 8) : start + 2]):
            start += 2  # `09:12:02cf.example.org`: the seconds of a time, glued to a host
        host = text[start:end].lstrip("*.")
        if text[end : end + 1] == "(" or (
            text[start - 1 : start] == "/" and text[start - 2 : start] != "//" and not _plain(host)
        ):
            continue
        named = bool(_NAMED.search(text[max(0, start - 16) : start]))
        whose = owner(host, vendor, named=named)
        if whose == "customer":
            yield "域名", start, _path_end(text, end, vendor)
        elif whose == "vendor" and (path := _PATH.match(text, end)) and path.group():
            yield from _inside(text, end, path.end(), vendor, whose)


def native(text: str) -> Iterator[Span]:
    """Domains in Chinese characters."""
    for match in _NATIVE.finditer(text):
        before = text[max(0, match.start() - 60) : match.start()]
        if not (_IS_CJK.search(before[-1:]) or _IS_CJK.search(match.group())):
            continue
        label = _NATIVE_LABEL.search(before)
        lead = _LEAD.match(label.group()) if label else None
        length = len(label.group()) - (lead.end() if lead else 0) if label else 0
        if length > 1:
            yield "域名", match.start() - length, match.end()


def _path_end(text: str, end: int, vendor: tuple[str, ...]) -> int:
    path = _PATH.match(text, end)
    if not path or "/" not in path.group():
        return end
    second = _HOST.match(path.group(), path.group().index("/") + 1)
    if second and owner(second.group(), vendor) != "none":
        return end  # `a.example.org/b.example.org`: two hosts with a stroke between them
    return end + len(re.sub(r"(?<=[A-Za-z/])\d{1,2}\.\Z|[.,;:!?&/]+\Z", "", path.group()))


def _plain(host: str) -> bool:
    return bool(
        re.search(r"\.(?:com|cn|net|org|top|xyz|vip|cc|io|co|me|tv|shop|site|online|club|tech|hk)\Z", host.lower())
    )


def _meets(start: int, end: int, spans: list[Span]) -> bool:
    return any(start < right and left < end for _, left, right in spans)
