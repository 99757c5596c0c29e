"""What kind of sentence an agent wrote: knowledge, specific (about this one customer), action (work that a
person did), request, hold or courtesy.

Knows one sentence at a time, and nothing of tickets.
"""

from __future__ import annotations

import re

from bot.records import StatementKind

RECORD = re.compile(r"^(?:主机记录|记录类型|记录值)")
_GREETING = r"(?:您好|你好|亲|hi|hello|嗯+|好的|好滴|哦|噢|ok|抱歉|不好意思)"
_COURTESY = re.compile(
    rf"^(?:{_GREETING}|不客气|没关系|没事|感谢[^，。]{{0,12}}|谢谢[^，。]{{0,6}}|(?:十分|非常|很)?抱歉[^，。]{{0,8}}|您客气了|"
    r"(?:或者)?您可以(?:查看|看)下|祝您[^，。]{0,12}|有(?:任何|其他)?问题[^，。]{0,4}(?:随时|再)[^。]{0,16}|是的?|对的?|可以的?|没错|应该的|[～~，,。！!\s的呢哈呀])+$",
    re.I,
)
_HOLD = re.compile(
    r"稍等|稍候|稍后(?:再)?(?:回复|联系|给您|反馈)|久等了?[，。！]?$|请(?:您)?耐心等|等待下$|"
    r"(?:这边|我(?:们)?)(?:帮您|给您|为您|先)?(?:再)?(?:看|查|确认|核实|排查|测试|反馈|咨询|核对)(?:一?下|看|下看)|^看下|这个有点问题"
)
_DONE = (
    r"(?:处理|操作|下发|关闭|完成|恢复|开启|打开|解冻|退款|退回|提交|反馈|更新|降级|回滚|修改|调整|添加|删除|配置|优化|"
    r"找回|过户|重置|审核|刷新|开通|延期|申请|签发|解除|解封|生效|部署|迁移|切换|修复|处置|升级|清理|取消)"
)
_ACTION = re.compile(
    rf"已经?(?:为|帮|给)?(?:您|你)?(?:们)?[^，。不能]{{0,8}}?{_DONE}|"
    rf"(?:这边|我(?:们|这边)?)?(?:已经?|正在|手动|重新)?(?:为|帮|给)(?:您|你)(?:们)?(?:这边)?[^，。]{{0,14}}{_DONE}|"
    rf"正在[^，。]{{0,6}}{_DONE}|已经?在(?:修|处理|优化|排查)|手动介入|(?:重新|这边)提(?:下|交)|数据可以了|现在已经?可以了|{_DONE}(?:好|完)了|已下发|帮您催"
)
PROCEDURE = re.compile(r"(?:需要|请)(?:您|你)|您(?:可以|可)|(?:后|之后)，?我们|如需|联系我们|提交工单")
_REQUEST = re.compile(
    r"(?:麻烦|(?<!申)请(?!求)|烦请|辛苦)(?:您|你)?[^，。「]{0,10}(?:提供|发(?!票|送|布)|给|粘贴|截图|补充|说明|描述|贴|确认|看下|告知)|"
    r"(?:提供|给|发|贴|截图?)(?:一?下|给|到)[^，。]{0,12}(?:这边|我们|看)|(?:将|把)[^，。]{2,24}(?:给一?下|发一?下|截图)|"
    r"方便[^，。]{0,30}(?:吗|么|呢)|截图(?:看下|发一下|到工单|这边看)|给(?:一)?下(?:您|你)的|再看下呢|确认(?:一?下)?呢|您再看看呢|您确认下"
)
_ASKING = re.compile(r"(?:吗|么|呢|对吧|是什么意思)[？?。]?$|[？?]$|什么版本的呢|是否[^，。]{2,20}呢")
_YOU = r"(?:您|你)(?:们)?(?!可以|可|需要|要|若|如|等待|再|好|这边可以|这边需要|自行|登录)"
_SPECIFIC = re.compile(
    rf"{_YOU}(?:的|这边(?:的)?|当前|目前|现在|刚|使用的|之前|那边)?[^，。]{{0,10}}?"
    r"(?:是(?!否)|有(?!其他|任何|问题|疑问|部分)|没有|绑定的|刚|目前|处于|用了|欠费)[^，。]|"
    r"这边看(?:到|了)?(?:您|你)|看到(?:您|你)们?(?:有|的域名|用)|这边看[^，。]{0,10}(?:实例|域名|空间|账号|您)|"
    r"^(?:现在|目前)|预计(?:还)?需要|今天|这个(?:订单|证书已|域名是)|"
    r"极个别|(?:绝大部分|这部分)|后端分析|任务堆积|流量是对的|日志是对的|工单这边"
)
# Words about what this customer bought or owns outweigh any general word beside them.
_SURELY = re.compile(
    r"^现在|今天|预计(?:还)?需要|这部分少量|极个别|^(?:你们|您)?这个(?:证书|域名|订单|空间)(?!书)|"
    r"您买的|你买的|您域名绑定|您(?:的)?(?:账号|域名|空间|证书)(?:目前|当前|现在|已)|^(?:这个)?就是|根域名是|〈[^〉]{1,8}〉(?!\s*$)"
)
_GENERAL = re.compile(
    r"(?:一般|通常|正常(?!的)|默认|每月|每个?月|支持|不支持|只能|仅|限制|必须|收费|计费标准|免费|有效期|参考文档|https?://|"
    r"控制台|财务中心|域名管理|建议|才能|即可)"
)
_ADVICE = re.compile(r"试[试下]|建议|设置成|重新登录|切换一下|可以考虑|无痕")
_GUIDE = re.compile(r"https?://|控制台[^，。]{0,12}[—\-→]|可以在|才能|右上角")
# True for one customer on one day: an amount they were charged, a forecast, a state that was seen.
TRANSIENT = re.compile(r"\d+\.\d{2}(?!\d|\.)|预计(?:今天|还?需要?)|处于[^，。]{1,8}状态|极个别|top数据")
_NEEDS_PICTURE = re.compile(r"(?:如|看|见|上|下|这个)(?:上|下)?图|复制这个内容|图中|截图中|这里[^，。]{0,6}$")


