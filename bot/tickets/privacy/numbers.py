"""Numbers and words that name one thing of one customer: orders, certificates, requests, instances, accounts,
DNS records, digests, verification files. Times of day, dates and time stamps stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.tickets.privacy.shapes import CJK, GAP, SEP, Recogniser, Span, pattern

# What the publisher's scrubbing left of a value whose head or tail it masked.
_MASK = r"\[(?:REDACTED_[A-Z]+|手机号|长串|订单或对象ID|凭证|已脱敏[^\]\n]{0,6}|IP已脱敏)\]"
_ORDER = (
    r"(?:订单(?:编)?号?|工单(?:编)?号?|快递单?号?|运单号|物流单号|单号|流水(?:号|ID)?|证书 ?(?:ID|编号|序列号)|"
    r"交易(?:流水|单)?号|支付宝|商户单号|实例 ?(?:ID|编号)|资源 ?(?:ID|编号)|"
    r"任务 ?(?:ID|编号)|域名 ?ID|发票(?:号码?|代码)|合同(?:编)?号|序列号|应用 ?ID|空间 ?ID|案件编?号|受理编?号|"
    r"(?i:order[_ ]?(?:id|no)?|cert(?:ificate)?[_ ]?id|task[_ ]?id|job[_ ]?id|persistent[_ ]?id|"
    r"instance[_ ]?id|transaction[_ ]?(?:id|no)?|trade[_ ]?no|serial(?:[_ ]?(?:no|number))?|app[_ ]?id|ticket[_ ]?id))"
)
_REQUEST = r"(?i:req[_\- ]?id|request[_\- ]?id|x-[a-z\-]{0,20}req(?:uest)?-?id|trace[_\- ]?id|请求 ?id|请求号|日志 ?id)"
_ACCOUNT = (
    r"(?i:账[号户] ?(?:id|编号)?|用户 ?(?:id|编号)|客户 ?(?:id|编号)|企业 ?id|(?<![a-z])uin|(?<![a-z])uid|"
    r"user[_ ]?id|account[_ ]?id|(?<!进程)(?<!线程)(?<![a-z])id)"
)
_ACCOUNT_NAME = (
    r"(?:(?:子|主|登录|登陆|七牛|控制台)?账[号户]名?|用户名|登录名|登陆名|(?i:\buser_?name|\baccount|\blogin))"
)
_NO_NAME = (
    r"(?i:admin|root|qiniu|test|null|none|true|false|email|string|user|name|your|demo|example|undefined|password|"
    r"iam|ram|cdn|kodo|http|api|www|id|uid|ak|sk|ssl|dns|vip)"
)
_BUCKET = r"(?:空间名称?|存储空间名?|(?i:\bbucket[_ ]?name|\bbucket|\bscope))"
_NO_BUCKET = (
    r"(?i:bucket|your|name|string|null|none|test\b|x+\b|self|this|config|example|public|private|key|images?\b|"
    r"img\b|videos?\b|files?\b|audio\b|static\b|data\b|upload\b|app\b|web\b|avatar\b|cdn\b|kodo\b|http)"
)
_HEX = r"[0-9a-fA-F]"
_CA = "TrustAsia|DigiCert|Sectigo|GeoTrust|GlobalSign|Digicert"
_HOST_RECORD = r"(?:主机记录|记录名|(?i:host record))"


def long_numbers(text: str) -> Iterator[Span]:
    """Thirteen digits and more that are no time: those of today's milliseconds and yyyymmddHHMMSS stay."""
    for match in re.finditer(r"(?<![\d.A-Za-z])\d{13,40}(?![\d.A-Za-z]*\.\d|[\dA-Za-z])", text):
        written, start, end = match.group(), *match.span()
        if len(written) < 18 and (text[start - 1 : start] in ("-", ":", "/") or text[end : end + 1] in ("-", ":", ".")):
            continue
        if len(written) == 13 and 12 <= int(written[:2]) <= 20:
            continue
        if len(written) == 14 and re.match(r"20\d\d(?:0[1-9]|1[0-2])[0-3]\d[0-2]\d[0-5]\d[0-5]\d", written):
            continue
        yield "编号", start, end


def records(text: str) -> Iterator[Span]:
    """The values of a table of DNS records: long words in a row that names a type of record."""
    for row in re.finditer(r"(?m)^(?=[^\n]{0,200}\b(?:TXT|CNAME|CAA)\b)[^\n]{1,600}$", text):
        for word in re.finditer(r"(?<![^\s|,，:：\"'`「“])[A-Za-z0-9+/_=\-]{16,}(?![^\s|,，。\"'`」”])", row.group()):
            if re.search(r"\d", word.group()) and not re.search(r"[/]|^\d[\d\-]*$", word.group()):
                yield "记录值", row.start() + word.start(), row.start() + word.end()


