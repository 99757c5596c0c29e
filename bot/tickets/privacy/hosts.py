"""Who a host belongs to: the vendor, a public third party, or a customer.

Knows only names: the public suffix list inside tldextract's wheel (never fetched) and the short
lists below, which a maintainer of another vendor replaces. Where hosts stand in a text is for sites.py.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import tldextract

Owner = Literal["vendor", "public", "customer", "none"]

# The vendor's own telephone lines, digits only: they are an answer, nobody's secret.
HOTLINES = frozenset({"4008089176"})
# Hosts of the vendor that carry a customer's bucket, test or CNAME name on their left.
CUSTOMER_SIDE = (
    "qiniucs.com clouddn.com qiniudns.com qbox.me qnssl.com qiniuio.com qiniup.com qiniucdn.com pilidns.com"
).split()
# The vendor's own service hosts below those: upload and management endpoints that answers name.
ENDPOINT = re.compile(
    r"^(?:(?:up(?:load|loader)?|rs|rsf|api|iovip|uc|s3|io|kodo|fusion)(?:[-.](?:[a-z]{1,2}\d|"
    r"[a-z]{2}-[a-z]+)[a-z0-9\-.]*)?|(?:[a-z]{2}\d{3}\.)?dn-[a-z]{2})$"
)
# Other registered domains of the vendor, on which no customer has a name.
VENDOR_SIDE = frozenset({"qiniuapi.com", "qiniu.io", "sufy.com"})
PUBLIC = frozenset(
    "digicert.com trust-provider.com sectigo.com letsencrypt.org globalsign.com trustasia.com github.com gitee.com"
    " npmjs.com pypi.org python.org nodejs.org mozilla.org google.com baidu.com aliyun.com tencent.com dnspod.cn"
    " cloudflare.com huaweicloud.com apache.org w3.org wikipedia.org miit.gov.cn weixin.qq.com apple.com"
    " microsoft.com oracle.com docker.com example.com myssl.com 17ce.com itdog.cn ping.chinaz.com chinaz.com"
    " servicewechat.com stackoverflow.com jsdelivr.net unpkg.com npmmirror.com golang.org go.dev spring.io maven.org"
    " packagist.org rubygems.org ffmpeg.org nginx.org openssl.org videojs.com csdn.net cnblogs.com zhihu.com"
    " juejin.cn segmentfault.com feishu.cn dingtalk.com alipay.com pay.weixin.qq.com mp.weixin.qq.com"
    " open.weixin.qq.com developers.weixin.qq.com cloud.tencent.com dns.google boce.com ssllabs.com whatsmydns.net"
    " ipip.net ip138.com godaddy.com namecheap.com geotrust.com entrust.net usertrust.com"
    " qcloud.com android.com kernel.org ietf.org rfc-editor.org iana.org jquery.com vuejs.org reactjs.org".split()
)
# Suffixes under which a bare word with one dot is a host on its face; under any other, such as `.total` or `.next`,
# it takes a third label, or the word 域名 before it.
PLAIN = frozenset(
    "com cn net org top xyz vip cc io co me tv biz site online store shop club tech fun ltd pro ink wang ren mobi asia"
    " hk tw jp kr us uk de fr ru eu sg my au ca dev ai cloud edu gov com.cn net.cn org.cn gov.cn edu.cn ac.cn com.hk"
    " com.tw co.jp co.uk com.au com.sg icu love luxe"
    " art work gold red plus host website wiki group live ph vn app".split()
)
# Valid suffixes that are nearly always a file's ending or a member of an object in a support ticket.
NOT_HOSTS = frozenset(
    "py sh md rs so pl zip mov ps cs java bat log is do name id info data date country prof kt cc.js"
    " call open stream bar box blog build click download events fail files link map page pub properties"
    " report security services show target test tools video watch zone style menu parts play new now"
    " total next orange support search global media active bio case cam game games graphics win".split()
)
# Objects of code and names of software: `this.store`, `response.me`, `ASP.NET`, `socket.io`.
_CODE = frozenset(
    "this self res resp response req request data result ret obj item items option options opts config conf params"
    " param window document console app user module exports query row page list err error ctx context event e file"
    " files process system java javax color font vue next node json util utils log logger"
    " os fs http net url state props store router route uni wx my tt cloud client server bucket sdk".split()
)
_FRAMEWORKS = frozenset({"asp.net", "vb.net", "ado.net", "paint.net", "socket.io"})
_ROOTS = ("com", "cn", "net", "org", "com.cn")
_REVERSED = re.compile(r"^(?:com|cn|org|net|io|edu|gov|me)\.(?!cn\b)")
_EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=False)
_LABEL = re.compile(r"^[\w\u4e00-\u9fff](?:[\w\-]{0,61}\w)?$")


@lru_cache(maxsize=8192)
def owner(host: str, vendor: tuple[str, ...], linked: bool = False, named: bool = False) -> Owner:
    """Who owns `host`; "none" when it is no host name.

    `linked`: it stood behind a URL scheme; `named`: behind a word such as 域名.
    """
    name = host.strip(".").lower()
    if len(name) > 253:
        return "customer" if linked else "none"
    parts = _EXTRACT(name)
    if not parts.suffix or not parts.domain:
        return "customer" if linked else "none"
    if not all(_LABEL.match(label) for label in name.split(".")):
        return "none"
    if not linked and _code(host, parts.subdomain, parts.domain.lower(), parts.suffix, named):
        return "none"
    registered = f"{parts.domain}.{parts.suffix}"
    if registered in CUSTOMER_SIDE:
        return "vendor" if not parts.subdomain or ENDPOINT.match(parts.subdomain) else "customer"
    above = {name.split(".", start)[-1] for start in range(name.count(".") + 1)}
    if registered in VENDOR_SIDE or registered in vendor or name in vendor:
        return "vendor"
    return "public" if above & PUBLIC else "customer"


def _code(host: str, subdomain: str, domain: str, suffix: str, named: bool) -> bool:
    """Whether a bare dotted word is a file, a member of an object or a package rather than a host.

    camelCase members (`qiniu.rs.PutPolicy`) are code; an all-capitals domain is not.
    """
    if (suffix in NOT_HOSTS and not named) or re.search(r"[a-z][A-Z]", host):
        return True
    if "_" in domain and suffix not in _ROOTS:
        return True
    first = subdomain.split(".")[0].lower() if subdomain else domain
    if host.lower() in _FRAMEWORKS or (first in _CODE and (suffix not in _ROOTS or first in ("system", "java"))):
        return True
    if not named and suffix not in _ROOTS and _REVERSED.match(host.lower()):
        return True  # com.example.app is a package
    if named or suffix in PLAIN or suffix.startswith("xn--") or not suffix.isascii():
        return False
    return not subdomain
