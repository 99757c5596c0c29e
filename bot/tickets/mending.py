"""Puts back the line breaks that the tickets lost on their way: links, steps, versions, labels.

Works on any text and is idempotent: mend(mend(x)) == mend(x). Knows nothing of tickets or privacy;
redaction asks it where a link ends, so that half a sentence is not taken for a path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CJK = r"\u3400-\u9fff\uf900-\ufaff"
# RFC 3986 characters, less those that end a link in prose here: quotes, brackets, CJK punctuation.
_URL = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&*+,;=%]+")
_SCHEME = re.compile(r"https?://")
# A publisher's mask or one of our placeholders may stand inside a link in place of a part of it.
_MASK = re.compile(
    r"(?:(?:\[[A-Z_]{4,}\]|〈[^〈〉\n]{1,12}〉|(?<=/)\[(?:密钥|长串|[^\[\]\n]{1,8}已脱敏)\])[A-Za-z0-9\-._~/?#@&=%]*)+"
)
_STEP_TAIL = re.compile(r"(?<=[A-Za-z/])\d{1,2}\.?$")
# `logCDN日志`: a lower-case slug never ends in capitals, so they open the next sentence.
_CAPITAL_TAIL = re.compile(r"(?<=[a-z\d])[A-Z]{2,}$")
# `qshellwindows环境下`: a word of the next sentence, glued to a slug by a letter, not by a hyphen.
_WORD_TAIL = re.compile(r"(?<=[a-z\d])(?:windows|linux|macos|android|ios)$")
# `rules-----Q：`, `list.mdbatchmove命令`, `tool#9batchmove命令`: a ruler, a word behind an ending or an anchor.
_RULER_TAIL = re.compile(r"(?<!-)---[^/]*$")
_GLUED_TAIL = re.compile(r"(?:(?<=\.md)|(?<=\.html)|(?<=#\d))[a-z][a-z\d]*$")
_TAILS = (_STEP_TAIL, _CAPITAL_TAIL, _WORD_TAIL, _RULER_TAIL, _GLUED_TAIL)
_TRAILING = ".,;:!?&"

# Words that open a line wherever agents paste their canned text; the breaks before them were lost.
OPENERS = (
    "注意事项",
    "「注意事项」",
    "「电子发票申请」",
    "「电子发票获取」",
    "注意：",
    "证书品牌：",
    "证书种类：",
    "查看上月账单明细：",
    "查看实时消费明细：",
    "本月实时消费明细：",
    "如果您对某个部分有疑问",
    "您可以在 [",
    "降级完成后",
    "一键https使用",
    "配置一键 https 需要注意",
    "免费证书只支持",
    "开启了以下功能",
    "当前加速域名需要",
    "当前加速域名的",
    "免费证书有效期",
    "需要授权七牛云",
    "主机记录",
    "记录类型",
    "记录值",
    "分析具体的访问量",
    "CDN日志的下载方式",
    "这边可以查看到",
    "针对非法的请求",
    "对象存储产生的费用就是",
    "CDN产生的费用就是",
    "目前这边",
    "看到你们有用",
    "外网流出流量隶属于",
    "华东-浙江",
    "或者您可以查看下",
    "您可以在 控制台",
    "升级https后",
)
_OPENER = re.compile("|".join(re.escape(word) for word in sorted(OPENERS, key=len, reverse=True)))
# An opener only opens when what stands before it can end a line: it never splits `设置主机记录`.
_CAN_END = re.compile(rf"(?:[\w\]）)」。；！？!?;/%]|[{CJK}]) ?\Z")
_NEVER_BEFORE = ("的", "加", "置", "在", "个", "和", "与", "是", "「", "查看", "为", "看")
# How agents number steps; each way counts for itself, so that 1. and ① do not continue each other.
_ONES = "一二三四五六七八九十"
_WORDS = ("步骤", "方法", "方案", "方式", "问题")
_STEPS = (
    re.compile(r"(?<![\d.A-Za-z])(?P<n>\d{1,2})[.、．](?!\d)|(?<=[a-zA-Z])(?P<m>\d{1,2})[.、．](?=[^\x00-\x7f])"),
    re.compile(rf"(?<![\d.A-Za-z:：第图表例])(?P<n>\d{{1,2}})[:：](?=[{CJK}])"),
    re.compile(r"(?<![\d.A-Za-z（(])(?P<n>\d{1,2})[)）](?!\d)"),
    re.compile(r"(?<![A-Za-z])(?<![A-Za-z] )[（(](?P<n>\d{1,2})[)）](?!:)"),
    re.compile(r"(?P<n>[①-⑳])"),
)
_WORDED = (
    re.compile(rf"第(?P<n>[{_ONES}]|\d{{1,2}})步(?=\s?[:：、.，,])"),
    re.compile(rf"(?:{'|'.join(_WORDS)})\s?(?P<n>[{_ONES}]|\d{{1,2}})(?=\s?[:：、.，,])"),
)
_HAN = re.compile(f"[{CJK}]")
_DOTTED = re.compile(r"(?<![\d.])\d+(?:\.\d+){4}(?![\d.])")


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text: text[start:end] == url."""

    start: int
    end: int
    url: str


