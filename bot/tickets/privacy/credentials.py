"""What opens a door or proves who one is: keys, tokens, passwords, cookies, key files.

A value is taken by its label, by its maker's prefix, or, when nothing says what it is, because nobody writes such a
word: `opaque` counts how often the kind of character changes and how much of it is words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from bot.tickets.privacy.shapes import GAP, SAID, SEP, Recogniser, Span, pattern

_WORD = re.compile(r"(?<![A-Za-z0-9_\-/+.])[A-Za-z0-9_\-/+]{16,}={0,2}(?![A-Za-z0-9_])")
_SPOKEN = re.compile(r"(?=[A-Z]?[a-z]*?[aeiou])[A-Z]?[a-z]{2,}|[A-Z]{3,}(?![a-z])|(?:19|20)\d\d-\d\d-\d\d")
_ETAG = re.compile(r"[Fln][a-zA-Z0-9_\-]{27}")
_LOOK = 4096  # characters by which a word is judged: more of it says no more
_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}?(PRIVATE KEY|PUBLIC KEY|CERTIFICATE|CERTIFICATE REQUEST)-----")
_BODY = re.compile(r"[A-Za-z0-9+/=\s\\]*(?:-----END [A-Z0-9 ]{1,40}-----)?")
_KEY_LABEL = (
    r"(?i:access[_\- ]?key(?:[_\- ]?(?:id|secret))?|secret[_\- ]?key|secret[_\- ]?id|(?:app|client|api)[_\- ]?"
    r"(?:secret|key)|(?<![A-Za-z])[as]k|"
    r"(?:access|refresh|up(?:load)?|auth|bearer)?[_\- ]?token|secret|signature|sign|x-amz-credential|auth_key|"
    r"密钥|秘钥|公钥|私钥|凭证|令牌|签名)"
)
_PASSWORD = r"(?i:密码|口令|password|passwd|passphrase|\bpwd|\bpass)"  # noqa: S105 - what a password stands behind
# A value that is quoted or typed, not the name of a variable, a sample or a word that explains.
_SAMPLE = (
    r"(?i:(?:your|my|test|example|null|none|undefined|true|false|string|get|new|this|config|process|os)(?![a-z]*\d))"
)


def key_files(text: str) -> Iterator[Span]:
    """From -----BEGIN to -----END, or to the last line that can belong to it."""
    for match in _BEGIN.finditer(text):
        body = _BODY.match(text, match.end())
        end = body.end() if body else match.end()
        yield ("证书" if match.group(1).startswith("CERT") else "密钥"), match.start(), len(text[:end].rstrip())


def opaque(text: str) -> Iterator[Span]:
    """Keys, tokens and request ids: long words of mixed letters and digits that nobody speaks."""
    for match in _WORD.finditer(text):
        start, end = match.span()
        start += len(match.group()) - len(match.group().lstrip("/"))
        if (
            end - start >= 16
            and not re.match(r"\.\d", text[end : end + 2])
            and _unspoken(text[start : min(end, start + _LOOK)])
        ):
            yield ("请求ID" if end - start == 16 else "密钥"), start, end


def _unspoken(word: str) -> bool:
    """True when the kinds of character change often, as in no word or identifier that people write."""
    if word.startswith("Fr") or _ETAG.fullmatch(word):
        return False  # the vendor's etag of a file's content, which answers explain and compare
    digits = sum(c.isdigit() for c in word)
    upper, lower = sum(c.isupper() for c in word), sum(c.islower() for c in word)
    plain = word.isalnum() and len(word) >= 20 and digits > 3 and upper + lower > 5 and not (upper and lower)
    if not digits or not (plain or (upper > 1 and lower > 1)):
        return False
    if len(re.findall(r"[\-/_]", word)) > len(word) / (4 if len(word) == 16 and "/" not in word else 8):
        return False
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" if c.islower() else "s" for c in word]
    if sum(a != b for a, b in pairwise(kinds)) < (5 if plain else len(word) * 0.3):
        return False
    return (plain and len(word) > 40) or sum(len(piece) for piece in _SPOKEN.findall(word)) < len(word) * 0.7


CREDENTIALS = (
    pattern("密钥", r"(?<![A-Za-z0-9_\-])[A-Za-z0-9_\-]{40}:[A-Za-z0-9_\-]{20,}={0,2}(?::[A-Za-z0-9_\-]+={0,2})?", ":"),
    pattern("密钥", r"(?<![A-Za-z0-9_\-])eyJ[A-Za-z0-9_\-]{16,}={0,2}(?:\.[A-Za-z0-9_\-]+){0,2}", "eyj"),
    Recogniser(key_files, ("-----begin",)),
    pattern(
        "验证串",
        r"(?<![A-Za-z0-9_\-.])(?=[A-Za-z_\-]*\d)[A-Za-z0-9_\-]{30,}(?:\.[A-Za-z0-9_\-]{30,}){1,2}(?![A-Za-z0-9_\-.])",
        ".",
    ),
    pattern("密钥", r"ssh-(?:rsa|ed25519|dss) (?P<v>AAAA[A-Za-z0-9+/=]{20,})", "ssh-"),
    pattern(
        "密钥",
        rf"{_KEY_LABEL}[\"']?{SAID}(?!{_SAMPLE})(?P<v>(?=[A-Za-z_\-+/=]*\d)[A-Za-z0-9_\-+/=]{{12,}}"
        rf"(?::[A-Za-z0-9_\-+/=]{{8,}})*)",
        "key secret token sign credential 密钥 秘钥 公钥 私钥 凭证 令牌 签名 ak sk",
    ),
    pattern(
        "密钥",
        rf"{_KEY_LABEL}[\"']?{SEP}(?!{_SAMPLE})(?P<v>[A-Za-z0-9_\-+/=]{{32,}}(?::[A-Za-z0-9_\-+/=]{{8,}})*)",
        "key secret token sign credential 密钥 秘钥 公钥 私钥 凭证 令牌 签名 ak sk",
    ),
    pattern(
        "密钥",
        r"(?i:authorization[\"']?\s?[:=]\s?[\"']?)?\b(?:Bearer|Basic|Qiniu|QBox|UpToken)\s"
        r"(?P<v>[A-Za-z0-9_\-+/=.:]{12,})",
        "bearer basic qiniu qbox uptoken",
    ),
    pattern(
        "密钥",
        r"(?<![A-Za-z0-9_\-])(?:LTAI[A-Za-z0-9]{12,}|AKID[A-Za-z0-9]{13,}|AKIA[A-Z0-9]{12,}|ASIA[A-Z0-9]{16}|"
        r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|"
        r"glpat-[\w\-]{16,}|xox[abprs]-[\w\-]{10,}|sk-[A-Za-z0-9_\-]{16,}|AIza[\w\-]{30,})",
        "ltai aki asia gh github glpat xox sk- aiza",
        flags=re.A,
    ),
    pattern(
        "Cookie",
        r"(?i:\b(?:set-)?cookie[\"']?\s?[:：=]\s?[\"']?)(?P<v>[\w\-.]{1,60}=[^\s;,，。\"'<>]{1,4000}"
        r"(?:; ?[\w\-.]{1,60}(?:=[^\s;,，。\"'<>]{0,4000})?){0,60})",
        "cookie",
        flags=re.A,
    ),
    pattern(
        "Cookie",
        r"(?i:\b(?:j?sessionid|phpsessid|sessid|session_id|sid|asp\.net_sessionid)[\"']?\s?[:=]\s?[\"']?)"
        r"(?P<v>[\w\-.%]{10,})",
        "sess sid",
        flags=re.A,
    ),
    pattern(
        "密码",
        rf"{_PASSWORD}[\"']?{GAP}(?:[:：=]|是|为|改成|改为|设成|设为|设置为|换成){GAP}(?P<v>"
        rf"(?=[^\s，。,；;、\"'”」】]*\d)[!-~]{{4,40}}?)(?=[\s，。；;、\"'”」】]|,(?!\S)|[^\x00-\x7f]|$)",
        "密码 口令 pass pwd",
        digits=True,
    ),
    pattern(
        "密码",
        rf"{_PASSWORD}[\"']?{GAP}(?:[:：=]|是|为|改成|改为|设成|设为|设置为|换成){GAP}(?!{_SAMPLE}|\*+|x+\b|X+\b)"
        rf"(?P<v>[A-Za-z][A-Za-z0-9@#$%^&*!_\-]{{5,31}})(?=[\s，。；;、\"'”」】]|[^\x00-\x7f]|$)",
        "密码 口令 pass pwd",
    ),
    pattern(
        "密码",
        rf"{_PASSWORD}{GAP}(?P<v>(?=[!-~]*\d)(?=[!-~]*[A-Za-z])(?![a-z]+\.)[A-Za-z0-9@#$%^&*!_\-]{{6,32}})"
        rf"(?=[\s，。；;、]|[^\x00-\x7f]|$)",
        "密码 口令 pass pwd",
        digits=True,
    ),
)
