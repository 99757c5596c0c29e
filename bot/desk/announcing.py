"""Tells a chat robot of a new hand-over: WeCom, DingTalk or Feishu, in a thread of its own.

Whoever announces never waits and never fails: what cannot be sent is logged by kind, error type and status, never
with the text or the robot's address, which holds its key. Knows neither the desk's tables nor the settings.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import queue
import threading
import time
from dataclasses import dataclass
from typing import Any, Literal, get_args

import httpx

from bot.errors import SettingError

Kind = Literal["wecom", "dingtalk", "feishu"]

TITLE = "新的人工请求"
"""Stands in every message: a robot that is guarded by a keyword takes this one."""

log = logging.getLogger(__name__)

_WAITING = 100  # notices in the queue; more are dropped, the desk's page shows them all the same
_RETRIES = 3
_SECONDS = 10  # of one try
_BYTES = 4096  # WeCom's bound for the content; the other two take 20 kB
_FIELD, _ADDRESS = 100, 1000  # characters
# Busy, or too many messages for now: WeCom and DingTalk -1, WeCom 45009, DingTalk 130101, Feishu 11232.
_AGAIN = frozenset({-1, 45009, 130101, 11232})


@dataclass(frozen=True, slots=True)
class Notice:
    """A hand-over as a group of agents may see it. `summary` is redacted; `waiting` counts people, this one among."""

    number: int | str
    reason: str
    summary: str
    product: str = ""
    waiting: int = 1
    angry: bool = False
    out_of_hours: bool = False


class Announcer:
    """A robot, and the thread that writes to it. `desk_url`, the page of hand-overs, is linked where given.

    `backoff`: seconds before the first of three further tries; each waits twice as long as the one before.
    """

    def __init__(self, url: str, kind: Kind, secret: str = "", desk_url: str = "", *, backoff: float = 1.0) -> None:
        if kind not in get_args(Kind):
            raise SettingError(f"The robot's kind is {kind!r}, but it takes one of {', '.join(get_args(Kind))}.")
        if not _is_web(url):
            raise SettingError(
                "The robot's address cannot be used: it takes the https:// address that its group shows."
            )
        if desk_url and not _is_web(desk_url):
            raise SettingError("The desk's address cannot be used: it takes one that starts with http:// or https://.")
        self._url, self._kind, self._secret, self._desk, self._backoff = url, kind, secret, desk_url, backoff
        self._queue: queue.SimpleQueue[Notice | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed, self._stop = False, threading.Event()
        self._thread = threading.Thread(target=self._work, name="announcer", daemon=True)
        self._thread.start()

    def announce(self, notice: Notice) -> None:
        """Queues a notice and returns at once."""
        with self._closing:
            refused = "closed" if self._closed else "too many wait" if self._queue.qsize() >= _WAITING else ""
            if not refused:
                self._queue.put(notice)
        if refused:
            self._failed(refused)

    def close(self, timeout: float = 5.0) -> bool:
        """Takes no more, and gives those that wait `timeout` seconds; whether all of them were tried."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join(max(timeout, 0))
        self._stop.set()  # ends a pause between tries, and gives up what still waits
        return not self._thread.is_alive()

    def _work(self) -> None:
        quiet = _Quiet(threading.get_ident())
        logging.getLogger("httpx").addFilter(quiet)
        try:
            while (notice := self._queue.get()) is not None:
                if failure := "closed" if self._stop.is_set() else self._deliver(notice):
                    self._failed(failure)
        finally:
            logging.getLogger("httpx").removeFilter(quiet)

    def _failed(self, why: str) -> None:
        log.warning("%s: a hand-over was not announced: %s", self._kind, why)

    def _deliver(self, notice: Notice) -> str:
        """Sends one notice, with further tries where they can help; why it failed, or nothing."""
        failure = ""
        for tried in range(_RETRIES + 1):
            if tried and self._stop.wait(self._backoff * 2 ** (tried - 1)):
                break
            try:
                failure, again = self._send(notice)
            except httpx.TransportError as error:
                failure, again = type(error).__name__, True
            except Exception as error:  # noqa: BLE001 - the thread's edge: the next notice has its own chance
                failure, again = type(error).__name__, False
            if not failure or not again:
                break
        return failure

    def _send(self, notice: Notice) -> tuple[str, bool]:
        """One try: what failed, and whether another one may help. The services tell of most errors in a 200's body."""
        params, signed = signature(self._kind, self._secret, time.time()) if self._secret else ({}, {})
        address = httpx.URL(self._url).copy_merge_params(params)
        response = httpx.post(address, json=message(self._kind, notice, self._desk) | signed, timeout=_SECONDS)
        if response.status_code != 200:
            return f"status {response.status_code}", response.status_code == 429 or response.status_code >= 500
        try:
            body = response.json()
        except ValueError:
            return "status 200 without JSON", False
        code = body.get("code" if self._kind == "feishu" else "errcode") if isinstance(body, dict) else None
        if not isinstance(code, int):
            return "status 200 without a code", False
        return (f"code {code}", code in _AGAIN) if code else ("", False)


