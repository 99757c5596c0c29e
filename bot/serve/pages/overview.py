"""/knowledge: what the index in use was made of, in figures. Renders whatever counts it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.serve.catalogue import Catalogue
from bot.serve.pages import rebuild
from bot.serve.pages.chart import chart
from bot.serve.pages.names import KINDS, RESOLUTIONS, badge, built, link, listed, outcome
from bot.serve.pages.paper import table, text
from bot.serve.rebuild import State


def render(catalogue: Catalogue, counts: Mapping[str, Any], engine: str, state: State | None) -> str:
    build = str(counts.get("build") or catalogue.build)
    when = built(build, str(counts.get("created", "")))
    head = (
        f'<p class="meta">索引版本 <span id="build">{text(build)}</span>{f"（建于 {when}）" if when else ""}'
        f" · 回复引擎 {text(engine)}</p>"
    )
    return (
        f"{head}{_tiles(counts)}{rebuild.section(state, build)}"
        f'<section aria-labelledby="coverage"><h2 id="coverage">各产品的覆盖</h2>{chart(catalogue.coverage)}</section>'
        f'<div class="columns">{_tables(catalogue, counts)}</div>'
    )


def _tiles(counts: Mapping[str, Any]) -> str:
    undecided = counts.get("open_conflicts", 0)
    rows: list[tuple[str, object, str]] = [
        ("工单", _many(counts.get("tickets")), listed()),
        ("文件", _many(counts.get("files")), ""),
        ("语句", _many(counts.get("statements")), ""),
        ("检索片段", _many(counts.get("passages")), ""),
        ("重复的语句", _many(counts.get("duplicates")), "/knowledge/answers"),
        (f"矛盾（{undecided} 处未定）", _many(counts.get("conflicts")), "/knowledge/conflicts"),
        ("未收入的内容", _many(counts.get("set_aside")), "/knowledge/aside"),
        ("不予引用的语句", _many(counts.get("withheld")), "/knowledge/aside#withheld"),
        ("备注", _many(counts.get("notes")), "/knowledge/aside#notes"),
        ("已遗忘的工单", _many(counts.get("forgotten")), ""),
    ]
    tiles = "".join(
        f"<div><dt>{link(href, name) if href else text(name)}</dt><dd>{text(number)}</dd></div>"
        for name, number, href in rows
    )
    return f'<dl class="tiles">{tiles}</dl>'


def _many(value: Any) -> int:
    """How many there are, of what a report gives as a number, a list, or counts by kind."""
    if isinstance(value, Mapping):
        return sum(value.values())
    return len(value) if isinstance(value, list | tuple) else int(value or 0)


def _tables(catalogue: Catalogue, counts: Mapping[str, Any]) -> str:
    kinds, ends, types = (counts.get(name) or {} for name in ("statements", "resolutions", "redactions"))
    held = catalogue.choices
    masked = held.get("redacted", {})  # a file may come with placeholders of an earlier run
    blocks = (
        (
            "语句（按类型）",
            ("类型", "语句", "工单"),
            [
                (badge(kind), kinds.get(kind, 0), _found(held.get("kind", {}), "kind", kind))
                for kind in dict.fromkeys((*KINDS, *kinds))
            ],
        ),
        (
            "工单的结局",
            ("结局", "工单"),
            [(outcome(end), _found(ends, "resolution", end)) for end in dict.fromkeys((*RESOLUTIONS, *ends))],
        ),
        (
            "脱敏（只列类型，不含原值）",
            ("类型", "读入时替换", "工单"),
            [
                (kind, types.get(kind, 0), _found(masked, "redacted", kind))
                for kind in sorted({*types, *masked}, key=lambda kind: (-masked.get(kind, 0), kind))
            ],
        ),
    )
    return "".join(
        f"<section><h2>{name}</h2>{table(head, rows, '没有', caption=name)}</section>" for name, head, rows in blocks
    )


def _found(counts: Mapping[str, int], field: str, value: str) -> object:
    number = counts.get(value, 0)
    return link(listed(**{field: value}), number) if number else 0
