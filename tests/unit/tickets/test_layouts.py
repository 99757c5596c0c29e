"""Invented tickets written in many layouts must come back field by field, whatever the layout.

A layout is drawn from what hands do differently: levels, labels, numbers, separators, colons, roles,
order and names. A seed is a layout, so that a failure can be looked at again.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace

import pytest

from bot.records import Ticket
from bot.tickets.reading.reader import Reading, read_markdown


@dataclass(frozen=True)
class Case:
    """An invented ticket. `said` is the dialogue, `told` the answer as lines."""

    title: str
    product: str
    topic: str
    question: str
    told: tuple[str, ...]
    said: tuple[tuple[str, str], ...]
    cause: str = "设置没有保存"


CASES = (
    Case("水壶漏水怎么办", "水壶", "售后", "买了三天就漏水", ("先拧紧底座", "再换密封圈", "还漏就寄回"), (
        ("customer", "买了三天就漏水"), ("agent", "先拧紧底座\n再换密封圈"), ("customer", "x"),
        ("agent", "还漏就寄回"))),
    Case("灯具 E27 能换吗", "灯具", "选购", "E27 的灯座能换 E14 吗[图片]", ("不能直接换，要转接座",), (
        ("customer", "https://shop.example.com/lamp?id=1"), ("agent", "不能直接换，要转接座"))),
    Case("1.5 米的桌子有货吗", "家具", "库存", "1.5 米的还有吗", ("有货，两天内发出", "下单时备注尺寸"), (
        ("customer", "还有吗"), ("agent", "有货，两天内发出"), ("agent", "下单时备注尺寸"), ("customer", "好"))),
    Case("路由器登录失败", "网络", "登录", "日志如下\nUser: root\nAgent: curl/8\n# cat /etc/hosts\n127.0.0.1 x", (
        "重置后用默认密码：admin",), (
        ("customer", "日志如下\nUser: root\nAgent: curl/8\n# cat /etc/hosts\n## 结果\n127.0.0.1 x"),
        ("agent", "重置后用默认密码：admin"))),
    Case("接口返回 {\"code\": 7}", "接口", "报错", "{\"code\": 7, \"user\": \"a\",\n \"原因\": [1, 2]}", (
        "code 7 是签名过期", "重新取一次签名即可"), (
        ("customer", "{\"code\": 7}"), ("agent", "code 7 是签名过期"),
        ("agent", "步骤如下\n### 步骤\n1. 登录\n2. 取签名"))),
    Case("发票抬头写错", "账单", "发票", "抬头写错了一个字", ("作废后重开", "重开要一个工作日"), (
        ("customer", "抬头写错了"), ("agent", "请稍等"), ("customer", "https://bill.example.com/a/b"),
        ("agent", "作废后重开"))),
    Case("催一下", "物流", "进度", "怎么还没到", (), (("customer", "怎么还没到"), ("customer", "x"))),
    Case("地址填错能改吗？", "物流", "地址", "收货地址填错了", ("没发货可以改：在订单页改",), (
        ("customer", "收货地址填错了"), ("agent", "没发货可以改：在订单页改"))),
)  # fmt: skip

CATEGORY = "问题分类 分类 分类标签 问题类型 产品分类 标签 Category".split()
QUESTION = "问题描述 详细问题描述 客户提问 问题内容 工单内容 用户问题 问题背景 客户问题 Description".split()
ANSWER = (
    "客服解答 客服解答内容 客服回应 解决过程 处理过程 处理方案 解决步骤 回答 答案 客服答复 解决方案要点 Answer".split()
)
DIALOGUE = "完整对话记录 详细对话过程 对话详情 对话内容 聊天记录 会话记录 完整沟通记录 对话记录 Conversation".split()
CAUSE = ["根本原因分析", "根因分析", "问题原因", "故障原因", "原因", "原因分析", "Root cause"]
NUMBERS = (
    "Q{}: ",
    "Q{}. ",
    "{}. ",
    "{}、",
    "问题 {}：",
    "问题{}: ",
    "案例 {} - ",
    "No.{} ",
    "#{} ",
    "第{}条 ",
    "工单 #{}：",
    "【{}】",
    "",
)
ROLES = (
    ("**客户**：", "**客服**："), ("客户:", "客服:"), ("- 客户：", "- 客服："), ("> 用户：", "> 客服："),
    ("用户：", "客服："),
    ("**客户提问**：", "**客服回复**："), ("Q: ", "A: "), ("【客户】", "【客服】"), ("[客户] ", "[客服] "),
    ("客户 (10:21)：", "客服 (10:22)："), ("客户 2023-01-01 10:21:03: ", "客服 2023-01-01 10:22:33: "),
    ("[10:21] 客户：", "[10:22] 客服："), ("**用户：** ", "**工程师：** "), ("Customer: ", "Agent: "),
    ("* **客户**: ", "* **客服**: "),
    ("👤 客户：", "🎧 客服："), ("客户1：", "客服A："), ("- **提问**：", "- **回答**："),
)  # fmt: skip


@dataclass
class Layout:
    """One hand's habits, drawn from a seed."""

    seed: int
    draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        draw = self.draw = random.Random(self.seed)
        one = draw.choice
        self.form = one(
            ["deeper", "deeper", "same", "bold", "outside", "inside", "plain", "list", "table", "square", "mixed"]
        )
        self.title = one(["heading", "heading", "heading", "heading", "label", "bold", "numbered"])
        self.level = draw.randint(1, 4)
        self.colon = one(["：", ":", ": "])
        self.number = one(NUMBERS) if self.title != "numbered" else one([n for n in NUMBERS if n])
        if self.title == "bold" and not self.number:
            self.number = "{}. "
        self.rule = one(["---", "***", "", "#", "----------"])
        self.roles = one(ROLES)
        self.kind = one(["dialogue", "summary first", "summary last", "told", "told as dialogue"])
        self.bullets = one(["1. ", "- ", "nested", "", "bold"])
        self.names = [one(CATEGORY), one(QUESTION), one(ANSWER), one(DIALOGUE), one(CAUSE)]
        self.split = one(["｜", "|", " / ", " > "]) if self.form != "table" else "｜"
        self.intro = one(["", "> 共 8 条，均已整理\n", "本文件收录了几个问题。\n\n**总问题数**: 8\n"])

    @property
    def cases(self) -> tuple[Case, ...]:
        """Where the roles are English, nobody could tell an English log from a turn."""
        if self.roles[0].strip() != "Customer:":
            return CASES
        log = CASES[3]
        said = tuple((side, text.replace("User: root\nAgent: curl/8\n", "")) for side, text in log.said)
        return (*CASES[:3], replace(log, said=said), *CASES[4:])

    def label(self, name: str, text: str, form: str = "") -> str:
        form = form or self.form
        colon = self.colon
        if form in ("deeper", "same"):
            return f"{'#' * min(6, self.level + (form == 'deeper'))} {name}\n{text}\n"
        if form == "mixed":
            return self.label(name, text, "outside" if name == self.names[0] else "deeper")
        long = "\n" in text or form == "square"
        text = f"\n{text}" if long else text
        if form == "table" and not long:
            return f"| {name} | {text} |"
        return {
            "bold": f"**{name}**{colon}{text}",
            "outside": f"**{name}**{colon}{text}",
            "inside": f"**{name}{colon.strip()}** {text}",
            "plain": f"{name}{colon}{text}",
            "list": f"- **{name}**{colon}{text}",
            "square": f"【{name}】{text}",
            "table": f"**{name}**{colon}{text}",
        }[form] + "\n"

    def heading(self, n: int, title: str) -> str:
        numbered = self.number.format(n) + title
        if self.title == "heading":
            return f"{'#' * self.level} {numbered}\n"
        if self.title == "label":
            form = "bold" if self.form in ("deeper", "same", "mixed", "table") else self.form
            return self.label(self.draw.choice(["标题"]), title, form)
        return f"**{numbered}**\n" if self.title == "bold" else f"{numbered}\n"

    def told(self, case: Case) -> str:
        lines = list(case.told)
        if self.bullets == "1. ":
            return "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
        if self.bullets == "nested" and lines:
            return "\n".join([f"- {lines[0]}", *(f"  - {line}" for line in lines[1:])])
        if self.bullets == "bold":
            return "\n\n".join(f"**方法{n}**：{line}" for n, line in enumerate(lines, 1))
        return "\n\n".join(lines) if not self.bullets else "\n".join(f"- {line}" for line in lines)

    def dialogue(self, case: Case) -> str:
        gap = self.draw.choice(["\n", "\n\n"])
        return gap.join(f"{self.roles[role == 'agent']}{text}" for role, text in case.said)

    def ticket(self, n: int, case: Case) -> str:
        category, question, answer, dialogue, cause = self.names
        parts = [self.heading(n, case.title), self.label(category, f"{case.product}{self.split}{case.topic}")]
        parts.append(self.label(question, case.question))
        summary = self.label(answer, self.told(case))
        whole = self.label(dialogue, self.dialogue(case))
        parts += {
            "dialogue": [whole],
            "summary first": [summary, whole],
            "summary last": [whole, summary],
            "told": [summary],
            "told as dialogue": [self.label(answer, self.dialogue(case))],
        }[self.kind]
        parts.append(self.label(cause, case.cause))
        return "\n".join(parts)

    def file(self) -> str:
        body = f"\n{self.rule}\n".join(self.ticket(n, case) for n, case in enumerate(self.cases, 1))
        return f"# 整理好的工单\n\n{self.intro}\n{self.rule}\n\n{body}"


