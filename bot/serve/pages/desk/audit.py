"""Who saw and did what; and one customer's data, to export or to erase."""

from __future__ import annotations

from collections.abc import Iterable

from bot.desk.people import Audited
from bot.serve.pages.desk.words import Words
from bot.serve.pages.paper import Html, table, text


def render(rows: Iterable[Audited], w: Words, said: str = "", done: str = "") -> str:
    note = f'<p class="error" role="alert">{text(said)}</p>' if said else ""
    note += f'<p role="status" class="card">{text(done)}</p>' if done else ""
    shown = table(
        (w("when"), w("who"), w("did"), w("what")),
        [(Html(w.moment(row.at)), row.who, w.deed(row.did), row.what or row.conversation) for row in rows],
        w("audit_teach"),
        w("audit_teach"),
    )
    return (
        f'{note}<form class="card" method="post" action="/desk/erase"><h2>{w("data")}</h2>'
        f'<label for="conversation">{w("data_label")}</label>'
        '<input id="conversation" name="conversation" required autocomplete="off" spellcheck="false">'
        f'<div class="row"><button formaction="/desk/export">{w("export")}</button>'
        f"<details><summary>{w('erase')}</summary>"
        f"<p>{w('erase_sure')}</p><button>{w('erase')}</button></details></div></form>{shown}"
    )
