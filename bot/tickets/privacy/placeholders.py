"""Placeholders: how one is written, what counts as one, and which value has which in a ticket.

Digests of values are kept, and for the time of one ticket the few values that may come again without their label.
"""

from __future__ import annotations

import hashlib
import re

# A placeholder (〈域名〉), or what the publisher of the tickets left where a value was ([域名], [REDACTED_URL],
# [URL已脱敏]): neither is indexed or searched. Names of buttons ([域名管理], [配置]) are written alike and must
# stay, hence the closed list.
PLACEHOLDER = re.compile(r"〈([^〈〉\d\n]{1,8})(\d*)〉")
_MASKED = (
    r"URL|IP|KEY|图片|域名|CNAME域名|测试域名|七牛服务域名|长串|长数字|账号或时间戳|订单或对象ID|公司|社交账号|"
    r"地址|凭证|邮箱|税号|空间|手机号|电话|密钥|身份证|姓名"
)
ANY_MASK = re.compile(
    rf"〈[^〈〉\n]{{1,20}}〉|\[(?:REDACTED[A-Z0-9_]*|URL[:：][^\[\]\n]{{1,10}}|[^\[\]\n]{{0,10}}脱敏[^\[\]\n]{{0,6}}|{_MASKED})\]"
)
# Kinds whose value is known by its label alone, with the shape it must have to be looked for elsewhere too.
_AGAIN = {
    "姓名": re.compile(r"[\u4e00-\u9fff]{3,4}"),
    "单位": re.compile(r"[\u4e00-\u9fff（）()]{6,}"),
    "微信号": re.compile(r"(?=.*[\d_])[\w\-]{6,}"),
    "账号": re.compile(r"(?=.*\d)[\w\-]{6,}"),
    "空间名": re.compile(r"(?=.*[\d\-])[\w\-]{6,}"),
    "密码": re.compile(r"(?=.*\d)(?=.*[A-Za-z]).{8,}"),
    "编号": re.compile(r"(?=.*\d)[\w\-]{8,}"),
    "密钥": re.compile(r"(?=.*\d)\S{12,}"),
    "QQ号": re.compile(r"\d{6,}"),
    "域名": re.compile(r"(?=.{6})[\w\-]+\.[\w.\-]{2,}"),
}
_MOST = 64  # values looked for again in one ticket: keeps the work linear in its length


class Scope:
    """The numbering of placeholders in one ticket or chat."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, bytes], str] = {}
        self._used: dict[str, int] = {}
        self._again: dict[str, str] = {}

    def reserve(self, text: str) -> None:
        """Leaves placeholders that already stand in `text` to their own values."""
        for match in PLACEHOLDER.finditer(text):
            number = int(match.group(2)[:9] or 1)
            self._used[match.group(1)] = max(self._used.get(match.group(1), 0), number)

    def name(self, kind: str, value: str) -> str:
        key = (kind, hashlib.blake2b(value.strip().lower().encode("utf-8", "replace"), digest_size=12).digest())
        if key not in self._names:
            number = self._used[kind] = self._used.get(kind, 0) + 1
            self._names[key] = f"〈{kind}〉" if number == 1 else f"〈{kind}{number}〉"
        if len(self._again) < _MOST and (shape := _AGAIN.get(kind)) and shape.fullmatch(value):
            self._again[value] = kind
        return self._names[key]

    @property
    def known(self) -> int:
        """How many values are looked for wherever they stand."""
        return len(self._again)

    def again(self, text: str) -> list[tuple[str, int, int]]:
        """Places of values that this ticket has given away elsewhere; never a part of a longer word."""
        found = []
        for value, kind in self._again.items():
            start = text.find(value)
            while start >= 0:
                end = start + len(value)
                inside = value[0].isascii() and _joined(text[start - 1 : start])
                if not inside and not (value[-1].isascii() and _joined(text[end : end + 1])):
                    found.append((kind, start, end))
                start = text.find(value, end)
        return found


def _joined(character: str) -> bool:
    return bool(character) and character.isascii() and (character.isalnum() or character in "_-")