def links(text: str) -> list[Link]:
    """The links of `text` with their true ends, in order."""
    found: list[Link] = []
    head = _SCHEME.search(text)
    while head:
        start = head.start()
        following = _SCHEME.search(text, start + 8)  # 8: behind this link's own scheme
        stop = following.start() if following else len(text)  # a link ends where the next one begins
        if match := _URL.match(text, start, stop):
            masked = _MASK.match(text, match.end(), stop)
            end = _true_end(text, start, (masked or match).end())
            found.append(Link(start, end, text[start:end]))
        head = following
    return found


def _true_end(text: str, start: int, end: int) -> int:
    """Takes back from a link what belongs to the sentence after it."""
    url, after = text[start:end], text[end : end + 1]
    in_path = "?" not in url and url.count("/") > 2
    if in_path and after and after not in " \t\n":
        for tail in _TAILS:
            match = tail.search(url)
            if match and (tail is not _STEP_TAIL or url.endswith(".") or after in "、．"):
                if tail is _STEP_TAIL and url[match.start() - 1] == "/":
                    continue
                url = url[: match.start()]
                break
    return start + len(url.rstrip(_TRAILING))


def versions(text: str) -> str:
    """Parts two versions that ran into each other: 7.13.27.14.0 is 7.13.2, then 7.14.0."""

    def part(match: re.Match[str]) -> str:
        numbers = match.group().split(".")
        major, middle = numbers[0], numbers[2]
        if len(middle) > len(major) and middle.endswith(major):
            first = ".".join([*numbers[:2], middle[: -len(major)]])
            return f"{first}\n{'.'.join([major, *numbers[3:]])}"
        return match.group()

    return _DOTTED.sub(part, text)


def mend(text: str) -> str:
    """`text` with a line break wherever one was lost: after links, before steps and openers.

    Goes round until nothing moves, as one break may show the place of another.
    """
    while (mended := _mend_once(text)) != text:
        text = mended
    return text


def _mend_once(text: str) -> str:
    pieces, position = [], 0
    for link in links(text):
        pieces.append(_mend_prose(text[position : link.start]))
        after = text[link.end : link.end + 1]
        tight = after and after not in " \t\n\r。，；;,、）)]」』．.!！?？\"'" and not link.url.endswith("=")
        pieces.append(link.url + ("\n" if tight else ""))
        position = link.end
    pieces.append(_mend_prose(text[position:]))
    return _break_steps("".join(pieces))


def _mend_prose(text: str) -> str:
    text = versions(text)
    pieces: list[str] = []
    position = 0
    for match in _OPENER.finditer(text):
        before = text[position : match.start()]
        rest = (pieces[-1] if pieces and not before else "") + before
        pieces.append(before)
        labelled = match.group().endswith("：") or match.group().startswith("或者")  # after any word
        if _CAN_END.search(rest) and (labelled or not rest.rstrip().endswith(_NEVER_BEFORE)):
            pieces.append("\n")
        pieces.append(match.group())
        position = match.end()
    pieces.append(text[position:])
    return "".join(pieces)


def _break_steps(text: str) -> str:
    """Breaks before `1.`, `2.` ... where they count up from one; a lone number is left alone."""
    taken = [(link.start, link.end) for link in links(text)]
    worded = [spot for form in _WORDED for spot in _counted(text, form, taken)]
    # `使用方法1：` may be one word: the first one opens a line only behind a mark.
    breaks = {start for start, _, value in worded if value > 1 or not start or not _HAN.match(text, start - 1)}
    inside = {at for start, end, _ in worded for at in range(start + 1, end)}
    breaks |= {start for form in _STEPS for start, _, _ in _counted(text, form, taken)} - inside
    pieces, position = [], 0
    for at in sorted(breaks):
        head = text[position:at].rstrip(" \t")
        if not head or not head[head.rfind("\n") + 1 :].strip(" \t-*•>+#"):  # the line begins here already
            pieces.append(text[position:at])
        else:
            pieces.append(head + "\n")
        position = at
    return "".join(pieces) + text[position:]


def _counted(text: str, form: re.Pattern[str], taken: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Where one way of numbering counts up outside of links: start, end and number of each step."""
    runs: list[list[tuple[int, int, int]]] = []
    link = 0
    for match in form.finditer(text):
        while link < len(taken) and taken[link][1] <= match.start():
            link += 1
        if link < len(taken) and taken[link][0] <= match.start():
            continue
        value = _number(next(value for value in match.groups() if value))
        spot = (match.start(), match.end(), value)
        if value == 1:
            runs.append([spot])
        elif runs and value == len(runs[-1]) + 1:
            runs[-1].append(spot)
    return [spot for run in runs if len(run) > 1 for spot in run]


def _number(mark: str) -> int:
    if mark.isdecimal():
        return int(mark)
    return _ONES.find(mark) + 1 or ord(mark) - ord("①") + 1
