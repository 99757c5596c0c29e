"""Plain server-rendered pages for staff: a frame, tables, forms. Everything given is escaped.

Knows HTML and no content; needs no script.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import datetime

from fastapi.responses import HTMLResponse

from bot.serve.pages import assets

LINKS = (
    ("desk", "工作台", "Desk"),
    ("knowledge", "知识库", "Knowledge"),
    ("quality", "质量", "Quality"),
    ("docs", "接口", "API"),
)


class Html(str):
    """Markup of our own: the only thing that is not escaped."""


def text(value: object) -> str:
    return value if isinstance(value, Html) else html.escape(str(value))


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


def page(
    title: str, body: str, here: str = "", status: int = 200, head: str = "", lang: str = "zh", wide: bool = False
) -> HTMLResponse:
    """`head` is markup for the document's head, such as a script. `wide`: the page is a tool and has no title."""
    english = lang == "en"
    links = "".join(
        f'<a href="/{path}"{" aria-current=page" if path == here else ""}>{en if english else zh}</a>'
        for path, zh, en in LINKS
    )
    leave = "Sign out" if english else "退出"
    out = f'<form method="post" action="/desk/sign-out"><button class="plain">{leave}</button></form>'
    nav = f"<nav aria-label='{'Staff' if english else '工作台'}'>{links}{out}</nav>" if here else ""
    name = "Support desk" if english else "客服工作台"
    heading = f"<h1{' class=sr' if wide else ''}>{text(title)}</h1>"
    return HTMLResponse(
        f'<!doctype html><html lang="{"en" if english else "zh-CN"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f'<title>{text(title)}</title><link rel="icon" href="/{assets.address("icon.svg")}">'
        f'<link rel="stylesheet" href="/{assets.address("staff.css")}">{head}</head><body>'
        f"<header><strong>{name}</strong>{nav}</header>"
        f"<main{' class=wide' if wide else ''}>{heading}{body}</main></body></html>",
        status,
        headers={"cache-control": "no-store"},
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "暂无数据", caption: str = "") -> str:
    """A table that scrolls by itself where the page is narrow, by keyboard as well."""
    cells = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    if not cells:
        return f'<p class="empty">{text(empty)}</p>'
    names = "".join(f"<th scope=col>{text(name)}</th>" for name in head)
    called = f"<caption>{text(caption)}</caption>" if caption else ""
    label = text(caption or "、".join(head))
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table>{called}<thead><tr>{names}</tr></thead><tbody>{cells}</tbody></table></div>"
    )
