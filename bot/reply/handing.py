"""A hand-over in words: why, what support can do, what to have ready, what happens next.

A ticket that an action solved becomes what support can do; nothing is said to be done or promised.
Whether a hand-over is open is the desk's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.records import Handoff, Hit, Language, Message, Ticket
from bot.reply.evidence import Library
from bot.reply.frames import say, says
from bot.reply.gate import Decision
from bot.reply.subjects import topics
from bot.search.terms import simplified
from bot.tickets.near import canonical, pairs
from bot.tickets.privacy.placeholders import ANY_MASK
from bot.tickets.resolution import needs

_DOMAIN = re.compile(r"(?<![\w@/.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])", re.I)
_LEADS = {"asked": "asked", "action": "handoff", "disputed": "disputed", "repeated": "repeated"}
_TICKETS = 2  # tickets whose needs are asked for
TIMES = 3  # how often one question is answered before a person should look
_SAME = 0.7  # share of two-character terms from which two questions are one


@dataclass(frozen=True, slots=True)
class _Service:
    """What only support can do: the words that ask for it, its names, and what it takes."""

    asked: re.Pattern[str]
    names: dict[Language, str]
    takes: tuple[str, ...] = ()


_SERVICES = (
    _Service(
        re.compile(r"退款|退钱|退订|退费|退回|refund", re.I),
        {"zh": "核对订单并办理退款", "en": "check the order and refund it"},
        ("订单号或证书 ID",),
    ),
    _Service(
        re.compile(r"解冻|冻结|封禁|解封|unfreeze|unban|unblock", re.I),
        {"zh": "核查冻结的原因并解冻", "en": "check why something was frozen and lift it"},
        ("需要处理的域名",),
    ),
    _Service(
        re.compile(r"找回|过户|解绑|被占用|其他账号", re.I),
        {"zh": "核验归属后处理域名的找回或解绑", "en": "verify who owns a domain and move it"},
        ("需要处理的域名",),
    ),
    _Service(
        re.compile(r"降级|降到|降为|降成|downgrade", re.I),
        {"zh": "在后台把域名降级为 HTTP", "en": "switch a domain back to HTTP"},
        ("需要处理的域名",),
    ),
    _Service(
        re.compile(r"证书|签发|下发|certificate", re.I),
        {"zh": "查看证书的状态并催办", "en": "look at a certificate's state and speed it up"},
        ("需要处理的域名", "订单号或证书 ID"),
    ),
    _Service(
        re.compile(r"发票|开票|invoice", re.I),
        {"zh": "查看开票的进度并催办", "en": "look at an invoice's progress"},
        (),
    ),
    _Service(
        re.compile(r"审核|认证|备案|review|audit", re.I),
        {"zh": "查看审核的进度并催办", "en": "look at a review's progress"},
        (),
    ),
    _Service(
        re.compile(r"恢复|误删|restore|recover", re.I),
        {"zh": "核查能否恢复", "en": "check whether it can be restored"},
        ("存储空间名称", "出现问题的文件链接"),
    ),
    _Service(
        re.compile(r"额度|限额|上限|提额|配额|quota|limit", re.I),
        {"zh": "评估并调整限额", "en": "review and change a limit"},
        (),
    ),
    _Service(
        re.compile(r"开通|开启|权限|enable|permission", re.I),
        {"zh": "核查并开通需要后台处理的功能或权限", "en": "enable what only support can enable"},
        (),
    ),
    _Service(
        re.compile(r"扣费|账单|费用|欠费|bill|charge", re.I),
        {"zh": "核对账单和扣费明细", "en": "check a bill and its charges"},
        ("账单或实时消费明细的截图",),
    ),
    _Service(
        re.compile(r"域名|配置中|处理中|domain", re.I),
        {"zh": "查看域名在后台的状态", "en": "look at a domain's state"},
        ("需要处理的域名",),
    ),
    _Service(
        re.compile(r"访问|打不开|慢|超时|报错|失败|error|slow|fail", re.I),
        {"zh": "查看后台的日志，排查这一次的故障", "en": "look at the logs of this failure"},
        ("出现问题的文件链接", "报错信息或日志"),
    ),
)
# A need is met when its value stands in the conversation, or its placeholder does.
_MET = {
    "需要处理的域名": re.compile(r"域名|链接"),
    "订单号或证书 ID": re.compile(r"订单|编号|证书"),
    "请求 ID（reqid）": re.compile(r"请求"),
    "存储空间名称": re.compile(r"空间"),
    "出现问题的文件链接": re.compile(r"链接|URL"),
}
_ENGLISH = {
    "需要处理的域名": "the domain",
    "订单号或证书 ID": "the order number or certificate ID",
    "账单或实时消费明细的截图": "a screenshot of the bill",
    "域名服务商后台的 DNS 解析截图": "a screenshot of the DNS records",
    "问题画面的截图": "a screenshot of the problem",
    "存储空间名称": "the bucket's name",
    "出现问题的文件链接": "the file's link",
    "请求 ID（reqid）": "the request ID (reqid)",
    "SDK 的语言和版本": "the SDK's language and version",
    "报错信息或日志": "the error message or log",
}


def handed(
    decision: Decision, question: str, history: Sequence[Message], hits: Sequence[Hit], library: Library, lang: Language
) -> tuple[list[tuple[str, dict[str, str]]], Handoff]:
    """The frames to say, each with its values, and the hand-over. Texts come redacted."""
    lead = _LEADS.get(decision.reason, "thin")
    frames: list[tuple[str, dict[str, str]]] = [(lead, {})]
    said = [message.content for message in history if message.role == "user"] + [question]
    service = next(_services(question if decision.reason == "action" else ""), None)
    if service:
        frames.append(("can", {"can": service.names[lang]}))
    wanted: list[str] = []
    if decision.reason in ("action", "asked", "repeated"):
        for hit in hits[:_TICKETS] if decision.reason == "action" else ():
            if not _akin(question, library.tickets[hit.ticket]):
                continue
            wanted += needs(library.statements.get(hit.ticket, ()))
            if wanted:
                break
        wanted += service.takes if service else ()
    open_needs = tuple(need for need in dict.fromkeys(wanted) if not _met(need, said))
    if open_needs:
        named = [need if lang == "zh" else _ENGLISH.get(need, need) for need in open_needs]
        frames.append(("needs", {"needs": ("、" if lang == "zh" else ", ").join(named)}))
    frames.append(("how", {}))
    return frames, Handoff(say(lead, lang), open_needs, "\n".join(said)[-400:], decision.reason)


def _akin(question: str, ticket: Ticket) -> bool:
    """Whether a ticket may be about what the question names."""
    asked, told = topics(question), topics(f"{ticket.title}\n{ticket.question}")
    return not asked or not told or not asked.isdisjoint(told)


def waits(history: Sequence[Message]) -> bool:
    """Whether the last reply handed over already."""
    return any(says(name, _last(history)) for name in ("how", "waiting"))


def asked_back(history: Sequence[Message]) -> bool:
    """Whether the last reply asked for something."""
    return any(says(name, _last(history)) for name in ("clarify_product", "clarify_sdk", "clarify_domain"))


def _last(history: Sequence[Message]) -> str:
    """The last reply, in the script of the desk's own sentences."""
    return simplified(next((message.content for message in reversed(history) if message.role == "assistant"), ""))


def repeated(question: str, history: Sequence[Message]) -> bool:
    """The same question for the third time."""
    before = [message.content for message in history if message.role == "user"]
    return sum(alike(question, text) for text in before) >= TIMES - 1


def alike(one: str, other: str) -> bool:
    """Two questions that say the same in nearly the same words."""
    first, second = pairs(canonical(one)), pairs(canonical(other))
    return canonical(one) == canonical(other) or len(first & second) >= _SAME * max(len(first | second), 1)


def _services(question: str) -> Iterator[_Service]:
    return (service for service in _SERVICES if service.asked.search(question))


def _met(need: str, said: Sequence[str]) -> bool:
    """A placeholder of the needed kind stands in what the customer wrote."""
    pattern = _MET.get(need)
    if need == "需要处理的域名" and any(_DOMAIN.search(text) for text in said):
        return True
    return pattern is not None and any(pattern.search(mask) for text in said for mask in ANY_MASK.findall(text))