class _Quiet(logging.Filter):
    """httpx logs the address of each request, key and all: not of ours."""

    def __init__(self, thread: int) -> None:
        super().__init__()
        self._ours = thread

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != self._ours


def signature(kind: Kind, secret: str, now: float) -> tuple[dict[str, str], dict[str, str]]:
    """What a secret adds to the address and to the body; `now`: seconds since 1970. WeCom signs nothing.

    DingTalk, 自定义机器人安全设置 (open.dingtalk.com): milliseconds, the secret is the key.
    Feishu, 自定义机器人使用指南 (open.feishu.cn): seconds, an empty message under a key of both.
    """
    if kind == "dingtalk":
        stamp = str(round(now * 1000))
        return {"timestamp": stamp, "sign": _hmac(secret, f"{stamp}\n{secret}")}, {}
    if kind == "feishu":
        stamp = str(int(now))
        return {}, {"timestamp": stamp, "sign": _hmac(f"{stamp}\n{secret}", "")}
    return {}, {}


def message(kind: Kind, notice: Notice, desk_url: str = "") -> dict[str, Any]:
    """The body that a robot takes.

    WeCom, 群机器人配置说明 (developer.work.weixin.qq.com): markdown of at most 4096 bytes.
    DingTalk, 自定义机器人接入 (open.dingtalk.com): markdown with a title.
    Feishu, 自定义机器人使用指南 (open.feishu.cn): a post, whose pieces have types, so that no text is markup there.
    """
    title = f"{TITLE} {_clean(kind, str(notice.number), _FIELD)}"
    signs = [word for word, holds in (("客户情绪激动", notice.angry), ("非服务时间", notice.out_of_hours)) if holds]
    lines = [f"原因：{_clean(kind, notice.reason, _FIELD)}"]
    lines += [f"产品：{_clean(kind, notice.product, _FIELD)}"] if notice.product.strip() else []
    lines += [f"等待人数：{notice.waiting}"]
    lines += [f"注意：{'、'.join(signs)}"] if signs else []
    link = _linkable(desk_url)
    text, end = "\n\n".join([f"**{title}**", *lines, "摘要："]), f"\n\n[打开工作台]({link})" if link else ""
    summary = _within(_clean(kind, notice.summary, _BYTES), _BYTES - len((text + end).encode()))
    if kind == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": text + summary + end}}
    if kind == "dingtalk":
        markdown = {"title": title, "text": text + summary + end}
        return {"msgtype": "markdown", "markdown": markdown, "at": {"isAtAll": False}}
    rows: list[list[dict[str, str]]] = [[{"tag": "text", "text": line}] for line in [*lines, f"摘要：{summary}"]]
    rows += [[{"tag": "a", "text": "打开工作台", "href": link}]] if link else []
    return {"msg_type": "post", "content": {"post": {"zh_cn": {"title": title, "content": rows}}}}


# Whether a robot's markdown knows a backslash, or decodes &lt; before it looks for <@all>, its page does not say: signs
# that could be markup become their full-width twins, which read the same and mean nothing to any of them.
_WIDE = {
    kind: str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in signs})
    for kind, signs in {"wecom": "<>&@[]()*`#\\_~|", "dingtalk": "<>&@[]()*`#\\_~|", "feishu": "<>&@"}.items()
}


def _clean(kind: Kind, text: str, most: int) -> str:
    """A customer's words on one line, so that none begins a heading, list or quote, and without a sign of markup."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return (line if len(line) <= most else f"{line[: most - 1]}…").translate(_WIDE[kind])


def _within(text: str, most: int) -> str:
    """As much of a text as fits into so many bytes."""
    if len(text.encode()) <= most:
        return text
    return text.encode()[: max(most - len("…".encode()), 0)].decode(errors="ignore") + "…"


def _is_web(address: str) -> bool:
    try:
        parsed = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return parsed.scheme in ("http", "https") and bool(parsed.host) and len(_linkable(address)) <= _ADDRESS


def _linkable(address: str) -> str:
    """An address that cannot end its own link."""
    return str(httpx.URL(address)).replace("(", "%28").replace(")", "%29") if address else ""


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
