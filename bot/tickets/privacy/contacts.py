"""How a person is reached or identified: e-mail, phones, identity and bank cards, WeChat and QQ.

Well-kept libraries decide what is a phone (phonenumbers), an ID card, a card number or a tax number (python-stdnum,
by checksum). Names, companies and addresses are in people.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from stdnum import luhn
from stdnum.cn import ric, uscc

from bot.tickets.privacy.hosts import HOTLINES
from bot.tickets.privacy.shapes import GAP, SAID, SEP, Recogniser, Span, pattern

_LOCAL = re.compile(r"[A-Za-z0-9*][\w.+*\-]{0,63}\Z", re.A)
_DOMAIN = re.compile(r"@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){0,8}\.[A-Za-z]{2,24}")
_SPELT = (
    r"[A-Za-z0-9][\w.+\-]{0,63} ?[\[(（](?:at|AT)[\])）] ?[A-Za-z0-9\-]{1,63}"
    r"(?:\.[A-Za-z0-9\-]{1,63}){0,5}\.[A-Za-z]{2,24}"
)
_MOBILE = re.compile(r"1[3-9]\d(?:([ \-.]?)\d{4}\1\d{4}|[ \-]\d{3}[ \-]\d{5})(?![\d.]\d|\d)")
_LANDLINE = re.compile(
    r"0(?:(?:10|2\d|[3-9]\d{2})(?:[)）] ?|[ \-]?)[2-9](?:\d{6,7}|\d{2,3}[ \-]\d{4}))"
    r"(?![\d\-.]?\d)(?:[ ,，\-]?(?:转|ext\.?|EXT\.?|Ext\.?|分机号?|x)[ :：]?\d{1,6}(?![\d号]))?"
)
_SERVICE = re.compile(r"[48]00(?:[ \-]?\d{3,4}){2}(?![\d\-])")
_BEFORE_MOBILE = re.compile(
    r"(?:^|[^\d.A-Za-z]|(?i:tel|phone|mobile|mob))(?<!Length: )(?P<code>(?:\+|00)?86[ \-]?|[(（]\+?86[)）] ?|\+)?\Z"
)
_BEFORE_LANDLINE = re.compile(r"(?:^|[^\d.\-A-Za-z_/=+])(?P<code>(?:\+?86[ \-]?)?[(（]|\+?86[ \-]?)?\Z")
_BEFORE_SERVICE = re.compile(r"(?:^|[^\d.\-A-Za-z_/])(?P<code>)\Z")
_ABROAD = re.compile(r"(?<![A-Za-z0-9)+])(?:\+ ?|00(?=[1-9]\d))[1-9](?:[ \-.()（）]{0,2}\d){6,16}(?!\d)")


def emails(text: str) -> Iterator[Span]:
    """From each @ outwards: a local part may be masked in part (`w**@...`)."""
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, at)
        local = _LOCAL.search(text[max(0, at - 64) : at]) if domain else None
        if domain and local:
            yield "邮箱", at - len(local.group()), domain.end()
        at = text.find("@", domain.end() if domain else at + 1)


def phones(text: str) -> Iterator[Span]:
    """From the first digit backwards to a country code, if there is one, and to what may stand before a phone."""
    for regex, before in ((_MOBILE, _BEFORE_MOBILE), (_LANDLINE, _BEFORE_LANDLINE), (_SERVICE, _BEFORE_SERVICE)):
        for match in regex.finditer(text):
            head = before.search(text[max(0, match.start() - 14) : match.start()])
            if head and re.sub(r"\D", "", match.group()) not in HOTLINES:
                yield "电话", match.start() - len(head.group("code") or ""), match.end()


def abroad(text: str) -> Iterator[Span]:
    for match in _ABROAD.finditer(text):
        written = match.group().removeprefix("00").lstrip("+ ")
        try:
            number = phonenumbers.parse("+" + re.sub(r"\D", "", written), None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number) and (
            match.group()[0] == "+" or phonenumbers.is_valid_number(number)
        ):
            yield "电话", *match.span()


def identities(text: str) -> Iterator[Span]:
    """ID cards and unified social credit codes by checksum, bank cards by Luhn."""
    for match in re.finditer(r"\d(?<![A-Za-z0-9]\d)\d{5}([ \-])(?:19|20)\d{6}\1\d{3}[\dXx](?![A-Za-z0-9])", text):
        yield "身份证号", *match.span()
    for match in re.finditer(r"\d(?<![A-Za-z0-9]\d)\d{16}[\dXx](?![A-Za-z0-9])", text):
        if ric.is_valid(match.group()) or re.match(r"[1-8]\d{5}(?:19|20)\d\d[01]\d[0-3]\d", match.group()):
            yield "身份证号", *match.span()
    for match in re.finditer(r"[0-9A-HJ-NPQRTUWXY](?<![A-Za-z0-9].)[0-9A-HJ-NPQRTUWXY]{17}(?![A-Za-z0-9])", text):
        if uscc.is_valid(match.group()):
            yield "税号", *match.span()
    for match in re.finditer(r"\d(?<![\dA-Za-z.]\d)\d{3}(?:[ \-]?\d{4}){2,3}(?:[ \-]?\d{1,4})(?![\dA-Za-z])", text):
        digits = re.sub(r"\D", "", match.group())
        if 15 < len(digits) < 20 and luhn.is_valid(digits):
            yield "银行卡号", *match.span()


_PHONE_LABEL = r"(?i:手机号码?|手机|电话号码?|电话|联系方式|座机|固话|传真|热线|\b(?:tel|phone|mobile|fax)\b)"

_WECHAT = r"(?i:微信(?:号码?|id|账号)?|威信|微 信|(?<![A-Za-z0-9_\-])(?:wechat(?: ?id)?|weixin|[vw]x))"
_NO_WECHAT = r"(?i:web|mini|h5|js|pay|app(?!\w*\d)|native|open|sdk|http|oauth|redacted)"

CONTACTS = (
    Recogniser(emails, ("@",)),
    pattern("邮箱", _SPELT, "(at （at [at"),
    Recogniser(identities, digits=True),
    Recogniser(phones, digits=True),
    Recogniser(abroad, ("+", "00"), digits=True),
    pattern(
        "电话",
        rf"{_PHONE_LABEL}{SAID}(?P<v>[+(（]?\d(?:[ \-()（）]?\d){{6,14}})(?!\d)",
        "手机 电话 联系 座机 固话 传真 热线 tel phone mobile fax",
        digits=True,
    ),
    pattern(
        "身份证号",
        rf"(?i:身份证号?码?|证件号码?|护照号?码?|通行证号?码?|idcard|id_card|passport(?: ?no\.?)?){SEP}"
        rf"(?P<v>[A-Za-z]{{0,2}}\d[\dXx]{{6,17}})(?![\dA-Za-z])",
        "证 护照 passport idcard id_card",
        digits=True,
    ),
    pattern(
        "税号",
        rf"(?:税号|识别号|信用代码|凭证号){SEP}(?P<v>[0-9A-Za-z]{{15,20}})(?![0-9A-Za-z])",
        "税 识别号 信用代码 凭证号",
        digits=True,
    ),
    pattern(
        "银行卡号",
        rf"(?:卡号|银行卡|银行账[号户]|开户账[号户]|对公账[号户]|收款账[号户]){SEP}(?P<v>\d[\d \-]{{6,28}}\d)(?!\d)",
        "卡 账",
        digits=True,
    ),
    pattern("微信号", r"(?<![A-Za-z0-9])wxid_[a-z0-9]{8,24}", "wxid_"),
    pattern(
        "微信号",
        rf"{_WECHAT}[)）]?(?:联系|可以)?{GAP}(?:[:：=/]|是|为|吗[？?]){GAP}(?!{_NO_WECHAT})"
        rf"(?P<v>[A-Za-z][\w\-]{{5,19}})(?![\w\-.=])",
        "信 wechat weixin vx wx v",
        flags=re.A,
    ),
    pattern(
        "微信号",
        rf"(?:{_WECHAT}|[加+]\s?[vV](?:信|我)?[:：]?)(?:联系)?{GAP}(?!{_NO_WECHAT})(?P<v>"
        rf"(?=[A-Za-z]*[\d_\-])[A-Za-z][\w\-]{{5,19}})(?![\w\-.=])",
        "信 wechat weixin vx wx v",
        flags=re.A,
    ),
    pattern("微信号", r"(?:加|搜)\s?(?P<v>[A-Za-z][\w\-]{5,19})(?=这个|的?微信)", "微信 这个", flags=re.A),
    pattern(
        "QQ号",
        rf"(?i:(?<![A-Za-z])q ?q|扣扣|企鹅)(?:号码?|群号?|交流群)?{GAP}(?:[:：=/]|是|为)?{GAP}(?P<v>[1-9]\d{{4,10}}"
        rf"(?:[,，、/] ?[1-9]\d{{4,10}}){{0,4}})(?!\d)",
        "q 扣扣 企鹅",
        digits=True,
    ),
    pattern("QQ号", rf"(?:[qQ扣]群|群号|[加+] ?[qQ]){SEP}(?P<v>[1-9]\d{{4,10}})(?!\d)", "群 q", digits=True),
)
