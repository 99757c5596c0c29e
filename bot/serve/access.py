"""Who may call what: the API key, the programs' key, clients' own keys, loopback, and the accounts of staff.

Decides, and says why not; it does not know any route's content. A key is compared in constant time; a
cookie holds a random token whose digest alone is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from bot.desk.accounts import SHIFT, Accounts
from bot.desk.clients import PREFIX, Client, Clients, Spent
from bot.desk.people import Account, Role
from bot.errors import AccountError

COOKIE = "desk_staff"
DIRECT = "desk_direct"
"""In a request's scope: who really connected, where a proxy's word on whom it speaks for was taken."""
COOKIE_SECONDS = int(SHIFT.total_seconds())
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
TRIES, WINDOW_SECONDS = 10, 60.0
"""Wrong passwords and keys a minute from one address: a person mistypes twice, a guesser does not stop."""
PEERS = 1000
"""Addresses whose tries are remembered; past that the longest known are forgotten."""

API_KEY_NEEDED = "A valid API key is needed: send it as 'Authorization: Bearer <API_KEY>'."
LOOPBACK_ONLY = "Without API_KEY this API answers direct loopback callers and clients' keys (`bot keys add`) only."
STAFF_NEEDED = "Staff only: sign in at /desk, or send 'Authorization: Bearer <STAFF_KEY>' for /api/draft and /metrics."
ROLE_NEEDED = "This key may not call this address: it takes a key with the role agent (`bot keys add --role agent`)."
MAINTAINER_NEEDED = "Only a maintainer may do this."
SLOW_DOWN = "Too many wrong keys; wait a minute and try again."


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    message: str
    code: str
    type: str = "invalid_request_error"
    wait: int = 0
    """Seconds after which another try may succeed, told as Retry-After."""


@dataclass(slots=True)
class Access:
    """Both keys, an empty one is unset; accounts and clients; the proxies whose word on who is signed in is taken."""

    accounts: Accounts
    api_key: str = ""
    staff_key: str = ""
    sso_header: str = ""
    sso_proxies: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = ()
    clients: Clients | None = None
    _tries: dict[str, deque[float]] = field(default_factory=dict)

    def api(self, connection: HTTPConnection) -> Refusal | None:
        """None when this caller may use the API."""
        sent = _bearer(connection)
        if self.api_key and _same(sent, self.api_key):
            return None
        if client := self._known(sent):
            return self._counted(connection, client)
        if self.api_key or sent.startswith(PREFIX):
            return self._wrong(connection, Refusal(401, API_KEY_NEEDED, "invalid_api_key"))
        if is_loopback(connection):
            return None
        return self._wrong(connection, Refusal(401, LOOPBACK_ONLY, "invalid_api_key"))

    def program(self, connection: HTTPConnection) -> Refusal | None:
        """None when this caller is a program with the staff's key, or somebody of the staff."""
        sent = _bearer(connection)
        if self.staff_key and _same(sent, self.staff_key):
            return None
        if client := self._known(sent):
            return (
                self._counted(connection, client)
                if client.role == "agent"
                else Refusal(403, ROLE_NEEDED, "role_not_allowed")
            )
        if not sent and same_origin(connection) and self.account(connection):
            return None
        return self._wrong(connection, Refusal(401, STAFF_NEEDED, "staff_only"))

    def account(self, connection: HTTPConnection) -> Account | None:
        """Who of the staff this is: by the cookie, or by a trusted proxy's word where that is how one signs in."""
        if self.sso_header:
            # Twice is once from the proxy and once from whoever got past it: nobody's word is taken then.
            names = connection.headers.getlist(self.sso_header) if self._trusted(connection) else []
            name = names[0] if len(names) == 1 else ""
            return self.accounts.find(name) if name else None
        return self.accounts.signed_in(connection.cookies.get(COOKIE, ""))

    def sign_in(self, name: str, password: str, peer: str) -> tuple[str, Account] | Refusal:
        """A token for one shift and whose it is. An address that guesses is slowed down, an account locked."""
        if self._busy(peer):
            return Refusal(429, "尝试次数过多，请一分钟后再试。 Too many tries: wait a minute.", "too_many_tries")
        self._note(peer)  # before the answer is known: tries side by side count, and those of a locked account
        try:
            account = self.accounts.check(name, password)
        except AccountError as error:
            return Refusal(429, str(error), "account_locked")
        if account is None:
            return Refusal(401, "账号或密码不正确。 Wrong name or password.", "wrong_password")
        self._forgive(peer)
        return self.accounts.sign_in(account.name), account

    def sign_out(self, connection: HTTPConnection) -> None:
        self.accounts.sign_out(connection.cookies.get(COOKIE, ""))

    def _known(self, sent: str) -> Client | None:
        return self.clients.find(sent) if self.clients and sent.startswith(PREFIX) else None

    def _wrong(self, connection: HTTPConnection, refusal: Refusal) -> Refusal:
        """The refusal; 429 to an address that guesses. Asked only once a key was found wrong: a right one is let in
        whatever else came from its address, for it cannot be guessed, and behind a proxy all callers share one. For
        the same reason keys are counted apart from passwords.
        """
        if not _bearer(connection):  # who sends none guesses none
            return refusal
        address = f"key {peer(connection)}"
        if self._busy(address):
            return Refusal(429, SLOW_DOWN, "too_many_tries", "rate_limit_error", int(WINDOW_SECONDS))
        self._note(address)
        return refusal

    def _counted(self, connection: HTTPConnection, client: Client) -> Refusal | None:
        connection.state.client = client.name
        spent = self.clients.count(client) if self.clients else None
        return over(spent) if spent else None

    def _trusted(self, connection: HTTPConnection) -> bool:
        try:
            address = ipaddress.ip_address(connection.scope.get(DIRECT) or peer(connection))
        except ValueError:
            return False
        return any(address in network for network in self.sso_proxies)

    def _busy(self, peer: str) -> bool:
        tries, moment = self._tries.get(peer, deque()), time.monotonic()
        while tries and moment - tries[0] > WINDOW_SECONDS:
            tries.popleft()
        return len(tries) >= TRIES

    def _note(self, peer: str) -> None:
        self._tries.setdefault(peer, deque()).append(time.monotonic())
        while len(self._tries) > PEERS:
            del self._tries[next(iter(self._tries))]

    def _forgive(self, peer: str) -> None:
        """The try that was just noted was right."""
        with suppress(KeyError, IndexError):  # forgotten meanwhile
            self._tries[peer].pop()


def over(spent: Spent) -> Refusal:
    """In the words of OpenAI's errors: a minute's limit passes by itself, a day's is a quota."""
    message = f"This key may send {spent.quota} requests a {spent.span}; try again in {spent.wait} seconds."
    if spent.span == "minute":
        return Refusal(429, message, "rate_limit_exceeded", "rate_limit_error", spent.wait)
    return Refusal(429, message, "insufficient_quota", "insufficient_quota", spent.wait)


def allowed(account: Account, role: Role) -> bool:
    """A maintainer may do what an agent may."""
    return role == "agent" or account.role == role


def peer(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def caller(connection: HTTPConnection) -> str:
    """Who stands in line, of those that were let in: a client's key for itself, all others for their address."""
    sent = _bearer(connection)
    return hashlib.sha256(sent.encode()).hexdigest() if sent.startswith(PREFIX) else peer(connection)


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
