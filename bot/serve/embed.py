"""The chat on other people's pages: which origins may frame it, under which headers, and what the rest is told.

`embed.js` is for everybody and knows nobody; `frame-ancestors` says who may show the frame, and browsers hold to it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.types import Scope

from bot.errors import SettingError
from bot.serve.middleware import csp
from bot.serve.pages import assets

SCRIPT = "/embed.js"
MINUTES = 10
"""How long a browser uses the script unasked: a new version is on every site by then."""
_HOST = re.compile(r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?")
_PLAIN = {"http": ":80", "https": ":443"}

REFUSED = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Support desk</title><p>客服聊天没有向其他网站开放。</p>
<p lang="en">This desk may not be shown on other sites: EMBED_ORIGINS names none.</p>
<p><a href="/" target="_blank" rel="noopener">在新窗口中打开 · Open in a new window</a></p></html>"""


def origins(text: str) -> tuple[str, ...]:
    """As browsers write them. Raises SettingError where one is none."""
    return tuple(dict.fromkeys(_origin(part.strip()) for part in text.split(",") if part.strip()))


def _origin(part: str) -> str:
    scheme, _, host = part.lower().removesuffix("/").partition("://")
    try:
        host = host if host.startswith("[") else host.encode("idna").decode()
        port = urlsplit(f"//{host}").port
    except ValueError:
        host, port = "", None
    if scheme not in _PLAIN or not _HOST.fullmatch(host) or port == 0:
        raise SettingError(
            f"Setting EMBED_ORIGINS got {part!r}, but it takes origins such as https://shop.example, without a path."
        )
    return f"{scheme}://{host.removesuffix(_PLAIN[scheme])}"


def headers(hosts: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    """What the script's and the frame's addresses say instead of, or beside, what all others do."""
    anywhere = {"cross-origin-resource-policy": "cross-origin"}
    special: dict[str, Mapping[str, str]] = {SCRIPT: {**anywhere, "access-control-allow-origin": "*"}}
    if hosts:
        # A host page that is isolated itself shows only frames that are, too.
        isolated = {**anywhere, "cross-origin-embedder-policy": "require-corp"}
        special["/"] = {**isolated, "content-security-policy": csp(" ".join(hosts))}
    return special


def wanted(scope: Scope) -> bool:
    """Whether this request for the page comes for the frame."""
    return _query(scope).get("embed") == ["1"]


def language(scope: Scope) -> str:
    """The language that the host page asks for, "" where it leaves that to us."""
    return _query(scope).get("lang", [""])[0]


def refuse() -> HTMLResponse:
    return HTMLResponse(REFUSED, 403)


def attach(app: FastAPI) -> None:
    async def script(request: Request) -> Response:
        data = assets.read("embed.js")
        tag = f'"{hashlib.sha256(data).hexdigest()[:20]}"'
        told = {"cache-control": f"public, max-age={MINUTES * 60}", "etag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=told)
        return Response(data, media_type="text/javascript", headers=told)

    app.add_api_route(SCRIPT, script, methods=["GET"], include_in_schema=False)


def _query(scope: Scope) -> dict[str, list[str]]:
    return parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=50)
