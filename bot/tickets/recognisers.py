"""What private values look like: each recogniser yields (type, start, end) spans of a text.

Well-kept libraries decide what is a phone (phonenumbers), an ID card, a card number or a tax number
(python-stdnum, by checksum) and an address of a machine (ipaddress). Knows nothing of placeholders.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import phonenumbers
from stdnum import luhn
from stdnum.cn import ric, uscc

Span = tuple[str, int, int]
CJK = r"\u4e00-\u9fff"
# What follows 联系人 in the console's own words, and no name does.
_FIELDS = "管理|信息|邮箱|电话|手机|列表|变更|修改|更改|不|怎|如何|填|写|错|一致|姓名|身份|地址"
_NAME = rf"[{CJK}]{{2,4}}|[A-Z][a-z]+(?: [A-Z][a-z]+){{1,2}}"


def _pattern(kind: str, regex: str, flags: int = 0) -> Callable[[str], Iterator[Span]]:
    """A recogniser for a regex; its group `v` (or the whole match) is the private value."""
    compiled = re.compile(regex, flags)
    group: str | int = "v" if "v" in compiled.groupindex else 0

    def find(text: str) -> Iterator[Span]:
        for match in compiled.finditer(text):
            yield kind, *match.span(group)

    return find


def emails(text: str) -> Iterator[Span]:
    for match in re.finditer(r"[A-Za-z0-9][\w.+\-]*@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,24}", text, re.A):
        yield "邮箱", *match.span()


def phones(text: str) -> Iterator[Span]:
    for match in re.finditer(
        r"(?<![\d.A-Za-z])(?<!Length: )(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![\d.]\d|\d)", text
    ):
        yield "电话", *match.span()
    for match in re.finditer(
        r"(?<![\d.\-])(?:(?:0\d{2,3}[- ]|[(（]0\d{2,3}[)）] ?)\d{7,8}|400[- ]?\d{3,4}[- ]?\d{3,4})(?![\d\-])", text
    ):
        yield "电话", *match.span()
    if "+" in text:
        for found in phonenumbers.PhoneNumberMatcher(text, None):
            yield "电话", found.start, found.end


def identities(text: str) -> Iterator[Span]:
    """ID cards and unified social credit codes by checksum, bank cards by Luhn, all by label too."""
    for match in re.finditer(r"(?<![A-Za-z0-9])\d{17}[\dXx](?![A-Za-z0-9])", text):
        if ric.is_valid(match.group()) or re.match(r"[1-8]\d{5}(?:19|20)\d\d[01]\d[0-3]\d", match.group()):
            yield "身份证号", *match.span()
    for match in re.finditer(r"(?<![A-Za-z0-9])[0-9A-HJ-NPQRTUWXY]{18}(?![A-Za-z0-9])", text):
        if uscc.is_valid(match.group()):
            yield "税号", *match.span()
    for match in re.finditer(r"(?<![\dA-Za-z.])\d{4}(?:[ -]?\d{4}){2,3}[ -]?\d{1,4}(?![\dA-Za-z])", text):
        digits = re.sub(r"\D", "", match.group())
        if 15 < len(digits) < 20 and luhn.is_valid(digits):
            yield "银行卡号", *match.span()


_IPV4 = r"(?<![\d.A-Za-z])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]\d|\d)"
_IPV6 = r"(?<![A-Za-z0-9_:.])(?=[A-Fa-f:]*\d)(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![A-Za-z0-9_:])"
_VERSION = re.compile(r"\s?版本")
_VERSION_OF = re.compile(r"(?:版本号?|version|sdk)\s*[:：是为]?\s*\Z", re.I)


def addresses_of_machines(text: str) -> Iterator[Span]:
    """IPv4 and IPv6 but for loopback, public DNS, and versions of four parts that are called so."""
    for match in re.finditer(f"{_IPV4}|{_IPV6}", text):
        start, end = match.span()
        try:
            address = ipaddress.ip_address(match.group())
        except ValueError:
            continue
        if _VERSION_OF.search(text, max(0, start - 12), start) or _VERSION.match(text, end):
            continue
        if not address.is_loopback and not address.is_unspecified and match.group() not in PUBLIC_DNS:
            yield "IP", start, end


def opaque(text: str) -> Iterator[Span]:
    """Keys, tokens and request ids: long words of mixed letters and digits that nobody speaks."""
    for match in re.finditer(r"(?<![A-Za-z0-9_\-/+.])[A-Za-z0-9_\-/+]{16,}={0,2}(?![A-Za-z0-9_])", text):
        word = match.group()
        digits = sum(c.isdigit() for c in word)
        upper, lower = sum(c.isupper() for c in word), sum(c.islower() for c in word)
        hyphens = len(re.findall(r"[\-/_]", word))
        if word.startswith("Fr") or re.match(r"F[a-zA-Z0-9_\-]{27}$|l[a-zA-Z0-9_\-]{27}$", word):
            continue  # the vendor's etag of a file's content, which answers explain and compare
        if digits and upper > 1 and lower > 1 and hyphens <= len(word) / 8 and _mixed(word):
            yield ("请求ID" if len(word) == 16 else "密钥"), *match.span()


def _mixed(word: str) -> bool:
    """True when the kinds of character change often, as in no word or identifier that people write."""
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" if c.islower() else "s" for c in word]
    changes = sum(a != b for a, b in pairwise(kinds))
    return changes >= len(word) * 0.3


PUBLIC_DNS = frozenset(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 114.114.114.114 114.114.115.115 223.5.5.5 223.6.6.6 119.29.29.29"
    " 180.76.76.76 9.9.9.9 2001:4860:4860::8888 2400:3200::1".split()
)

_MASK = r"\[(?:REDACTED_[A-Z]+|手机号|长串|订单或对象ID|凭证|已脱敏[^\]\n]{0,6}|IP已脱敏)\]"

RECOGNISERS: tuple[Callable[[str], Iterator[Span]], ...] = (
    # What the publisher's scrubbing left of a value whose head or tail it masked.
    _pattern("编号", rf"{_MASK}[A-Za-z0-9]{{1,24}}(?![A-Za-z0-9])"),
    _pattern("编号", rf"(?<![A-Za-z0-9])(?:\d{{3,24}}){_MASK}"),
    emails,
    # DNS validation: the record's value, its host name, and a CA's one-time word on a line of its own.
    _pattern("记录值", r"[0-9A-Fa-f]{32}(?:\.[0-9A-Za-z]{8,64})+(?:\.[a-z0-9\-]+)*\.(?:com|net|cn|org)"),
    _pattern("主机记录", r"_[0-9A-Fa-f]{32}(?:\.[A-Za-z0-9\-_]+)*"),
    _pattern("记录值", r"(?:记录值|TXT值|验证值)\s*[:：是为]?\s*(?P<v>[A-Za-z0-9+/_=\-]{12,})"),
    _pattern("主机记录", r"_(?:dnsauth|acme-challenge|pki-validation)\.(?P<v>[A-Za-z0-9\-_.]+)"),
    _pattern("验证串", r"(?m)^(?P<v>(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{12,})$"),
    # A certificate row pasted from the console: the customer's note stands between domain and brand.
    _pattern(
        "备注",
        rf"(?:[A-Za-z]{{2,}}|〈域名\d*〉)(?P<v>[{CJK}]{{2,16}})(?=(?:TrustAsia|DigiCert|Sectigo|GeoTrust|GlobalSign))",
    ),
    # Object ids are 24 hex digits; a date may be glued behind one.
    _pattern("编号", r"(?<![0-9A-Za-z])[0-9a-f]{24}(?=20\d\d-\d\d-\d\d|[^0-9A-Za-z]|$)"),
    _pattern("编号", r"(?<![0-9A-Za-z])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{24}(?![0-9a-f])"),
    _pattern("编号", r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![0-9A-Za-z])"),
    _pattern("编号", r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])"),
    _pattern(
        "编号",
        r"(?:订单号?|单号|流水(?:号|ID)?|证书ID|证书编号|交易号|实例ID|工单号?)\s*(?:[:：是为]\s*)?(?P<v>(?=[A-Za-z\-]*\d)[A-Za-z0-9\-]{8,})",
    ),
    _pattern(
        "请求ID",
        r"(?i)(?:req[_-]?id|request[_ -]?id|x-reqid|请求 ?id)[\"'\s]*[:：=]?[\"'\s]*(?P<v>[A-Za-z0-9_\-]{10,})",
    ),
    _pattern(
        "密钥",
        r"(?i)(?:access[_ ]?key(?:[_ ]?id)?|secret[_ ]?key|\bAK|\bSK|token|密钥|凭证)"
        r"[\"'\s]*[:：=是]\s*[\"']?(?P<v>[A-Za-z0-9_\-+/=]{20,})",
    ),
    _pattern("密钥", r"(?<![A-Za-z0-9_\-])[A-Za-z0-9_\-]{40}:[A-Za-z0-9_\-]{20,}={0,2}(?::[A-Za-z0-9_\-]+={0,2})?"),
    _pattern("密钥", r"(?<![A-Za-z0-9_\-])eyJ[A-Za-z0-9_\-]{16,}={0,2}(?:\.[A-Za-z0-9_\-]+){0,2}"),
    _pattern(
        "密码",
        r"(?:密码|口令|password|passwd|pwd)\s*(?:[:：=]|是|为)\s*(?P<v>(?=[^\s，。,；;]*\d)[!-~]{6,40}?)(?=[\s，。；;、]|[^\x00-\x7f]|$)",
    ),
    identities,
    _pattern("税号", r"(?:税号|纳税人识别号|信用代码)\s*[:：是为]?\s*(?P<v>[0-9A-Z]{15,20})(?![0-9A-Za-z])"),
    _pattern("银行卡号", r"(?:卡号|银行卡|银行账号|对公账户)\s*[:：是为]?\s*(?P<v>\d[\d ]{10,25}\d)"),
    _pattern(
        "账号",
        r"(?i)(?:账[号户] ?(?:ID)?|用户 ?ID|\buid|\bID)\s*[:：=是为]?\s*(?P<v>\d{7,12})(?!\d)",
    ),
    phones,
    addresses_of_machines,
    _pattern(
        "微信号", r"(?:(?:微信号?|wechat|vx)\s*[:：是为]|加我?微信号?)\s*(?P<v>[A-Za-z][\w\-]{5,19})", re.I | re.A
    ),
    _pattern("QQ号", r"(?i)(?:QQ(?:号|群)?)\s*[:：是为]?\s*(?P<v>[1-9]\d{4,10})(?!\d)"),
    _pattern(
        "姓名",
        rf"(?:姓名|联系人|收件人|收货人|户名|法人(?:代表)?|经办人|签收人)\s*[:：是为]?\s*(?!{_FIELDS})(?P<v>{_NAME})(?=[，。,；;、\s（(]|身份证|电话|手机|$)",
    ),
    _pattern("姓名", rf"(?:客户|用户)(?P<v>[{CJK}]{{2,3}})(?=[（(]\s*(?:(?:\+?86[ -]?)?1[3-9]\d|〈电话))"),
    _pattern("姓名", rf"[，,；;\s](?P<v>[{CJK}]{{2,3}})收(?=[，,；;\s]|$)"),
    _pattern(
        "单位",
        rf"(?:抬头|公司名称|单位名称|企业名称|购买方)\s*[:：是为]\s*(?P<v>[{CJK}A-Za-z（）()·]{{4,40}}?)(?=发票|公司纳税|税号|[，。,；;\s]|$)",
    ),
    _pattern(
        "单位",
        rf"(?:^|(?<=[，。：:；\s（(我]))(?P<v>[{CJK}（）()]{{4,24}}(?:有限责任公司|股份有限公司|有限公司))",
        re.M,
    ),
    _pattern(
        "地址",
        rf"(?:地址|住址)\s*[:：是为]\s*(?P<v>[{CJK}][{CJK}A-Za-z0-9\-（）()#]{{5,60}})",
    ),
    _pattern(
        "地址",
        rf"(?:寄到|寄往|寄至|送到)\s*(?P<v>[{CJK}]{{2,10}}[省市区县][{CJK}A-Za-z0-9]{{2,40}}?\d+[号室](?:[{CJK}A-Za-z0-9\-]{{1,20}})?)",
    ),
    _pattern(
        "用户名", r"(?i)(?<![a-z])[a-z]:\\{1,2}users\\{1,2}(?!Public\b|Default\b)(?P<v>[^\\/\s\"'<>〈〉：，。]{1,40})"
    ),
    _pattern(
        "用户名",
        r"(?i)(?:Users|home)(?:\\\\|\\|/)(?!Public\b|Default\b|〈)(?P<v>[^\\/\s\"'<>〈〉：，。]{1,40})(?=\\|/)",
    ),
    opaque,
    _pattern("编号", r"(?<![\d.\-:/A-Za-z])(?!20\d{12}(?!\d))\d{13,30}(?![\d.\-:A-Za-z])"),
)
