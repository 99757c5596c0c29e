"""What only support can do, by the words that ask for it, and what each takes; the needs in English.

A service is offered or proposed to an agent, never said to be done. Knows no tickets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.records import Language


@dataclass(frozen=True, slots=True)
class Service:
    """What only support can do: the words that ask for it, its names, and what it takes."""

    asked: re.Pattern[str]
    names: dict[Language, str]
    takes: tuple[str, ...] = ()


SERVICES = (
    Service(
        re.compile(r"退款|退钱|退订|退费|退回|[要想能给]退|退掉|退[了包]|refund", re.I),
        {"zh": "核对订单并办理退款", "en": "check the order and refund it"},
        ("订单号或证书 ID",),
    ),
    Service(
        re.compile(
            r"解冻|冻结|封禁|解封|解开|停服|关停|(?:空间|账号|域名|服务)[^，。]{0,4}停了|unfreeze|unban|unblock", re.I
        ),
        {"zh": "核查冻结的原因并解冻", "en": "check why something was frozen and lift it"},
        ("需要处理的域名",),
    ),
    Service(
        re.compile(
            r"找回|过户|解绑|占用|被[^，。]{0,8}占|(?:其他|别的|别人的|旧)账号|"
            r"转到[^，。]{0,8}账号|move (?:the|a|my) domain",
            re.I,
        ),
        {"zh": "核验归属后处理域名的找回或解绑", "en": "verify who owns a domain and move it"},
        ("需要处理的域名",),
    ),
    Service(
        re.compile(r"降级|降到|降为|降成|[改切换退]回[^，。]{0,6}http|downgrade|back to http\b", re.I),
        {"zh": "在后台把域名降级为 HTTP", "en": "switch a domain back to HTTP"},
        ("需要处理的域名",),
    ),
    Service(
        re.compile(r"作废|红冲|重开(?:一?张)?(?:发票)?"),
        {"zh": "核对发票并作废重开", "en": "check an invoice, cancel it and issue it again"},
    ),
    Service(
        re.compile(r"日志分析|(?:重新?跑|重新统计)[^，。]{0,10}|log analysis", re.I),
        {"zh": "重新提交日志分析任务", "en": "run the log analysis again"},
    ),
    Service(
        re.compile(r"云主机|实例|关机|重启|\bvm\b|instance", re.I),
        {"zh": "在后台查看云主机的状态并处理", "en": "look at a server's state"},
    ),
    Service(
        re.compile(r"注销|主体|更名|换绑|(?:绑定|注册)的?(?:手机|邮箱)|phone number|delete my account", re.I),
        {"zh": "核验身份后处理账号的变更", "en": "verify who owns an account and change it"},
    ),
    Service(
        re.compile(r"自动续费|延长|延期|续期|auto.?renew|extend", re.I),
        {"zh": "核对资源包或续费并处理", "en": "look at a package or renewal and change it"},
    ),
    Service(
        re.compile(r"证书|签发|下发|certificate", re.I),
        {"zh": "查看证书的状态并催办", "en": "look at a certificate's state and speed it up"},
        ("需要处理的域名", "订单号或证书 ID"),
    ),
    Service(
        re.compile(r"发票|开票|invoice", re.I),
        {"zh": "查看开票的进度并催办", "en": "look at an invoice's progress"},
        (),
    ),
    Service(
        re.compile(r"审核|认证|备案|review|audit", re.I),
        {"zh": "查看审核的进度并催办", "en": "look at a review's progress"},
        (),
    ),
    Service(
        re.compile(r"恢复|误删|restore|recover", re.I),
        {"zh": "核查能否恢复", "en": "check whether it can be restored"},
        ("存储空间名称", "出现问题的文件链接"),
    ),
    Service(
        re.compile(r"额度|限额|上限|提额|配额|quota|limit", re.I),
        {"zh": "评估并调整限额", "en": "review and change a limit"},
        (),
    ),
    Service(
        re.compile(r"开通|开启|权限|enable|permission", re.I),
        {"zh": "核查并开通需要后台处理的功能或权限", "en": "enable what only support can enable"},
        (),
    ),
    Service(
        re.compile(r"扣费|账单|费用|欠费|欠了|[多漏]扣|扣[了的]|bill|charge", re.I),
        {"zh": "核对账单和扣费明细", "en": "check a bill and its charges"},
        ("账单或实时消费明细的截图",),
    ),
    Service(
        re.compile(r"域名|配置中|处理中|domain", re.I),
        {"zh": "查看域名在后台的状态", "en": "look at a domain's state"},
        ("需要处理的域名",),
    ),
    Service(
        re.compile(r"访问|打不开|慢|超时|报错|失败|error|slow|fail", re.I),
        {"zh": "查看后台的日志，排查这一次的故障", "en": "look at the logs of this failure"},
        ("出现问题的文件链接", "报错信息或日志"),
    ),
)
ENGLISH = {
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

# For a wish that none of them is named by.
ANY = Service(re.compile(""), {"zh": "核查客户的请求并在后台处理", "en": "look at the request and act on it"})


def services(text: str) -> Iterator[Service]:
    """Those that a text asks for, the most particular first."""
    return (service for service in SERVICES if service.asked.search(text))


def named(need: str, language: Language) -> str:
    """A need as a customer of this language is told it."""
    return need if language == "zh" else ENGLISH.get(need, need)
