"""The texts of made screenshots, all invented: consoles, browsers' error pages, phones, JSON."""

from __future__ import annotations

CONSOLE = (
    """$ qshell fput photos 2024/cover.jpg ./cover.jpg
Uploading ./cover.jpg => photos : 2024/cover.jpg ...
Progress: 41%  1.2MB/s  eta 00:07
[E] upload failed: 401 {"error":"bad token","reqid":"kQ8AAAD1xv"}
hint: run `qshell account` and check AccessKey, SecretKey
$ echo $?
1""",
    """2024-11-03 09:17:22.418 ERROR [worker-3] UploadService - 上传失败，正在重试（第 2 次，共 5 次）
java.net.SocketTimeoutException: Read timed out after 30000 ms
    at com.demo.store.Uploader.put(Uploader.java:88)
    at com.demo.store.Batch.lambda$run$0(Batch.java:141)
    at java.base/java.lang.Thread.run(Thread.java:840)
2024-11-03 09:17:52.007 WARN  [worker-3] UploadService - 已放弃：/data/video/第12集.mp4，大小 734003200 字节""",
    """root@web-01:~# curl -I https://img.example-shop.cn/banner.png
HTTP/1.1 403 Forbidden
Server: openresty
Content-Type: application/json
X-Reqid: pW0AAACq7mZ1hP8X
X-Log: X-Log
Cache-Control: no-store

root@web-01:~# dig +short cdn.example-shop.cn
cdn-example-shop-cn-idv4k2.qiniudns.com.
61.240.128.77""",
    """PS C:\\Users\\lihua> python upload.py --bucket media --key a/b.txt
Traceback (most recent call last):
  File "C:\\Users\\lihua\\upload.py", line 27, in <module>
    ret, info = put_file(token, key, path, version='v2')
  File "C:\\Python311\\lib\\site-packages\\qiniu\\http.py", line 64, in _post
    raise ConnectionError(f"cannot reach {url}")
ConnectionError: cannot reach https://up-z2.qiniup.com
错误：无法连接到上传服务器，请检查网络或区域设置。""",
    """npm ERR! code ERR_SSL_WRONG_VERSION_NUMBER
npm ERR! errno ERR_SSL_WRONG_VERSION_NUMBER
npm ERR! request to http://mirror.inner.local:8443/left-pad failed
npm ERR! A complete log of this run can be found in:
npm ERR!     /home/dev/.npm/_logs/2024-10-28T06_55_10_233Z-debug-0.log""",
    """mysql> INSERT INTO orders VALUES (10023, '张伟', '已付款');
ERROR 1366 (HY000): Incorrect string value: '\\xE5\\xBC\\xA0' for column 'name' at row 1
mysql> SHOW VARIABLES LIKE 'character_set%';
| character_set_client     | latin1 |
| character_set_database   | utf8mb4 |
6 rows in set (0.01 sec)""",
    # From here on not seen while the reader was made.
    """> flutter run --release
Launching lib/main.dart on M2102K1C in release mode...
E/flutter (18233): Unhandled Exception: DioException [receive timeout]:
E/flutter (18233): The request took longer than 0:00:15.000000 to receive data.
I/chatty  (18233): uid=10312 identical 4 lines
错误：令牌已过期，deadline=1730592000，请重新获取。""",
    """curl: (60) SSL certificate problem: certificate has expired
More details here: https://curl.se/docs/sslcerts.html

$ openssl s_client -connect cdn.youzhi-kids.com:443 | grep notAfter
notAfter=Oct 21 23:59:59 2024 GMT
Verify return code: 10 (certificate has expired)""",
    """[INFO] 2024/10/19 22:08:41 开始同步：本地 D:\\备份\\照片 → 空间 family-album
[WARN] 2024/10/19 22:08:43 跳过 3 个文件（大小为 0）
[FAIL] 2024/10/19 22:09:10 IMG_2207.HEIC: 579 callback failed, body={"ok":false}
[FAIL] 2024/10/19 22:09:12 VID_0031.MOV: 631 no such bucket
成功 1284，失败 2，跳过 3，用时 31.7 秒""",
    """ubuntu@ip-10-0-3-17:~$ ffmpeg -i rtmp://live.demo-tv.cn/app/stream01?token=Zx9q -c copy out.flv
[rtmp @ 0x55d0c8a1] Server error: Stream not found: stream01
rtmp://live.demo-tv.cn/app/stream01: Input/output error
ubuntu@ip-10-0-3-17:~$ sudo systemctl status nginx
   Active: failed (Result: exit-code) since Tue 2024-10-22 03:14:08 CST; 5min ago
  Process: 2211 ExecStartPre=/usr/sbin/nginx -t -q (code=exited, status=1/FAILURE)""",
)

