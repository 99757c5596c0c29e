"""The business's own words, learned from the knowledge, beside a short glossary of the trade.

Tells "our business, not in our tickets" from "not our business". Knows no question set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.records import Ticket

# The trade's words that thirty tickets may well lack. A maintainer of another vendor replaces them.
GLOSSARY = (
    "七牛 qiniu kodo qshell cdn dcdn ssl https 证书 域名 备案 解析 cname dns txt记录 对象存储 云存储 存储空间 空间 bucket 桶 上传 下载 回源 源站 "
    "缓存 刷新缓存 预取 防盗链 referer 外链 直播 推流 拉流 转码 截帧 水印 图片处理 缩略图 webp 视频云 点播 流量包 资源包 套餐包 带宽 "
    "欠费 充值 发票 账单 扣费 计费 余额 实名认证 控制台 工单 accesskey secretkey ak/sk token sdk api 接口 跨域 cors 回调 分片 断点续传 "
    "云主机 云服务器 实例 快照 镜像 短信 签名 模板 rtc 实时音视频 监控 qvs 人脸 审核 鉴权 存储类型 低频 归档 生命周期 跨区域同步 数据迁移 "
    "文件 图床 picgo 静态网站 503 502 504 403 404 401 612 631 状态码 报错 请求 加速 节点 访问慢 打不开 子账号 权限 iam 密码 登录 账号 手机号 邮箱"
).split()
# So common that alone they say nothing of the trade.
_WEAK = frozenset("文件 空间 审核 监控 短信 账号 密码 登录 手机号 邮箱 报错 请求 加速 节点 接口 模板 签名 权限 下载 余额 充值 解析 镜像 套餐包 图片处理 水印 打不开 实例 api token 503 502 504 403 404 401 人脸 发票 直播 刷新缓存 缓存".split())
_SYMPTOM = re.compile(r"访问不了|打不开|不能访问|无法访问|不能用|失败|不行|有问题|报错|异常|慢|失效|挂了|出错")


class Domain:
    """Knows a question by the words in it."""

    def __init__(self, tickets: Iterable[Ticket]) -> None:
        names: set[str] = set()
        for ticket in tickets:
            for label in (ticket.product, ticket.topic, *ticket.scenes):
                names |= {part for part in re.split(r"[与和/、\s]", label.lower()) if len(part) >= 2}
        names -= {"其他类咨询", "其他", "上传下载", "其他问题"}
        self.products = tuple(sorted({ticket.product for ticket in tickets if ticket.product}))
        words = {word.lower() for word in GLOSSARY} | names
        self._strong = tuple(sorted(words - _WEAK))
        self._weak = tuple(sorted(_WEAK))

    def knows(self, question: str) -> bool:
        """One strong word of the trade, or two weak ones."""
        text = question.lower()
        if any(_stands(word, text) for word in self._strong):
            return True
        return sum(_stands(word, text) for word in self._weak) >= 2

    def vague(self, question: str) -> bool:
        """A symptom without a product or an error: worth asking back once."""
        letters = re.sub(r"\W", "", question)
        return len(letters) <= 16 and bool(_SYMPTOM.search(question)) and not re.search(r"\d{3}|[A-Za-z]{4,}", question)


def _stands(word: str, text: str) -> bool:
    """Latin words must stand alone; Chinese words need not."""
    if word.isascii():
        return bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text))
    return word in text
