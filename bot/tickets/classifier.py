"""The kind of a sentence, by a small linear model over its letters, a few signs and what the rules say of it.

Its weights lie in kinds.npz; tests/bench/statements.py fits and scores them. Knows one sentence at a time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from bot.records import STATEMENT_KINDS, StatementKind
from bot.tickets.kinds import by_rules, never_knowledge
from bot.tickets.linear import Linear, Slots, grams, signs

WEIGHTS = Path(__file__).with_name("kinds.npz")
_LETTERS = 160  # the rest of a long piece says nothing more of its kind
_LINK = re.compile(r"\[(?:URL[^\[\]]{0,8}|REDACTED_URL)\]|〈链接\d*〉|https?://[A-Za-z0-9\-._~:/?#@!$&*+,;=%]+")
_PICTURE = re.compile(r"\[图片\]?|图片\]")
_VALUE = re.compile(r"〈[^〈〉]{1,12}〉|\[[^\[\]\n]{1,14}\]")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_HAIL = re.compile(r"^(?:您好|你好|亲|嗯+|好的|哦)[，,！!。\s]*")
_SIGNS = tuple(
    re.compile(pattern, re.I | re.M)
    for pattern in (
        r"\d{4}[-/.年]\d{1,2}|\d{1,2}月\d|\d{1,2}[.-]\d{1,2}号?日?|\d+:\d\d",
        r"目前|当前|现在|刚刚?|今天|昨天|明天|已经?(?!备案的)|正在|暂时|最近",
        r"看(?:到|了|您|你|这|下您|是|您的)|查(?:看|了|询|到)|核实|后台|日志|测试|确认(?:了|是)|排查|分析|反馈是|访问(?:是|正常|都)",
        r"[您你](?:们)?的|[您你]这边|您那边|贵方|该(?:域名|账号|订单|空间|文件|ip)|这个(?:域名|账号|订单|空间|文件|ip|是|请求|错误|报错|链接|证书)",
        r"可以|支持|需要|建议|请|如果|若|参考|文档|控制台|方法|步骤|默认|一般|通常|只能|必须|会|才能|不能|无法",
        r"如果|若|假如|的话|需要的话",
        r"[吗么呢][？?。]?$|[？?]$|是否|哪个|哪里|什么|多少|有没有|能不能|是不是|可不可以",
        r"(?:提供|给|发|贴|截图?|告知|粘贴|补充)(?:一?下|我|到|过来|出来)|麻烦|方便|辛苦|烦请|截图|联系方式|工单",
        r"稍等|稍后|耐心|等待|久等|等一?下|尽快|马上",
        r"(?:已经?|正在|刚刚?)?(?:为|帮|给|替)(?:您|你|客户)|我们(?:会|将|这边)|客服(?:已|将|为|帮|提|协|处|调|优|操|同|反|联|接)|商务|"
        r"技术(?:人员|同事)|同步|反馈|处理(?:了|好|完|中)|提交(?:了|给)|调整(?:了|好)|操作(?:了|好)|完成",
        r"^(?:[*<>{}]|[A-Za-z\-]{3,}: ?\S)",
        r"^[^\u4e00-\u9fff]*$",
        r"[;{}=]\s*$|\w+\(.*\)|^\s*//|\$\w+",
        r"客户(?:反馈|表示|使用|的|需|提|域|账|确认|想|未|已|在)|^客服",
        r"导致|原因|因为|由于|造成|影响|是因为|问题$",
        r"感谢|谢谢|不客气|祝|抱歉|不好意思|收到|好的|嗯|是的|对的|没事|应该的",
        r"没有|未|不(?!好意思|客气)",
        r"[:：]$",
        r"再(?:试|看|次|测|访问|确认)|试[试下]|看下",
    )
)


@lru_cache(maxsize=65_536)
def classify(text: str) -> StatementKind:
    """The kind of one piece of an agent's words."""
    rule = by_rules(text)
    if not re.search(r"[\u4e00-\u9fffA-Za-z0-9]", _PICTURE.sub("", text)):
        return rule
    kind = STATEMENT_KINDS[int(Linear.load(WEIGHTS).scores(*slots(text, rule)).argmax())]
    if kind == "specific" and rule == "courtesy":
        return rule
    return (never_knowledge(text) or kind) if kind in ("knowledge", "specific") else kind


def slots(text: str, rule: StatementKind) -> tuple[Slots, Slots]:
    """The slots of a text's grams, each once, and of its signs."""
    shown = f"^{_normal(text)}$"
    ruled = 7919 * (STATEMENT_KINDS.index(rule) + 1)
    found = [104729 * (number + 1) for number, sign in enumerate(_SIGNS) if sign.search(text)]
    named = [ruled, *found, *(ruled + 31 * sign for sign in found), 15485863 * (min(8, len(shown) // 6) + 1)]
    return grams(shown), signs(named)


def _normal(text: str) -> str:
    text = _VALUE.sub("值", _PICTURE.sub("图", _LINK.sub("链", text)))
    text = _NUMBER.sub("0", text.lower())
    while (shorter := _HAIL.sub("", text.strip())) != text:
        text = shorter
    return re.sub(r"\s+", " ", text)[:_LETTERS]
