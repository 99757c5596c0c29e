"""Plain server-rendered pages for staff: a frame, tables, forms. Everything given is escaped.

Knows HTML and no content; needs no script.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from fastapi.responses import HTMLResponse

from bot.serve.pages import assets

LINKS = (("desk", "转人工"), ("knowledge", "知识库"), ("quality", "质量"), ("docs", "接口"))


class Html(str):
    """Markup of our own: the only thing that is not escaped."""


def text(value: object) -> str:
    return value if isinstance(value, Html) else html.escape(str(value))


def page(title: str, body: str, here: str = "", status: int = 200, head: str = "") -> HTMLResponse:
    """`head` is markup for the document's head, such as a script."""
    links = "".join(
        f'<a href="/{path}"{" aria-current=page" if path == here else ""}>{name}</a>' for path, name in LINKS
    )
    leave = '<form method="post" action="/desk/sign-out"><button class="plain">退出</button></form>' if here else ""
    nav = f"<nav aria-label='工作台'>{links}{leave}</nav>" if here else ""
    return HTMLResponse(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f'<title>{text(title)}</title><link rel="icon" href="/{assets.address("icon.svg")}">'
        f'<link rel="stylesheet" href="/{assets.address("staff.css")}">{head}</head><body>'
        f"<header><strong>客服工作台</strong>{nav}</header><main><h1>{text(title)}</h1>{body}</main></body></html>",
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
