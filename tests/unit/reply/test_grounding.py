"""Nothing leaves that its evidence does not hold; everything quoted from the real tickets may."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.records import Draft, Evidence, SentenceKind
from bot.reply.deeds import claims_work
from bot.reply.grounding import reason
from bot.reply.writers import Brief, Usage
from bot.reply.writers.extractive import ExtractiveWriter
from bot.tickets.intake import learn
from bot.tickets.passages import sayable
from bot.tickets.privacy.redaction import Redactor
from tests.unit.reply.fakes import evidence

PART = Path(__file__).parents[3] / "knowledge" / "part-15.md"


def why(text: str, source: str, question: str = "", kind: SentenceKind = "knowledge", **more: object) -> str | None:
    return reason(Draft(text, kind, (1,)), {1: evidence(source, **more)}, question)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["knowledge", "precedent"])
def test_a_statement_needs_evidence_that_exists(kind: SentenceKind) -> None:
    rows = {1: evidence("托盘按月计租")}
    assert reason(Draft("托盘按月计租。", kind, ()), rows) == "no citation"
    assert reason(Draft("托盘按月计租。", kind, (1, 7)), rows) == "citation of nothing"
    assert reason(Draft("托盘按月计租。", kind, (1,)), rows) is None


@pytest.mark.parametrize("kind", ["courtesy", "question"])
def test_courtesy_needs_none(kind: SentenceKind) -> None:
    assert reason(Draft("您好！", kind), {}) is None


CLAIMS = """
已为您处理完成。
我已经帮您开启了
已处理。
证书已经下发。
正在为您查询
稍后会为您联系工程师
我会为您处理
工程师已介入
问题已经解决
域名已被解封。
您的退款申请已提交。
证书已由我们部署
我们会帮您过户到当前账号
这边已经为您操作了
马上帮您看下
客服会联系您
已帮您催促审核
这边马上给您刷新缓存
我们已经退款了
域名已经恢复。
正在处理中，请稍等
已将您的域名恢复
We have refunded it
Your order has been refunded
It was refunded
I refunded your order
I'm processing it
we will handle it
we're processing your request
I have already submitted the ticket
The certificate has already been issued
It's been fixed
I'll escalate this to our team
Your domain has been restored
""".strip().splitlines()

NO_CLAIMS = """
证书一旦签发会在 10 分钟内部署完成
如果已经提交申请，请等待审核。
审核通过后即可开票
已过期的证书需要重新申请
人工找回，需要您设置一个解析验证，然后提交给我们确认后，我们手动帮您过户到当前账号
您可以提交工单联系客服
系统会给您分配 CNAME 域名
降级完成后，您可以申请证书
若已开启防盗链，请先关闭
已备案的域名才能使用
文件删除后无法恢复
已删除的文件无法恢复
我们按月结算
You can contact us
If the certificate was issued, upload it
""".strip().splitlines()


@pytest.mark.parametrize("text", CLAIMS)
def test_work_is_never_claimed_even_where_an_agent_did_it(text: str) -> None:
    assert why(text, text) == "claims work"


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_rules_and_conditions_claim_no_work(text: str) -> None:
    assert why(text, text) is None


def test_what_tickets_disagree_on_is_not_said() -> None:
    assert why("入库2小时内完成。", "入库2小时内完成", disputed=True) == "disputed"


LINK = "https://portal.qiniu.com/bill?a=1"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (f"账单入口：{LINK}", None),
        ("账单入口：https://portal.qiniu.com/bills", "link"),
        ("账单入口：http://portal.qiniu.com.evil.test/bill?a=1", "link"),
        (f"账单入口：{LINK}&b=2", "link"),
    ],
)
def test_a_link_is_the_evidences_own(text: str, verdict: str | None) -> None:
    assert why(text, f"账单入口：{LINK}") == verdict


@pytest.mark.parametrize(
    ("text", "source", "verdict"),
    [
        ("有效期为三个月。", "有效期为90天", None),
        ("有效期为3个月。", "有效期为90天", None),
        ("有效期为９０天。", "有效期为90天", None),
        ("有效期为一年。", "有效期为90天", "number"),
        ("有效期为9天。", "有效期为90天", "number"),
        ("审核需要24小时。", "审核需要1天", None),
        ("审核需要1-5天。", "审核需要1-3天", "number"),
        ("开票限额10000元。", "开票限额1w元", None),
        ("开票限额1万元。", "开票限额1w元", None),
        ("开票限额10万元。", "开票限额1w元", "number"),
        ("文件上限1024MB。", "文件上限1GB", None),
        ("文件上限1024GB。", "文件上限1GB", "number"),
        ("退回版本7.13.2。", "退回版本7.13.2", None),
        ("退回版本7.14.0。", "退回版本7.13.2", "number"),
        ("1. 打开温控页\n2. 调温", "打开温控页，调温", None),
        ("3. 打开温控页", "1. 打开温控页", None),
        ("折扣为5%。", "折扣为5折", "number"),
    ],
)
def test_numbers_are_compared_with_their_units(text: str, source: str, verdict: str | None) -> None:
    assert why(text, source) == verdict


def test_a_number_in_the_question_alone_is_no_evidence() -> None:
    assert why("有效期为一年。", "有效期为90天", question="有效期是一年吗") == "number"


@pytest.mark.parametrize("mark", ["〈域名〉", "[REDACTED_URL]", "[URL已脱敏]"])
def test_a_placeholder_comes_from_the_evidence(mark: str) -> None:
    assert why(f"解析到 {mark} 即可", f"解析到 {mark} 即可") is None
    assert why(f"解析到 {mark} 即可", "解析到 即可") == "placeholder"


@pytest.mark.parametrize(
    ("text", "question", "verdict"),
    [
        ("请升级 HTTPS 配置", "", None),
        ("请升级 https 配置", "", None),
        ("请升级 nginx 配置", "", "name"),
        ("请升级 nginx 配置", "nginx 怎么升级", None),
        ("请升级 TrustAsia 配置", "", "name"),
    ],
)
def test_a_name_is_the_evidences_or_the_customers(text: str, question: str, verdict: str | None) -> None:
    assert why(text, "请升级 HTTPS 配置", question) == verdict


def test_words_that_are_not_in_the_evidence_do_not_pass() -> None:
    assert why("丢件可以按市场价全额赔偿并上门道歉", "托盘按月计租") == "word"
    assert why("丢件可以按市场价估算并上门道歉", "托盘按月计租") == "words"
    assert why("请使用微信支付", "请使用支付宝支付") == "word"


@pytest.mark.parametrize(
    ("text", "source", "verdict"),
    [
        ("不支持域名过户。", "支持域名过户", "negation"),
        ("专票不行，专用发票只能选择纸质的。", "增值税专用发票只能选择纸质发票", None),
        ("主机记录不带根域名。", "主机记录是去除根域名的部分", None),
        ("不是这样：主机记录是去除根域名的部分并非如此。", "主机记录是去除根域名的部分", "word"),
        ("主机记录是去除根域名的部分，这是不对的。", "主机记录是去除根域名的部分", "word"),
        ("证书支持绑定两个域名。", "证书只支持绑定单个域名", "number"),
        ("主机记录要带根域名。", "主机记录是去除根域名的部分", "negation"),
        ("之后输入您账号的密码，再发给客服。", "之后输入您账号的密码即可", "word"),
        ("手机号和邮箱都绑定了才能重置密码。", "通过账号绑定的手机号或邮箱重置密码", "word"),
        ("或许是浏览器本地缓存。", "可能是有浏览器本地缓存", None),
        (
            "证书先在节点部署完成，部署完成之后再等待机构签发。",
            "等待机构签发证书，证书一旦签发会在节点部署完成",
            "order",
        ),
        ("先分析访问行为，再到控制台下载日志。", "分析访问行为，建议在控制台下载日志后进行分析", "order"),
        ("先下载日志，再进行分析。", "在控制台下载日志后进行分析", None),
        ("发票提交后，等审核通过即可开出。", "发票提交，审核通过后即可开票", None),
        ("步骤没有区别。", "操作步骤都是一样的", None),
        ("域名过户请避开每月1-3号出账期。", "每月1-3号为出账期，不支持域名过户", None),
        ("节前才能审核。", "节假日相关人员不在线，需要节后才能审核", "word"),
        ("通过解绑的手机号重置密码。", "通过账号绑定的手机号重置密码", "word"),
        ("1. 补全信息；2. 免费证书验证；3. 升级配置。", "1. 补全信息\n2. 免费证书验证\n3. 升级配置", None),
        ("先做免费证书验证，再补全信息。", "1. 补全信息\n2. 免费证书验证\n3. 升级配置", "order"),
        ("到购买域名的厂商添加 DNS 验证值。", "拿着验证值到您的域名购买厂商添加解析验证", None),
        ("支持域名过户。", "不支持域名过户", "negation"),
        ("可以过户。", "每月1-3号为出账期，不支持域名过户", "negation"),
        ("该证书不可以续期。", "您可以续期该证书", "negation"),
        ("免费证书支持延期。", "免费证书不延期的，您重新升级即可", "negation"),
        ("免费证书不延期。", "免费证书不延期的，您重新升级即可", None),
        ("您重新升级即可。", "免费证书不延期的，您重新升级即可", None),
        ("出账期是每月1-3号。", "每月1-3号为出账期，不支持域名过户", None),
        ("分别为华东、华南。", "分为华东、华南", None),
        ("非常建议分开业务。", "建议分开业务", None),
    ],
)
def test_yes_and_no_agree_with_the_evidence(text: str, source: str, verdict: str | None) -> None:
    assert why(text, source) == verdict


def test_every_cited_row_counts() -> None:
    rows = {1: evidence("有效期为90天"), 2: evidence("上限为20个", 2)}
    assert reason(Draft("有效期为90天，上限为20个。", "knowledge", (1, 2)), rows) is None
    assert reason(Draft("有效期为90天，上限为20个。", "knowledge", (1,)), rows) == "number"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_that_real_tickets_can_say_passes_unless_it_is_disputed(language: str) -> None:
    redactor = Redactor(("qiniu.com", "qiniu.cn"))
    knowledge = learn([PART], redactor, 256)
    tickets = {one.id: one for one in knowledge.tickets}
    sayables = [row for said in knowledge.statements.values() for row in said if sayable(row)]
    rows = [row for row in sayables if not claims_work(row.text)]
    assert len(rows) > 50 and [row.text for row in sayables if row not in rows] == ["这边看您刚修改了覆盖范围"]
    for row in rows:
        given = Evidence(1, row, tickets[row.ticket], 1.0)
        for draft in ExtractiveWriter().write(Brief("", (given,), language), Usage()):  # type: ignore[arg-type]
            assert reason(draft, {1: given}) == ("disputed" if row.disputed else None), draft.text
            assert redactor.clean(draft.text) == draft.text
