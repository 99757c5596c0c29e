"""Who a host belongs to: the vendor, a public third party, or a customer.

Knows only names: the public suffix list inside tldextract's wheel (never fetched) and the short
lists below, which a maintainer of another vendor replaces.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import tldextract

Owner = Literal["vendor", "public", "customer", "none"]

# Hosts of the vendor that carry a customer's bucket, test or CNAME name on their left.
CUSTOMER_SIDE = ("qiniucs.com", "clouddn.com", "qiniudns.com", "qbox.me", "qnssl.com", "qiniuio.com", "qiniup.com")
# The vendor's own service hosts below those: upload and management endpoints that answers name.
ENDPOINT = re.compile(r"^(?:up(?:load)?|rs|rsf|api|iovip|uc|s3|io|kodo)(?:[-.][a-z0-9\-.]*)?$")
PUBLIC = frozenset(
    "digicert.com trust-provider.com sectigo.com letsencrypt.org globalsign.com trustasia.com github.com gitee.com"
    " npmjs.com pypi.org python.org nodejs.org mozilla.org google.com baidu.com aliyun.com tencent.com dnspod.cn"
    " cloudflare.com huaweicloud.com apache.org w3.org wikipedia.org miit.gov.cn weixin.qq.com apple.com"
    " microsoft.com oracle.com docker.com example.com myssl.com 17ce.com itdog.cn ping.chinaz.com chinaz.com".split()
)
# Valid suffixes that are nearly always a file's ending or a member of an object in a support ticket.
NOT_HOSTS = frozenset(
    "py sh md rs so pl zip mov ps cs java bat log is do name id info data date country prof py kt cc.js"
    " call open stream bar box blog build click download events fail files link map page pub properties"
    " report security services show target test tools video watch zone style menu style parts play new now".split()
)
_EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=False)
_LABEL = re.compile(r"^[A-Za-z0-9_](?:[A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?$")


@lru_cache(maxsize=8192)
def owner(host: str, vendor: tuple[str, ...], linked: bool = False) -> Owner:
    """Who owns `host`; "none" when it is no host name. `linked`: it stood behind a URL scheme."""
    name = host.strip(".").lower()
    parts = _EXTRACT(name)
    if not parts.suffix or not parts.domain:
        return "customer" if linked else "none"
    if not all(_LABEL.match(label) for label in name.split(".")):
        return "none"
    if not linked and (parts.suffix in NOT_HOSTS or _looks_like_code(host)):
        return "none"
    registered = f"{parts.domain}.{parts.suffix}"
    if registered in CUSTOMER_SIDE:
        return "vendor" if not parts.subdomain or ENDPOINT.match(parts.subdomain) else "customer"
    if registered in vendor or name in vendor:
        return "vendor"
    return "public" if registered in PUBLIC or name in PUBLIC else "customer"


def _looks_like_code(host: str) -> bool:
    """camelCase members (`qiniu.rs.PutPolicy`) are code; an all-capitals domain is not."""
    return bool(re.search(r"[a-z][A-Z]", host))
