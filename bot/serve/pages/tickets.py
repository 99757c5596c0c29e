"""/knowledge/tickets: the tickets that a filter leaves, fifty a page. Its address says all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.serve.catalogue import Catalogue, Facts, Filter
from bot.serve.pages.names import KINDS, RESOLUTIONS, badge, category, listed, named, outcome, place, ticket_link
from bot.serve.pages.paper import Html, table, text

PAGE = 50
_FIELDS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("product", "产品", named),
    ("topic", "问题类型", named),
    ("resolution", "结局", lambda value: RESOLUTIONS.get(value, value)),
    ("kind", "含有的语句类型", lambda value: KINDS.get(value, value)),
    ("redacted", "含有的脱敏类型", str),
    ("file", "文件", str),
)


def render(catalogue: Catalogue, given: Mapping[str, str]) -> str:
    wanted = Filter.of(given)
    found = catalogue.find(wanted)
    page, pages = which(given.get("page", ""), len(found), PAGE)
    shown = found[(page - 1) * PAGE : page * PAGE]
    caption = f"共 {len(found)} 个工单" + (
        f"，这里是第 {(page - 1) * PAGE + 1} 至 {(page - 1) * PAGE + len(shown)} 个" if pages > 1 else ""
    )
    rows = [_row(row) for row in shown]
    head = ("标题", "产品｜问题类型", "结局", "语句", "已脱敏", "出处")
    listing = table(head, rows, "没有符合条件的工单，请放宽条件。", caption)
    turn = pager(page, pages, lambda number: listed(**wanted.given(), page=str(number)))
    return f'{_form(catalogue, wanted)}<div class="list">{listing}</div>{turn}'


def which(asked: str, many: int, size: int) -> tuple[int, int]:
    """The page that is meant, within bounds, and how many there are."""
    pages = max(1, -(-many // size))
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1
    return min(max(page, 1), pages), pages


def pager(page: int, pages: int, address: Callable[[int], str]) -> str:
    """Links to the first, the last and the near pages."""
    if pages < 2:
        return ""
    near = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    parts: list[str] = []
    for before, number in zip([0, *near], near, strict=False):
        if number - before > 1:
            parts.append('<span aria-hidden="true">…</span>')
        current = ' aria-current="page"' if number == page else ""
        parts.append(f'<a href="{text(address(number))}"{current} aria-label="第 {number} 页">{number}</a>')
    if page > 1:
        parts.insert(0, f'<a href="{text(address(page - 1))}" rel="prev">上一页</a>')
    if page < pages:
        parts.append(f'<a href="{text(address(page + 1))}" rel="next">下一页</a>')
    return f'<nav class="pager" aria-label="分页">{"".join(parts)}</nav>'


def _form(catalogue: Catalogue, wanted: Filter) -> str:
    fields = "".join(
        _select(name, label, called, catalogue.choices.get(name, {}), getattr(wanted, name))
        for name, label, called in _FIELDS
    )
    clear = f'<a href="{listed()}">清除条件</a>' if wanted.given() else ""
    return (
        '<form class="card filters" method="get" action="/knowledge/tickets" role="search">'
        '<div class="wide"><label for="f-words">标题、问题或客服的话里含有（空格隔开的词都要有）</label>'
        f'<input id="f-words" name="words" type="search" value="{text(wanted.words)}" maxlength="200"></div>'
        f'{fields}<div class="wide"><button>筛选</button>{clear}</div></form>'
    )


def _select(name: str, label: str, called: Callable[[str], str], choices: Mapping[str, int], chosen: str) -> str:
    if chosen and chosen not in choices:
        choices = {**choices, chosen: 0}
    options = "".join(
        f'<option value="{text(value)}"{" selected" if value == chosen else ""}>'
        f"{text(called(value))}（{number}）</option>"
        for value, number in choices.items()
    )
    return (
        f'<div><label for="f-{name}">{label}</label>'
        f'<select id="f-{name}" name="{name}"><option value="">全部</option>{options}</select></div>'
    )


def _row(row: Facts) -> tuple[object, ...]:
    kinds = Html("".join(badge(kind) for kind in KINDS if kind in row.kinds))
    source = place(row.ticket.source)
    return (
        ticket_link(row.ticket),
        category(row.ticket),
        outcome(row.resolution),
        kinds,
        "、".join(row.redacted),
        source,
    )
