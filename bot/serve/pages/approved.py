"""/knowledge/approved: the answers that staff approved, those past their last day first, and which a reply may state.

Compares the folder's files with the index in use; approving and withdrawing are done elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bot.serve.catalogue import Catalogue
from bot.serve.pages.names import address, link
from bot.serve.pages.paper import Html, table, text
from bot.tickets import forgotten
from bot.tickets.approved import Approved, listed
from bot.tickets.expiry import SOON, soon

LATE, NEAR, DISPUTED, WAITING, GONE, FORGOTTEN, LIVE = range(7)  # in the order in which they are listed
STATES = {
    LATE: "已过期，不再引用",
    NEAR: f"{SOON} 天内到期",
    DISPUTED: "与其他工单矛盾，暂不引用",
    WAITING: "重建索引后生效",
    GONE: "已撤回，重建索引后消失",
    FORGOTTEN: "在遗忘名单上，不会收入",
    LIVE: "已在索引中",
}
_HEAD = ("标题", "状态", "失效日期", "批准日期", "撰写人", "批准人")
_EMPTY = (
    '<p class="empty">还没有经批准的答复。客服发出的答复经批准后，会成为工单目录下 <code>approved/</code> '
    "里的一个文件，重建索引后即可引用。只批准对所有客户都成立的话；价格和限额请注明失效日期，过期后不再引用。</p>"
)


def render(catalogue: Catalogue, folder: Path, day: str) -> str:
    rows = sorted(_rows(catalogue, folder, day), key=lambda row: (row[0], row[1].expires or "9", row[1].title))
    if not rows:
        return _EMPTY
    counts = {state: sum(row[0] == state for row in rows) for state in STATES}
    told = "；".join(f"{count} 个：{STATES[state]}" for state, count in counts.items() if count)
    waits = counts[WAITING] + counts[GONE]
    hint = f" 有 {waits} 处变动要等{link('/knowledge#rebuild', '重建索引')}。" if waits else ""
    shown = [
        (
            link(address(record.id), record.title) if record.id in catalogue.tickets else record.title,
            _flag(state, live),
            _day(record.expires) if record.expires else "长期",
            _day(record.date),
            record.author,
            record.approver,
        )
        for state, record, live in rows
    ]
    listing = table(_HEAD, shown, caption=f"经批准的答复：{len(rows)} 个（日期按 UTC+8）")
    return f"<p>{text(told)}。{hint}</p>{listing}"


def _day(day: str) -> Html:
    return Html(f"<time>{text(day)}</time>")


def _rows(catalogue: Catalogue, folder: Path, day: str) -> list[tuple[int, Approved, bool]]:
    """Each answer of the folder, and of the index alone, with its state and whether the index has it as it stands."""
    known = {ticket.id: Approved.of(ticket) for ticket in catalogue.tickets.values() if ticket.approver}
    disputed = {id for id in known if any(row.disputed for row in catalogue.statements.get(id, ()))}
    found = listed(folder)
    gone = forgotten.read([folder.parent]) if found else frozenset()
    rows = [
        (_state(record, day, record == known.get(record.id), gone, disputed), record, record == known.get(record.id))
        for record in found
    ]
    there = {record.id for record in found}
    return rows + [(GONE, record, True) for id, record in known.items() if id not in there]


def _state(record: Approved, day: str, live: bool, gone: Collection[str], disputed: Collection[str]) -> int:
    if record.id in gone:
        return FORGOTTEN
    if record.expires and record.expires < day:
        return LATE
    if soon(record.expires, day):
        return NEAR
    if not live:
        return WAITING
    return DISPUTED if record.id in disputed else LIVE


def _flag(state: int, live: bool) -> Html:
    waits = f"，{STATES[WAITING]}" if state == NEAR and not live else ""
    return Html(f'<span class="flag{" open" if state in (LATE, NEAR, DISPUTED) else ""}">{STATES[state]}{waits}</span>')
