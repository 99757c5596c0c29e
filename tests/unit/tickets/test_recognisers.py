"""Shapes of private values one by one, look-alikes that stay, and time that grows with length alone.

Every value here is invented.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tickets.privacy.placeholders import PLACEHOLDER
from bot.tickets.privacy.recognisers import RECOGNISERS, recognise
from bot.tickets.privacy.redaction import Redactor
from bot.tickets.privacy.shapes import Recogniser

HEX = "0123456789abcdef0123456789abcdef"
BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 2
# (text, what must be gone, what must stay)
PARTS = [
    ("打不开栗子小铺.中国，急", "栗子小铺", "打不开"),
    ("我的域名栗子.com备案了", "栗子", "备案了"),
    ("我是上海流明测试有限公司的员工", "上海流明测试有限公司", "我是"),
    ("抬头：流明测试有限公司苏州分公司发票类型", "苏州分公司", "发票类型"),
    ("发票抬头：流明理工大学发票类型：普票", "流明理工大学", "发票类型"),
    ("购买方：流明市第一人民医院，税号", "第一人民医院", "税号"),
    ("座机01055501234转802没人接", "01055501234转802", "没人接"),
    ("固话0571-5550 1234 ext 12", "0571-5550 1234 ext 12", "固话"),
    ("境外00852 9123 4567", "9123 4567", "境外"),
    ("打tel13812345678", "13812345678", "tel"),
    ("手机１３８１２３４５６７８", "１３８１２３４５６７８", "手机"),
    ("在 /home/lumo", "lumo", "/home/"),
    ("C:\\Users\\lumo", "lumo", "C:\\Users\\"),
    ("/Users/lumo/Desktop/a.log", "lumo", "Desktop/a.log"),
    ("[lumo@web-07 ~]$ ls", "web-07", "~]$ ls"),
    ("回源2001:db8::7%eth0失败", "2001:db8::7%eth0", "失败"),
    ("[2001:db8::7]:8443超时", "2001:db8::7", ":8443超时"),
    ("映射::ffff:47.98.12.34的", "47.98.12.34", "映射"),
    ("IP47.98.12.34:8080不通", "47.98.12.34", ":8080不通"),
    ("网卡00:16:3e:0a:1b:2c", "0a:1b:2c", "网卡"),
    ("https://portal.qiniu.com/cdn/domain/img.lumo-demo.cn/basic", "lumo-demo", "portal.qiniu.com/cdn/domain/"),
    ("https://portal.qiniu.com/kodo/bucket?bucketName=lumo-pics&region=z0", "lumo-pics", "region=z0"),
    ("https://portal.qiniu.com/a?email=wang%40example.net&x=1", "wang%40example", "&x=1"),
    ("https://portal.qiniu.com/bo/account/1380012345/overview", "1380012345", "/overview"),
    ("portal.qiniu.com/iam/signin/lumo88，登不上", "lumo88", "登不上"),
    ("https://up.qiniup.com/a?e=1728349322&token=AbCd1234:EfGh5678", "AbCd1234", "e=1728349322"),
    ("https://sso.qiniu.com/?url=https%3A%2F%2Fimg.lumo-demo.cn%2Fa", "lumo-demo", "sso.qiniu.com"),
    ("img.lumo-demo.cn/a/b.png?x=1打不开", "a/b.png?x=1", "打不开"),
    ('"https:\\/\\/img.lumo-demo.cn\\/a.png"', "lumo-demo", '"'),
    ("lumo.bkt.clouddn.com30天到期", "lumo.bkt", "30天到期"),
    ("img.lumo-demo.cnCNAMEimg-lumo-demo-cn.qiniudns.com生效", "img-lumo-demo-cn", "CNAME"),
    ("iovip-lumo.qbox.me不通", "iovip-lumo", "不通"),
    ("姓名：王小明，身份证", "王小明", "身份证"),
    ("户名王小明卡号", "王小明", "卡号"),
    ('"realName":"王小明"', "王小明", "realName"),
    ("真实姓名：古丽·买提", "古丽·买提", "真实姓名"),
    ("加v：lumo_88聊", "lumo_88", "聊"),
    ("微信联系 wxid_a1b2c3d4e5", "wxid_a1b2c3d4e5", "微信联系"),
    ("QQ/123456789", "123456789", "QQ"),
    ('accessKey = "Ab1Cd2Ef3Gh4Ij5Kl6";', "Ab1Cd2Ef3Gh4Ij5Kl6", "accessKey"),
    ("Authorization: Bearer ab12cd34ef56gh78", "ab12cd34", "Authorization"),
    ("LTAI5tAbCdEfGh1234", "LTAI5tAbCdEfGh1234", ""),
    (f"-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----\n好的", BODY, "好的"),
    (f"-----BEGIN CERTIFICATE-----\\n{BODY}", BODY, ""),
    ("Cookie: sid=a1b2c3d4; lang=zh", "a1b2c3d4", "Cookie"),
    ("JSESSIONID=0A1B2C3D4E5F60718293", "0A1B2C3D4E5F", "JSESSIONID"),
    ("密码改成LumoPass，谢谢", "LumoPass", "谢谢"),
    (f"| TXT | _dnsauth | {HEX[:20]}kq7z |", "kq7z", "TXT"),
    ("google-site-verification=AbCdEf123456_x", "AbCdEf123456_x", "google-site-verification"),
    ("MP_verify_Ab12Cd34Ef56.txt放根目录", "Ab12Cd34Ef56", ".txt放根目录"),
    ("指纹" + ":".join(["AB"] * 20), "AB:AB", "指纹"),
    ("支付宝交易号2024100822001412345678901234", "2024100822001412345678901234", "支付宝"),
    ("微信单号4200002345202410081234567890", "4200002345202410081234567890", "微信单号"),
    ("退掉i-kq4mv71bhx28pne6035w", "kq4mv71bhx28pne6035w", "退掉"),
    ("沪ICP备12345678号-1", "12345678", ""),
    ("用户ID（1380012345）提现", "1380012345", "提现"),
]
STAYS = [
    '时间戳1728349322123和1728349322，"deadline":1728349322，duration=1728349322123',
    "Chrome/120.0.0.0 Apache-HttpClient/5.1.4 Build/HUAWEIELE-AL00 v1.2.3.4",
    "UploadFileToQiNiu2() DruidDataSource2024-09-27 org.springframework.web.multipart.support com.example.app",
    "response.total、this.next、Color.Orange、rs5_shard.ls、ASP.NET、self.zone、uni.store",
    "推流地址是使用的这边的推流地址么，源站地址：空，IP地址：空",
    "联系人已经离职，联系人方式，法人认证，无法人工加急，修改联系人和邮箱，经办人：经办人",
    "发票抬头是旧公司名称，大学生优惠，哪个大学，支持.com和.cn，后缀是.com",
    "http://d***.qiniu.com/kodo/1656/download-private 与 https://[域名]/",
    "账号[REDACTED_EMAIL]，加v[REDACTED_PHONE]，任务ID[长数字]",
    "可以拨打400-808-9176转2号线",
    "fusion.qiniuapi.com、*.servicewechat.com、iovip-z2.qbox.me、dt091.dn-bj.qiniudns.com",
    "hash FrAbCdEfGhIjKlMnOpQrStUvWx12 与 lgAbCdEfGhIjKlMnOpQrStUvWx12",
    "DNS 240c::6666、182.254.116.116，掩码255.255.255.0，组播224.0.0.1",
    "C:\\Users\\Public\\a、\\.qshell\\users\\***\\b、/home/wwwroot/x",
    "access_key = 'your_access_key'，密码：******，密码错误，bucket = bucketName;",
]
NASTY = st.sampled_from(
    [
        *(
            "a. 1. 1: :: .cn .com . - _ / // : @ % + = 〈 〉 〈域名〉 〈电话2〉 [ ] [域名] [REDACTED_PHONE] ( （ "
            "王 王小明 大学 有限公司 我是 抬头： 密码： 姓名： 账号 ID QQ 微信 加v TXT _dnsauth. -----BEGIN eyJ "
            "http:// https:// rtmp:// https:\\/\\/ portal.qiniu.com/ ?bucket= &token= C:\\Users\\ /home/ 138 1234 "
            "5678 13812345678 10.0.0.1 ::ffff: fe80::1 %eth0 0a 0A1b2C3d4E5f6G7h z0. wx i- 转 ext 中国 CNAME 号 "
            "上海市 路 区 \u200b \u202e \x00 é １ 2024-10-08"
        ).split(" "),
        *(" ", "\n", "\r\n", HEX, BODY),
    ]
)
# No blank, no digit, nothing but dots ...: what makes a careless pattern try every end for every start.
LONG = [
    "a",
    "7",
    ".",
    "-",
    ":",
    "a.",
    "1.",
    "1:",
    "@",
    "a@",
    "0a",
    "aA1-",
    "中",
    "中.",
    "密码 ",
    "北京市朝阳区路",
    "\\",
    "+1 ",
]


@pytest.fixture(scope="module")
def plain() -> Redactor:
    return Redactor(("qiniu.com", "qiniu.cn"))


@pytest.mark.parametrize(("text", "gone", "stays"), PARTS)
def test_the_value_goes_and_what_surrounds_it_stays(plain: Redactor, text: str, gone: str, stays: str) -> None:
    clean = plain.clean(text)
    assert gone not in clean and stays in clean
    assert PLACEHOLDER.search(clean)
    assert plain.clean(clean) == clean


@pytest.mark.parametrize("text", STAYS)
def test_what_only_looks_private_stays(plain: Redactor, text: str) -> None:
    assert plain.redact(text) == (text, [])


def test_a_value_known_by_its_label_goes_everywhere_in_a_ticket(plain: Redactor) -> None:
    text = "姓名：王小明，空间名：lumo-pics\n王小明说lumo-pics打不开，lumo-pics-2也是"
    clean = "姓名：〈姓名〉，空间名：〈空间名〉\n〈姓名〉说〈空间名〉打不开，lumo-pics-2也是"
    assert plain.clean(text) == clean


@pytest.mark.parametrize("row", RECOGNISERS, ids=range(len(RECOGNISERS)))
def test_what_a_recogniser_needs_only_saves_time(row: Recogniser) -> None:
    """Whatever it finds in the examples, it finds in a text that has what it says it needs."""
    for text, *_ in PARTS:
        if list(row.find(text)):
            assert not row.needs or any(need in text.lower() for need in row.needs)
            assert not row.digits or any(c.isdigit() for c in text)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.lists(NASTY, max_size=14).map("".join), st.text(max_size=60)))
def test_any_text_is_redacted_once_and_loses_nothing_outside_placeholders(text: str) -> None:
    redactor = Redactor(("qiniu.com", "qiniu.cn"))
    clean, findings = redactor.redact(text)
    position, rest = 0, clean
    for finding in findings:
        kept = text[position : finding.start]
        name = PLACEHOLDER.match(rest, len(kept))
        assert rest.startswith(kept) and name and name.group(1) == finding.type
        rest, position = rest[name.end() :], finding.end
    assert rest == text[position:]
    assert redactor.redact(clean) == (clean, [])
    assert all(0 <= start < end <= len(text) for _, start, end in recognise(text) if end > start)


@pytest.mark.parametrize("unit", LONG)
def test_time_grows_with_length_alone(plain: Redactor, unit: str) -> None:
    """Eight times the text takes about eight times as long; a quadratic pattern would take sixty-four times."""

    def seconds(length: int) -> float:
        text, best = unit * (length // len(unit)), 9.9
        for _ in range(2):
            started = time.process_time()
            plain.redact(text)
            best = min(best, time.process_time() - started)
        return best

    short, long = seconds(10_000), seconds(80_000)
    assert long < 24 * short + 0.05
