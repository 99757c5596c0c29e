"""The business's own words, learned from the knowledge, beside a short glossary of the trade.

Tells "our business, not in our tickets" from "not our business". Knows no question set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from bot.records import Ticket

# Other vendors by name (a domain parked with one is our business), and what a support desk is not for.
_FOREIGN = re.compile(
    r"阿里云(?!解析|域名|注册|买)|腾讯云(?!解析|域名|注册|买)|华为云(?!解析|域名)|百度(?:智能)?云|又拍云|金山云|火山引擎|"
    r"百度网盘|阿里云盘|夸克网盘|迅雷|12306|淘宝|京东|拼多多|美团|滴滴|\b(?:cloudflare|vercel|netlify|dropbox|icloud)\b|"
    r"\b(?:aws|azure|edgeone|oss|cos|bos|obs|ecs)\b|花呗|借呗|贷款|借款|还款|信用卡|理财|"
    r"保险|外卖|酒店|机票|火车|高铁|电影|音乐|"
    r"天气|股票|彩票|菜谱|减肥|游戏|星座|小说|翻译|作文|写一首|笑话|"
    r"数据集|显卡|\bgpu\b|pytorch|tensorrt|onnx|batch ?size|yolo|"
    r"模型部署|大佬|群友|女友|男友|老婆|老公|你是谁|你叫什么|你喜欢",
    re.I,
)


class Domain:
    """Knows a question by the words in it."""

    def __init__(self, tickets: Iterable[Ticket]) -> None:
        names: set[str] = set()
        for ticket in tickets:
            for label in (ticket.product, ticket.topic, *ticket.scenes):
                names |= {part for part in re.split(r"[与和/、\s]", label.lower()) if len(part) >= 2}
        names -= {"其他类咨询", "其他", "上传下载", "其他问题"}
        self.products = tuple(sorted({ticket.product for ticket in tickets if ticket.product}))
        strong, weak = _glossary()
        self._strong = tuple(sorted((strong | names) - weak))
        self._weak = tuple(sorted(weak))

    def words(self, question: str) -> tuple[int, int]:
        """How many strong and weak words of the trade the question holds, each at most three."""
        text = question.lower()
        strong = sum(_stands(word, text) for word in self._strong)
        weak = sum(_stands(word, text) for word in self._weak)
        return min(strong, 3), min(weak, 3)

    def named(self, question: str) -> list[str]:
        """The words of the trade in a question; of two that overlap the longer one."""
        text = question.lower()
        found = [word for word in (*self._strong, *self._weak) if _stands(word, text)]
        return [word for word in found if not any(word != other and word in other for other in found)]

    def foreign(self, question: str) -> bool:
        """Another vendor's product, or a matter of everyday life."""
        return bool(_FOREIGN.search(question))


@lru_cache(maxsize=1)
def _glossary() -> tuple[frozenset[str], frozenset[str]]:
    """Strong and weak words of trade.txt."""
    words: dict[str, set[str]] = {"strong": set(), "weak": set()}
    section = words["strong"]
    for line in files("bot.reply").joinpath("trade.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = words[line[1 : line.index("]")]]
        elif not line.startswith("#"):
            section.update(line.lower().split())
    return frozenset(words["strong"]), frozenset(words["weak"])


def _stands(word: str, text: str) -> bool:
    """Latin words must stand alone; Chinese words need not."""
    if word.isascii():
        return bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text))
    return word in text
