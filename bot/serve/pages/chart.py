"""How well each product is covered: a stacked bar chart as inline SVG, with the same figures as a table behind it.

Knows counts only. Widths are percentages, so that the letters keep their size on a narrow screen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bot.serve.catalogue import RESOLUTIONS as ORDER
from bot.serve.pages.names import RESOLUTIONS, link, listed, named
from bot.serve.pages.paper import Html, table, text

Coverage = Mapping[str, Mapping[str, int]]
BARS = 14  # more would be longer than a screen; the others are one bar
THIN = 0.5  # percent; one ticket of a thousand must still be seen
ROW, BAR, TEXT = 42, 14, 15  # pixels: a product's height, its bar's, and the line its name stands on


def chart(coverage: Coverage) -> str:
    if not coverage:
        return '<p class="empty">暂无数据</p>'
    bars = _bars(coverage)
    longest = max(sum(counts.values()) for _, counts in bars)
    drawn = "".join(_bar(row, name, counts, longest) for row, (name, counts) in enumerate(bars))
    total = sum(sum(counts.values()) for counts in coverage.values())
    solved = sum(counts.get("self-service", 0) for counts in coverage.values())
    told = (
        f"{len(coverage)} 个产品、{total} 个工单的横向堆叠条形图；{solved} 个工单客户可自行解决。具体数字见图下的表格。"
    )
    legend = "".join(f'<li><i class="dot r-{key}"></i>{RESOLUTIONS[key]}</li>' for key in ORDER)
    return (
        f'<figure class="card"><ul class="legend" aria-label="图例">{legend}</ul>'
        f'<svg class="chart" role="img" aria-labelledby="chart-title chart-desc" width="100%" '
        f'height="{ROW * len(bars)}">'
        f'<title id="chart-title">各产品的工单数与结局</title><desc id="chart-desc">{told}</desc>{drawn}</svg>'
        f"<details><summary>用表格看这些数字</summary>{_table(coverage)}</details></figure>"
    )


def _bars(coverage: Coverage) -> list[tuple[str, Mapping[str, int]]]:
    bars = [(named(product), counts) for product, counts in coverage.items()]
    if len(bars) <= BARS:
        return bars
    rest: Counter[str] = Counter()
    for _, counts in bars[BARS - 1 :]:
        rest.update(counts)
    return [*bars[: BARS - 1], (f"其他 {len(bars) - BARS + 1} 个产品", rest)]


def _bar(row: int, name: str, counts: Mapping[str, int], longest: int) -> str:
    total, top, at = sum(counts.values()), row * ROW, 0
    parts = []
    for key in ORDER:
        if not (count := counts.get(key, 0)):
            continue
        parts.append(
            f'<rect class="r-{key}" x="{100 * at / longest:.3f}%" y="{top + TEXT + 6}" '
            f'width="{max(100 * count / longest, THIN):.3f}%" height="{BAR}">'
            f"<title>{text(name)}：{RESOLUTIONS[key]} {count} 个</title></rect>"
        )
        at += count
    return (
        f'<text x="0" y="{top + TEXT}">{text(name)}</text>'
        f'<text x="100%" y="{top + TEXT}" text-anchor="end">{total} 个</text>{"".join(parts)}'
    )


def _table(coverage: Coverage) -> str:
    rows = [
        (
            link(listed(product=product), named(product)),
            sum(counts.values()),
            *(
                link(listed(product=product, resolution=key), count) if (count := counts.get(key, 0)) else Html("0")
                for key in ORDER
            ),
        )
        for product, counts in coverage.items()
    ]
    return table(("产品", "工单", *(RESOLUTIONS[key] for key in ORDER)), rows, caption="各产品的工单数与结局")
