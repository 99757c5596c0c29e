"""Who owns a host: the vendor, a public third party, a customer, or nobody because it is none."""

from __future__ import annotations

import pytest

from bot.tickets.privacy.hosts import owner

VENDOR = ("qiniu.com", "qiniu.cn")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("qiniu.com", "vendor"),
        ("portal.qiniu.com", "vendor"),
        ("Portal.QINIU.com.", "vendor"),
        ("up-z2.qiniup.com", "vendor"),
        ("upload.qiniup.com", "vendor"),
        ("s3.cn-east-1.qiniucs.com", "vendor"),
        ("clouddn.com", "vendor"),
        ("lumo.bkt.clouddn.com", "customer"),
        ("shop-lumo.qiniudns.com", "customer"),
        ("notqiniu.com", "customer"),
        ("qiniu.com.lumo-demo.cn", "customer"),
        ("lumo-demo.cn", "customer"),
        ("SHOP.LUMO-DEMO.COM.CN", "customer"),
        ("a_b.lumo-demo.cn", "customer"),
        ("digicert.com", "public"),
        ("docs.github.com", "public"),
        ("weixin.qq.com", "public"),
        ("mail.qq.com", "customer"),
        ("fusion.qiniuapi.com", "vendor"),
        ("dt003.dn-hs.qiniudns.com", "vendor"),
        ("iovip-z2.qbox.me", "vendor"),
        ("iovip-lumo.qbox.me", "customer"),
        ("lumo.s3.cn-east-1.qiniucs.com", "customer"),
        ("mp.weixin.qq.com", "public"),
        ("lumo_demo.cn", "customer"),
        ("lumo.xn--fiqs8s", "customer"),
        ("shop.lumo.tm", "customer"),
        ("lumo.tm", "none"),
        ("response.total", "none"),
        ("this.store", "none"),
        ("ASP.NET", "none"),
        ("com.lumo.app", "none"),
        ("main.py", "none"),
        ("deploy.sh", "none"),
        ("qiniu.rs.PutPolicy", "none"),
        ("config.json", "none"),
        ("7.13.2", "none"),
        ("localhost", "none"),
        ("-a.lumo-demo.cn", "none"),
        ("com", "none"),
        ("", "none"),
    ],
)
def test_owners(host: str, expected: str) -> None:
    assert owner(host, VENDOR) == expected


@pytest.mark.parametrize("host", ["main.py", "intranet", "localhost", "47.98.12.34"])
def test_behind_a_scheme_everything_is_a_host_and_unknown_ones_are_the_customers(host: str) -> None:
    assert owner(host, VENDOR, linked=True) == "customer"


def test_another_vendor_is_another_list() -> None:
    assert owner("portal.qiniu.com", ("lumo-demo.cn",)) == "customer"
    assert owner("help.lumo-demo.cn", ("lumo-demo.cn",)) == "vendor"
    assert owner("help.lumo-demo.cn", ("help.lumo-demo.cn",)) == "vendor"
    assert owner("shop.lumo-demo.cn", ("help.lumo-demo.cn",)) == "customer"


@pytest.mark.parametrize(
    ("host", "expected"), [("lumo.tm", "customer"), ("lumo.info", "customer"), ("self.zone", "none")]
)
def test_a_word_before_it_makes_a_host_of_a_rare_suffix(host: str, expected: str) -> None:
    assert owner(host, VENDOR, named=True) == expected
