"""The desk's page: the queue on the left, a hand-over in the middle, a draft on the right; one column on a phone."""

from __future__ import annotations

from fastapi.responses import HTMLResponse

from bot.desk.people import Account
from bot.serve.pages import assets
from bot.serve.pages.desk.case import picker
from bot.serve.pages.desk.words import Words
from bot.serve.pages.paper import page, text

_SCRIPTED = (
    "sending",
    "offline",
    "drafting",
    "drafted",
    "drafted_copy",
    "untick",
    "copied",
    "failed",
    "reading",
    "pictured",
    "picture_none",
    "unread",
    "unsent",
    "arrived",
    "below",
    "added",
)
"""What the scripts say."""


def render(queue: str, case: str, side: str, account: Account, w: Words, status: int = 200) -> HTMLResponse:
    """`side`: what stands under the queue."""
    pick = f'<p class="empty">{w("pick")}</p>'
    body = (
        f'{menu("desk", account, w)}<div id="desk"{" class=open" if case else ""}>'
        f'<div id="left"><nav id="queue" aria-label="{w("queue")}">{queue}</nav>{side}</div>'
        f'<section id="case" aria-label="{w("conversation")}">{case or pick}</section>'
        f'<aside id="side" aria-label="{w("letter")}"></aside></div>'
    )
    return _page(body, w, status)


def drafting(written: str, side: str, said: str, account: Account, w: Words, status: int) -> HTMLResponse:
    """A ticket from elsewhere, and its draft beside it."""
    note = f'<p class="error" role="alert">{text(w.half(said))}</p>' if said else ""
    body = (
        f'{menu("draft", account, w)}<div id="drafting"><section>{note}<form method="post" action="/desk/draft">'
        f'<label for="ticket">{w("paste_label")}</label>'
        f'<textarea id="ticket" name="text" rows="18" required>{text(written)}</textarea>'
        f'<div class="row"><button>{w("paste_do")} (Ctrl+Enter)</button>{picker(w, "picture_read")}</div></form>'
        "</section>"
        f'<aside id="side" aria-label="{w("letter")}">{side}</aside></div>'
    )
    return _page(body, w, status)


def _page(body: str, w: Words, status: int) -> HTMLResponse:
    said = "".join(f' data-{key}="{text(w(key))}"' for key in _SCRIPTED)
    scripts = "".join(f'<script defer src="/{assets.address(name)}"></script>' for name in ("desk.js", "draft.js"))
    body = f'<div id="words" data-lang="{w.code}"{said} hidden></div>{body}<div id="say" role="status"></div>'
    return page(w("title"), body, "desk", status, scripts, w.code, wide=True)


def menu(here: str, account: Account, w: Words) -> str:
    """The desk's own pages, by role."""
    rows = [("desk", "/desk", "queue"), ("draft", "/desk/draft", "paste"), ("reuse", "/desk/reuse", "reuses")]
    if account.role == "maintainer":
        rows.append(("audit", "/desk/audit", "audit"))
    links = "".join(
        f'<a href="{href}"{" aria-current=page" if name == here else ""}>{w(key)}</a>' for name, href, key in rows
    )
    switch = f'<form method="post" action="/desk/language"><button class="plain">{w("language")}</button></form>'
    who = f'<span class="meta">{text(account.shown)}</span>'
    return (
        f'<nav class="parts" aria-label="{w("title")}">{links}{who}{_keys(w) if here == "desk" else ""}{switch}</nav>'
    )


def _keys(w: Words) -> str:
    rows = (
        ("J / K", w("key_next")),
        ("N", w("key_waiting")),
        ("T", w("take")),
        ("R", w("key_reply")),
        ("D", w("draft")),
        ("U", w("use")),
        ("Ctrl+Enter", w("send")),
        ("Alt+1…9", w("key_evidence")),
        ("Esc", w("key_leave")),
        ("?", w("key_these")),
    )
    shown = "".join(f"<div><dt><kbd>{key}</kbd></dt><dd>{said}</dd></div>" for key, said in rows)
    return f'<details id="keys" class="over"><summary>{w("keys")}</summary><dl class="card">{shown}</dl></details>'
