"""Work of a person, told as done, under way or promised: what a reply never makes its own.

In Chinese of both scripts and in English; first person, passive or without a subject. A rule (审核通过后即可开票),
a condition or an offer of what a customer can do is none. Patterns know the plain wordings; a linear model over
letters (deeds.npz, fitted by tests/bench/wording.py) knows the rest, with what the patterns say as a sign. Knows no
evidence.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from bot.reply.letters import share, slots
from bot.search.terms import searchable
from bot.tickets.linear import Slots

WEIGHTS = Path(__file__).with_name("deeds.npz")
KINDS = ("other", "claim")
# The share from which the model alone makes a claim, and the one below which it takes one back from the patterns:
# on claims.dev 8 of 150 missed and 3 of 100 others taken; the patterns alone missed 71 and took 3.
ALONE, AGREED = 0.5, 0.15


def _any(words: str) -> str:
    """One of the words, the longer ones first; an underscore stands for a blank."""
    return "|".join(word.replace("_", " ") for word in sorted(words.split(), key=len, reverse=True))


_WORK = _any(
    "处理 操作 下发 开启 关闭 解冻 退款 退回 退订 退费 退还 提交 反馈 恢复 降级 回滚 找回 过户 重置 开通 延期 "
    "续期 解封 部署 修复 核实 核查 联系 联络 删除 刷新 解绑 绑定 催促 催办 催 加急 升级 排查 跟进 开具 解决 "
    "签发 受理 登记 记录 转交 转接 转给 转达 上报 申请 安排 通知 回复 答复 查询 查看 检查 确认 修改 调整 更新 "
    "撤销 取消 释放 迁移 配置 设置 添加 清理 重启 审批 审核 办理 补发 返还 到账 发放 提额 扩容 切换 优化 协调 "
    "备注 上调 下调 解除 生成 寄出 发送 报备 放行 打款 充值 补偿 赔偿 续费 延长 颁发 推送 同步 授权 注销 激活 "
    "启用 停用 搞定 弄好 搞好 办好 改好 加好 查到 查过 看过 调好 开好 退好 修好"
)
_ASK = "反馈|催促|催|催办|同步|加急|介入|核实|跟进"
_YOU = "(?:您们|你们|贵司|客户|您|你)"
_FOR = "[为帮给替向跟与和将把由]"
_WE = (
    "(?:我司|我们|我方|咱们|我(?!的)|这边|本人|本助手|小助手|客服|工程师|技术(?:人员|同事|同学|团队|支持)?|专员|专人|后台(?:人员|同事)?|同事|同学|"
    "团队|运维|财务|相关(?:人员|部门|同事)|工作人员|值班)"
)
_DONE = "(?<![您你])(?:已经?|刚刚?|刚才|早已|现已|均已|都已)"
_SOON = "(?:马上|立即|立刻|稍后|随后|稍候|尽快|尽早|这就|现在就|一会儿?|待会儿?|等下|即刻|第一时间|正在)"
_NOW = "(?:已经?|刚刚?|刚才|正在|马上|立即|稍后|随后|这就|尽快)"
_GO = r"[^，。；！？\n]"
# What makes a clause a rule, a condition, a question or the customer's own step.
_CONDITION = re.compile(
    r"如果|若|假如|一旦|的话|只要|当[^，。]{1,12}时|才能?|以便|需要?(?:您|你|先|在)|"
    r"请(?:您|你)?(?!放心|稍|耐心|留意|注意|知悉|等)|可以(?:直接)?(?:提交|联系|转|申请)|"
    r"(?:您|你)(?:尽快|可以?|需|需要|应|要|得|自行)|自行|之后再|后(?:即可|系统|平台|才|会自动|可|再|就能?)|确认后|"
    r"无法|不能|不会|不支持|不需要?|不用|无需|没有|未|不(?=[^，]{0,4}(?:处理|退))|是否|吗[？?]?$|怎么|如何|"
    r"\b(?:if|when|once|after|before|unless|until|you can|you need|you should|please|must|cannot|can't|not)\b",
    re.I,
)
_ASKED, _LINKED = re.compile(r"[?？]$|吗[。]?$"), re.compile(r"https?://")
_CLAUSE = re.compile(r"[^，。；！？,;!?\n]+[，。；！？,;!?\n]?")
# Claims unless a condition stands in the clause or in the one before it.
_BARE = re.compile(
    "|".join(
        (
            rf"{_DONE}[就又再]?(?:被|由{_GO}{{1,6}}|全部|成功|顺利)?(?:{_FOR}{_YOU}?的?{_GO}{{0,14}}?)?"
            rf"(?:{_WORK})(?!的|时|通过的|后|之前|期|方式|规则)",
            rf"(?<![就便才可]能)(?:{_WORK})(?:完毕|完成|好)了|(?<![就便才可]能)(?:{_WORK})(?:成功)?了(?:[，。！!；]|$)",
            rf"{_SOON}[就会将能去]?(?:{_FOR}{_YOU}?)?{_GO}{{0,14}}?(?:{_WORK})",
            rf"{_WE}{_GO}{{0,8}}?(?:会|将|要|来|去|正在|在|已|马上|尽快|稍后|这就)+{_GO}{{0,16}}?(?:{_WORK}|给{_YOU})",
            rf"(?:^|[，,]|{_WE}|会|将|再|去|先|来|也|可以|手动|介入)[帮给替为]{_YOU}(?!的){_GO}{{0,14}}?(?:{_WORK})",
            r"(?:反馈|催促?|催办|同步|加急|介入|核实|确认|查|看|处理|排查|跟进)一?下(?:处理)?"
            r"[，,。 ]{0,2}(?:麻烦|请)?您?(?:稍等|稍候|等)",
            rf"^(?:这边|我|也|先|再|去|给|为|您|内部|同步|手动|收到)*(?:{_ASK}){_GO}{{0,4}}下(?:处理)?[，,。！]?$",
            rf"(?:安排|同步|通知|让|请){_GO}{{0,8}}(?:联系|跟进|处理|协助){_YOU}?",
            r"(?:处理|修复|审核|退款|部署|恢复|排查|核实|办理|跟进|修)(?:之?中|着)[了呢]?[，,。！]?$",
            rf"{_DONE}在?[修办查弄搞退催改换删开加]{_GO}{{0,3}}[了好]",
        )
    )
)
# Claims whatever stands around them.
_ALWAYS = re.compile(
    "|".join(
        (
            rf"{_NOW}[就会将被]?[为帮给替]{_YOU}",
            rf"{_WE}(?:已经?|会|将|马上|立即|正在|稍后|尽快)+(?:为|帮|给|替|与|和|跟|联系|通知|回复|答复){_YOU}",
            rf"(?:稍后|稍候|随后|尽快|马上|第一时间|小时内|工作日内|天内|分钟内|之?后)[会将再]?[有由让请]?(?:安排)?"
            rf"{_WE}?[会将来]?(?:主动)?[给与和跟向为]?(?:联系|回电|致电|回复|答复|通知|告知|回访)给?{_YOU}",
            rf"给{_YOU}(?:一个)?(?:回复|答复|回电|回话|结果|交代|反馈)|(?:回复|答复|通知|联系)到?{_YOU}[，。！]?$",
            r"(?:一?有)(?:结果|消息|进展|更新)[^。]{0,8}(?:通知|告诉|回复|联系|同步)",
            rf"帮{_YOU}{_GO}{{0,10}}[了好过掉完成到](?:[，。；！]|$)|(?:我|这边|我们)[来先去]?[帮替]{_YOU}",
            rf"{_WE}已?[经都]?(?:介入|在(?:处理|查|修|跟进|排查|核实))",
            rf"交给我(?!们)|包在我(?!们)|我来(?:处理|搞定|办)|(?:我们?|这边)保证|"
            rf"放心[^。]{{0,10}}(?:会|一定|马上)[^。]{{0,10}}(?:{_WORK})",
            rf"{_YOU}的(?:问题|工单|申请|退款|订单|反馈|诉求|情况|请求|需求)[^，。]{{0,6}}"
            rf"(?:已经?|正在|正)[^，。]{{0,10}}(?:{_WORK})",
            rf"(?:已|已经)(?:收到|记下|记录|转交|转接|受理|登记|上报|反馈){_YOU}?",
        )
    )
)
_VERB = _any(
    "process refund fix enabl issu reset submit escalat contact handl restor look unfreez unblock unlock updat chang "
    "delet remov check review forward pass log open creat rais resolv notif email call send sent approv cancel renew "
    "expedit speed sped investigat work follow get_back reach_out take_care took_care tak add activat turn switch "
    "credit return reissu arrang transfer migrat clear purg flush configur deploy increas adjust verif confirm ask "
    "inform let_you_know be_in_touch go_ahead went_ahead set_up push"
)
_PAST = _any(
    "processed refunded fixed enabled issued reset submitted escalated handled restored unfrozen unblocked unlocked "
    "updated changed deleted removed reviewed forwarded passed logged opened created raised resolved notified approved "
    "canceled cancelled renewed expedited investigated activated switched credited returned reissued arranged "
    "transferred migrated cleared purged configured deployed increased adjusted sorted taken_care_of looked_at "
    "looked_into completed sent assigned recorded received lifted waived"
)
_STAFF = (
    "I|we|support|someone|the team|our (?:team|engineers?|staff|agents?|support)|"
    "an? (?:engineer|agent|specialist|colleague)"
)
_AGAIN = _any(
    "already just now also be been currently immediately shortly soon personally happily going_to gone_ahead_and"
)
_ENGLISH = re.compile(
    "|".join(
        (
            rf"\b(?:{_STAFF})(?:['’](?:ve|ll|m|re|d)| have| has| will| am| are| is| shall)?(?: (?:{_AGAIN}))* "
            rf"(?:{_VERB})\w*(?! (?:you (?:to|can|should)|that you))",
            r"\b(?:(?:has|have) (?:now |already |just |all )*been|"
            r"(?:is|are) (?:now |currently |already )?being|was|were) "
            rf"(?:successfully |now |already |just |fully )?(?:{_PAST})",
            rf"\byour (?:\w+ ){{1,4}}(?:is|are) (?:now )?(?:{_PAST}|on its way|all set|done|live)",
            r"\byou(?:['’]ll| will) (?:be (?:contacted|notified|refunded|called)|hear (?:back )?from|"
            r"receive (?:an?|your) (?:call|reply|refund|email))",
            r"\bit['’]?s (?:now |all |already |just )*"
            r"(?:done|sorted|(?:been )?taken care of|been (?:done|fixed|handled|resolved))",
            r"\b(?:rest assured|consider it done|leave it (?:to|with) (?:me|us)|on it\b|I['’]ll (?:do|sort|get)|"
            r"we['’]ll (?:do|sort|get|be))",
            r"^(?:done|fixed|refunded|resolved|processed|escalated|submitted)\b",
        )
    ),
    re.I,
)
_ENGLISH_IF = re.compile(
    r"\b(?:if|when|once|after|before|unless|until|whether|as soon as|provided)\b[^,.]{0,60}$", re.I
)


# Done for this customer already. Beside a page of steps the model hears nothing of it: such a clause is judged alone.
_FOR_THIS_ONE = re.compile(
    r"已经?(?:为|帮|给|替|与|跟)[您你]|"
    r"(?:这边|我们?|[，,。]|^)先?[帮给替为][您你][^，。；,;]{0,8}(?:了[一下]*|一?下)(?=[，。；,;]|$)"
)
LONG = 40  # characters from which clauses are judged alone as well


@lru_cache(maxsize=65_536)
def claims_work(text: str) -> bool:
    """Whether a text says that somebody did, does or will do something for this customer."""
    clauses = _CLAUSE.findall(text) if len(text) >= LONG else []
    return _claims(text) or any(_FOR_THIS_ONE.search(clause) and _claims(clause) for clause in clauses)


def _claims(text: str) -> bool:
    ruled = by_rules(text)
    return float(share(WEIGHTS, *features(text, ruled))[KINDS.index("claim")]) >= (AGREED if ruled else ALONE)


def features(text: str, ruled: bool) -> tuple[Slots, Slots]:
    """What the model sees of a sentence; `ruled`: what the patterns say of it."""
    plain = searchable(text)
    patterns = (_ALWAYS, _BARE, _CONDITION, _ENGLISH, _ENGLISH_IF, _ASKED, _LINKED)
    found = [bool(pattern.search(plain)) for pattern in patterns]
    return slots(plain, (*found, ruled))


def by_rules(text: str) -> bool:
    """What the patterns alone say."""
    plain = searchable(text)
    if _ALWAYS.search(plain):
        return True
    if any(not _ENGLISH_IF.search(plain[: found.start()]) for found in _ENGLISH.finditer(plain)):
        return True
    before = ""
    for clause in _CLAUSE.findall(plain):
        if _BARE.search(clause) and not _CONDITION.search(clause) and not _CONDITION.search(before):
            return True
        before = clause
    return False
