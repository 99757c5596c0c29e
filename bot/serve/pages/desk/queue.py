"""The queue: who waits, who is with whom; and the notice to customers."""

from __future__ import annotations

from collections.abc import Iterable

from bot.desk.handoffs import HandoffRecord
from bot.desk.learning import Notice
from bot.desk.people import Account
from bot.serve.pages.desk.words import Words
from bot.serve.pages.paper import text


def render(records: Iterable[HandoffRecord], account: Account, chosen: str, w: Words) -> str:
    """Mine first, then who waits (my products before others), then what colleagues have."""
    found = list(records)
    mine = [record for record in found if record.agent == account.name]
    free = [record for record in found if not record.agent]
    free.sort(key=lambda record: bool(account.products) and record.product not in account.products)
    others = [record for record in found if record.agent and record.agent != account.name]
    if not found:
        return f'<p class="empty"><b>{w("empty")}</b><br>{w("teach")}</p>'
    parts = (("mine", mine), ("waiting", free), ("others", others))
    return "".join(_part(name, rows, chosen, w) for name, rows in parts if rows)


def _part(name: str, rows: list[HandoffRecord], chosen: str, w: Words) -> str:
    shown = "".join(_row(row, chosen, name == "mine", w) for row in rows)
    return f'<h3>{w(name)} <span class="count">{len(rows)}</span></h3><ul>{shown}</ul>'


def waiting(records: Iterable[HandoffRecord]) -> int:
    return sum(not record.agent for record in records)


def _row(record: HandoffRecord, chosen: str, mine: bool, w: Words) -> str:
    since = w("since", time=w.span(record.taken)) if record.taken else w("waits", time=w.span(record.at))
    mood = f'<span class="flag open">{w("angry")}</span>' if record.mood else ""
    product = f'<span class="flag">{text(record.product)}</span>' if record.product else ""
    holder = f" · {text(record.name)}" if record.agent and not mine else ""
    own = " data-mine" if mine else "" if record.agent else " data-free"
    here = " aria-current=true" if record.id == chosen else ""
    said = record.summary.strip().splitlines()
    return (
        f'<li><a href="/desk?id={text(record.id)}" data-id="{text(record.id)}" data-last="{record.last}"{own}{here}>'
        f"<b>{text(said[0][:60] if said else record.reason)}</b>"
        f'<span class="meta">{since}{holder}</span><span class="flags">{product}{mood}</span></a></li>'
    )


def notice(current: Notice | None, w: Words) -> str:
    """What customers are told of an incident, and the form for it."""
    until = f" · {w('notice_until', time=w.clock(current.until))}" if current and current.until else ""
    told = "" if current is None else current.en if w.code == "en" and current.en else current.zh
    shown = (
        f'<div class="card now"><p><b>{w("notice_now")}</b>{text(told)}<span class="meta">{until}</span></p>'
        f'<form method="post" action="/desk/notice"><button class="plain">{w("notice_end")}</button></form></div>'
        if current
        else ""
    )
    return (
        f'{shown}<details class="card" id="notice"><summary>{w("notice_new" if current else "notice")}</summary>'
        '<form method="post" action="/desk/notice">'
        f'<label for="notice-zh">{w("notice_zh")}</label><input id="notice-zh" name="zh" maxlength="300" required>'
        f'<label for="notice-en">{w("notice_en")}</label><input id="notice-en" name="en" maxlength="300">'
        f'<label for="notice-hours">{w("notice_hours")}</label>'
        '<input id="notice-hours" name="hours" type="number" min="1" max="720" inputmode="numeric">'
        f"<button>{w('notice_do')}</button></form></details>"
    )
