"""What a customer wants of whom: a person, an action by support, or to know how to do it.

By words alone, in Chinese of both scripts and in English: a linear model over letters (wishes.npz, fitted by
tests/bench/wording.py) with what the patterns here find as its signs. Knows no tickets.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from bot.reply.letters import share, slots
from bot.search.terms import searchable
from bot.tickets.linear import Slots

WEIGHTS = Path(__file__).with_name("wishes.npz")
KINDS = ("none", "person", "action")
# The shares from which a wish is taken for one: on the model's word alone, and where a pattern says so too. On gate.dev
# .40 alone took 7 of 111 ordinary questions for a wish, .55 four, and on wishes.dev it misses one of 78 wishes more.
ALONE, AGREED = 0.55, 0.1

_STAFF = (
    "(?:人工(?:客服|服务|坐席)?|真人|活人|大活人|客服(?:人员|小姐姐|专员)?|工程师|"
    "技术(?:人员|支持)?|专员|经理|主管|领导|负责人|值班(?:人员|的)?)"
)
_PERSON = re.compile(
    "|".join(
        (
            r"转(?:接)?(?:到)?(?:个)?(?:人工|真人|客服)|^人工(?:[！!。,， ]|服务|客服|$)|"
            r"[，,。！ ]人工[！!。]*$|人工呢|呼叫人工|接人工",
            rf"(?:找|要|叫|换|接|派|来|喊|让|请|给我|安排|联系|有没有|帮我接|直接跟|想跟|想和|能不能跟|能跟|"
            rf"可以跟)(?:你们)?(?:一?个|一?下|一?位|点)?(?:你们)?(?:家)?(?:的)?{_STAFF}"
            r"(?!智能|费|审核|认证|找回|处理要|要多|多久|工作时间|电话是|几点|怎么收|(?:不了|到)我)",
            r"(?:和|跟|与|同)(?:一?个)?(?:真?人|活人|你们的?人)(?:说|聊|谈|讲|沟通|对话)|(?:是|"
            r"有)(?:没有)?(?:活的?|真的?人|人)(?:吗|在吗|么|在)|"
            r"有没有(?:活|人在|人管|人能|人理|人来)|(?:不想|不要|懒得|别让我|烦死了?)(?:再)?(?:跟|和|听|"
            r"看)?(?:这个?|你)?(?:破|傻)?(?:机器人?|AI|智障|人机|自动回复)|"
            r"(?:破|垃圾|傻|弱智|智障|什么)(?:机器人|AI|人机|客服机器人)|机器人(?:滚|闭嘴|走开|别|退下|没用|听不懂)|"
            r"(?:滚|走开|闭嘴)[^。]{0,6}(?:机器人|AI)|"
            r"(?:电话|打给|回电|致电)(?:联系)?(?:给)?我|给我(?:回|打)(?:个)?(?:电话|过来)|(?:我要|要|去|就|"
            r"直接|想)投诉|投诉你们|"
            r"(?:让|叫|找|要)(?:你们|你|他们|个)?(?:的)?(?:老板|上级|领导|管事的|能做主的|懂的人|会说人话的|"
            r"说得上话的)|"
            r"(?:换|叫|来|找)(?:一?个)?(?:能|会|懂|听得懂)[^。，]{0,6}(?:人|的来)|工程师(?:联系|回电)|真人客服",
            r"\b(?:speak|talk|chat|connect|transfer|put|get|pass|escalate|hand)\b(?: me)?(?: (?:over|through|"
            r"on))?(?: (?:to|with|me))?"
            r"(?: (?:a|an|some|the|your|real|actual|live|human|another|any|with|to|me|please))*"
            r" (?:person|human|people|agent|someone|somebody|representative|rep|operator|manager|supervisor|"
            r"engineer|staff|support (?:team|staff|agent))\b",
            r"\b(?:real|actual|live|human) (?:person|human|agent|being|support|operator|help|rep)\b|"
            r"\bnot a (?:bot|robot|machine)\b|"
            r"\b(?:stupid|useless|dumb|damn) (?:bot|robot|machine|ai)\b|\b(?:is|are) (?:there|you) (?:a |"
            r"any )?(?:real |actual )?(?:human|person|people|anyone|anybody)\b|"
            r"\b(?:i (?:want|need)|give me|get me|let me have|can i have|i'd like) (?:a|an|some|your) (?:human|"
            r"person|real|manager|supervisor|agent|rep)|"
            r"\b(?:call|phone|ring) me\b|\bhuman(?: please|!|\.|$)|^(?:agent|operator|representative|human)[!.]*$|"
            r"\b(?:file|make|lodge) a complaint\b|\bi'?m going to complain\b",
        )
    ),
    re.I,
)
# Questions about people and their work are none of these wishes. 200: without an end to it, each letter of a message of
# 8,000 looked through all that follow, for half a second.
_ABOUT = re.compile(
    r"人工(?:审核|智能|找回|处理|认证|服务)?(?:要|需要|一般|大概)?(?:多久|多长|几天|怎么收费|收费|是什么|"
    r"工作时间|几点)|人工智能|"
    r"客服(?:的)?(?:电话|工作时间|上班|几点|热线|邮箱)(?:是|在|几|多|有)|(?:怎么|如何|在哪)(?:才能)?(?:进|发起|"
    r"提交)?投诉|"
    r"[^，。]{0,200}(?:准备|提供|提交|给你们)(?:什么|哪些|啥|点什么)[^，。]*|"
    r"\b(?:support|agent|staff) (?:hours|opening)\b|\bartificial\b",
    re.I,
)
# A wish that somebody act, and the words that make it a question about how to act oneself.
_DO = (
    "处理|操作|下发|退|解冻|解封|恢复|开通|开启|删除|删了|审核|审一|审下|加急|催|切|过户|找回|划到|转到|重启|"
    "关闭|关掉|关了|延期|刷新|查|看|跑|弄|推|核|降|"
    "撤|续|改|换|放|通过|签发|提|调|补|取消|注销|绑|解绑|迁|清|加|减|签|重置|重新|还原|找|修|安排|放行|解除|解开|搞"
)
_ACT = re.compile(
    "|".join(
        (
            rf"(?:帮我|帮忙|帮看|帮催|帮查|帮(?:一?下)?(?:忙)?|求(?:求)?你们|麻烦(?:您|你|你们|后台)?|劳驾|"
            rf"拜托|请(?:您|你|你们)?(?:帮|协助|尽快|把|给)|"
            rf"能不能(?:先|给我|帮|替|把)|能否(?:帮|给|把|先|替)|可否|给我|替我|你们(?:能|可以|直接|赶紧|快|先|"
            rf"后台)?(?:不能)?(?:给|帮|把|替)|(?:后台|手动)(?:帮|给|把)?)"
            rf"[^。？?！!\n]{{0,24}}?(?:{_DO})",
            r"(?:处理|配置|审核|签发|申请|部署|发布|检测|验证|开票|删除|下发|生效|完成)[^。？?]{0,12}?"
            r"(?:太久|过久|过长|太长|好久|很久|半天|(?:\d{1,6}|[一两二三四五六七八九十半几])个?(?:多)?(?:小时|天|钟头|分钟)了?(?:还|都|也|仍)?(?:没|未|不))|"
            r"(?:过了?|等了?|都|已经)?(?:\d{1,6}|[一两二三四五六七八九十半几好]+)个?(?:多)?(?:小时|天|钟头|分钟)了?[^。？?，,]{0,8}?(?:还没|还未|未|没)"
            r"[^。？?]{0,6}?(?:完成|好|删除|下来|处理|动静|通过|生效)|长时间(?:处于|未|没|不)|催单|结束任务|时间(?:太|过)长",
            r"催一?下|加急|尽快处理|赶紧(?:处理|给|帮|退|审|放|弄)|快点(?:处理|给|帮|退|审|放|弄)|退款(?!怎么|"
            r"多久|流程|规则|到账|要|方式|去哪|在哪|能|可以)|退订(?!怎么|流程)|退钱|"
            r"谁给[^，。]{0,6}核|那?[单张]子?我?不要了|一直(?:在)?(?:显示)?(?:处理中|配置中|审核中|续费中|"
            r"部署中)|(?:到底)?给不给我生效",
            r"\b(?:please|can you|could you|would you|will you|kindly|i need you to|i want you to|you need to|"
            r"just) (?:\w+ ){0,2}?"
            r"(?:refund|cancel|delete|remove|unfreeze|unblock|unlock|unban|restore|recover|reset|approve|"
            r"review|expedite|speed|"
            r"issue|re-?issue|enable|disable|activate|change|update|check|look|fix|process|push|extend|raise|"
            r"increase|transfer|move|"
            r"waive|reverse|lift|release|close|reopen|revoke|renew|verify|investigate)\b",
            r"\bi (?:want|need|demand|'d like) (?:a|my|the) (?:refund|money back|account (?:unfrozen|deleted))|"
            r"\bgive me (?:back )?my money\b",
        )
    ),
    re.I,
)
_QUERY, _LOUD = re.compile(r"[?？]$|[吗么呢]$"), re.compile(r"[!！]")
_ASKS = re.compile(
    r"怎么(?!还)|如何|怎样|咋(?!还)|为什么|为啥|为何|哪里|哪儿|在哪|哪个|哪些|什么(?!时候)|多久|多少|"
    r"几[天个步]|步骤|流程|区别|"
    r"能不能用|可以吗|行吗|要不要|是不是|\b(?:how (?:do|can|to|long|much|many)|what|why|where|which)\b",
    re.I,
)


# What no desk does, whatever it is asked about: giving away its instructions, its role or others' data.
_PRY = re.compile(
    r"(?:系统)?提示词|system ?prompt|"
    r"(?:你的|以上|之前|上面|初始)(?:的)?(?:所有|全部)?(?:的)?(?:指令|规则|设定|限制)|你现在是|扮演|越狱|"
    r"\b(?:ignore|disregard|forget)\b[^.]{0,30}\b(?:instructions?|rules|above|previous)\b|\bjailbreak|\byou are now\b|"
    r"\b(?:reveal|print|repeat|show)\b[^.]{0,30}\b(?:prompt|instructions?)\b|"
    r"(?:其他|别的|别人|上一?[位个]|另一[位个]|所有|某个?|哪些)(?:的)?(?:客户|用户|人|公司|账号)[^。？?]{0,10}(?:的)?"
    r"(?:手机号?|电话|邮箱|域名|工单|密码|姓名|名字|信息|数据|账单|订单|密钥|身份证|联系方式|聊天)|"
    r"\b(?:other|another|previous|all) (?:customer|user|client|people)s?\b[^.]{0,20}"
    r"\b(?:phone|email|domain|ticket|password|name|data|key|order|info)",
    re.I,
)
# A message that is nothing but courtesy.
_HAIL = re.compile(
    r"(?:您好|你好|哈[喽啰罗]|嗨|早上好|上午好|下午好|晚上好|在吗|在不在|啊|呀|呢|亲|"
    r"hello|hi|hey|good(?:morning|afternoon|evening)|there)+",
    re.I,
)
_THANK = re.compile(
    r"(?:好的?|嗯+|哦|明白了?|知道了|了解了?|收到|可以了|解决了|没问题了|非常|十分|多?谢+了?|感谢|谢谢|您|你|啦|了|哈|"
    r"ok(?:ay)?|thanks?|thankyou|verymuch|gotit|somuch|alot)+",
    re.I,
)


def courtesy(question: str) -> str | None:
    """ "hail" or "thank" for a message that says only that."""
    letters = re.sub(r"[\W_]+", "", searchable(question).lower())
    if _HAIL.fullmatch(letters):
        return "hail"
    return "thank" if _THANK.fullmatch(letters) else None


def pries(question: str) -> bool:
    """It wants the desk's instructions, another role of it, or what belongs to others."""
    return bool(_PRY.search(searchable(question)))