NUMBERS = (
    pattern("编号", rf"{_MASK}(?:(?!ID\b|[A-Za-z]{{0,3}}:)[A-Za-z0-9]){{1,24}}(?![A-Za-z0-9])(?!://)", "["),
    pattern("编号", rf"(?<![A-Za-z0-9])\d{{3,24}}{_MASK}", "[", digits=True),
    # DNS validation: the record's value, its host name, and a CA's one-time word on a line of its own.
    pattern(
        "记录值",
        rf"(?<![0-9A-Fa-f_]){_HEX}{{32}}(?:\.[0-9A-Za-z]{{8,64}}){{1,4}}(?:\.[a-z0-9\-]{{1,63}}){{0,4}}\.(?:com|"
        rf"net|cn|org)",
        ".",
        digits=True,
    ),
    pattern("主机记录", rf"(?<![A-Za-z0-9])_{_HEX}{{32}}(?:\.[A-Za-z0-9\-_]{{1,63}}){{0,8}}", "_", digits=True),
    pattern(
        "主机记录",
        r"(?<![A-Za-z0-9_])_(?:dnsauth|acme-challenge|pki-validation|domainkey)(?:\.[A-Za-z0-9\-_]{1,63}){2,8}",
        "_",
    ),
    pattern("主机记录", r"_(?:dnsauth|acme-challenge|pki-validation|domainkey)\.(?P<v>[A-Za-z0-9\-_.]{1,200})", "_"),
    pattern(
        "主机记录",
        rf"{_HOST_RECORD}{SEP}(?!(?:www|mail|qn-verification|_dnsauth|_acme-challenge)\b(?!\.))(?P<v>"
        rf"(?=[A-Za-z0-9_\-]*(?:\.|\d{{3}}))[A-Za-z0-9_][A-Za-z0-9_\-.]{{2,120}})",
        "记录 record",
    ),
    pattern(
        "记录值",
        rf"(?:记录值|TXT值|验证值|解析值){SEP}(?P<v>(?=[A-Za-z+/_=\-]*\d)[A-Za-z0-9+/_=\-]{{8,}})"
        rf"(?![A-Za-z0-9.+/_=\-])",
        "值",
        digits=True,
    ),
    pattern(
        "记录值",
        r"(?i:(?:[a-z\-]{2,30}-)?(?:site-)?verif(?:y|ication)[a-z\-_]{0,20}=)(?P<v>[A-Za-z0-9_\-+/=]{10,})",
        "verif",
    ),
    pattern(
        "验证串",
        r"(?:trust-provider|sectigo|comodoca|digicert)\.com\s{1,3}(?P<v>(?=[a-z]*\d)[a-z0-9]{10,64})(?![A-Za-z0-9.])",
        ".com",
    ),
    Recogniser(records, ("txt", "cname", "caa"), digits=True),
    pattern("验证串", r"(?m)^(?P<v>(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{12,64})$", digits=True),
    pattern(
        "验证文件",
        r"(?<![A-Za-z0-9_\-])(?P<v>MP_verify_[A-Za-z0-9]{6,}|(?:google|baidu_verify_(?:code-|codeva-)?|"
        r"sogousiteverification_?|yandex_|jd_root_?|tencent|shenma-site-verification_?|bytedance)"
        r"(?=[A-Za-z]*\d)[A-Za-z0-9]{8,}|"
        r"(?=[A-Za-z]*\d)[A-Fa-f0-9]{16,64}|(?=[A-Za-z]*\d[A-Za-z]*\d)(?=\d*[A-Za-z])(?<=/)[A-Za-z0-9]{10,64})"
        r"(?=\.(?:txt|html?)(?![A-Za-z]))",
        ".txt .htm",
        digits=True,
    ),
    pattern(
        "验证文件",
        rf"(?:验证|校验|认证)(?:文件|文档)?(?:名称?)?{SEP}(?P<v>(?=[A-Za-z_\-]*\d)[A-Za-z0-9_\-]{{6,64}})(?=\."
        rf"(?:txt|html?)(?![A-Za-z]))",
        ".txt .htm",
        digits=True,
    ),
    # A certificate row pasted from the console: the customer's note stands between domain and brand.
    pattern(
        "备注",
        rf"(?:[A-Za-z]{{2,24}}|〈域名\d*〉)(?P<v>[{CJK}]{{2,16}})(?=(?:{_CA}))",
        "trustasia digicert sectigo geotrust globalsign",
    ),
    # Object ids are 24 hex digits; a date may be glued behind one.
    pattern("编号", r"(?<![0-9A-Za-z])[0-9a-f]{24}(?=20\d\d-\d\d-\d\d|[^0-9A-Za-z]|$)", digits=True),
    pattern("编号", r"(?<![0-9A-Za-z])(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{24}(?![0-9a-f])", digits=True),
    pattern(
        "编号",
        rf"(?<![0-9A-Za-z])(?:{_HEX}{{128}}|{_HEX}{{96}}|{_HEX}{{64}}|{_HEX}{{56}}|{_HEX}{{40}}|{_HEX}{{32}})"
        rf"(?![0-9A-Za-z])",
        digits=True,
    ),
    pattern("编号", rf"(?<![0-9A-Za-z])(?:{_HEX}{{2}}:){{15,63}}{_HEX}{{2}}(?![0-9A-Za-z:])", ":"),
    pattern("编号", rf"(?<![0-9A-Za-z]){_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}(?![0-9A-Za-z])", "-"),
    pattern("编号", r"(?<![A-Za-z0-9.])z[0-9]\.(?=[a-f]*\d)[A-Za-z0-9]{16,40}(?![A-Za-z0-9])", "z", digits=True),
    pattern(
        "编号",
        r"(?<![A-Za-z0-9\-])(?:i|eip|ins|vpc|vsw|sg|ecs|rds|lb|slb|disk|snap|ebs|eni|cdb|d|m|s)-"
        r"(?=[a-z]*\d[a-z]*\d)[a-z0-9]{8,24}(?![A-Za-z0-9\-])",
        "-",
        digits=True,
    ),
    pattern("编号", r"(?<![A-Za-z0-9])wx[0-9a-f]{16}(?![A-Za-z0-9])", "wx", digits=True),
    pattern("编号", r"(?<![A-Za-z0-9])[A-Z]{1,6}[_\-]?20[12]\d{9,21}(?![A-Za-z0-9])", digits=True),
    pattern("编号", rf"[{CJK}]ICP[备证]\s?\d{{6,10}}号?(?:-\d{{1,3}})?", "icp", digits=True),
    pattern(
        "编号",
        rf"{_ORDER}[\"']?{SEP}(?P<v>(?=[A-Za-z\-_]*\d)(?!\d{{4}}-\d\d-\d\d)[A-Za-z0-9\-_]{{8,}})",
        "单 号 id order no serial 编号 支付宝",
        digits=True,
    ),
    pattern(
        "请求ID",
        rf"{_REQUEST}[\"'>]{{0,2}}(?:[,:]\"content\"[: ])?{SEP}(?P<v>(?=[A-Za-z_\-]*\d)[A-Za-z0-9_\-]{{10,}})",
        "id 请求号",
        digits=True,
    ),
    pattern(
        "请求ID",
        rf"{_REQUEST}[\"'>]{{0,2}}(?:[,:]\"content\"[: ])?{SEP}(?P<v>(?=[A-Za-z0-9_]*[a-z])"
        rf"(?=[A-Za-z0-9_]*[A-Z])[A-Za-z0-9_]{{16}})(?![A-Za-z0-9_\-])",
        "id 请求号",
    ),
    # A request id is twelve bytes, of which the last are the time: it ends in X, and often has no digit.
    pattern("请求ID", r"(?<![A-Za-z0-9_\-])[A-Za-z0-9_\-]{4}AA[A-Za-z0-9_\-]{8}[A-Za-z_]X(?![A-Za-z0-9_\-])"),
    # The vendor's account numbers, which are time stamps of years before there were tickets.
    pattern("账号", r"(?<![\d.\-A-Za-z/=:])13[5-9]\d{7}(?![\d.\-A-Za-z])", digits=True),
    pattern(
        "账号",
        rf"{_ACCOUNT}[\"']?{SEP}(?P<v>\d{{6,12}})(?!\d|[.\-:]\d)",
        "账号 账户 帐 用户 客户 企业 id uin uid",
        digits=True,
    ),
    pattern(
        "账号",
        rf"{_ACCOUNT_NAME}[\"']?{GAP}(?:[:：=]|是){GAP}(?!{_NO_NAME}\b)(?P<v>[A-Za-z][A-Za-z0-9_\-]{{3,31}})"
        rf"(?![A-Za-z0-9_\-.(@/=])",
        "账 名 user account login",
    ),
    pattern(
        "空间名",
        rf"{_BUCKET}[\"']?{GAP}(?:[:：]|是|为|=(?= ?[\"'])){GAP}(?!{_NO_BUCKET})(?P<v>[a-z0-9][a-z0-9\-_]{{3,62}})"
        rf"(?![A-Za-z0-9_\-.(/=])",
        "空间 bucket scope",
    ),
)
