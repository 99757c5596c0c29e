"""/desk: the open hand-overs, oldest first, and a box that drafts a reply from a ticket's text.

Renders records; who may see it is decided before. The transcript holds a customer's own words.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fastapi.responses import HTMLResponse

from bot.desk.models import HandoffRecord
from bot.records import Answer
from bot.serve.pages.paper import page, text


def render(
    open_ones: Iterable[HandoffRecord], written: str = "", draft: Answer | None = None, said: str = ""
) -> HTMLResponse:
    cards = "".join(_card(record) for record in open_ones)
    note = f'<p class="error" role="alert">{text(said)}</p>' if said else ""
    return page(
        "转人工",
        f"{note}<section><h2>待处理</h2>{cards or '<p class=empty>没有待处理的转人工</p>'}</section>"
        f"<section><h2>起草回复</h2>{_form(written)}{_draft(draft) if draft else ''}</section>",
        "desk",
    )


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


def _card(record: HandoffRecord) -> str:
    needs = "".join(f"<li>{text(need)}</li>" for need in record.needs)
    listed = f"<h4>客户应准备</h4><ul>{needs}</ul>" if needs else ""
    return (
        f'<article class="card"><h3>{text(record.reason)}</h3>'
        f'<p class="meta">编号 {text(record.id)} · {moment(record.at)}</p>'
        f"<h4>摘要</h4><p>{text(record.summary) or '（无）'}</p>{listed}"
        f"<details open><summary>对话全文</summary><pre>{text(record.transcript)}</pre></details>"
        f'<form method="post" action="/desk/close"><input type="hidden" name="id" value="{text(record.id)}">'
        "<button>处理完毕</button></form></article>"
    )


def _form(written: str) -> str:
    return (
        '<form method="post" action="/desk/draft"><label for="text">粘贴整个工单（客户与客服的对话）</label>'
        f'<textarea id="text" name="text" rows="8" required>{text(written)}</textarea>'
        "<button>生成草稿</button></form>"
    )


def _draft(answer: Answer) -> str:
    rows = "".join(
        f"<li value={c.n}><b>{text(c.title)}</b><blockquote>{text(c.quote)}</blockquote></li>" for c in answer.citations
    )
    missing = "".join(f"<li>{text(part)}</li>" for part in answer.uncovered)
    reason = f"<p>{text(answer.handoff.reason)}</p>" if answer.handoff else ""
    return (
        f'<article class="card" id="draft"><h3>草稿 <small>{text(answer.verdict)} · {text(answer.engine)}</small></h3>'
        f"<pre>{text(answer.marked or answer.text)}</pre>{reason}"
        + (f"<h4>没有依据的部分</h4><ul>{missing}</ul>" if missing else "")
        + (f"<h4>依据</h4><ol>{rows}</ol>" if rows else "")
        + "</article>"
    )
