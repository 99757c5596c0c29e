"""What the log and the tickets tell in one language alone, in the other."""

from __future__ import annotations

DEEDS = {
    "signed in": "登录",
    "failed to sign in": "登录失败",
    "viewed": "查看",
    "viewed image": "查看图片",
    "attached image": "附图",
    "took": "接手",
    "replied": "回复",
    "transferred": "转出",
    "closed": "处理完毕",
    "published notice": "发布公告",
    "ended notice": "撤下公告",
    "proposed reuse": "提交复用",
    "approve reuse": "批准复用",
    "edit reuse": "修改复用",
    "refuse reuse": "不采用",
    "withdraw reuse": "撤回复用",
    "exported": "导出客户数据",
    "erased": "删除客户数据",
    "started rebuild": "重建索引",
    "account add": "新建账号",
    "account password": "修改密码",
    "account change": "修改账号",
    "account open": "启用账号",
    "account close": "停用账号",
}
"""What the log says, for a Chinese reader."""


OUTCOMES = {
    "self-service": "solved by the customer",
    "partial": "partly by support",
    "action": "by support",
    "wait": "by waiting alone",
    "unresolved": "not solved",
}
"""How tickets ended, for an English reader; pages.names has the Chinese names."""