def wants_person(question: str) -> bool:
    """The customer wants to talk to a person."""
    return _wish(question) == "person"


def wants_action(question: str) -> bool:
    """Somebody of support is to do something for this customer."""
    return _wish(question) == "action"


@lru_cache(maxsize=4096)
def _wish(question: str) -> str:
    shares = dict(zip(KINDS, share(WEIGHTS, *features(question)).tolist(), strict=True))
    likely = max(shares, key=shares.__getitem__)
    if likely != "none" and shares[likely] >= ALONE:
        return likely
    plain = searchable(question)
    if shares["person"] >= AGREED and _person(plain):
        return "person"
    return "action" if shares["action"] >= AGREED and _ACT.search(plain) and not _ASKS.search(plain) else "none"


def features(question: str) -> tuple[Slots, Slots]:
    """What the model sees of a message."""
    plain = searchable(question)
    found = [bool(pattern.search(plain)) for pattern in (_PERSON, _ABOUT, _ACT, _ASKS, _QUERY, _LOUD)]
    return slots(plain, (_person(plain), *found), step=4)


def _person(plain: str) -> bool:
    """Whether a pattern finds a person asked for, beside questions about people and their work."""
    return bool(_PERSON.search(_ABOUT.sub(" ", plain)))


def asks(question: str) -> bool:
    """It asks how, why, where or how long: something that can be told."""
    return bool(_ASKS.search(searchable(question)))
