"""What to ask a customer for: what support needs in such cases, less what the ticket holds already.

Needs are named as in tickets/resolution.py. A value is recognised by the redaction's recognisers, by a placeholder
that stands for one, or by the shapes here; whose it is, is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.tickets.privacy.placeholders import ANY_MASK

DOMAIN, ORDER, BILL, DNS, PICTURE = (
    "需要处理的域名",
    "订单号或证书 ID",
    "账单或实时消费明细的截图",
    "域名服务商后台的 DNS 解析截图",
    "问题画面的截图",
)
BUCKET, LINK, REQUEST, SDK, ERROR = (
    "存储空间名称",
    "出现问题的文件链接",
    "请求 ID（reqid）",
    "SDK 的语言和版本",
    "报错信息或日志",
)
# Needs that each tell which thing it is: who gave one need not give the others for support to find it.
_IDENTIFY = frozenset((DOMAIN, ORDER, BUCKET, LINK, REQUEST))
_TYPES = {"域名": DOMAIN, "链接": LINK, "请求ID": REQUEST, "空间名": BUCKET}
_MASKS = (("域名", DOMAIN), ("链接", LINK), ("请求", REQUEST), ("空间", BUCKET), ("编号", ORDER), ("订单", ORDER))
# What a ticket must speak of for a need of its neighbours to be one of its own.
_FITS = {
    DOMAIN: re.compile(r"域名|網域|证书|https|ssl|cdn|加速|回源|解析|domain|certificate|备案|cname", re.I),
    ORDER: re.compile(r"订单|证书|退|购买|买|order|certificate|refund|审核", re.I),
    BILL: re.compile(
        r"扣费|账单|费用|收钱|扣[了钱]|欠费|计费|消费|花了|多少钱|流量费|资源包|余额|流量包|\bbill|charge|cost", re.I
    ),
    DNS: re.compile(r"解析|dns|验证|所有权|txt|cname|校验|审核|签发|verif", re.I),
    PICTURE: re.compile(r"截图|图片|界面|页面|显示|提示|报错|红字|screenshot", re.I),
    BUCKET: re.compile(r"空间|bucket|存储|误删|恢复", re.I),
    LINK: re.compile(r"打不开|访问|下载|慢|链接|图片|视频|文件|刷新|slow|open|load|504|403|404", re.I),
    REQUEST: re.compile(r"报错|失败|超时|50\d|接口|上传|下载|error|fail|timeout", re.I),
    SDK: re.compile(r"sdk|上传|代码|\bdemo\b|node|python|java|golang|\bphp|\bjs\b|\bpip\b|客户端库|upload|分片", re.I),
    ERROR: re.compile(r"报错|失败|异常|错误|不了|打不开|error|fail", re.I),
}
# A domain in a text: no part of an address, and no name of a file.
_HOST = re.compile(
    r"(?<![\w@/.\-])(?:\*\.)?(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+"
    r"(?:com|cn|net|org|top|io|cc|xyz|vip|co|me|tv|info|shop|site|club|online|tech|app|dev|hk|tw|jp|kr|sg|de|uk|fr|eu|us|"
    r"ru|in|id|th|vn|my|ph|au|ca|br|edu|gov|biz|store|cloud|fun|ltd|wang|art|asia|live|link|pro|work|icu)(?![\w\-])",
    re.I,
)
_ADDRESS = re.compile(r"https?://(?P<host>[a-z0-9.\-]+)(?P<path>/[^\s\"'<>，。]*)?", re.I)
_MAILED = re.compile(r"[\w.+\-]{1,64}@[\w.\-]{1,255}")
_RUN = re.compile(r"[^\s\u3400-\u9fff]{240,}")  # no value is as long; patterns would go over it again and again
_ID = re.compile(
    r"(?:订单|證書|证书|憑證|单号|訂單|编号|\bid|\border|\bcert(?:ificate)?)\s*(?:号|编号|id|no\.?|number|is|为|是)?\s*[:：#]?\s*"
    r"(?=[a-z_\-]*\d)[a-z0-9][a-z0-9_\-]{4,}",
    re.I,
)
_BUCKET = re.compile(
    r"(?:空间(?:名称?|叫)?|存储桶|\bbucket(?:\s*name)?)\s*(?:[:：=是叫为]|is|named|called)?\s*[「『“\"'`]?(?!url|name|policy|lives)"
    r"(?=[a-z0-9\-_]*[a-z])[a-z0-9][a-z0-9\-_]{3,62}(?=[^a-z0-9\-_]|$)(?<=[\d\-_a-z])",
    re.I,
)
_PLAIN_WORD = re.compile(r"\s[a-z]{3,12}$", re.I)  # "bucket policy": English goes on, no name
_REQID = re.compile(r"req(?:uest)?.?id\W{0,4}[a-z0-9_\-]{8,}", re.I)
_VERSION = re.compile(
    r"(?:sdk|qiniu|kodo|[a-z]{1,16}-sdk|版本)[^\n，。；]{0,16}?v?\d+\.\d+(?:\.\d+)?|v?\d+\.\d+\.\d+[^\n，。；]{0,8}(?:版|sdk)",
    re.I,
)
_ERROR = re.compile(
    r"traceback|exception|error\b.{2,}|errno|\b(?:[45]\d\d)\b(?!\s*(?:元|块|g\b|gb|mb|个|天))|denied|错误码|"
    r"status ?code|"
    r"报错?(?:了|是|为)?\s*[:：「\"“]?\s*[a-z0-9_]{3,}|(?:提示|显示|弹窗|红字|弹出|说)[^，。\n]{0,12}(?:错|失败|没过|未通过|不通过|占|异常|超时|无法|[a-z]{4,})|"
    r"blocked by|timed? ?out|refused|\[winerror",
    re.I,
)
_SHOWN = re.compile(
    r"(?:如|见|看)(?:附件|附图|下图|上图|图)|截图(?:在这|如下|见|已|给过|发[过了])|已上传截图|附件(?:是|为|里)|attached|"
    r"see (?:the )?screenshot",
    re.I,
)
_OWN = re.compile(r"(?:portal|developer|www|mirrors?|qmall|sso|support|docs?|help)\.", re.I)


def given(text: str, values: Sequence[tuple[str, str]], images: int) -> frozenset[str]:
    """The needs that a ticket meets. `values`: (type, value) as redaction finds them."""
    found = {_TYPES[kind] for kind, _ in values if kind in _TYPES}
    private = {value for _, value in values}
    for mask in ANY_MASK.findall(text):
        found |= {need for word, need in _MASKS if word in mask}
    text = _RUN.sub(lambda run: run.group()[:240], text)
    bare = _MAILED.sub(" ", text)
    addresses = [match for match in _ADDRESS.finditer(bare) if not _ours(match["host"], private)]
    if any(len(match["path"] or "") > 1 for match in addresses):
        found.add(LINK)
    if addresses or any(not _ours(match.group(), private) for match in _HOST.finditer(_ADDRESS.sub(" ", bare))):
        found.add(DOMAIN)
    if _ID.search(text):
        found.add(ORDER)
    if any(
        not _PLAIN_WORD.search(match.group()) or re.search(r"[\d\-_]", match.group())
        for match in _BUCKET.finditer(text)
    ):
        found.add(BUCKET)
    for need, pattern in ((REQUEST, _REQID), (SDK, _VERSION), (ERROR, _ERROR)):
        if pattern.search(text):
            found.add(need)
    if images or _SHOWN.search(text):
        found |= {BILL, DNS, PICTURE}
    return frozenset(found)


def missing(text: str, wanted: Iterable[str], held: frozenset[str], takes: Iterable[str] = ()) -> tuple[str, ...]:
    """What is left to ask for. `wanted`: what support asked for in similar tickets, asked where the ticket speaks of
    such a thing; `takes`: what a service takes, of which one identifying value is enough."""
    asked = [need for need in wanted if need not in held and (need not in _FITS or _FITS[need].search(text))]
    if not held & _IDENTIFY:
        asked += [need for need in takes if need not in held]
    return tuple(dict.fromkeys(asked))


def _ours(host: str, private: Iterable[str]) -> bool:
    """Whether a host is one of the vendor's own pages: redaction keeps it, and it is called like one."""
    return bool(_OWN.match(host)) and not any(host in value for value in private)
