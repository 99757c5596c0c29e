"""Other people's values go and everything else stays. Every value here is invented."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.records import Ticket, Turn
from bot.tickets.privacy.redaction import ANY_MASK, PLACEHOLDER, Finding, Redactor, Scope
from bot.tickets.reading.reader import Reading
from bot.tickets.rewriting import rewrite

HEX = "0123456789abcdef0123456789abcdef"
KEY = "k3Jd9fKq2mZx7Ws8PqLr0Tn5Vb6Yc1Ue4Rg2Hs7J"
# (text, the private value, the type): values stand glued to Chinese wherever people write them so.
PRIVATE = [
    ("请发到wang.wu@example.net谢谢", "wang.wu@example.net", "邮箱"),
    ("内部也算support@qiniu.com的", "support@qiniu.com", "邮箱"),
    ("打13812345678找我", "13812345678", "电话"),
    ("电话：138 1234 5678，", "138 1234 5678", "电话"),
    ("手机+86 138-1234-5678的", "+86 138-1234-5678", "电话"),
    ("固话021-55501234转8", "021-55501234转8", "电话"),
    ("固话(021)55501234转8", "(021)55501234转8", "电话"),
    ("热线400-820-1234转", "400-820-1234", "电话"),
    ("海外+1 415-555-2671可以", "+1 415-555-2671", "电话"),
    ("身份证11010519491231002X的", "11010519491231002X", "身份证号"),
    ("信用代码91310000MA1K4XYW11。", "91310000MA1K4XYW11", "税号"),
    ("税号91310000MA1K4XYW1X和", "91310000MA1K4XYW1X", "税号"),
    ("付款4111111111111111成功", "4111111111111111", "银行卡号"),
    ("银行账号：1234 5678 9012 345", "1234 5678 9012 345", "银行卡号"),
    ("源站47.98.12.34连不上", "47.98.12.34", "IP"),
    ("内网10.0.3.7也不行", "10.0.3.7", "IP"),
    ("从2001:db8::12访问", "2001:db8::12", "IP"),
    ("域名shop.lumo-demo.cn打不开", "shop.lumo-demo.cn", "域名"),
    ("泛域名*.lumo-demo.com.cn证书", "lumo-demo.com.cn", "域名"),
    ("2024-10-08 09:12:02shop.lumo-demo.cn", "shop.lumo-demo.cn", "域名"),
    ("推流rtmp://live.lumo-demo.cn/app", "live.lumo-demo.cn", "链接"),
    ("脚本//cdn.lumo-demo.cn/a.js", "cdn.lumo-demo.cn/a.js", "域名"),
    ("测试lumo.bkt.clouddn.com域名", "lumo.bkt.clouddn.com", "域名"),
    ("访问https://img.lumo-demo.cn/a.png失败", "https://img.lumo-demo.cn/a.png", "链接"),
    ("访问http://47.98.12.34:8080/x失败", "47.98.12.34", "链接"),
    ("https://developer.qiniu.com.lumo-demo.cn/x", "lumo-demo", "链接"),
    ("https://lumo-demo.cn/portal.qiniu.com", "lumo-demo", "链接"),
    ("https://lumo:pw@portal.qiniu.com/", "lumo:pw", "链接"),
    ("https://portal.qiniu.com/cdnhttps://img.lumo-demo.cn/a", "lumo-demo", "链接"),
    ("https://portal.qiniu.com/x?u=https://img.lumo-demo.cn/a", "lumo-demo", "链接"),
    ("https://portal.qiniu.com/iam/signin/lumo88", "lumo88", "账号"),
    ("https://portal.qiniu.com/kodo?bucket=lumo-pics&x=1", "lumo-pics", "空间名"),
    ("https://portal.qiniu.com/x?token=abcdefgh12", "abcdefgh12", "密钥"),
    ("账号ID：1380012345的", "1380012345", "账号"),
    ("订单号202410081234567890的", "202410081234567890", "编号"),
    ("订单号：ORD-20241008-77", "ORD-20241008-77", "编号"),
    ("证书ID为5f8d0a1b2c3d4e5f60718293", "5f8d0a1b2c3d4e5f60718293", "编号"),
    ("5f8d0a1b2c3d4e5f607182932024-10-08", "5f8d0a1b2c3d4e5f60718293", "编号"),
    ("实例123e4567-e89b-12d3-a456-426614174000的", "123e4567-e89b-12d3-a456-426614174000", "编号"),
    (f"指纹{HEX}的", HEX, "编号"),
    ("交易2024100822001412345678的", "2024100822001412345678", "编号"),
    ("剩下[长串]abc12的", "abc12", "编号"),
    ("reqid: yFIAAAB3xKp9zW4X的", "yFIAAAB3xKp9zW4X", "请求ID"),
    ("X-Reqid=abcDEF0123456789", "abcDEF0123456789", "请求ID"),
    (f"AK：{KEY}的", KEY, "密钥"),
    (f'secretKey="{KEY}"', KEY, "密钥"),
    ("用eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc登录", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "密钥"),
    ("密码是Abc12345!，请看", "Abc12345!", "密码"),
    ("微信号：lumo_demo88的", "lumo_demo88", "微信号"),
    ("请加我微信lumo_demo88吧", "lumo_demo88", "微信号"),
    ("QQ群12345678里", "12345678", "QQ号"),
    ("联系人：王小明，", "王小明", "姓名"),
    ("用户王小明（+86 13812345678）", "王小明", "姓名"),
    ("抬头：上海流明测试有限公司税号", "上海流明测试有限公司", "单位"),
    ("我是流明测试有限公司的", "流明测试", "单位"),
    ("地址：上海市静安区某某路100号", "上海市静安区某某路100号", "地址"),
    ("寄到上海市静安区万航渡路88号3室吧", "万航渡路88号", "地址"),
    ("在C:\\Users\\lumo\\AppData里", "lumo", "用户名"),
    ("在C:\\\\Users\\\\lumo", "lumo", "用户名"),
    ("在/home/lumo/app里", "lumo", "用户名"),
    ("记录值 202410080000004kq7zv1m3t8x2c9r", "202410080000004kq7zv1m3t8x2c9r", "记录值"),
    (f"_{HEX.upper()}.shop.lumo-demo.cn", HEX.upper(), "主机记录"),
    ("_dnsauth.shop", "shop", "主机记录"),
    (f"内容\n{HEX[:16]}4kq", f"{HEX[:16]}4kq", "验证串"),
    ("shop.lumo-demo.cn主站备用TrustAsia域名型", "主站备用", "备注"),
]
PUBLIC = [
    "版本7.13.2，使用7.13.27.14.0版本，SDK 7.13.2.1，版本1.2.3.4，1.2.3.4版本",
    "价格0.29元/GB，共1234.56元，免费10GB，99.9%，1w元",
    "2024-10-08 09:12:02，20241008091202，1728349322，09:12:02",
    "错误码612，状态504，504 Gateway Time-out，错误0x80070005",
    "DNS用8.8.8.8、114.114.114.114、223.5.5.5或2400:3200::1，本机127.0.0.1和::1",
    "https://portal.qiniu.com/cdn/domain正常，见https://developer.qiniu.com/fusion/api/1226/download-the-logCDN日志",
    "https://qmall.qiniu.com/template/MTEy?spec_combo=MzE0NQ&ref=index",
    "https://github.com/qiniu/nodejs-sdk 和 https://docs.python.org/zh-cn/3/",
    "上传域名up-z2.qiniup.com，接口api.qiniu.com",
    "CAA 记录包含 Digicert.com 和 digicert.com",
    "qiniu.rs.PutPolicy、main.py、config.json、index.html、package.json、std::string、a::b",
    "文件FrAbCdEfGhIjKlMnOpQrStUvWx12",
    "qn-regions-cache.jsonl.shrink 在 C:\\Users\\Public\\Documents",
    "忘记密码、修改密码后登录，微信支付，QQ登录，公司地址怎么改，联系人管理",
    "记录类型 TXT，主机记录 qn-verification，记录值见控制台",
    "fusiondomain_cud:2/400;APIS:12/400;PORTAL-PROXY:70/400",
    "邮箱[REDACTED_EMAIL]和[手机号]，〈域名2〉与〈链接〉",
    "每月1-3号为出账期，3个工作日，华东-浙江2，z2",
]

PIECES = st.sampled_from(
    [value for _, value, _ in PRIVATE]
    + "订单号 记录值 密码： 微信号： 联系人： 电话 （ ） 公司 有限公司 抬头： 地址： 寄到 路88号".split()
    + "〈域名〉 〈电话2〉 客户 用户 收 的 ， ：".split()
    + "[REDACTED_URL] C:\\Users\\ / \\ /home/ : = _ .com token= TrustAsia reqid: 09:12:02 - 1 a".split()
    + [" ", "\n", "https://portal.qiniu.com/cdn", "https://portal.qiniu.com/iam/signin/lumo"]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=40))


@pytest.mark.parametrize(("text", "value", "kind"), PRIVATE)
def test_a_private_value_goes(redactor: Redactor, text: str, value: str, kind: str) -> None:
    clean, findings = redactor.redact(text)
    assert value not in clean
    assert f"〈{kind}〉" in clean
    assert kind in [finding.type for finding in findings]
    assert redactor.clean(clean) == clean


def test_every_type_has_a_positive() -> None:
    kinds = "邮箱 电话 身份证号 税号 银行卡号 IP 域名 链接 账号 空间名 密钥 编号 请求ID 密码 微信号 QQ号 姓名".split()
    kinds += "单位 地址 用户名 记录值 主机记录 验证串 备注".split()
    assert {kind for _, _, kind in PRIVATE} == set(kinds)


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is_nobodys_stays(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text) == (text, [])


@pytest.mark.parametrize(
    ("text", "value", "kind"), [row for row in PRIVATE if row[2] in ("邮箱", "电话", "IP", "域名")]
)
def test_the_words_around_a_value_stay(redactor: Redactor, text: str, value: str, kind: str) -> None:
    before, after = text.split(value)
    clean = redactor.clean(text)
    assert clean == f"{before.removesuffix('*.')}〈{kind}〉{after}"


# --- one scope


def test_the_same_value_has_the_same_placeholder_in_a_scope(redactor: Redactor) -> None:
    scope = Scope()
    assert redactor.redact("a.lumo-demo.cn和b.lumo-demo.cn", scope)[0] == "〈域名〉和〈域名2〉"
    assert redactor.redact("又是B.lumo-demo.cn，还有c.lumo-demo.cn", scope)[0] == "又是〈域名2〉，还有〈域名3〉"
    assert redactor.clean("c.lumo-demo.cn") == "〈域名〉"


def test_placeholders_that_stand_already_keep_their_own_values(redactor: Redactor) -> None:
    assert redactor.clean("〈域名2〉坏了，a.lumo-demo.cn没坏") == "〈域名2〉坏了，〈域名3〉没坏"


def test_a_ticket_is_one_scope_in_every_text(redactor: Redactor) -> None:
    ticket = Ticket(
        id="t",
        title="a.lumo-demo.cn 坏了",
        question="b.lumo-demo.cn 呢",
        turns=(Turn("customer", "a.lumo-demo.cn[图片]", 7, 1), Turn("agent", "b.lumo-demo.cn 正常", 8)),
        summary="a.lumo-demo.cn",
        root_cause="〈域名3〉 与 c.lumo-demo.cn",
    )
    clean, findings = redactor.ticket(ticket)
    texts = [clean.title, clean.question, clean.summary, clean.root_cause, *(turn.text for turn in clean.turns)]
    assert len(findings) == 6
    assert not any("lumo" in text for text in texts)
    names = {text: PLACEHOLDER.search(text).group() for text in texts[:3]}  # type: ignore[union-attr]
    assert clean.turns[0].text == f"{names[clean.title]}[图片]" and names[clean.title] == clean.summary
    assert clean.turns[1].text == f"{names[clean.question]} 正常"
    assert {name for text in texts for name in ANY_MASK.findall(text)} == {
        "〈域名3〉",
        "〈域名4〉",
        "〈域名5〉",
        "〈域名6〉",
        "[图片]",
    }
    assert [(turn.line, turn.images) for turn in clean.turns] == [(7, 1), (8, 0)]


# --- findings


def test_findings_say_where_and_never_what(redactor: Redactor) -> None:
    text = "你好\n打13812345678\n或发wang@example.net"
    _, findings = redactor.redact(text)
    assert [(finding.type, finding.line) for finding in findings] == [("电话", 2), ("邮箱", 3)]
    assert [text[finding.start : finding.end] for finding in findings] == ["13812345678", "wang@example.net"]
    assert [field.name for field in dataclasses.fields(Finding)] == ["type", "line", "start", "end"]
    assert "138" not in repr(findings) and "wang" not in repr(findings)


def test_a_value_that_shows_only_when_its_neighbour_is_gone(redactor: Redactor) -> None:
    text = "wang@example.net13812345678"
    clean, findings = redactor.redact(text)
    assert clean == "〈邮箱〉〈电话〉"
    assert [text[finding.start : finding.end] for finding in findings] == ["wang@example.net", "13812345678"]


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_is_redacted_once_and_loses_nothing_outside_placeholders(text: str) -> None:
    redactor = Redactor(("qiniu.com", "qiniu.cn"))
    clean, findings = redactor.redact(text)
    position, rest = 0, clean
    for finding in findings:
        assert position <= finding.start < finding.end
        kept = text[position : finding.start]
        assert rest.startswith(kept)
        name = PLACEHOLDER.match(rest, len(kept))
        assert name and name.group(1) == finding.type
        rest, position = rest[name.end() :], finding.end
        assert finding.line == text.count("\n", 0, finding.start) + 1
    assert rest == text[position:]
    assert redactor.redact(clean) == (clean, [])


# --- the given file, and another vendor


def test_the_given_file_is_clean_already(part: Path, reading: Reading, redactor: Redactor) -> None:
    text = part.read_text("utf-8")
    assert rewrite(text, redactor, part.name) == (text, [])
    assert [redactor.ticket(ticket) for ticket in reading.tickets] == [(ticket, []) for ticket in reading.tickets]


def test_the_vendor_is_who_the_settings_say() -> None:
    other = Redactor((" Lumo-Demo.cn ", ""))
    assert other.clean("https://help.lumo-demo.cn/a 与 https://portal.qiniu.com/b") == (
        "https://help.lumo-demo.cn/a 与 〈链接〉"
    )


def test_the_same_value_has_one_placeholder_in_a_whole_chat(redactor: Redactor) -> None:
    said = ["我的域名 shop.lumo-demo.cn 打不开", "另一个 img.lumo-demo.cn 可以", "shop.lumo-demo.cn 还是不行"]
    first, second, third = redactor.together(said)
    assert first == "我的域名 〈域名〉 打不开" and second == "另一个 〈域名2〉 可以" and third == "〈域名〉 还是不行"
