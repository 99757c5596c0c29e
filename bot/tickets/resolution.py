"""How a ticket was solved, and what the customer had to supply: read from its statements' kinds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from bot.records import Statement

Resolution = Literal["self-service", "action", "partial", "wait", "unresolved"]

# What support asks for, by the words that ask for it; the left side is what a customer is told.
NEEDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("需要处理的域名", re.compile(r"域名")),
    ("订单号或证书 ID", re.compile(r"订单|证书\s*(?:ID|编号)")),
    ("账单或实时消费明细的截图", re.compile(r"(?:账单|消费明细)[^，。]*截图|截图[^，。]*(?:账单|消费明细)")),
    ("域名服务商后台的 DNS 解析截图", re.compile(r"dns|解析|验证记录", re.I)),
    ("问题画面的截图", re.compile(r"截图|图片")),
    ("存储空间名称", re.compile(r"空间名|bucket|存储空间", re.I)),
    ("出现问题的文件链接", re.compile(r"链接|url", re.I)),
    ("请求 ID（reqid）", re.compile(r"req.?id|请求\s*id", re.I)),
    ("SDK 的语言和版本", re.compile(r"版本|sdk", re.I)),
    ("报错信息或日志", re.compile(r"报错|日志|错误信息")),
)


def resolution(statements: Sequence[Statement]) -> Resolution:
    """Self-service when knowledge alone solved it; partial when a person's work was needed as well."""
    kinds = {row.kind for row in statements}
    told = "knowledge" in kinds or "specific" in kinds
    if "action" in kinds:
        return "partial" if "knowledge" in kinds else "action"
    if told:
        return "self-service"
    return "wait" if "hold" in kinds else "unresolved"


def needs(statements: Sequence[Statement]) -> tuple[str, ...]:
    """What the agents of these tickets asked the customer for, most general names."""
    asked = [row.text for row in statements if row.kind == "request"]
    found = [name for name, pattern in NEEDS if any(pattern.search(text) for text in asked)]
    if (
        len(found) > 1
        and "问题画面的截图" in found
        and any("截图" in name for name in found if name != "问题画面的截图")
    ):
        found.remove("问题画面的截图")
    return tuple(found)
