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
_WEAK = frozenset(
    "文件 空间 审核 监控 短信 账号 密码 登录 手机号 邮箱 报错 请求 加速 节点 接口 模板 签名 权限 下载 余额 充值 解析 镜像 套餐包 图片处理 水印 打不开 实例 api token 503 502 504 403 404 401 人脸 发票 直播 刷新缓存 缓存 流量 存储 区域 额度 订单 版本 链接 网址 网站 图片 视频 日志 验证 配置 续费 明细 开票 代码 找回 服务器 主机 端口 网关 超时 扣费 价格表 计费标准".split()
)
# Other vendors by name (a domain parked with one is our business), and what a support desk is not for.
_FOREIGN = re.compile(
    r"阿里云(?!解析|域名|注册|买)|腾讯云(?!解析|域名|注册|买)|华为云(?!解析|域名)|百度(?:智能)?云|又拍云|金山云|火山引擎|"
    r"\b(?:aws|azure|edgeone|oss|cos|bos|obs|ecs)\b|花呗|借呗|贷款|借款|还款|信用卡|理财|保险|快递|外卖|酒店|机票|火车|电影|音乐|"
    r"天气|股票|彩票|菜谱|减肥|游戏|星座|小说|翻译|作文|写一首|笑话|数据集|显卡|\bgpu\b|pytorch|tensorrt|onnx|batch ?size|yolo|"
    r"模型部署|大佬|群友|女友|男友|老婆|老公|你是谁|你叫什么|你喜欢",
    re.I,
)
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

    def words(self, question: str) -> tuple[int, int]:
        """How many strong and weak words of the trade the question holds, each at most three."""
        text = question.lower()
        strong = sum(_stands(word, text) for word in self._strong)
        weak = sum(_stands(word, text) for word in self._weak)
        return min(strong, 3), min(weak, 3)

    def foreign(self, question: str) -> bool:
        """Another vendor's product, or a matter of everyday life."""
        return bool(_FOREIGN.search(question))

    def vague(self, question: str) -> bool:
        """A symptom without a product or an error: worth asking back once."""
        letters = re.sub(r"\W", "", question)
        return len(letters) <= 16 and bool(_SYMPTOM.search(question)) and not re.search(r"\d{3}|[A-Za-z]{4,}", question)


def _stands(word: str, text: str) -> bool:
    """Latin words must stand alone; Chinese words need not."""
    if word.isascii():
        return bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text))
    return word in text
