"""Every word that the agents' desk shows of its own, in Chinese and in English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.desk.base import now
from bot.serve.pages.desk.deeds import DEEDS, OUTCOMES

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("客服工作台", "Support desk"),
    "queue": ("待办", "Queue"),
    "mine": ("我的", "Mine"),
    "waiting": ("等待接手", "Waiting"),
    "others": ("同事处理中", "With colleagues"),
    "empty": ("没有待处理的转人工", "Nobody is waiting"),
    "teach": (
        "客户要求转人工、或助手没有依据时，会出现在这里。等待时，可以先用下面的“起草回复”处理其他渠道的工单。",
        "Customers who ask for a person, or whom the assistant cannot answer, appear here. Meanwhile you can draft "
        "replies to tickets from elsewhere below.",
    ),
    "pick": (
        "从左侧选择一位客户（N 等得最久的客户，J / K 上下移动，T 接手）",
        "Choose a customer on the left (N: who waits longest, J / K to move, T to take)",
    ),
    "waits": ("已等 {time}", "waiting {time}"),
    "since": ("{time}前接手", "taken {time} ago"),
    "angry": ("情绪激动", "upset"),
    "unread": ("新消息", "new message"),
    "arrived": ("有新的转人工", "Somebody new is waiting"),
    "below": ("有新消息，在对话末尾", "There is something new at the end"),
    "added": ("上面的资料有更新", "Something was added above"),
    "number": ("编号", "No."),
    "conversation": ("对话", "Conversation"),
    "to_queue": ("← 待办", "← Queue"),
    "reason": ("转人工原因", "Why"),
    "summary": ("摘要", "Summary"),
    "needs": ("还需要客户提供", "Still needed"),
    "collected": ("已收集", "Collected"),
    "contact": ("联系方式", "Reach them at"),
    "images": ("图片", "Images"),
    "customer": ("客户", "Customer"),
    "bot": ("支持助手", "Assistant"),
    "opened": ("转人工", "Handed over"),
    "joined": ("{name} 接手", "{name} joined"),
    "left": ("{name} 结束了处理", "{name} closed it"),
    "transferred": ("转给 {name}", "Passed on to {name}"),
    "requeued": ("放回待办列表", "Back to the queue"),
    "away": (
        "客户开始了新对话，看不到这里的新回复；如留有联系方式，请用它联系",
        "The customer began a new conversation and no longer reads this one: use the way to reach them, if any",
    ),
    "take": ("接手", "Take"),
    "taken_by": ("{name} 正在处理", "{name} has this one"),
    "reply": ("回复客户", "Reply to the customer"),
    "reply_hint": (
        "写给客户的话。Ctrl+Enter 发送，Alt+1…9 插入依据",
        "What the customer reads. Ctrl+Enter sends, Alt+1…9 inserts evidence",
    ),
    "send": ("发送", "Send"),
    "draft": ("起草", "Draft"),
    "drafting": ("正在起草…", "Drafting…"),
    "drafted": ("草稿好了：U 放入回复", "The draft is there: U puts it into the reply"),
    "drafted_copy": ("草稿好了", "The draft is there"),
    "shorter": ("更短", "Shorter"),
    "gentler": ("更委婉", "Gentler"),
    "english": ("英文", "In English"),
    "chinese": ("中文", "In Chinese"),
    "again": ("只用勾选的依据重写", "Rewrite from the ticked evidence"),
    "discard": ("放弃草稿", "Discard the draft"),
    "use": ("放入回复", "Put into the reply"),
    "copy": ("复制", "Copy"),
    "close": ("处理完毕", "Close"),
    "close_sure": (
        "客户的原话和图片会删除，不能撤销。",
        "The customer's own words and images are deleted for good.",
    ),
    "close_do": ("确认结束", "Yes, close"),
    "unsent": ("回复还没有发送。要放弃它，请再按一次。", "The reply is not sent. Press again to drop it."),
    "transfer": ("转给", "Pass on to"),
    "back": ("（放回待办）", "(back to the queue)"),
    "transfer_do": ("转出", "Pass on"),
    "evidence": ("依据", "Evidence"),
    "no_evidence": ("没有找到可以引用的工单", "No past ticket supports an answer"),
    "seems": ("判断为", "Seems to be"),
    "resolved": ("同类工单怎样解决", "How such tickets were resolved"),
    "typical": ("常见用时：{time}", "Typical time: {time}"),
    "ask": ("向客户索要", "Ask the customer for"),
    "nothing_missing": ("不缺信息", "Nothing is missing"),
    "first": ("发送前先完成，逐项打勾", "Do these first, and tick each"),
    "confidence": ("把握", "Confidence"),
    "high": ("高", "high"),
    "medium": ("中", "medium"),
    "low": ("低", "low"),
    "warnings": ("注意", "Mind"),
    "similar": ("相似工单", "Similar tickets"),
    "uncovered": ("没有依据的部分", "Not covered"),
    "paste": ("起草回复", "Draft a reply"),
    "paste_label": (
        "粘贴整个工单（标题、对话、日志、JSON 都可以）",
        "Paste the whole ticket (title, dialogue, logs, JSON)",
    ),
    "paste_do": ("起草", "Draft"),
    "letter": ("草稿", "Draft"),
    "notice": ("公告", "Notice to customers"),
    "notice_zh": ("中文", "Chinese"),
    "notice_en": ("英文（可空）", "English (optional)"),
    "notice_hours": ("几小时后自动撤下（空为不撤）", "Hours until it goes away (empty: stays)"),
    "notice_new": ("换一条公告", "Change the notice"),
    "notice_until": ("到 {time}", "until {time}"),
    "notice_do": ("发布", "Publish"),
    "notice_end": ("撤下公告", "Take it down"),
    "notice_now": ("客户页面上正显示：", "Customers see now:"),
    "ended": ("这次转人工已经结束", "This hand-over has ended"),
    "cancelled": ("客户取消了这次转人工", "The customer has taken this back"),
    "ended_more": (
        "客户的原话和图片已删除，脱敏后的记录保留。",
        "The customer's words and images are deleted; what stays is redacted.",
    ),
    "sent": ("已发送的回复", "Replies sent"),
    "reuse": ("设为可复用", "Mark as reusable"),
    "sending": ("发送中…", "Sending…"),
    "failed": ("没有发送出去：{why} 内容还在输入框里。", "Not sent: {why} It is still in the box."),
    "offline": ("连不上服务器，正在重试…", "The server is away, trying again…"),
    "keys": ("快捷键", "Keys"),
    "key_next": ("下一位、上一位", "next, previous"),
    "key_waiting": ("等得最久的客户", "who waits longest"),
    "key_reply": ("写回复", "write a reply"),
    "key_evidence": ("插入第几条依据", "insert that evidence"),
    "key_leave": ("离开输入框", "leave the box"),
    "key_these": ("显示快捷键", "show these keys"),
    "own": ("客服自写", "your own words"),
    "picture": ("附图给同事", "Image for colleagues"),
    "picture_read": ("读取截图里的文字", "Read a screenshot"),
    "picture_none": ("图片里没有认出文字", "No text was found in the image"),
    "reading": ("正在识别图片里的文字…", "Reading the image…"),
    "pictured": ("图片已附上", "The image is attached"),
    "copied": ("已复制", "Copied"),
    "untick": ("请先完成并勾选所有【请先执行】的步骤", "Tick every step that has to be done first"),
    "images_only": ("图片中的文字：", "Text in the image: "),
    "at_once": ("不到 1 分钟", "under a minute"),
    "minutes": ("{n} 分钟", "{n} min"),
    "hours": ("{n} 小时", "{n} h"),
    "days": ("{n} 天", "{n} d"),
    "language": ("English", "中文"),
    "open": ("查看全文", "Show it all"),
    "approve": ("批准", "Approve"),
    "refuse": ("不采用", "Refuse"),
    "withdraw": ("撤回", "Withdraw"),
    "save": ("保存修改", "Save"),
    "propose": ("提交复用", "Propose"),
    "question": ("问题", "Question"),
    "answer": ("答复", "Answer"),
    "name": ("标题", "Title"),
    "product": ("产品", "Product"),
    "topic": ("主题", "Topic"),
    "expires": ("有效期至（价格、限额请填写）", "Valid until (for prices, limits)"),
    "author": ("提交人", "Proposed by"),
    "decider": ("处理人", "Decided by"),
    "proposed": ("待批准", "Waiting for approval"),
    "approved": ("已批准", "Approved"),
    "refused": ("不采用", "Refused"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "reuses": ("可复用答复", "Reusable replies"),
    "reuses_teach": (
        "客服在发送回复后可以“设为可复用”。维护者批准后，它成为知识库里的工单，下次重建索引后就会被引用。",
        "After sending, an agent can mark a reply as reusable. A maintainer approves it; it becomes a ticket of the "
        "knowledge and is cited after the next build.",
    ),
    "four_eyes": ("需要另一位维护者批准", "Another maintainer has to approve this"),
    "rebuild": ("去重建索引", "Build the index anew"),
    "built_next": ("已写入知识库，重建索引后生效。", "Written to the knowledge; in use after the next build."),
    "audit": ("操作记录", "Audit log"),
    "audit_teach": ("谁看过、做过什么，按时间倒序。", "Who saw and did what, newest first."),
    "who": ("谁", "Who"),
    "did": ("做了什么", "Did"),
    "what": ("对象", "What"),
    "when": ("时间", "When"),
    "data": ("一位客户的数据", "One customer's data"),
    "data_label": ("转人工编号或对话编号", "Number of the hand-over or conversation"),
    "export": ("导出", "Export"),
    "erase": ("删除全部记录", "Erase everything"),
    "erase_sure": (
        "对话、反馈、转人工和图片都会删除，不能恢复。",
        "Conversation, feedback, hand-overs and images go for good.",
    ),
    "erased": ("已删除 {n} 条记录。", "{n} records were erased."),
    "entry": ("登录工作台", "Sign in to the desk"),
    "entry_please": ("请先登录", "Please sign in"),
    "entry_proxied": (
        "工作台由公司的登录网关管理：请从网关进入；能进入网关但看到本页，说明您的账号还没有加入工作台，请联系管理员。",
        "Your company's gateway signs you in: come by way of it. If you did, your account is not in the desk yet; "
        "please ask an administrator.",
    ),
    "entry_first": ("还没有账号。请在服务器上运行：", "There is no account yet. On the server, run:"),
    "entry_name": ("账号", "Account"),
    "entry_password": ("密码", "Password"),
    "entry_do": ("登录", "Sign in"),
    "forbidden": ("没有权限", "Not for your role"),
    "forbidden_more": (
        "{name}，这一页只对维护者开放。需要时请联系维护者。",
        "{name}, this page is for maintainers. Ask one of them where you need it.",
    ),
    "unknown": ("没有这个编号", "There is no such number"),
}


_BOTH = re.compile(r"(.*[。！？]) ([^。！？]*[A-Za-z][^。！？]*)", re.S)


@dataclass(frozen=True, slots=True)
class Words:
    """The words in one language, and times in one zone."""

    code: str
    zone: tzinfo

    def __call__(self, key: str, **values: object) -> str:
        said = _WORDS[key][self.code == "en"]
        return said.format(**values) if values else said

    def half(self, said: str) -> str:
        """Of a sentence that comes in both languages ("中文。 English.") the reader's."""
        both = _BOTH.fullmatch(said)
        return both[1 + (self.code == "en")] if both else said

    def deed(self, did: str) -> str:
        return did if self.code == "en" else DEEDS.get(did, did)

    def outcome(self, resolution: str) -> str:
        """In English; pages.names has the Chinese ones."""
        return OUTCOMES.get(resolution, resolution)

    def moment(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def span(self, since: datetime) -> str:
        seconds = max(int((now() - since).total_seconds()), 0)
        for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
            if seconds >= size:
                return self(unit, n=seconds // size)
        return self("at_once")

    def clock(self, at: datetime) -> str:
        """The time alone where it is of today."""
        here = at.astimezone(self.zone)
        return here.strftime("%H:%M" if here.date() == now().astimezone(self.zone).date() else "%m-%d %H:%M")
