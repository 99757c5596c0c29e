"""What a customer wants of whom: a person, an action by support, or to know how to do it.

By words alone; knows neither tickets nor models.
"""

from __future__ import annotations

import re

_PERSON = re.compile(
    r"转人工|人工客服|人工服务|(?:找|要|叫|换|接)(?:个|一个|一下)?(?:人工|真人|活人|客服)|真人|和人(?:说|聊|谈)|工程师(?:联系|回电)|"
    r"投诉|\b(?:human|real person|live agent|speak to (?:a |an )?(?:person|agent|someone))\b",
    re.I,
)
# A wish that somebody act, and the words that make it a question about how to act oneself.
_ACT = re.compile(
    r"(?:帮我|帮忙|帮看|帮催|帮查|求你们|麻烦(?:您|你|你们|后台)?|请(?:您|你|你们)?(?:帮|协助|尽快|把)|能不能(?:先)?(?:替|帮)|可否|给我)[^。？?]{0,24}"
    r"(?:处理|操作|下发|退|解冻|恢复|开通|开启|删除|审核|加急|催|切|过户|找回|划到|转到|重启|关闭|延期|刷新|查|看|跑|弄|推|核|降|撤|续)|"
    r"催一?下|加急|尽快处理|赶紧处理|快点处理|退款|退订|退钱|谁给[^，。]{0,6}核|那?[单张]子?我?不要了|"
    r"一直(?:在)?(?:显示)?(?:处理中|配置中|审核中|续费中|部署中)|(?:到底)?给不给我生效"
)
_ASKS = re.compile(
    r"怎么(?!还)|如何|怎样|咋(?!还)|为什么|为啥|为何|哪里|哪儿|在哪|哪个|哪些|什么(?!时候)|多久|多少|几[天个步]|步骤|流程|区别|能不能用|可以吗|行吗|要不要|是不是"
)


def wants_person(question: str) -> bool:
    return bool(_PERSON.search(question))


def wants_action(question: str) -> bool:
    """Somebody of support is to do something for this customer."""
    return bool(_ACT.search(question))


def asks(question: str) -> bool:
    """It asks how, why, where or how long: something that can be told."""
    return bool(_ASKS.search(question))
