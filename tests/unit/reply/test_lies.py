"""Twenty kinds of lies about one piece of evidence each: none leaves; what says the same does."""

from __future__ import annotations

import pytest

from bot.records import Draft, Statement
from bot.reply.deeds import claims_work
from bot.reply.grounding import Checker
from bot.reply.opposites import clash, unfounded
from tests.unit.reply.fakes import evidence

NEAR = 0.9


def why(text: str, source: str, question: str = "托盘怎么租？", near: float = 0.0) -> str | None:
    def relevance(asked: str, rows: list[Statement]) -> list[float]:
        return [near] * len(rows)

    return Checker(relevance).reason(Draft(text, "knowledge", (1,)), {1: evidence(source)}, question)  # type: ignore[arg-type]


LIES = """
unit|审核需要3天。|审核需要3个工作日
unit|审核需要3个工作日。|审核需要3天
number|入库需要2小时。|入库需要2分钟
number|押金为每个50元。|押金为每个30元
number|托盘免租半年。|托盘免租三个月
number|请升级到 2.4.1 版本。|请升级到 2.4.0 版本
word|托盘免费使用。|托盘可以按月使用
word|托盘是收费的。|托盘目前是免费的
word|开启门封后再调温。|关闭门封后再调温
word|最多可以租20个托盘。|至少要租20个托盘
word|入库之前提交清单。|入库之后提交清单
word|所有托盘都可以带走。|部分托盘可以带走
word|海外仓不收押金，可以使用。|华东仓不收押金，可以使用
word|托盘必须消毒。|托盘可以消毒
word|只有企业客户可以租托盘。|企业客户可以租托盘
word|因为库门没有关严，温度偏高。|库门没有关严，温度偏高
claims work|押金会立即退到账上。|押金会在退租后退到账上
word|请把验证码发到前台。|请到前台登记
word|请加微信办理退租。|请在预约页办理退租
link|退租入口 https://depot.example.com/leave 。|退租入口见预约页
name|请安装 PalletPro 后再预约。|请在预约页预约
name|请点击 [高级预约] 预约托盘。|请点击 [预约] 预约托盘
name|请点击「快速退租」退租托盘。|请点击「退租」退租托盘
word|请取消勾选 [同意代办] 后退租托盘。|请勾选 [同意代办] 后退租托盘
word|出账期不影响退租托盘。|出账期不支持退租托盘
order|先提交清单，再预约入库时间。|先预约入库时间，然后提交清单
clause|托盘按月计租，另外还送三餐盒饭。|托盘按月计租
words|一般来说重启温控器就好了。|托盘按月计租
claims work|托盘已经为您预留好了。|托盘可以预留
claims work|稍后会有同事联系您确认。|托盘可以预留
language|Pallets are rented by the month.|托盘按月计租
""".strip().splitlines()


@pytest.mark.parametrize("line", LIES)
def test_a_lie_does_not_leave(line: str) -> None:
    reason, text, source = line.split("|")
    assert why(text, source, near=NEAR) == reason


TRUE = """
审核要3天。|审核需要3天
审核需要三天。|审核需要3天
审核要一到三天。|审核需要1-3天
审核3个工作日内完成。|审核会在3个工作日内完成
不花钱的是标准托盘。|标准托盘是免费的
先预约入库时间，再提交清单。|先预约入库时间，然后提交清单
托盘是按月来计租的。|托盘按月计租
收到清单后就可以开门。|收到清单后即可开门
不论大小，托盘按月计租。|托盘按月计租
""".strip().splitlines()


@pytest.mark.parametrize("line", TRUE)
def test_what_says_the_same_leaves(line: str) -> None:
    text, source = line.split("|")
    assert why(text, source, near=NEAR) is None


def test_a_paraphrase_needs_words_and_meaning_together() -> None:
    source = "退租须提前7天在预约页提出"
    assert why("要退租，7天前去预约页填一下。", source, near=NEAR) is None
    assert why("要退租，7天前去预约页填一下。", source, near=0.1) == "words"


ENGLISH = "How long does a free certificate last?"


@pytest.mark.parametrize(
    ("text", "near", "reason"),
    [
        ("A free certificate is valid for 90 days.", 0.5, None),
        ("A free certificate is valid for 90 days.", 0.1, "words"),
        ("A free certificate is valid for 91 days.", 0.5, "number"),
        ("A free certificate is not valid for 90 days.", 0.5, "negation"),
        ("A free certificate by TrustMe is valid for 90 days.", 0.5, "name"),
        ("A free certificate is always valid.", 0.5, "word"),
        ("An invoice is valid for 90 days.", 0.5, "words"),
    ],
)
def test_an_english_reply_is_held_against_chinese_evidence(text: str, near: float, reason: str | None) -> None:
    assert why(text, "免费证书有效期为90天", ENGLISH, near) == reason


def test_traditional_script_is_compared_in_simplified() -> None:
    assert why("托盤按月計租，每個每月12元。", "托盘按月计租，每个每月12元") is None
    assert why("托盤按月計租，每個每月15元。", "托盘按月计租，每个每月12元") == "number"


def test_deciding_words_and_their_opposites() -> None:
    assert unfounded("最多20个", "至少20个") == "最多" and unfounded("20个", "至少20个") is None
    assert clash("托盘收费", "托盘免费") and not clash("托盘免费", "托盘免费") and not clash("托盘", "托盘免费")


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (
            "签发超时，原来的申请已替您撤销，请照下面的步骤再提交一次：\n1. 打开证书页\n2. 填写域名\n3. 添加解析",
            True,
        ),
        ("我们帮您核对了一下，那个存储空间的权限没有问题，上传慢多半是本地网络的原因，可以换一条线路再试", True),
        ("提交给我们确认后，我们手动帮您过户到当前账号，验证配置如下，主机记录填写约定的值，记录类型选择 TXT", False),
    ],
)
def test_work_that_was_done_is_heard_beside_a_page_of_steps(text: str, claims: bool) -> None:
    assert claims_work(text) is claims
