"""Lost line breaks come back, links end where they should, and nothing but white space changes."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.tickets.mending import OPENERS, links, mend, versions
from bot.tickets.reading.reader import Reading

# Every link of the given file. The publisher's file had 39; four were customers' own and are
# 〈链接〉 now, so 35 are left, 18 of them different.
LINKS = {
    "https://developer.qiniu.com/af/kb/1574/free-credit-information": 1,
    "https://developer.qiniu.com/fusion/api/1226/download-the-log": 2,
    "https://developer.qiniu.com/fusion/kb/3887/https-issues-related-to-the-faq": 3,
    "https://developer.qiniu.com/fusion/manual/3847/cdn-log-fusion": 2,
    "https://developer.qiniu.com/fusion/manual/4952/https-configuration": 3,
    "https://developer.qiniu.com/ssl/manual/3667/ssl-certificate-of-free-dns-validation-guide": 3,
    "https://portal.qiniu.com/cdn/domain": 1,
    "https://portal.qiniu.com/cdn/log": 2,
    "https://portal.qiniu.com/cdn/statistics/log/top": 2,
    "https://portal.qiniu.com/certificate/apply": 3,
    "https://portal.qiniu.com/financial/bills/estimated-consume": 1,
    "https://portal.qiniu.com/financial/estimated-consume": 4,
    "https://portal.qiniu.com/financial/invoice": 1,
    "https://portal.qiniu.com/financial/summary": 2,
    "https://portal.qiniu.com/iam/signin/〈账号〉": 2,
    "https://qmall.qiniu.com/template/MTEy?spec_combo=MzE0NQ&ref=index": 1,
    "https://qmall.qiniu.com/template/NTI?ref=respack&spec_combo=MTk0OA": 1,
    "https://www.qiniu.com/prices/kodo": 1,
}
DOC = "https://developer.qiniu.com/kodo/manual/1/some-page"

_PIECES = (
    "1： 2： 1） 2） （1） （2） ① ② 步骤一 步骤二： 方法1: 方法2: 第一步： 第二步， - * --- "
    "http:// https / - ?a=b & = 1. 2. 2、 3. 10. 。 ， ： : 的 步骤 信息 CDN日志 windows 环境 7.13.27.14.0 版本 x #"
)
TRICKY = st.sampled_from(
    [*_PIECES.split(), " ", "\n", "\t", DOC, "https://portal.qiniu.com/", "[REDACTED_URL]", "〈域名〉", *OPENERS[:12]]
)
TEXTS = st.one_of(st.lists(TRICKY, max_size=14).map("".join), st.text(max_size=40))


def urls(text: str) -> list[str]:
    return [link.url for link in links(text)]


# --- links


def test_every_link_of_the_given_file_ends_where_it_should(part: Path) -> None:
    text = part.read_text("utf-8")
    assert Counter(urls(text)) == LINKS
    assert sum(LINKS.values()) == 35 and len(LINKS) == 18
    assert text.count("https://") + text.count("http://") == 35
    assert text.count("〈链接〉") == 4


def test_links_are_found_alike_in_turns_and_once_mended(reading: Reading) -> None:
    texts = [turn.text for ticket in reading.tickets for turn in ticket.turns]
    for text in texts:
        assert urls(mend(text)) == urls(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("看https://portal.qiniu.com/certificate/apply2.补全信息", "https://portal.qiniu.com/certificate/apply"),
        (f"见{DOC}CDN日志的下载方式", DOC),
        (f"用{DOC}windows环境下运行", DOC),
        (f"用{DOC}3、下一步", DOC),
        (f"参考 {DOC}。", DOC),
        (f"（{DOC}）", DOC),
        (f"{DOC}，然后", DOC),
        (f"{DOC}? 好吗", DOC),
        ("https://a.qiniu.com/b/rules------Q:部分", "https://a.qiniu.com/b/rules"),
        ("https://a.qiniu.com/docs/list.mdbatchmove命令", "https://a.qiniu.com/docs/list.md"),
        ("https://a.qiniu.com/1302/tool#9batchmove命令", "https://a.qiniu.com/1302/tool#9"),
        ("https://a.qiniu.com/kb/[密钥]后", "https://a.qiniu.com/kb/[密钥]"),
        ("https://www.qiniu.com/prices/v2后续", "https://www.qiniu.com/prices/v2"),
        ("https://www.qiniu.com/products/s3 CDN", "https://www.qiniu.com/products/s3"),
        ("https://a.qiniu.com/x?id=7&b=QD后", "https://a.qiniu.com/x?id=7&b=QD"),
        ("https://a.qiniu.com/u/[REDACTED_URL]/page后", "https://a.qiniu.com/u/[REDACTED_URL]/page"),
        ("https://a.qiniu.com/u/〈账号2〉，", "https://a.qiniu.com/u/〈账号2〉"),
        ("https://developer.qiniu.com/kodo/manual/1234 页", "https://developer.qiniu.com/kodo/manual/1234"),
    ],
)
def test_where_a_link_ends(text: str, url: str) -> None:
    (link,) = links(text)
    assert link.url == url == text[link.start : link.end]


def test_links_glued_to_links_are_all_found() -> None:
    assert urls(f"{DOC}{DOC}参考{DOC}") == [DOC] * 3
    assert urls("https://a.qiniu.com/〈域名〉https://b.qiniu.com/c") == [
        "https://a.qiniu.com/〈域名〉",
        "https://b.qiniu.com/c",
    ]
    assert mend(f"{DOC}{DOC}参考{DOC}") == f"{DOC}\n{DOC}\n参考{DOC}"


def test_a_link_inside_a_links_query_is_not_torn_off() -> None:
    text = "登录 https://portal.qiniu.com/signin?redirect=https://portal.qiniu.com/kodo 后再看"
    assert mend(text) == text


# --- steps, versions, openers


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("步骤如下1.打开控制台2.点击证书3.确认", "步骤如下\n1.打开控制台\n2.点击证书\n3.确认"),
        ("方法：1、重启 2、重装", "方法：\n1、重启\n2、重装"),
        ("先登录1.新建https://a.qiniu.com/b/new2.保存", "先登录\n1.新建https://a.qiniu.com/b/new\n2.保存"),
        ("倍速 1.5 倍，价格2.3元", "倍速 1.5 倍，价格2.3元"),
        ("只有1.一条", "只有1.一条"),
        ("见第2.节", "见第2.节"),
        ("# 1.标题2.标题", "# 1.标题\n2.标题"),
        ("1.甲\n2.乙", "1.甲\n2.乙"),
        ("原因1：没电2：坏了", "原因\n1：没电\n2：坏了"),
        ("三类1）新2）旧", "三类\n1）新\n2）旧"),
        ("如下（1）拆（2）装", "如下\n（1）拆\n（2）装"),
        ("如下①拆②装", "如下\n①拆\n②装"),
        ("流程。步骤一：拆 步骤二：装", "流程。\n步骤一：拆\n步骤二：装"),
        ("资料如下：第一步：登录第二步：提交", "资料如下：\n第一步：登录\n第二步：提交"),
        ("看：方法1: 拆方法2: 装", "看：\n方法1: 拆\n方法2: 装"),
        ("使用方法1：拆方法2：装", "使用方法1：拆\n方法2：装"),
        ("- 方法1：拆\n- 方法2：装", "- 方法1：拆\n- 方法2：装"),
        ("hello (1): x, hello (2): y", "hello (1): x, hello (2): y"),
        ("10:20到11:30", "10:20到11:30"),
        ("只有①一条", "只有①一条"),
    ],
)
def test_steps_that_ran_together(text: str, mended: str) -> None:
    assert mend(text) == mended


@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("使用7.13.27.14.0版本", "使用7.13.2\n7.14.0版本"),
        ("7.13.2", "7.13.2"),
        ("10.20.310.30.1", "10.20.3\n10.30.1"),
        ("1.2.3.4.5", "1.2.3.4.5"),
        ("47.98.12.34", "47.98.12.34"),
    ],
)
def test_versions_that_ran_together(text: str, parted: str) -> None:
    assert versions(text) == mend(text) == parted


def test_openers_open_a_line_only_where_one_can_end() -> None:
    assert mend("如下主机记录 a记录类型 TXT记录值 b") == "如下\n主机记录 a\n记录类型 TXT\n记录值 b"
    assert mend("请设置主机记录和记录值") == "请设置主机记录和记录值"
    assert mend("配置完成。注意事项别删") == "配置完成。\n注意事项别删"


# --- properties


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_mending_twice_is_mending_once_and_moves_white_space_alone(text: str) -> None:
    mended = mend(text)
    assert mend(mended) == mended
    assert re.sub(r"\s", "", mended) == re.sub(r"\s", "", text)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_links_lie_where_they_say_in_order_and_apart(text: str) -> None:
    end = 0
    for link in links(text):
        assert end <= link.start < link.end and text[link.start : link.end] == link.url
        assert link.url.startswith(("http://", "https://"))
        end = link.end


def test_the_given_file_mends_once(part: Path, reading: Reading) -> None:
    text = part.read_text("utf-8")
    for piece in [text, *(turn.text for ticket in reading.tickets for turn in ticket.turns)]:
        assert mend(mend(piece)) == mend(piece)
        assert re.sub(r"\s", "", mend(piece)) == re.sub(r"\s", "", piece)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["1.a2.b", "https://", "https://a", "①②", "1.1.1.1.1.", "主机记录a记录值b", "方法1：a方法2：b"]
)
def test_mending_a_long_text_takes_seconds(piece: str) -> None:
    started = time.process_time()
    mend(piece * (300_000 // len(piece)))
    assert time.process_time() - started < 30


def test_a_long_ruler_in_a_link_is_linear() -> None:
    started = time.process_time()
    assert mend(f"https://a/{'-' * 500_000}/x后").endswith("/x\n后")
    assert time.process_time() - started < 30
