"""The form by which staff sign in, and what somebody sees who may not see a page."""

from __future__ import annotations

from fastapi.responses import HTMLResponse

from bot.desk.people import Account
from bot.serve.pages.desk.words import Words
from bot.serve.pages.paper import page, text

FIRST = "python -m bot accounts add NAME --role maintainer"


def ask(target: str, said: str, status: int, w: Words, first: bool = False, proxied: bool = False) -> HTMLResponse:
    """`target`: the page to come back to. `first`: there is no account yet. `proxied`: a proxy signs people in."""
    note = f'<p class="error" role="alert">{text(w.half(said))}</p>' if said else ""
    if proxied:
        body = f'<div class="card narrow"><p>{w("entry_proxied")}</p></div>'
        return page(w("entry_please"), body, status=status, lang=w.code)
    if first:
        body = f'<div class="card narrow"><p>{w("entry_first")}</p><pre>{text(FIRST)}</pre></div>'
        return page(w("entry"), body, status=status, lang=w.code)
    form = (
        '<form class="card narrow" method="post" action="/desk/sign-in">'
        f'<input type="hidden" name="next" value="{text(target)}">{note}'
        f'<label for="name">{w("entry_name")}</label>'
        '<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required'
        " autofocus>"
        f'<label for="password">{w("entry_password")}</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required>'
        f"<button>{w('entry_do')}</button></form>"
    )
    return page(w("entry"), form, status=status, lang=w.code)


def forbidden(account: Account, w: Words) -> HTMLResponse:
    body = f'<div class="card"><p>{text(w("forbidden_more", name=account.shown))}</p></div>'
    return page(w("forbidden"), body, "desk", 403, lang=w.code)
