"""How customers say things, and what the trade calls them: a question is searched with both.

One line a group: the trade's words, a colon, what customers say instead. A maintainer of another
trade replaces the table. Only questions are expanded, never tickets.
"""

from __future__ import annotations

import re
from functools import lru_cache

TABLE = """
免费: 不花钱 不要钱 不收费 不用钱 白嫖 白送 免费送 零元 0元 白给 赠送 送的 白用 免单 薅 free complimentary
收费 付费: 花钱 要钱 掏钱 付钱 多少钱 收钱 付费版 收费版 正式版 买的那种 paid price pricing cost pay
证书 SSL证书: 凭证 安全凭证 小锁 锁头 绿锁 挂锁 锁标 ssl tls sll certificate cert certs
HTTPS 证书: 加密访问 网站加密 加密 安全连接 安全访问 不安全 红叉 小绿锁 https
过期 到期: 失效 失去效力 快到日子 到日子 过了期 期满 快没了 没几天 截止 作废 expired expire expires expiring
续期 延期 重新申请: 续费 续签 续上 续一下 续一张 续命 往后延 延长 延一延 接着用 renew renewal extend
有效期: 能用多久 管多久 管几个月 能撑 撑多久 用多长 几个月 一年 半年 三个月 多长时间有效 保质期 valid validity
申请 开启: 弄一个 弄一张 整一个 搞一个 办一个 领一个 弄个 搞个 签一张 办理 开通 apply obtain get
更换 重新申请: 换证书 换一张 换新 换掉 替换 更新证书 replace
自行购买 其他厂商 上传: 自己买 自己生成 自己做 自签 别家 别处 别的平台 外面买 第三方 其他平台 买好的
限免: 括号
签发 审核: 颁发 发下来 批下来 批准 通过审核 机构审 出证 下证 issue issued
CA 机构: 上级机构 发证机构 签发机构 认证机构 机构那边
域名: 网址 站点地址 网站地址 站名 我的站 网站 domain domains hostname website site
域名所有权 验证: 证明是我的 归属 归我 所有者 所有权 验明 身份 ownership verify verification
验证值 记录值: 那串 一串字符 字符串 验证码值
主机记录 根域名: 前缀 前面那格 前面那栏 主机名 名称那栏 名称栏 host
解析 DNS 记录: 指到 指向 解析商 域名面板 加条记录 加一条记录 dns record records
域名服务商 购买厂商: 万网 买域名的地方 注册商 域名商 registrar
CNAME: 别名 指到你们 接到你们 指过来 cname
TXT 验证: txt
域名找回 过户: 抢回来 要回来 拿回来 挪到 挪过 转移到 转到 移到 迁到 移交 划到 划给 被占 占用 已存在 已经存在 别的账号 其他账号 另一个账号 另一个号 别的号 老号 旧号 小号 原账号 前员工 前同事 recover reclaim transfer
出账期: 月初 月头 1号 2号 3号
账号 账户: 帐号 帐户 号里 account
密码 忘记密码: 口令 登录密码 passphrase password 登不上 登不进 登录不了 进不去后台 想不起来 记不得 记不住 忘了
重置 修改: 改掉 换一个 找回来 重新设 重设 reset change
控制台: 后台 管理后台 面板 管理页 console portal dashboard
发票 开票: 开个票 开票子 票据 报销 抬头 要票 一张票 那种票 票的 的票 开张票 票子 invoice fapiao receipt
增值税专用发票: 专票 抵税 抵扣税 专用票
增值税普通发票: 普票 普通票
电子发票: 电子票 电子版的票 电子版 电子的 pdf
纸质发票: 纸票 纸的 寄过来 快递 邮寄 实体票
1w元 限制: 一万 1万 上万 两万 2万 大额 金额太大 限额
审核 开票: 几天能 要几天 等几天 多少天 啥时候好 什么时候好 何时 多久能
节假日 节后: 放假 假期 国庆 十一 春节 过年 长假 周末 holiday
账单 消费明细: 流水明细 花在哪 花哪 花到哪 支出 对账 花销 账目 扣了什么 花了什么 扣的什么 明细 bill billing charges
实时消费明细: 当天 今天花 今儿 实时 当场 本月 这个月
上月账单明细: 上个月 上月 整月 每月账 月账
扣费 计费: 扣钱 被扣 扣我 收我 扣了 charged charge
欠费: 欠钱 欠了 负数 负的 余额不足 欠着 overdue arrears
免费额度 每月: 每月送 送的流量 赠送额度 免费的量 免费空间 10g 月月 每个月给 下个月 清零 quota
资源包: 套餐 套餐包 流量包 容量包 包年包 预付包 买的包 买了包 package
抵扣: 抵 扣掉 用上 用不上 没动 没用上 没用到 没生效 没启用 激活
存储 对象存储: 仓库 网盘 放东西 存东西 放文件 存文件 云盘 storage
存储空间: 桶 bucket 空间里
存储量 文件大小: 占了多少 占多少 多少G
计费标准: 单价 价目 价格表 价钱 怎么收 怎么算 rate
外网流出流量 源站: 下行流量 下载流量 出网流量 往外流 流出 egress
源站域名: 直连 自带地址 源站地址 s3
CDN 加速: 加速那块 加速的钱 提速 加速流量 加速域名 accelerate
全站加速: dcdn 动态加速
下载CDN日志: 导出 原始 拉下来 访问流水 明细记录
日志: 访问记录 记录下来 logs log
日志分析 top: 排行榜 访问排行 排行 访客 谁访问 谁在刷 谁在下载 谁拉了 哪些ip 哪个ip 来源
任务堆积 日志是对的: 对不上 不一致 没数据 空的 不匹配
盗刷 异常流量 高频访问: 刷流量 猛刷 被刷 恶意 薅流量 暴涨 翻了 飙升 突增 突然变多 涨了 几十倍 abuse attack spike
IP黑白名单 封禁: 拦住 拦外头 拉黑 屏蔽 禁止访问 挡住 封掉 封ip 不让他 block ban blacklist
referer 防盗链: 来源限制 只许自己网站 引用来源 盗图 盗链 hotlink
访问慢: 死慢 很慢 好慢 太慢 卡 卡顿 加载慢 转圈 半天打不开 等半天 转不出来 slow
超时 504: 网关超时 连不上 timeout gateway
海外 国外 跨境: 老外 境外 外国 德国 美国 欧洲 英国 法国 东南亚 新加坡 日本 韩国 香港 overseas abroad foreign
国内: 大陆 境内 不翻墙 不挂代理 mainland
覆盖范围 加速区域 全球加速: 覆盖全球 全世界 全球 海外加速 只加速海外 覆盖
挂代理: 梯子 翻墙 vpn 代理
测试域名: 临时网址 临时域名 送的网址 临时地址 自带域名
浏览器 缓存 无痕模式: 火狐 chrome 谷歌浏览器 edge 本地缓存 清缓存 还是旧的 隐私窗口
SDK: 官方包 开发包 工具包 库 library package
NodeJS SDK: node node.js js javascript npm
python SDK: python py脚本 pip
上传: 传图 传文件 传上去 往上传 传不上 upload uploading
丢包: 十次里 偶尔失败 丢了 丢失 时好时坏
版本 退回: 降级 回退 老版本 旧版本 旧版 downgrade rollback
版本 更新: 新版 升级 更新到 upgrade
本地网络环境: 换网络 网络环境 换个网 热点
报错: 崩 崩了 崩溃 抛异常 挂了 出错 error crash exception
文件已存在 无法创建该文件: 缓存文件 区域缓存 改不了名
云主机 实例: 虚拟机 云服务器 租的机器 服务器 机器 vm server instance
关机: 正在关 关不掉 关闭中 卡死 死机 shutdown stopping
重新登录: 退出再进 退出重进 重登 重新进
配置中 处理中: 转半天 没动静 挂着 没反应 还没弄完 等到现在 卡着 卡在 pending processing
生效 下发: 起作用 管用 铺到 部署 生效 effect deploy
处理 操作: 弄一下 搞定 推一把 推一下
降级 HTTP: 退成不加密 改回http 关掉https 退回http
二维码 图片 视频: 扫码
代申请 一键HTTPS 免费证书: 代劳 代办 代签 帮我签 一键 自动申请
代理验证失败: 申请不下来 签不下来 申请失败 老是失败 一直失败 签发失败
回源鉴权 时间戳防盗链: 鉴权 功能冲突
CAA: caa
单个 普通域名: 通吃 通配 泛域名 几个域名 多个域名 多域名 子域名都 wildcard
ssl 证书服务: 证书列表 证书管理
"""


@lru_cache(maxsize=1)
def _groups() -> tuple[tuple[re.Pattern[str], str], ...]:
    groups = []
    for line in TABLE.strip().splitlines():
        words, _, said = line.partition(":")
        patterns = [
            rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word)
            for word in said.lower().split()
        ]
        groups.append((re.compile("|".join(patterns)), words.strip()))
    return tuple(groups)


def expansion(question: str) -> str:
    """The trade's words for what a question says in a customer's, without those it already holds."""
    text = question.lower()
    found: list[str] = []
    for pattern, words in _groups():
        if pattern.search(text):
            found += [word for word in words.split() if word.lower() not in text and word not in found]
    return " ".join(found)
