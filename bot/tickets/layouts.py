"""What the sections of a ticket file are called: the table to extend when a new layout arrives.

Each name is compared without numbering, marks and colons. Knows nothing of how a file is walked.
"""

from __future__ import annotations

import re
from typing import Literal

Section = Literal["category", "scenes", "question", "answer", "dialogue", "root_cause", "other"]

SECTIONS: dict[str, Section] = {
    "问题分类": "category",
    "分类": "category",
    "分类标签": "category",
    "问题类型": "category",
    "工单分类": "category",
    "类别": "category",
    "适用场景": "scenes",
    "相关产品": "scenes",
    "问题描述": "question",
    "详细问题描述": "question",
    "详细描述": "question",
    "客户问题": "question",
    "客户描述": "question",
    "问题详情": "question",
    "客服解答": "answer",
    "客服解答内容": "answer",
    "客服解答过程": "answer",
    "客服回复": "answer",
    "客服回答": "answer",
    "解答": "answer",
    "解答内容": "answer",
    "解决方案": "answer",
    "解决方案要点": "answer",
    "解决方法": "answer",
    "处理结果": "answer",
    "完整对话记录": "dialogue",
    "对话记录": "dialogue",
    "详细对话过程": "dialogue",
    "对话过程": "dialogue",
    "完整对话": "dialogue",
    "沟通记录": "dialogue",
    "根本原因分析": "root_cause",
    "根本原因": "root_cause",
    "根因分析": "root_cause",
    "原因分析": "root_cause",
    "隐私数据脱敏": "other",
    "脱敏说明": "other",
    "备注": "other",
    "相关文档": "other",
}

CUSTOMER = ("客户", "用户", "customer", "user", "提问", "问")
AGENT = ("客服", "工程师", "技术支持", "agent", "support", "assistant", "回答", "答")

# A number before a title: `Q1:`, `1.`, `问题 1：`, `案例3 `, `【12】`.
NUMBERING = re.compile(
    r"^(?:[Qq]\s*\d{1,4}\s*[:：.、]|\d{1,4}\s*[.、．:：)）](?!\d)|(?:问题|案例|工单)\s*\d{1,4}\s*[:：.、]|【\d{1,4}】)\s*"
)


def section(label: str) -> Section | None:
    """The section that a heading or a bold label names, or None when it names none."""
    bare = NUMBERING.sub("", label.strip().strip("#*").strip()).strip("*：: 　")
    return SECTIONS.get(bare)