def squeezed(text: str) -> str:
    return re.sub(r"方法\d：", "", re.sub(r"[\s*\-]|(?<!\d)\d\. ", "", text))


def check(layout: Layout, ticket: Ticket, case: Case) -> None:
    assert ticket.title == case.title
    assert (ticket.product, ticket.topic) == (case.product, case.topic)
    assert squeezed(ticket.question) == squeezed(case.question)
    assert ticket.root_cause == case.cause
    said = [(turn.role, turn.text) for turn in ticket.turns]
    told = squeezed("".join(case.told))
    if layout.kind == "told":
        assert {role for role, _ in said} <= {"agent"}
        assert squeezed(ticket.agent_text) == told
    else:
        assert [(role, squeezed(text)) for role, text in said] == [(role, squeezed(text)) for role, text in case.said]
        assert squeezed(ticket.summary) == (told if "summary" in layout.kind else "")


def possible(layout: Layout) -> bool:
    """Not every mixture can be read by anybody: roles that are called as a section of the same file is."""
    bare = layout.form in ("plain", "list") or layout.title != "heading"
    roles = layout.roles[0].strip("*：- ") in ("客户提问", "提问", "Q:")
    same = layout.roles[1].strip("*：- ") in layout.names and layout.form not in ("deeper", "same", "mixed")
    return not (bare and roles) and not same and not (layout.title == "label" and layout.form == "same")


LAYOUTS = [layout for layout in map(Layout, range(1500)) if possible(layout)]


@pytest.mark.parametrize("block", range(10))
def test_every_layout_comes_back_field_by_field(block: int) -> None:
    failed = []
    for layout in LAYOUTS[block::10]:
        reading = read_markdown(layout.file(), "a.md")
        try:
            assert reading.set_aside == ()
            assert [ticket.title for ticket in reading.tickets] == [case.title for case in CASES]
            for ticket, case in zip(reading.tickets, layout.cases, strict=True):
                check(layout, ticket, case)
        except AssertionError as error:
            failed.append((layout.seed, str(error).split("\n")[0][:200]))
    assert failed == []


@pytest.mark.parametrize("seed", range(60))
def test_a_single_ticket_needs_no_habits(seed: int) -> None:
    layout = Layout(seed)
    if not possible(layout) or layout.title in ("bold", "numbered") or layout.form == "plain":
        return
    reading: Reading = read_markdown(layout.ticket(1, CASES[0]), "a.md")
    assert reading.set_aside == () and len(reading.tickets) == 1
    check(layout, reading.tickets[0], CASES[0])
