"""What a ticket holds already, and what is left to ask its customer for."""

from __future__ import annotations

import pytest

from bot.reply import needed


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("证书 cert-88420917 没下来", {needed.ORDER}),
        ("旧的 ID 62f0aa11", {needed.ORDER}),
        ("空间名 yoga-media，打不开", {needed.BUCKET}),
        ("our bucket corp-archive-09 is slow", {needed.BUCKET}),
        ("bucket policy 怎么写", set()),
        ("域名 *.example-lab.cn", {needed.DOMAIN}),
        ("发到 fin@example-steel.cn", set()),
        ("文档 https://developer.vendor.com/af/kb 看不懂", set()),
        ("https://cdn.a-shop.com/p/1.jpg 打不开", {needed.DOMAIN, needed.LINK}),
        ("X-Reqid: k3QAAExample77", {needed.REQUEST}),
        ("qiniu==7.14.0", {needed.SDK}),
        ("python sdk 报错", set()),
        ("弹窗提示所有权校验没过", {needed.ERROR}),
        ("HTTP 504 了", {needed.ERROR}),
        ("花了 500 元", set()),
        ("域名是 〈域名2〉", {needed.DOMAIN}),
        ("如附件截图", {needed.BILL, needed.DNS, needed.PICTURE}),
        ("打开 upload.py 和 qn-regions.jsonl", set()),
    ],
)
def test_values_that_a_ticket_holds(text: str, held: set[str]) -> None:
    assert needed.given(text, (), 0) == held


def test_a_host_that_redaction_hides_is_the_customers() -> None:
    assert needed.given("www.a-shop.com 打不开", [("域名", "www.a-shop.com")], 0) == {needed.DOMAIN}
    assert needed.given("www.a-shop.com 打不开", (), 0) == set()


def test_a_picture_is_any_screenshot() -> None:
    assert needed.given("证书 [图片]", (), 1) == {needed.BILL, needed.DNS, needed.PICTURE}


def test_what_is_missing() -> None:
    none: frozenset[str] = frozenset()
    assert needed.missing("扣费太多", [needed.BILL, needed.SDK], none) == (needed.BILL,)
    assert needed.missing("扣费太多", [needed.BILL], frozenset((needed.BILL,))) == ()
    assert needed.missing("退款", (), none, (needed.ORDER,)) == (needed.ORDER,)
    assert needed.missing("退款", (), frozenset((needed.BUCKET,)), (needed.ORDER,)) == ()
