"""How conversations ended, week by week: a stacked bar chart as inline SVG, with the same figures as a table behind it.

Knows counts of weeks and how bars are drawn on /knowledge.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.desk.base import now
from bot.desk.store import Desk
from bot.desk.use import talks
from bot.evaluate.selfservice import Week, since, weekly
from bot.serve.pages.chart import BAR, ROW, TEXT, THIN
from bot.serve.pages.paper import table, text

ENDS = {"solved": "自助解决", "person": "转人工", "left": "未解决"}
_COLOURS = {"solved": "self-service", "person": "action", "left": "wait"}
_EMPTY = '<p class="empty">最近十二周没有对话。有客户在聊天页提问后，这里按周显示多少次对话没有转人工就得到解决。</p>'


def latest(desk: Desk) -> tuple[Week, ...]:
    """The last weeks up to now."""
    at = now()
    return weekly(desk.read(lambda session: talks(session, since(at))), at)


def chart(weeks: Sequence[Week]) -> str:
    if not weeks:
        return _EMPTY
    newest_first = list(reversed(weeks))
    longest = max(week.conversations for week in weeks)
    drawn = "".join(_bar(row, week, longest) for row, week in enumerate(newest_first))
    total, solved = sum(week.conversations for week in weeks), sum(week.solved for week in weeks)
    told = (
        f"{len(weeks)} 周、{total} 次对话的横向堆叠条形图，最近的一周在上；{solved} 次自助解决。具体数字见图下的表格。"
    )
    legend = "".join(f'<li><i class="dot r-{_COLOURS[end]}"></i>{name}</li>' for end, name in ENDS.items())
    return (
        f'<figure class="card"><ul class="legend" aria-label="图例">{legend}</ul>'
        f'<svg class="chart" role="img" aria-labelledby="weeks-title weeks-desc" width="100%" '
        f'height="{ROW * len(weeks)}">'
        f'<title id="weeks-title">每周对话的结局</title><desc id="weeks-desc">{told}</desc>{drawn}</svg>'
        f"<details><summary>用表格看这些数字</summary>{_table(newest_first)}</details>"
        '<p class="meta">自助解决：最后一问得到回答、没有转人工，客户也没有说未解决；没有表态的算作已解决，所以是上限。'
        "只婉拒了的对话不计入。按 UTC+8 的周。</p></figure>"
    )


def _bar(row: int, week: Week, longest: int) -> str:
    top, at, parts = row * ROW, 0, []
    for end, name in ENDS.items():
        if not (count := getattr(week, end)):
            continue
        parts.append(
            f'<rect class="r-{_COLOURS[end]}" x="{100 * at / longest:.3f}%" y="{top + TEXT + 6}" '
            f'width="{max(100 * count / longest, THIN):.3f}%" height="{BAR}">'
            f"<title>{text(week.name)}：{name} {count} 次</title></rect>"
        )
        at += count
    said = f"{week.conversations} 次，自助 {_share(week)}" if week.conversations else "没有对话"
    return (
        f'<text x="0" y="{top + TEXT}">{text(week.name)}（{text(week.begins[5:])} 起）</text>'
        f'<text x="100%" y="{top + TEXT}" text-anchor="end">{said}</text>{"".join(parts)}'
    )


def _share(week: Week) -> str:
    return "" if week.share is None else f"{100 * week.share:.0f}%"


def _table(weeks: Sequence[Week]) -> str:
    rows = [
        (week.name, week.begins, week.conversations, week.solved, week.person, week.left, _share(week))
        for week in weeks
    ]
    return table(("周", "起始日", "对话", *ENDS.values(), "自助率"), rows, caption="每周对话的结局")