BROWSER = (
    (
        "您的连接不是私密连接",
        "攻击者可能会试图从 www.mingyue-tea.cn 窃取您的信息（例如：密码、通讯内容或信用卡信息）。",
        ["NET::ERR_CERT_DATE_INVALID", "此服务器的证书已于 3 天前过期。", "当前时间：2024年11月6日 星期三"],
        ["高级", "返回安全连接"],
    ),
    (
        "该网页无法正常运作",
        "video.haitun-edu.com 目前无法处理此请求。",
        ["HTTP ERROR 502", "如果问题仍然存在，请联系网站所有者。"],
        ["重新加载"],
    ),
    (
        "This site can't be reached",
        "static.lakeside-books.com took too long to respond.",
        ["Try: Checking the connection", "Checking the proxy and the firewall", "ERR_CONNECTION_TIMED_OUT"],
        ["Reload", "Details"],
    ),
    (
        "403 Forbidden",
        "防盗链校验未通过：Referer 不在白名单中",
        [
            "请求地址：https://cdn.muzi-photo.com/2024/10/IMG_0042.webp?e=1730600000",
            "RequestId: 7fA0b2C9dE",
            "节点：山东-联通-3",
        ],
        ["复制", "反馈"],
    ),
    (
        "空间管理 / 文件列表",
        "删除失败：该文件已设置锁定，保留至 2025-03-31 23:59:59",
        [
            "文件名　　　　大小　　　　　最后更新",
            "backup-1101.tar.gz　　4.7 GB　　2024-11-01 02:00",
            "合同扫描件.pdf　　812 KB　　2024-10-30 17:45",
        ],
        ["取消", "确定"],
    ),
    (
        "Your connection is not private",
        "Attackers might be trying to steal your information from shop.bluewhale.io.",
        ["net::ERR_CERT_COMMON_NAME_INVALID", "Subject: *.qiniudns.com", "Issuer: Demo Trust RSA CA 2018"],
        ["Advanced", "Back to safety"],
    ),
    (
        "找不到 oss.dengta-design.cn 的服务器 IP 地址",
        "请试试以下办法：检查网络连接，检查代理服务器、防火墙和 DNS 配置",
        ["DNS_PROBE_FINISHED_NXDOMAIN", "运行 Windows 网络诊断"],
        ["重新加载", "详细信息"],
    ),
    (
        "504 Gateway Time-out",
        "The upstream storage did not answer within 60 seconds.",
        ["Host: api.plumtree.dev", "X-Reqid: Q9cAAABm3d0nU6kX", "Time: 2024-10-25T08:31:07+08:00"],
        ["Try again"],
    ),
    (
        "证书管理",
        "申请失败：域名 *.lvye-travel.com 的 TXT 记录未生效",
        [
            "主机记录：_dnsauth",
            "记录值：202410250000003hq8w1x",
            "状态：待验证（已等待 36 小时）",
            "品牌：DigiCert 类型：DV 有效期：90 天",
        ],
        ["重新验证", "撤销申请"],
    ),
)

PHONE = (
    ("上传失败", ["网络不给力，请稍后再试", "错误码：-1009", "已上传 37%，剩余约 2 分钟"], "知道了"),
    (
        "账单详情",
        ["CDN 流量费 ¥128.46", "计费周期：2024-10-01 至 2024-10-31", "余额不足，服务将于 24 小时后停止"],
        "立即充值",
    ),
    (
        "域名备案",
        ["您的域名 www.xiaolu-bakery.com 未查询到备案信息", "审核状态：未通过", "原因：主体名称与证件不一致"],
        "重新提交",
    ),
    (
        "直播推流",
        ["推流地址：rtmp://pili-publish.example.net/live/room88", "当前码率 0 kbps", "连接已断开（code=1006）"],
        "重新连接",
    ),
    (
        "Verification failed",
        ["The code you entered has expired.", "We sent a new code to 138****6021", "Try again in 58 s"],
        "Resend",
    ),
    (
        "实名认证",
        ["身份证照片不清晰，请在光线充足处重新拍摄", "图片格式支持 JPG、PNG，不超过 5MB", "还可尝试 2 次"],
        "去拍摄",
    ),
    ("播放出错", ["视频加载失败（错误码 2004）", "video_id: 7f3e_20241022", "请切换网络或降低清晰度后重试"], "刷新"),
    (
        "工单详情",
        ["工单号：20241025-0917", "处理中：预计今天 18:00 前回复", "CDN 回源返回 404，源站 source.huahai.cn"],
        "补充说明",
    ),
    (
        "Storage almost full",
        ["You have used 9.8 GB of 10 GB", "Uploads stop at 100%", "Plan: Free tier, renews 2024-12-01"],
        "Upgrade",
    ),
)

JSON = (
    """{
  "code": 612,
  "error": "no such file or directory",
  "reqid": "x3QAAADvb9TzkP8X",
  "key": "images/用户头像/9981.png"
}""",
    """{"status":"failed","items":[{"cmd":"avthumb/mp4/vb/1.4m",
"code":3,"desc":"转码失败","error":"invalid audio stream"}],
"inputBucket":"raw-video","pipeline":"1381102.q-a"}""",
    """{
  "error": {
    "type": "QuotaExceeded",
    "message": "每日刷新 URL 的额度已用完",
    "limit": 500, "used": 500
  }
}""",
    """{
  "success": false,
  "requestId": "b81d-4e02-9c77",
  "detail": {"field": "callbackUrl", "reason": "回调地址无法访问", "status": 400},
  "retry_after": 12.5
}""",
    """[{"domain":"www.chaye.shop","cname":"www-chaye-shop-idvm9x1.qiniudns.com","https":true},
{"domain":"img.chaye.shop","operatingState":"failed","desc":"证书与域名不匹配"}]""",
)

# So many of each were looked at while the reader was made; the rest were written afterwards.
SEEN = {"console": 6, "json": 3, "browser": 6, "phone": 6}
