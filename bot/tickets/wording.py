"""From an agent's typing to a sentence for a reader: greetings and private talk go, facts stay.

Only whole words at the edges are dropped and marks are put in; numbers, names, links and
negations are never touched, so that grounding can hold the result against the quote.
"""

from __future__ import annotations

import re

from bot.tickets.mending import links

_OPENING = re.compile(
    r"^(?:(?:麻烦(?:您|你)?(?=配置|设置|添加|检查)|您好|你好|亲|嗯+|好的|哦|噢|是的|对的|抱歉|不好意思|所以|久等了|请稍等|稍等)[，,！!。、～~\s]*)+",
    re.I,
)
_ADDRESSED = re.compile(r"^(?:您这边|你这边|这边|您那边)(?=[^看帮为给])")
_PARTICLES = re.compile(r"(?:一下的|的哈|的呢|的哦|看下吧|哈|呢|哦|噢|呀|啊|~|～)+(?=[。！!，,]?$)")
_FINAL_DE = re.compile(r"(?<=[\u4e00-\u9fff])的(?=[。！!]?$)")
_STEP = re.compile(r"^(\d{1,2})\s*[.、．](?!\d)\s*", re.M)
# Private talk at the end of a sentence, and a clause that is nothing without its placeholder: a link stays.
_TAIL = re.compile(
    r"[，,]?(?:不理解的地方|有疑问的地方)[^，。]*(?:截图|发)[^。]*$|[，,]?\s*(?:也就是|访问)\s*〈[^〉]+〉\s*$|"
    r"[，,]?(?:这边|我们)帮您(?:看|分析|解释)[^，。]*$|(?:十分|非常)抱歉$"
)

_BARE_LINK = re.compile(r"https?://\S+")


def tidy(text: str) -> str:
    """A clean sentence, or steps one a line. Idempotent."""
    lines = [_tidy_line(line) for line in text.replace("[图片]", "").split("\n")]
    tidied = "\n".join(line for line in lines if line)
    return f"参考链接：{tidied}" if _BARE_LINK.fullmatch(tidied) else tidied


def _tidy_line(line: str) -> str:
    """The line without its edges, which come off one after another: `这边您好` is two of them."""
    while (shorter := _trim(line)) != line:
        line = shorter
    return line


def _trim(line: str) -> str:
    line = _ADDRESSED.sub("", _OPENING.sub("", line.strip())).strip()
    line = _PARTICLES.sub("", _TAIL.sub(lambda tail: tail.group() if "://" in tail.group() else "", line))
    clause = re.split(r"[，。；]", line.rstrip("。！! "))[-1]
    if not re.search(r"是|有|真|挺|你们?的$|您的$|我们的$|目的$", clause):
        line = _FINAL_DE.sub("", line)
    line = _STEP.sub(lambda match: f"{match.group(1)}. ", line)
    return _space_links(line).strip(" ，,；;")


def _space_links(line: str) -> str:
    """A colon before a link that was glued to a word, and the link's own end kept."""
    for link in reversed(links(line)):
        before = line[: link.start].rstrip()
        glued = before == line[: link.start]
        if (
            before
            and glued
            and re.search(r"[\w」\]）)]$", before)
            and not re.search(r"(?:在|到|进入|访问|登录|打开|参考)$", before)
        ):
            line = f"{before}：{line[link.start :]}"
        elif before:
            gap = "" if re.search(r"[：:（(]$", before) else " "
            line = f"{before}{gap}{line[link.start :]}"
    return line