_WORK_DONE = re.compile(
    rf"(?:已经?|正在)(?:为|帮|给)(?:您|你)|(?:这边|我们?)(?:已经?|正在)(?:为|帮|给)?[^，。]{{0,8}}{_DONE}"
)


# An agent who quotes the customer draws a line under the quote; a customer's belief is never evidence.
_QUOTED = re.compile(r"-{4,}\s*$")


def never_knowledge(text: str) -> StatementKind | None:
    """The kind of a piece that must not be told as a fact whatever it looks like: a person's work, words about what
    this one customer bought, owns or was charged, or the customer's own, quoted; None when it may be."""
    if _QUOTED.search(text):
        return "courtesy"
    if "\n" in text:
        return None
    if _NEEDS_PICTURE.search(text) and len(text) < 30:
        return "specific"
    if _WORK_DONE.search(text) and not PROCEDURE.search(text):
        return "action"
    return "specific" if _SURELY.search(text) or TRANSIENT.search(text) else None


def by_rules(text: str) -> StatementKind:
    """The kind of one unit."""
    bare = re.sub(r"\[图片\]", "", text).strip()
    bare = re.sub(rf"^(?:(?:{_GREETING}|[是对]的[，,])[，,！!。、\s]*)+", "", bare, flags=re.I).strip()
    if not bare or _COURTESY.match(bare):
        return "courtesy"
    steps = "\n" in bare
    words = re.sub(r"〈[^〉]*〉|[^\w\u4e00-\u9fff]", "", bare)
    if not re.search(r"[\u4e00-\u9fff]", words) and "http" not in bare:
        return "specific"
    if steps and all(RECORD.match(line) for line in bare.split("\n")):
        return "specific"
    if not steps:
        if _ACTION.search(bare) and not PROCEDURE.search(bare):
            return "action"
        if (_REQUEST.search(bare) or _ASKING.search(bare)) and not (_ADVICE.search(bare) or _GUIDE.search(bare)):
            return "request"
        if _HOLD.search(bare) and not (_GENERAL.search(bare) or _ADVICE.search(bare)):
            return "hold"
    if _NEEDS_PICTURE.search(bare) and len(bare) < 30:
        return "specific"
    if not steps and (_SURELY.search(bare) or (_SPECIFIC.search(bare) and not _GENERAL.search(bare))):
        return "specific"
    if len(words) < 5:
        return "courtesy" if len(words) < 2 else "specific"
    return "knowledge"
