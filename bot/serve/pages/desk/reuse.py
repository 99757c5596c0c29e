"""Replies that become knowledge: proposed by an agent, approved, edited or withdrawn by a maintainer."""

from __future__ import annotations

from collections.abc import Iterable

from bot.desk.learning import Reuse
from bot.desk.people import Account
from bot.serve.pages.desk.words import Words
from bot.serve.pages.paper import text


def render(rows: Iterable[Reuse], account: Account, four_eyes: bool, w: Words, said: str = "", done: str = "") -> str:
    found = list(rows)
    note = f'<p class="error" role="alert">{text(w.half(said))}</p>' if said else ""
    if done:
        note += f'<p role="status" class="card">{text(done)} <a href="/knowledge#rebuild">{w("rebuild")}</a></p>'
    cards = "".join(_card(row, account, four_eyes, w) for row in found)
    return note + (cards or f'<p class="empty">{w("reuses_teach")}</p>')


def form(row: Reuse, sent: int, w: Words, said: str = "") -> str:
    """Proposing a sent reply: everything can still be changed."""
    note = f'<p class="error" role="alert">{text(w.half(said))}</p>' if said else ""
    return (
        f'{note}<form class="card" method="post" action="/desk/reuse"><input type="hidden" name="sent" value="{sent}">'
        f"{_fields(row, w, 'new')}<button>{w('propose')}</button></form>"
    )


def _card(row: Reuse, account: Account, four_eyes: bool, w: Words) -> str:
    maintainer, own = account.role == "maintainer", row.author == account.name
    hidden = f'<input type="hidden" name="id" value="{row.id}"><input type="hidden" name="was" value="{row.state}">'
    deeds = ""
    if maintainer and row.state in ("proposed", "approved"):
        waits = row.state == "proposed" and own and four_eyes
        approve = (
            "" if waits or row.state == "approved" else f'<button name="do" value="approve">{w("approve")}</button>'
        )
        end = "refuse" if row.state == "proposed" else "withdraw"
        deeds = (
            f'<form method="post" action="/desk/reuse/decide">{hidden}{_fields(row, w, str(row.id))}<div class="row">'
            f'{approve}<button name="do" value="edit" class="plain">{w("save")}</button>'
            f'<button name="do" value="{end}" class="plain">{w(end)}</button>'
            + (f'<span class="meta">{w("four_eyes")}</span>' if waits else "")
            + "</div></form>"
        )
    else:
        deeds = f'<p class="words">{text(row.answer)}</p>'
    by = f" · {w('decider')} {text(row.decider)}" if row.decider else ""
    ticket = f' · <a href="/knowledge/ticket?id={text(row.ticket)}">{text(row.ticket)}</a>' if row.ticket else ""
    if row.state != "proposed":  # decided: only who wants to see or change it opens it
        deeds = f"<details><summary>{w('open')}</summary>{deeds}</details>"
    return (
        f'<article class="card" id="reuse-{row.id}"><h2>{text(row.title)}</h2>'
        f'<p class="meta"><span class="flag{" open" if row.state == "proposed" else ""}">{w(row.state)}</span> '
        f"{w('author')} {text(row.author)} · {w.moment(row.at)}{by}{ticket}</p>{deeds}</article>"
    )


def _fields(row: Reuse, w: Words, mark: str) -> str:
    def field(name: str, label: str, value: str, kind: str = "text", needed: bool = True) -> str:
        must = " required" if needed else ""
        return (
            f'<label for="{name}-{mark}">{label}</label>'
            f'<input id="{name}-{mark}" name="{name}" type="{kind}" value="{text(value)}"{must}>'
        )

    def area(name: str, label: str, value: str, rows: int) -> str:
        return (
            f'<label for="{name}-{mark}">{label}</label>'
            f'<textarea id="{name}-{mark}" name="{name}" rows="{rows}" maxlength="8000" required>'
            f"{text(value)}</textarea>"
        )

    return (
        field("title", w("name"), row.title)
        + area("question", w("question"), row.question, 3)
        + area("answer", w("answer"), row.answer, 7)
        + field("product", w("product"), row.product, needed=False)
        + field("topic", w("topic"), row.topic, needed=False)
        + field("expires", w("expires"), row.expires, "date", needed=False)
    )
