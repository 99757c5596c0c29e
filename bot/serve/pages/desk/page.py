"""The desk's page: the queue on the left, a hand-over in the middle, a draft on the right; one column on a phone."""

from __future__ import annotations

from fastapi.responses import HTMLResponse

from bot.desk.people import Account
from bot.serve.pages import assets
from bot.serve.pages.desk.case import picker
from bot.serve.pages.desk.words import Words
from bot.serve.pages.paper import page, text


def render(queue: str, case: str, side: str, account: Account, w: Words, status: int = 200) -> HTMLResponse:
    """`side`: what stands under or beside: a draft, a form."""
    pick = f'<p class="empty">{w("pick")}</p>'
    body = (
        f'{menu("desk", account, w)}<div id="desk" data-lang="{w.code}">'
        f'<nav id="queue" aria-label="{w("queue")}">{queue}</nav>'
        f'<section id="case" aria-live="off">{case or pick}</section>'
        f'<aside id="side" aria-live="polite">{side}</aside></div>'
        f'<p class="meta" id="keys">{w("keys")}</p><div id="say" role="status"></div>'
    )
    return _page(body, w, status)


def drafting(written: str, side: str, said: str, account: Account, w: Words, status: int) -> HTMLResponse:
    """A ticket from elsewhere, and its draft beside it."""
    note = f'<p class="error" role="alert">{text(said)}</p>' if said else ""
    body = (
        f'{menu("draft", account, w)}<div id="drafting"><section>{note}<form method="post" action="/desk/draft">'
        f'<label for="ticket">{w("paste_label")}</label>'
        f'<textarea id="ticket" name="text" rows="18" required>{text(written)}</textarea>'
        f'<div class="row"><button>{w("paste_do")}</button>{picker(w)}</div></form></section>'
        f'<aside id="side" aria-live="polite">{side}</aside></div>'
        '<div id="say" role="status"></div>'
    )
    return _page(body, w, status)


def _page(body: str, w: Words, status: int) -> HTMLResponse:
    keys = ("sending", "offline", "drafting", "untick", "copied", "failed", "reading", "pictured")
    said = "".join(f' data-{key}="{text(w(key))}"' for key in keys)
    script = f'<script defer src="/{assets.address("desk.js")}"></script>'
    return page(w("title"), f'<div id="words"{said} hidden></div>{body}', "desk", status, script, w.code, wide=True)


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
    return f'<nav class="parts" aria-label="{w("title")}">{links}{who}{switch}</nav>'
