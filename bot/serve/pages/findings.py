"""What a maintainer looks over: answers that several tickets give, conflicts to settle, and what was not taken.

Shows; what is decided is written into rulings.toml by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.records import SetAside
from bot.serve.catalogue import Catalogue
from bot.serve.pages.names import address, link, ticket_links
from bot.serve.pages.paper import Html, table, text
from bot.serve.pages.tickets import pager, which
from bot.tickets.answers import Answer
from bot.tickets.conflicts import ALL, Conflict, Side

PAGE = 20
REVIEW = "<code>python -m bot review</code>"
UNREADABLE = '<p class="error">索引里的这份清单无法读取，重建索引后再看。</p>'
SORTS = {"duration": "时长", "version": "版本", "polarity": "是与否", "count": "数量", "size": "大小", "money": "金额"}
_NAMED = re.compile(r"\bticket (\S+?)(?=[:,;.]?(?:\s|$))")
_conflicts = TypeAdapter(list[Conflict])
_asides = TypeAdapter(list[SetAside])


def answers(catalogue: Catalogue, given: Mapping[str, str]) -> str:
    found = catalogue.answers
    page, pages = which(given.get("page", ""), len(found), PAGE)
    cards = "".join(_answer(catalogue, row) for row in found[(page - 1) * PAGE : page * PAGE])
    return (
        f"<p>{len(found)} 个答复由几个工单共同给出，客户只会看到一次。要改写其中的话：运行 {REVIEW}，"
        "编辑工单旁的 <code>rulings.toml</code> 里的 <code>say</code>（留空则不再说），再重建索引。</p>"
        f"{cards or '<p class=empty>没有重复的答复</p>'}{pager(page, pages, lambda n: f'/knowledge/answers?page={n}')}"
    )


def _answer(catalogue: Catalogue, answer: Answer) -> str:
    sources = [catalogue.tickets[ticket] for ticket in answer.tickets if ticket in catalogue.tickets]
    rows = "".join(
        f'<li><p class="words">{text(row.text)}{" <span class=flag>维护者改过</span>" if row.edited else ""}'
        f"{' <span class=flag>有矛盾，暂不引用</span>' if row.disputed else ''}</p>"
        f"<details><summary>原话</summary><blockquote>{text(row.quote)}</blockquote></details></li>"
        for row in answer.sentences
    )
    return (
        f'<article class="card" id="a-{text(answer.id)}"><h2>{text(answer.about or answer.id)}</h2>'
        f'<p class="meta">{len(answer.tickets)} 个工单这样答 · 编号 {text(answer.id)}</p><ol>{rows}</ol>'
        f"<h3>出处</h3>{ticket_links(sources)}</article>"
    )


def conflicts(catalogue: Catalogue, report: Mapping[str, Any]) -> str:
    try:
        listed = _conflicts.validate_python(report.get("contradictions") or [])
    except ValidationError:
        return UNREADABLE
    found = sorted(listed, key=lambda row: bool(row.holds))
    undecided = sum(not row.holds for row in found)
    return (
        f"<p>{len(found)} 处矛盾，其中 {undecided} 处未定。未定的两种说法都不会对客户说。裁定的办法：运行 {REVIEW}，"
        "在工单旁的 <code>rulings.toml</code> 里找到同一编号，把成立的一方的值写进 <code>holds</code>"
        '（各自在其场合都成立则写 <code>"all"</code>），再重建索引。</p>'
        + ("".join(_conflict(catalogue, row) for row in found) or "<p class=empty>没有矛盾</p>")
    )


def _conflict(catalogue: Catalogue, row: Conflict) -> str:
    state = {"newer": "采用较新的说法", "ruled": "维护者已裁定"}.get(row.why, "已定") if row.holds else "未定"
    sides = "".join(_side(catalogue, side, row.holds) for side in row.sides)
    title = " 还是 ".join(side.value for side in row.sides)
    return (
        f'<article class="card" id="c-{text(row.id)}"><h2>{text(title)}？ '
        f'<span class="flag{"" if row.holds else " open"}">{state}</span></h2>'
        f'<p class="meta">{text(SORTS.get(row.kind, row.kind))} · 编号 {text(row.id)}</p>'
        f'<div class="sides">{sides}</div></article>'
    )


def _side(catalogue: Catalogue, side: Side, holds: str) -> str:
    said = "".join(f"<blockquote>{text(clause)}</blockquote>" for clause in side.clauses)
    tickets = [catalogue.tickets[ticket] for ticket in side.tickets if ticket in catalogue.tickets]
    stands = ' <span class="flag">成立</span>' if holds in (ALL, side.norm) else ""
    date = f'<p class="meta">最新的工单：{text(side.date)}</p>' if side.date else ""
    links = f"<h4>{len(tickets)} 个工单</h4>{ticket_links(tickets)}"
    return f"<section><h3>{text(side.value)}{stands}</h3>{said}{date}{links}</section>"


def aside(catalogue: Catalogue, report: Mapping[str, Any]) -> str:
    parts = (
        ("set_aside", "未收入的内容", "读不懂而放在一边的行；改好文件后重建索引即可。"),
        ("withheld", "不予引用的语句", "工单已收入，但这些话不会对客户说。"),
        ("notes", "备注", "已收入，但值得维护者看一眼。"),
    )
    return "".join(
        f'<section id="{name}" class="asides"><h2>{title}</h2><p class="meta">{why}</p>'
        f"{_asides_table(catalogue, report.get(name), title)}</section>"
        for name, title, why in parts
    )


def _asides_table(catalogue: Catalogue, value: Any, title: str) -> str:
    try:
        rows: Sequence[SetAside] = _asides.validate_python(value or [])
    except ValidationError:
        return UNREADABLE
    listed = [(row.file, row.line, _reason(catalogue, row.reason)) for row in rows]
    return table(("文件", "行", "原因"), listed, "没有", f"{title}：{len(rows)} 处")


def _reason(catalogue: Catalogue, reason: str) -> Html:
    """The reason, with the ticket that it names as a link."""
    parts, at = [], 0
    for match in _NAMED.finditer(reason):
        if match.group(1) in catalogue.tickets:
            parts += [text(reason[at : match.start(1)]), link(address(match.group(1)), match.group(1))]
            at = match.end(1)
    return Html(f'<span lang="en">{"".join(parts)}{text(reason[at:])}</span>')
