"""Gradio's page template, made ours: language, title, icon, stylesheet and script in its head.

Gradio adds such things from the browser, after a first unstyled paint; here they are in the
HTML. Its preview tags for social networks, which name other hosts, and its frame script go.
Knows the template's marks and no page content.
"""

from __future__ import annotations

import re
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.serve import embed
from bot.serve.pages import assets
from bot.serve.pages.texts import BROWSER, COOKIE, language

_PREVIEW = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*', re.S)
_MANIFEST = re.compile(r'<link rel="manifest"[^>]*>\s*')
_FRAMES = re.compile(r"<script>\s*\(\(\) => \{(?:(?!</script>).)*iframeResizer.*?</script>", re.S)


KEPT = 7 * 24 * 3600  # seconds that a browser's secret lasts after its last visit
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")  # as it is made here


class Shell:
    """Rewrites the HTML of `/`, and nothing else. `hosts`: origins whose pages may show it in a frame."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...] = ()) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        framed = embed.wanted(scope)
        if framed and not self._hosts:
            await embed.refuse()(scope, receive, send)
            return
        lang = cookie(scope, COOKIE) or embed.language(scope)
        plain = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                page = body
                if start["status"] == 200:
                    page = rewrite(body.decode(), lang, self._hosts if framed else ()).encode()
                start["headers"] = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"] + [
                    (b"content-length", str(len(page)).encode()),
                    (b"cache-control", b"no-cache"),
                    _own(scope, framed),
                ]
                await send(start)
                await send({"type": "http.response.body", "body": page})

        await self._app({**scope, "headers": plain}, receive, collect)


def rewrite(page: str, lang: str, hosts: tuple[str, ...] = ()) -> str:
    """The template with our head; with `hosts`, as a frame on their pages."""
    for pattern in (_PREVIEW, _MANIFEST, _FRAMES):
        page = pattern.sub("", page)
    code, within = "en" if lang == "en" else "zh-CN", ' class="embedded"' if hosts else ""
    page = page.replace('lang="en"', f'lang="{code}"{within}', 1)
    return page.replace("</head>", f"{assets.head(language(lang), hosts)}</head>", 1)


def cookie(scope: Scope, wanted: str) -> str:
    """A cookie's value, "" without it."""
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                morsel = SimpleCookie(value.decode("latin-1")).get(wanted)
            except CookieError:
                return ""
            return morsel.value if morsel else ""
    return ""


def _own(scope: Scope, framed: bool) -> tuple[bytes, bytes]:
    """The browser's secret for another while, a new one where it has none; no script reads it, and no other site sends
    it along.

    In a frame on another site a browser takes a cookie only over https, and keeps it for that site's frames alone.
    """
    had = cookie(scope, BROWSER)
    headers = dict(scope["headers"])
    secure = scope.get("scheme") == "https" or headers.get(b"x-forwarded-proto") == b"https"
    secret = had if _SECRET.fullmatch(had) else secrets.token_urlsafe(32)
    site = "None; Secure; Partitioned" if secure and framed else "Lax; Secure" if secure else "Lax"
    return b"set-cookie", f"{BROWSER}={secret}; Path=/; Max-Age={KEPT}; HttpOnly; SameSite={site}".encode()
