"""The files that pages load: stylesheet, script, the script's words, the icon; all from here.

Serves package data by a fixed list of names; knows nothing of what a page shows.
"""

from __future__ import annotations

import hashlib
import html
import json
from dataclasses import asdict
from functools import cache
from importlib import resources

from fastapi import FastAPI
from fastapi.responses import Response

from bot.serve.pages.texts import TEXTS, Texts

KINDS = {
    "style.css": "text/css",
    "script.js": "text/javascript",
    "live.js": "text/javascript",
    "attach.js": "text/javascript",
    "frame.js": "text/javascript",
    "frame.css": "text/css",
    "desk.js": "text/javascript",
    "draft.js": "text/javascript",
    "staff.css": "text/css",
    "rebuild.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
YEAR = 31_536_000


@cache
def read(name: str) -> bytes:
    """A file's bytes; the script begins with the words it shows, in each language."""
    data = resources.files(__package__).joinpath(name).read_bytes()
    if name == "script.js":
        words = {lang: asdict(texts) for lang, texts in TEXTS.items()}
        data = f"const WORDS = {json.dumps(words, ensure_ascii=False)};\n".encode() + data
    return data


def address(name: str) -> str:
    """Where a file is served; its digest makes a new version a new address."""
    return f"ui/{name}?v={hashlib.sha256(read(name)).hexdigest()[:12]}"


def head(texts: Texts, hosts: tuple[str, ...] = ()) -> str:
    """What the chat page's head needs; `hosts`: the origins on whose pages it is a frame."""
    return (
        f'<meta name="description" content="{html.escape(texts.subtitle)}">'
        '<meta name="color-scheme" content="light dark">'
        f'<link rel="icon" type="image/svg+xml" href="{address("icon.svg")}">'
        f'<link rel="stylesheet" href="{address("style.css")}">'
        f'<script defer src="{address("script.js")}"></script>'
        f'<script defer src="{address("live.js")}"></script>'
        f'<script defer src="{address("attach.js")}"></script>{_frame(hosts) if hosts else ""}'
        f"<noscript>{html.escape(texts.no_script)}</noscript>"
    )


def _frame(hosts: tuple[str, ...]) -> str:
    return (
        f'<meta name="desk-hosts" content="{html.escape(" ".join(hosts))}">'
        f'<link rel="stylesheet" href="{address("frame.css")}">'
        f'<script defer src="{address("frame.js")}"></script>'
    )


def attach(app: FastAPI) -> None:
    async def file(name: str) -> Response:
        if name not in KINDS:
            return Response(status_code=404)
        headers = {"cache-control": f"public, max-age={YEAR}, immutable"}
        return Response(read(name), media_type=KINDS[name], headers=headers)

    async def icon() -> Response:
        return Response(read("icon.svg"), media_type=KINDS["icon.svg"])

    app.add_api_route("/ui/{name}", file, methods=["GET"], include_in_schema=False)
    app.add_api_route("/favicon.ico", icon, methods=["GET"], include_in_schema=False)
