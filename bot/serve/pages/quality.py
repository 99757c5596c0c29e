"""/quality: use by week, what customers said of the replies, what that asks to be tested, the last evaluation.

Reads the report folder that it is given and nothing else: report.json for the figures, report.html as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse

from bot.desk.learning import Sent
from bot.desk.models import FeedbackRecord, Remembered
from bot.evaluate.columns import HEADLINES
from bot.evaluate.proposing import from_use
from bot.evaluate.selfservice import Week
from bot.serve.pages import weeks
from bot.serve.pages.paper import Html, moment, page, table, text

KINDS = {"up": "有帮助", "down": "没有帮助", "solved": "已解决", "unsolved": "未解决", "comments": "留言"}
WHY = {
    **KINDS,
    "comment": "有留言",
    "hand-over": "转给了人工",
    "draft edited": "客服改了草稿",
    "draft discarded": "客服弃用草稿",
}
ASKED = {"": "待判断", "handoff": "应转人工"}
_NAMES = "首条引用正确 关键事实齐全 检索排名（MRR@10） 引用准确率 引用召回率 有据可查 处理方式正确 误拒 出现禁止内容"
TITLES = dict(zip(HEADLINES, _NAMES.split(), strict=True))
SAYS = {"better": "变好", "worse": "变差", "noise": "无显著变化"}
REPORT_BYTES = 64_000_000
"""A report of ten thousand questions is half of that; a file beyond it is something else."""
SHOWN = 20  # candidates
GAPS = '<a href="/quality/gaps">没有答上的问题</a>，按次数归类。'


def render(
    tally: Mapping[str, int],
    records: Sequence[FeedbackRecord],
    conversations: Sequence[Sequence[Remembered]],
    report_dir: Path,
    used: Sequence[Week] = (),
    edited: Sequence[Sent] = (),
) -> HTMLResponse:
    counts = table(("反馈", "次数"), [(KINDS.get(key, key), n) for key, n in tally.items() if n], "还没有反馈")
    rows = [
        (moment(r.at), r.question, KINDS.get(r.thumb or "", ""), KINDS.get(r.outcome or "", ""), r.comment)
        for r in records[:50]
    ]
    recent = table(("时间", "问题（已脱敏）", "评价", "结果", "留言"), rows, "还没有反馈")
    return page(
        "质量",
        f"<h2>每周自助解决</h2>{weeks.chart(used)}<p>{GAPS}</p>"
        f"<h2>最近一次评测</h2>{_report(report_dir)}<h2>候选评测题</h2>{_candidates(records, conversations, edited)}"
        f"<h2>反馈</h2>{counts}<h2>最近反馈</h2>{recent}",
        "quality",
    )


def whole(folder: Path) -> HTMLResponse:
    """The report's own page."""
    try:
        found = (folder / "report.html").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return page("评测报告", '<p class="empty">还没有评测报告</p>', "quality")
    return HTMLResponse(found, headers={"cache-control": "no-store"})


def _report(folder: Path) -> str:
    path = folder / "report.json"
    try:
        if not path.is_file():
            return (
                '<p class="empty">还没有评测报告。运行 <code>python -m bot evaluate 题集.jsonl --report '
                f"{text(folder)}</code> 后，结果会显示在这里。</p>"
            )
        if path.stat().st_size > REPORT_BYTES:
            raise ValueError
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        figures = {item["name"]: item for item in told["figures"]}
        changes = {item["name"]: item for item in told.get("change", {}).get("differences", ())}
        rows = [
            (
                TITLES[name],
                f"{figures[name]['mean']:.2f}（{figures[name]['low']:.2f} 至 {figures[name]['high']:.2f}）",
                figures[name]["n"],
                _change(changes.get(name)),
            )
            for name in HEADLINES
            if name in figures
        ]
        name = str(told["questions"])
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return f'<p class="error">评测报告 {text(path.name)} 无法读取，请重新运行评测。</p>'
    shown = table(("指标", "均值（95% 区间）", "题数", "与上次相比"), rows, "这次评测没有题目")
    return f'<p class="meta">{text(name)} · <a href="/quality/report">完整报告</a></p>{shown}'


def _change(item: Mapping[str, Any] | None) -> str:
    if item is None or item["before"] == item["after"]:
        return ""
    return f"{item['after'] - item['before']:+.2f}（{SAYS.get(item['says'], item['says'])}）"


def _candidates(
    records: Sequence[FeedbackRecord], conversations: Sequence[Sequence[Remembered]], edited: Sequence[Sent]
) -> str:
    found = from_use(records, conversations, str, edited)[:SHOWN]
    rows = [
        (one["question"], "、".join(WHY.get(w, w) for why in one["why"] for w in why.split(", ")), one["times"],
         ASKED[one["kind"]])
        for one in found
    ]  # fmt: skip
    shown = table(("问题（已脱敏）", "来由", "次数", "类型"), rows, "还没有候选")
    if not rows:
        return shown
    how = Html("<code>python -m bot questions new --from use --out candidates.jsonl</code>")
    return f'{shown}<p class="meta">{how} 导出后，补上正确的工单和要点，把 accepted 改为 true，即可用于评测。</p>'
