"""The part of /knowledge that builds the index anew: a button, how far it is, and what came of it.

Shows a state; what runs, and where, it does not know. Works without a script by loading the page again.
"""

from __future__ import annotations

from typing import Any

from bot.serve.pages import assets
from bot.serve.pages.paper import text
from bot.serve.rebuild import State

STAGES = {
    "start": "正在启动",
    "read": "正在读取并脱敏工单",
    "settle": "正在归纳语句、查找重复与矛盾",
    "index": "正在写入检索片段",
    "finish": "正在收尾并发布",
}


def head(state: State) -> str:
    """The script that follows a rebuild, and a refresh for a browser without scripts.

    The refresh names its address: to one with a fragment, as after the form, a browser would only scroll.
    """
    if state.status != "running":
        return ""
    return (
        f'<script defer src="/{assets.address("rebuild.js")}"></script>'
        '<noscript><meta http-equiv="refresh" content="3; url=/knowledge"></noscript>'
    )


def section(state: State | None, build: str) -> str:
    """`build` is the id of the build in use."""
    if state is None:
        return ""
    running = state.status == "running"
    button = (
        '<form method="post" action="/knowledge/rebuild"><button>重建索引</button>'
        '<span class="meta">用同样的文件重新建立；完成之前照常使用现在的索引。</span></form>'
    )
    return (
        f'<section id="rebuild" class="card" data-status="{state.status}" aria-labelledby="rebuild-title">'
        f'<h2 id="rebuild-title">重建</h2>{_progress(state) if running else _result(state, build) + button}</section>'
    )


def as_json(state: State) -> dict[str, Any]:
    """What the script asks for."""
    return {
        "status": state.status,
        "stage": state.stage,
        "done": state.done,
        "total": state.total,
        "percent": state.percent,
        "seconds": state.seconds,
        "said": said(state),
        "error": state.error,
        "build": str(state.result.get("build", "")),
    }


def said(state: State) -> str:
    """The stage in words; without the count that moves all the time."""
    if state.status != "running":
        return {"done": "重建完成", "failed": "重建失败", "idle": ""}[state.status]
    of = f"（共 {state.total} 个）" if state.total else ""
    return f"{STAGES.get(state.stage, state.stage)}{of}"


def _progress(state: State) -> str:
    return (
        f'<p role="status" class="stage">{text(said(state))}</p>'
        f'<div class="bar"><progress max="100" value="{state.percent}" aria-label="重建进度"></progress>'
        f'<span class="percent">{state.percent}%</span></div>'
        '<p class="meta">可以离开本页，重建会继续。<a href="/knowledge">刷新进度</a></p>'
    )


def _result(state: State, build: str) -> str:
    if state.status == "failed":
        why = f'<span lang="en">{text(state.error)}</span>'
        return f'<p class="error" role="alert">重建失败，仍在使用原来的索引：{why}</p>'
    if state.status == "idle":
        return ""
    told, made = state.result, str(state.result.get("build", ""))
    news = "内容没有变化，沿用原来的版本。" if made == state.before else ""
    if made != build:
        news = f"新版本 {made} 尚未启用。"
    aside = len(told.get("set_aside", ()))
    return (
        f'<p role="status">重建完成，用时 {state.seconds:.0f} 秒：{told.get("files", 0)} 个文件，'
        f"{told.get('tickets', 0)} 个工单，{told.get('passages', 0)} 个检索片段，{told.get('duplicates', 0)} 处重复，"
        f"{told.get('conflicts', 0)} 处矛盾{f'，{aside} 处未收入' if aside else ''}。"
        f"{text(news)}</p>"
    )
