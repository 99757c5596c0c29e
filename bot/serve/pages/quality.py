"""/quality: what customers said of the replies, and the figures of the last evaluation.

Reads the report folder it is given and nothing else; a report is JSON beside an HTML page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse

from bot.desk.models import FeedbackRecord
from bot.serve.pages.desk import moment
from bot.serve.pages.paper import facts, page, table, text

KINDS = {"up": "有帮助", "down": "没有帮助", "solved": "已解决", "unsolved": "未解决", "comments": "留言"}
REPORT_BYTES = 2_000_000
"""A report's figures are a few kilobytes; a file beyond this is something else."""


def render(tally: Mapping[str, int], records: Iterable[FeedbackRecord], report_dir: Path) -> HTMLResponse:
    counts = table(("反馈", "次数"), [(KINDS.get(key, key), n) for key, n in tally.items() if n], "还没有反馈")
    rows = [
        (moment(r.at), r.question, KINDS.get(r.thumb or "", ""), KINDS.get(r.outcome or "", ""), r.comment)
        for r in records
    ]
    recent = table(("时间", "问题（已脱敏）", "评价", "结果", "留言"), rows, "还没有反馈")
    return page(
        "质量", f"<h2>反馈</h2>{counts}<h2>最近反馈</h2>{recent}<h2>最近一次评测</h2>{_report(report_dir)}", "quality"
    )


def _report(folder: Path) -> str:
    found = _newest(folder)
    if found is None:
        return '<p class="empty">还没有评测报告</p>'
    try:
        value: Any = json.loads(found.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return f'<p class="error">评测报告 {text(found.name)} 无法读取</p>'
    return f'<p class="meta">{text(found.name)}</p>{facts(value)}'


def _newest(folder: Path) -> Path | None:
    try:
        files = [(f.stat().st_mtime, f) for f in folder.glob("*.json") if f.stat().st_size < REPORT_BYTES]
    except OSError:
        return None
    return max(files)[1] if files else None
