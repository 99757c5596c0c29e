"""Addresses of machines: IPv4, IPv6 and network cards. Hosts are in hosts.py.

Loopback, netmasks, public DNS servers and versions of four parts stay; a port stays behind its address.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from bot.tickets.privacy.shapes import Recogniser, Span, pattern

_IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]\d|\d)")
_COLONS = re.compile(r"(?<![0-9A-Za-z_:.])[0-9A-Fa-f:]{2,45}(?:\.\d{1,3}){0,3}(?![0-9A-Za-z_.]*:)(?![0-9A-Za-z_])")
_ZONE = re.compile(r"%[0-9A-Za-z.]{1,15}")
_VERSION = re.compile(r"\s?版本")
# `7.13.2.1` is a version behind these words, behind a letter (v1.2.3.4), and in `Chrome/120.0.0.0`.
_VERSION_OF = re.compile(
    r"(?:版本号?|version|sdk|release|build|ver\.?)\s*[:：=是为]?\s*\Z|(?:^|[^.A-Za-z0-9_\-])[A-Za-z][A-Za-z_\-]*/\Z",
    re.I,
)
_WORD = re.compile(r"[A-Za-z_]+\Z")
_NAMES = ("ip", "ipv4", "host", "addr", "address", "server", "dns", "from", "to", "src", "dst")
PUBLIC_DNS = frozenset(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 1.2.4.8 210.2.4.8 114.114.114.114 114.114.115.115 114.114.114.119 223.5.5.5"
    " 223.6.6.6 119.29.29.29 119.28.28.28 182.254.116.116 182.254.118.118 180.76.76.76 180.184.1.1 180.184.2.2"
    " 101.226.4.6 218.30.118.6 123.125.81.6 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 4.2.2.1 4.2.2.2"
    " 2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001 2400:3200::1"
    " 2400:3200:baba::1 2402:4e00:: 2400:da00::6666 240c::6666 240c::6644 2620:fe::fe".split()
)


def _private(written: str) -> bool:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    known = address.is_loopback or address.is_unspecified or address.is_multicast or written.startswith("255.")
    return not known and str(address) not in PUBLIC_DNS and written not in PUBLIC_DNS


def ipv4(text: str) -> Iterator[Span]:
    for match in _IPV4.finditer(text):
        start, end = match.span()
        if not _private(match.group()) or _VERSION.match(text, end):
            continue
        before = text[max(0, start - 24) : start]
        word = _WORD.search(before)
        if (text[end : end + 1] != ":" and _VERSION_OF.search(before)) or (word and word.group().lower() not in _NAMES):
            continue
        yield "IP", start, end


def ipv6(text: str) -> Iterator[Span]:
    for match in _COLONS.finditer(text):
        start, end = match.span()
        written = match.group()
        if written.count(":") < 2 or not re.search(r"\d", written):
            continue
        for tail in (r"\Z", r":\Z", r"(?<=[0-9A-Fa-f]):\d{1,5}\Z"):  # as it stands, before a colon, before a port
            cut = re.search(tail, written)
            if cut and _private(written[: cut.start()]):
                end = start + cut.start()
                zone = _ZONE.match(text, end)
                yield "IP", start, zone.end() if zone else end
                break


MACHINES = (
    Recogniser(ipv6, (":",), digits=True),
    Recogniser(ipv4, (".",), digits=True),
    pattern(
        "网卡",
        r"(?<![0-9A-Za-z:\-])[0-9A-Fa-f]{2}(?:([:\-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![0-9A-Za-z:\-])",
        ": -",
    ),
)
