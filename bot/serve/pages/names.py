"""The Chinese names of what the knowledge pages show, and the small marks that carry them. Knows no page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from bot.records import Source, Ticket
from bot.serve.catalogue import NONE
from bot.serve.pages.paper import Html, text

KINDS = {
    "knowledge": "通用知识",
    "specific": "针对某位客户",
    "action": "客服操作",
    "request": "索要信息",
    "hold": "请稍候",
    "courtesy": "客套",
}
RESOLUTIONS = {
    "self-service": "客户可自行解决",
    "partial": "部分需客服操作",
    "action": "需客服操作",
    "wait": "只有等待",
    "unresolved": "没有解决",
}
_SHOWN = 6  # links to tickets that stand open; the others are folded away


def badge(kind: str) -> Html:
    """A statement's kind: its name on its colour."""
    return Html(f'<span class="kind k-{text(kind)}">{text(KINDS.get(kind, kind))}</span>')


def outcome(resolution: str) -> Html:
    name = RESOLUTIONS.get(resolution, resolution)
    return Html(f'<span class="outcome"><i class="dot r-{text(resolution)}"></i>{text(name)}</span>')


def listed(**wanted: str) -> str:
    """The address of the list of tickets that fit."""
    return f"/knowledge/tickets?{urlencode(wanted)}" if wanted else "/knowledge/tickets"


def link(href: str, label: object) -> Html:
    return Html(f'<a href="{text(href)}">{text(label)}</a>')


def ticket_link(ticket: Ticket) -> Html:
    return link(address(ticket.id), ticket.title or ticket.question[:40] or ticket.id)


def address(ticket: str) -> str:
    return f"/knowledge/ticket?id={quote(ticket, safe='')}"


def ticket_links(tickets: Sequence[Ticket]) -> Html:
    """A list of links, the first few open."""
    items = [f'<li>{ticket_link(ticket)} <span class="meta">{place(ticket.source)}</span></li>' for ticket in tickets]
    shown = f"<ul>{''.join(items[:_SHOWN])}</ul>"
    if rest := items[_SHOWN:]:
        shown += f"<details><summary>另有 {len(rest)} 个工单</summary><ul>{''.join(rest)}</ul></details>"
    return Html(shown)


def place(source: Source) -> Html:
    return Html(f"{text(source.file)} 第 {source.line} 行（第 {source.ordinal} 个）")


def category(ticket: Ticket) -> str:
    return "｜".join(part for part in (ticket.product, ticket.topic) if part) or named("")


def named(value: str) -> str:
    """A product or a topic, or that there is none."""
    return "未注明" if value in ("", NONE) else value


def built(build: str, created: str = "") -> str:
    """When a build was made, as far as it tells; else its id."""
    for form, given in (("%Y-%m-%dT%H:%M:%S%z", created), ("%Y%m%dT%H%M%S%fZ", build)):
        try:
            return datetime.strptime(given, form).replace(tzinfo=UTC).strftime("%Y-%m-%d %H:%M UTC")
        except ValueError:
            continue
    return ""
