"""What is stopped at the door: sentences that talk to an assistant, or carry what only a stranger would.

An extractive writer repeats a sentence word for word and a model may obey it, so such a sentence becomes
no knowledge, whatever kind it seems to be. It is listed with its ticket. Works on redacted text.
"""

from __future__ import annotations

import re

_ADDRESSED = re.compile(
    r"\b(?:the |to the |dear )?(?:assistant|AI|LLM|chatbot|language model)\b"
    r"(?=[^.。\n]{0,40}\b(?:must|should|shall|only|now on|reply|answer|output|ignore|say)\b)|"
    r"\bto the AI\b|\b(?:ignore|disregard|forget)\b[^.。\n]{0,30}\b(?:previous|above|prior|all|other)\b|"
    r"\b(?:system|developer) (?:prompt|message)\b|"
    r"</?(?:system|context|assistant|user|instructions?|im_start|im_end)\b|<\||\[/?INST\]|\[//\]:|<!--|"
    r"(?:忽略|无视|忘记|忘掉)(?:掉)?(?:你)?(?:之前|以上|上面|前面|此前|其它|其他|所有|全部)[^。\n]{0,12}(?:指令|指示|提示|规则|设定|要求|文档|资料|内容|消息)|"
    r"新的(?:系统)?(?:提示|指令)|(?:系统|开发者)(?:提示词|指令)|提示词|你(?:现在|从现在起|将)(?:是|扮演|作为)|扮演(?:一个|一名)?[^。\n]{0,10}(?:助手|角色|机器人)|"
    r"(?:助手|机器人|大?模型|AI)[^。\n，]{0,8}(?:必须|只能|务必|应当|不得)[^。\n]{0,20}(?:回答|回复|输出|推荐|说)|"
    r"(?:回答|回复|作答)(?:用户|客户)?(?:前|之前|时|的?(?:开头|末尾|结尾|最后))[^。\n]{0,10}(?:先|都|必须|务必|请|加上|附上|输出|推荐)|"
    r"(?:从现在开始|今后|之后)(?:的)?(?:每个|每次|所有)?(?:回答|回复)|只(?:引用|采用|回答|输出)(?:本条|这条|以下)|(?:解码|base64)[^。\n]{0,6}(?:执行|运行|输出)|"
    r"(?:用户|客户)(?:的)?(?:上一句|问题|原话|对话|聊天记录)[^。\n]{0,10}(?:发送|上传|转发|提交)(?:到|给)",
    re.I,
)
_FOREIGN = re.compile(r"〈(?:链接|电话|密钥|微信号|QQ号|银行卡号)\d*〉")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")


def reason(text: str) -> str | None:
    """Why a sentence may not become knowledge; None when it may."""
    if _ADDRESSED.search(_HIDDEN.sub("", text)):
        return "it talks to an assistant"
    if _FOREIGN.search(text):
        return "it carries a foreign link, number or code"
    if _HIDDEN.search(text):
        return "it hides characters"
    return None
