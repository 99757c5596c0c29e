"""Every word that the chat page shows of its own, in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass

COOKIE = "desk_lang"
"""Remembers the switch; it holds `zh` or `en` and nothing else."""


BROWSER = "desk_browser"
"""A random secret: with it, and with it alone, a browser gets its conversation back."""


@dataclass(frozen=True, slots=True)
class Texts:
    code: str
    title: str
    subtitle: str
    switch: str
    switch_label: str
    new: str
    person: str
    send: str
    stop: str
    ask: str
    ask_label: str
    welcome: str
    welcome_more: str
    examples: str
    disclaimer: str
    keys: str
    extractive: str
    model: str
    you: str
    bot: str
    log: str
    automatic: str
    writing: str
    stopped: str
    precedent: str
    uncovered: str
    sources: str
    cite: str
    agree: str
    agree_one: str
    where: str
    where_part: str
    source_title: str
    no_title: str
    quote: str
    category: str
    ticket: str
    more: str
    copy: str
    copied: str
    copy_failed: str
    up: str
    down: str
    solved: str
    unsolved: str
    retry: str
    close: str
    thanks: str
    sorry: str
    comment_title: str
    comment_hint: str
    comment_send: str
    need_person: str
    needs: str
    opened: str
    opened_next: str
    cancel: str
    cancelled: str
    ended: str
    customer_reason: str
    unhelpful_reason: str
    not_kept: str
    no_script: str
    empty: str
    already: str
    failed: str
    human: str
    joined: str
    left: str
    transferred: str
    waiting_again: str
    with_person: str
    ask_person: str
    unsent: str
    too_long: str
    closed_now: str
    contact: str
    contact_title: str
    contact_hint: str
    contact_send: str
    reached: str
    notice: str


ZH = Texts(
    code="zh",
    title="技术支持助手",
    subtitle="根据历史工单中客服的答复为您解答",
    switch="English",
    switch_label="Switch to English",
    new="新对话",
    person="转人工",
    send="发送",
    stop="停止",
    ask="请描述您遇到的问题",
    ask_label="您的问题",
    welcome="您好，有什么可以帮您？",
    welcome_more="回答只来自历史工单里客服的答复，每句话都能查看出处。没有依据时会如实说明，也可以随时转人工。",
    examples="大家常问",
    disclaimer="回复由程序自动生成，仅供参考",
    keys="Enter 发送，Shift+Enter 换行",
    extractive="摘录工单原文，未使用大模型",
    model="由 {engine} 撰写，逐句核对工单",
    you="您",
    bot="支持助手",
    log="对话内容",
    automatic="自动回复",
    writing="正在查找工单…",
    stopped="已停止",
    precedent="相似工单",
    uncovered="工单里没有找到依据的部分",
    sources="依据",
    cite="查看引用",
    agree="{n} 个工单说法一致",
    agree_one="仅此一个工单",
    where="出处",
    where_part="{file} · 第 {ordinal} 个工单 · 第 {line} 行",
    source_title="引用的工单",
    no_title="（工单没有标题）",
    quote="客服原话",
    category="分类",
    ticket="工单编号",
    more="接着问",
    copy="复制",
    copied="已复制",
    copy_failed="浏览器不允许复制，请手动选择文字",
    up="有帮助",
    down="没有帮助",
    solved="已解决",
    unsolved="未解决",
    retry="重新回答",
    close="关闭",
    thanks="已记录，感谢您的反馈",
    sorry="已记录。没有解决的话，可以点“转人工”交给客服处理",
    comment_title="哪里不对？",
    comment_hint="可以不填。请不要填写密码、密钥等信息",
    comment_send="提交",
    need_person="这个问题需要人工客服处理",
    needs="请先准备好",
    opened="已登记转人工",
    opened_next="这段对话已进入人工客服的待办列表，按先后顺序处理。您可以继续在这里补充信息（例如联系方式），"
    "客服都能看到；联系客服时报上编号，不用重复说明。",
    cancel="取消转人工",
    cancelled="转人工已取消，需要时可以再次登记",
    ended="这次转人工已结束",
    customer_reason="客户要求转人工",
    unhelpful_reason="客户两次表示回复没有帮助",
    not_kept="这次对话没有保存",
    no_script="使用本页需要开启 JavaScript。",
    empty="请先输入问题",
    already="已登记转人工，编号见对话中的卡片",
    failed="出错了（错误号 {number}），请稍后再试。",
    human="人工客服",
    joined="{name} 已加入对话，现在由人工客服为您服务",
    left="{name} 已离开，这次人工服务结束了。之后由支持助手自动回复",
    transferred="对话已转给 {name}",
    waiting_again="对话已转回待办列表，等待其他客服接手",
    with_person="{name} 正在为您服务，您可以直接在下方留言",
    ask_person="写给 {name}",
    unsent="消息没有送达（错误号 {number}），内容还在输入框里，请再发一次。",
    too_long="一次最多发送 {n} 字，请分几次发送。内容还在输入框里。",
    closed_now="现在不在人工服务时间（{hours}）。请在这里写下问题，并留下联系方式，客服上班后会联系您。",
    contact="留下联系方式",
    contact_title="怎么联系您？",
    contact_hint="手机号、邮箱或微信号。只有接手的客服能看到，处理完就删除",
    contact_send="提交",
    reached="联系方式已交给客服",
    notice="公告",
)

EN = Texts(
    code="en",
    title="Support assistant",
    subtitle="Answers from what support said in past tickets",
    switch="中文",
    switch_label="切换到中文",
    new="New chat",
    person="Talk to a person",
    send="Send",
    stop="Stop",
    ask="Describe your problem",
    ask_label="Your question",
    welcome="Hello, how can I help?",
    welcome_more="I answer only with what support said in past tickets, and every sentence opens its "
    "source. Where there is no evidence I say so, and a person can take over at any time.",
    examples="Often asked",
    disclaimer="Replies are generated automatically, for reference only",
    keys="Enter sends, Shift+Enter breaks the line",
    extractive="quotes from tickets, no language model",
    model="written by {engine}, each sentence checked against tickets",
    you="You",
    bot="Support assistant",
    log="Conversation",
    automatic="automatic",
    writing="Looking through tickets…",
    stopped="Stopped",
    precedent="Similar ticket",
    uncovered="Not covered by any ticket",
    sources="Sources",
    cite="Show citation",
    agree="{n} tickets agree",
    agree_one="This ticket only",
    where="Where",
    where_part="{file} · ticket {ordinal} · line {line}",
    source_title="Cited ticket",
    no_title="(the ticket has no title)",
    quote="Support's words",
    category="Category",
    ticket="Ticket id",
    more="Ask next",
    copy="Copy",
    copied="Copied",
    copy_failed="This browser does not allow copying; please select the text",
    up="Helpful",
    down="Not helpful",
    solved="Solved",
    unsolved="Not solved",
    retry="Answer again",
    close="Close",
    thanks="Noted, thank you",
    sorry="Noted. If it is not solved, choose “Talk to a person”",
    comment_title="What was wrong?",
    comment_hint="Optional. Please leave out passwords and keys",
    comment_send="Submit",
    need_person="A person needs to handle this",
    needs="Please have ready",
    opened="Handed over to a person",
    opened_next="This conversation is now in the support team's queue and is taken in order. You can "
    "add details here (how to reach you, for instance) and support will see them; give the number "
    "when you contact support and you need not explain again.",
    cancel="Cancel hand-over",
    cancelled="The hand-over was cancelled; you can ask for it again",
    ended="This hand-over has ended",
    customer_reason="客户要求转人工",
    unhelpful_reason="客户两次表示回复没有帮助",
    not_kept="This conversation was not stored",
    no_script="This page needs JavaScript.",
    empty="Please type a question first",
    already="Already handed over; the number is on the card in the conversation",
    failed="Something went wrong (error {number}). Please try again later.",
    human="support",
    joined="{name} has joined and is with you now",
    left="{name} has left; this hand-over has ended. The assistant answers from here on",
    transferred="The conversation was passed on to {name}",
    waiting_again="The conversation is back in the queue and waits for somebody else",
    with_person="{name} is with you; write below",
    ask_person="Write to {name}",
    unsent="Your message did not arrive (error {number}). It is still in the box: please send it again.",
    too_long="At most {n} characters at once; please send it in parts. It is still in the box.",
    closed_now="Nobody is on duty now ({hours}). Please describe the problem here and leave a way to reach you; "
    "support will get back to you.",
    contact="Leave a way to reach you",
    contact_title="How can we reach you?",
    contact_hint="Phone, email or a messenger name. Only the person who takes over sees it; it is deleted afterwards",
    contact_send="Submit",
    reached="Support can reach you now",
    notice="Notice",
)

TEXTS: dict[str, Texts] = {"zh": ZH, "en": EN}


def language(code: str) -> Texts:
    """Chinese unless English is asked for."""
    return EN if code == "en" else ZH
