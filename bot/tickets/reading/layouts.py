"""What the sections of a ticket file and the two sides of a dialogue are called.

SECTIONS is the table to extend when a new layout arrives; a name is compared without numbering,
marks, brackets, colons and case. Knows nothing of how a file is walked.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Section = Literal[
    "title",
    "category",
    "product",
    "scenes",
    "date",
    "author",
    "approver",
    "expires",
    "question",
    "answer",
    "dialogue",
    "root_cause",
    "other",
]

_NAMES: dict[Section, str] = {
    "title": "标题、问题标题、工单标题、案例标题、工单主题、问题主题、主题、title、subject、question title",
    "category": (
        "问题分类、分类、分类标签、问题类型、问题类别、工单分类、工单类型、产品分类、业务分类、类别、类型、"
        "标签、问题标签、category、tag、tags、type"
    ),
    "product": "所属产品、产品、涉及产品、产品名称、product",
    "scenes": "适用场景、相关产品、使用场景、场景、scenario",
    "question": "问题描述、详细问题描述、详细描述、客户问题、客户描述、问题详情、问题内容、工单内容、用户问题、"
    "问题背景、客户提问、用户提问、客户咨询、咨询内容、客户诉求、用户描述、问题现象、问题说明、描述、"
    "问题、问、提问、question、problem、issue、description、problem description、question description、"
    "q",
    "answer": "客服解答、客服解答内容、客服解答过程、客服回复、客服回答、客服答复、客服回应、客服处理、解答、"
    "解答内容、解答过程、解决方案、解决方案要点、解决方法、解决办法、解决过程、解决步骤、处理结果、"
    "处理过程、处理方案、处理方法、处理步骤、回复、回复内容、回答、回答内容、答案、答复、答、官方回复、"
    "工程师回复、技术支持回复、answer、reply、response、solution、resolution、agent reply、agent answer、"
    "a",
    "dialogue": "完整对话记录、对话记录、详细对话过程、对话过程、完整对话、沟通记录、完整沟通记录、沟通过程、"
    "对话详情、对话内容、详细对话、聊天记录、会话记录、完整会话记录、原始对话、对话、dialogue、dialog、"
    "conversation、full dialogue、full conversation、transcript、chat log",
    "root_cause": "根本原因分析、根本原因、根因分析、根因、原因分析、问题原因、故障原因、问题原因分析、原因、"
    "root cause、root cause analysis、cause",
    "date": "创建时间、时间、日期、提交时间、工单时间、批准日期、created、date",
    # Of approved answers alone. 有效期 stands in answers about certificates, and an author elsewhere may be a customer.
    "author": "答复撰写人、answer written by",
    "approver": "答复批准人、answer approved by",
    "expires": "答复失效日期、answer valid until",
    "other": (
        "隐私数据脱敏、隐私脱敏、脱敏说明、隐私数据脱敏说明、数据脱敏、备注、相关文档、参考文档、参考链接、"
        "相关链接、工单编号、工单号、编号、状态、工单状态、优先级、来源、关键词、满意度、privacy、notes、"
        "status、priority、references、keywords"
    ),
}
SECTIONS: dict[str, Section] = {name: kind for kind, names in _NAMES.items() for name in names.split("、")}

# A name in no table that many tickets of a file share still says what it is by its words; the first that fits counts.
_WORDS: tuple[tuple[Section, str], ...] = (
    ("root_cause", "原因|根因|cause"),
    ("title", "标题|title|subject"),
    ("category", "分类|类别|类型|标签|categor"),
    ("other", "脱敏|隐私|编号|时间|状态|优先级|来源|备注|文档|链接|满意度|privacy|status|date|note"),
    ("dialogue", "对话|聊天|沟通|会话|交流|dialog|conversation|transcript|chat"),
    ("scenes", "场景"),
    ("product", "产品"),
    ("answer", "解答|解决|回复|答复|回应|方案|处理|回答|答案|建议|步骤|answer|solution|resolution|reply|response"),
    ("question", "问题|描述|提问|诉求|背景|咨询|现象|question|problem|issue|descri"),
)
_GUESS = tuple((kind, re.compile(words, re.I)) for kind, words in _WORDS)

_SIDE = r"(?:客户|用户|顾客|提问者|咨询者|客户提问|用户提问|客户追问|提问|追问|问|customer|user|client|q)"
_DESK = (
    r"(?:(?:在线|人工|售后|技术|值班|官方)?(?:客服|工程师|技术支持|坐席|售后)(?:人员|工程师|专员|代表)?"
    r"(?:回复|回答|答复|解答|回应)?|技术|支持|回答|回复|答复|答"
    r"|customer support|customer service|agent|support|assistant|engineer|staff|a)"
)
CUSTOMER = re.compile(rf"{_SIDE}\Z", re.I)
ROLE = f"(?:{_DESK}|{_SIDE})"

# A number before a title: `Q1:`, `1.`, `问题 1：`, `案例 12 -`, `No.3`, `#3`, `第3条`, `工单 #12：`, `【12】`.
_AFTER = r"\s*(?:[:：.、．)）|｜]|[-—–]+(?=\s))\s*"
NUMBERING = re.compile(
    rf"^(?:(?:Q|FAQ|Case|Ticket|问题|案例|工单|编号|序号|示例)\s*[#＃]?\s*(?P<a>\d{{1,5}})(?:{_AFTER}|\s*$)"
    rf"|(?:No\.?|[#＃]|工单\s*[#＃])\s*(?P<b>\d{{1,5}})(?:{_AFTER}|\s+|$)"
    rf"|第\s*(?P<c>\d{{1,5}})\s*[条个题例号](?:{_AFTER}|\s+|$)"
    r"|(?P<d>\d{1,5})(?:\s*(?:[.．:：)）](?!\d)|、)|\s+[-—–]+\s)\s*"
    r"|[【\[（(](?P<e>\d{1,5})[】\]）)]\s*)",
    re.I,
)
_ENUMERATION = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2})*(?:\s*[.、．)）:：]\s*|\s+)|[一二三四五六七八九十]{1,3}\s*[、.．)）:：]\s*)"
)
_BRACKETED = re.compile(r"\s*[（(][^（）()]*[)）]\s*$")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_FIRST = re.compile(r"\s*[/／|｜]\s*|(?<=[\u4e00-\u9fff])\s+(?=[A-Za-z])")
_COUNTED = re.compile(r"(?<=\D)\s*\d{1,3}$")
LONGEST = 24  # characters of a label, marks included; a longer one is a sentence


@lru_cache(maxsize=8192)
def bare(label: str) -> str:
    """A label's name without numbering, marks, brackets behind it and case."""
    text = _EDGES.sub("", _ENUMERATION.sub("", _EDGES.sub("", _BRACKETED.sub("", label.strip().rstrip(":：* ")))))
    name = re.sub(r"\s+", " ", text).lower()
    counted = _COUNTED.sub("", name)  # `A1`, `客服回复2`
    return counted if SECTIONS.get(counted) == "answer" else name


@lru_cache(maxsize=8192)
def section(label: str) -> Section | None:
    """The section that a heading or a label names, or None when it names none."""
    if len(label) > LONGEST + 12:
        return None
    name = bare(label)
    return SECTIONS.get(name) or SECTIONS.get(name.replace(" ", "")) or SECTIONS.get(_FIRST.split(name)[0])


@lru_cache(maxsize=8192)
def guess(label: str) -> Section | None:
    """What a name in no table probably means, by its words."""
    name = bare(label)
    if not 2 <= len(name) <= 14 or NUMBERING.match(label.strip("*# ")):
        return None
    return next((kind for kind, words in _GUESS if words.search(name)), None)


def number(title: str) -> int | None:
    """The number before a title."""
    found = NUMBERING.match(title.strip("*# "))
    return int(next(value for value in found.groups() if value)) if found else None


def unnumbered(title: str) -> str:
    """A title without its number and marks; the whole line when nothing else stands there."""
    text = title.strip().strip("*").strip()
    return NUMBERING.sub("", text).strip().strip("*").strip() or text
