"""Who may call what: the API key, the staff key, loopback, and the staff's sign-in cookie.

Decides, and says why not; it does not know any route's content. A key is compared in constant
time, and the cookie holds a token derived from the key, never the key.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

COOKIE = "desk_staff"
COOKIE_SECONDS = 12 * 3600
"""A working day: signing in once a shift."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
TRIES, WINDOW_SECONDS = 10, 60.0
"""Wrong staff keys a minute from one address: a person mistypes twice, a guesser does not stop."""
PEERS = 1000
"""Addresses whose tries are remembered; past that the longest known are forgotten."""

OFF = "The staff pages are off: set STAFF_KEY to turn them on."
API_KEY_NEEDED = "A valid API key is needed: send it as 'Authorization: Bearer <API_KEY>'."
LOOPBACK_ONLY = "Without API_KEY this API answers direct loopback callers only; set API_KEY to open it."
STAFF_KEY_NEEDED = "A valid staff key is needed: send it as 'Authorization: Bearer <STAFF_KEY>'."
SLOW_DOWN = "Too many wrong keys; wait a minute and try again."


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    message: str
    code: str


@dataclass(slots=True)
class Access:
    """Both keys; an empty one is unset."""

    api_key: str = ""
    staff_key: str = ""
    _wrong: dict[str, deque[float]] = field(default_factory=dict)

    def api(self, connection: HTTPConnection) -> Refusal | None:
        """None when this caller may use the API."""
        if self.api_key:
            if _same(_bearer(connection), self.api_key):
                return None
            return Refusal(401, API_KEY_NEEDED, "invalid_api_key")
        return None if is_loopback(connection) else Refusal(401, LOOPBACK_ONLY, "invalid_api_key")

    def staff(self, connection: HTTPConnection) -> Refusal | None:
        """None when this caller is staff, by bearer token or by cookie."""
        if not self.staff_key:
            return Refusal(404, OFF, "staff_off")
        if self._fits(connection.cookies.get(COOKIE, "")):
            return None
        sent = _bearer(connection)
        if not sent:
            return Refusal(401, STAFF_KEY_NEEDED, "invalid_staff_key")
        return self.sign_in(sent, peer(connection))

    def sign_in(self, key: str, peer: str) -> Refusal | None:
        """None when `key` is the staff key; a peer's wrong ones are counted, too many are refused."""
        moment = time.monotonic()
        tries = self._wrong.get(peer, deque())
        while tries and moment - tries[0] > WINDOW_SECONDS:
            tries.popleft()
        if len(tries) >= TRIES:
            return Refusal(429, SLOW_DOWN, "too_many_tries")
        if self.staff_key and _same(key, self.staff_key):
            return None
        tries.append(moment)
        self._wrong[peer] = tries
        while len(self._wrong) > PEERS:
            del self._wrong[next(iter(self._wrong))]
        return Refusal(401, STAFF_KEY_NEEDED, "invalid_staff_key")

    def cookie(self) -> str:
        """A token that proves, for one shift, that its holder knew the staff key."""
        until = str(int(time.time()) + COOKIE_SECONDS)
        return f"{until}.{self._seal(until)}"

    def _fits(self, cookie: str) -> bool:
        until, _, seal = cookie.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) < 12):
            return False
        return _same(seal, self._seal(until)) and int(until) > time.time()

    def _seal(self, until: str) -> str:
        message = f"support desk staff cookie {until}".encode()
        return hmac.new(self.staff_key.encode(), message, hashlib.sha256).hexdigest()


def peer(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def is_loopback(connection: HTTPConnection) -> bool:
    """A caller on this machine that nobody forwarded, and no web page of another site.

    The Host check keeps out a page whose name was rebound to 127.0.0.1, the Origin check one
    that posts across sites from a local browser.
    """
    headers = connection.headers
    if connection.client is None or any(name in headers for name in FORWARDED):
        return False
    host = headers.get("host", "")
    if not (_local(connection.client.host) and _local(_hostname(f"//{host}"))):
        return False
    return _own_page(connection)


def same_origin(connection: HTTPConnection) -> bool:
    """Whether no page of another site sent this: the cookie alone does not tell, it goes to every port of a host."""
    fetched = connection.headers.get("sec-fetch-site")
    return _own_page(connection) if fetched is None else fetched in ("same-origin", "none")


def _own_page(connection: HTTPConnection) -> bool:
    origin = connection.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == connection.headers.get("host", "")
    except ValueError:
        return False


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _bearer(connection: HTTPConnection) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(
        hashlib.sha256(given.encode("utf-8", "replace")).digest(),
        hashlib.sha256(wanted.encode("utf-8", "replace")).digest(),
    )
