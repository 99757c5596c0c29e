"""/quality/gaps: what was asked and not answered, grouped, so that staff see which answers are worth approving.

Groups anew where something was asked since; vectors and nearest tickets of what it showed last are kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from bot.desk.store import Desk
from bot.desk.use import unmet as replies
from bot.errors import DeskError
from bot.evaluate.gaps import MOST, SHOWN, Gap, Vectors, gaps, unmet
from bot.records import Question
from bot.serve.core import Assistant, Tools
from bot.serve.pages.names import ticket_link
from bot.serve.pages.paper import Html, page, table, text

WHY = {"handoff": "没有依据而转人工", "clarify": "反问", "down": "客户说没有帮助"}
_HEAD = ("问题（已脱敏）", "次数", "缘由", "首次", "最近", "最接近的工单")
_EMPTY = (
    '<p class="empty">还没有答不上的问题。客户问到工单里没有的内容而转人工、被反问，或说回复没有帮助时，'
    "相近的问题会归在一起列在这里：次数最多的，最值得写一个答复并批准。</p>"
)
_HOW = (
    "相近的问题归为一类，次数多的在前。给其中一类写好答复并批准，重建索引后就能答上；"
    f'已批准的见<a href="/knowledge/approved">批准的答复</a>。要求人工或代办的不计入。'
    f"最多显示 {SHOWN} 类，日期按 UTC+8。"
)


class Gaps:
    """The handler, over the assistant whose tickets are named and the desk that remembers what was asked."""

    def __init__(self, assistant: Assistant, desk: Desk, tools: Tools) -> None:
        self._assistant, self._desk, self._tools = assistant, desk, tools
        self._lock = threading.Lock()
        self._vectors: dict[str, Sequence[float]] = {}
        self._nearest: dict[tuple[str, str], str] = {}

    async def show(self, _: Request) -> Response:
        body = await run_in_threadpool(self._body, self._tools.vectors, self._tools.redact)
        return page("没有答上的问题", body, "quality")

    def _body(self, vectors: Vectors | None, clean: Callable[[str], str]) -> str:
        desk = self._desk
        asked = unmet(desk.read(replies), desk.feedbacks(MOST), clean)
        with self._lock:  # two at once would embed the same twice
            found = gaps(asked, self._kept(vectors) if vectors else None, self._ticket)
        if not found:
            return _EMPTY
        tickets = self._assistant.library().tickets
        rows = [
            (
                _question(gap),
                gap.count,
                "、".join(f"{WHY[why]} {count}" for why, count in gap.why),
                Html(f"<time>{gap.first}</time>"),
                Html(f"<time>{gap.last}</time>"),
                ticket_link(tickets[gap.ticket]) if gap.ticket in tickets else "",
            )
            for gap in found[:SHOWN]
        ]
        told = f"{len(found)} 类、{sum(gap.count for gap in found)} 次没有答上"
        return f'<p class="meta">{_HOW}</p><div class="gaps">{table(_HEAD, rows, caption=told)}</div>'

    def _kept(self, vectors: Vectors) -> Vectors:
        """`vectors` that embeds only what was not there the last time."""

        def embed(texts: list[str]) -> Sequence[Sequence[float]]:
            new = list(dict.fromkeys(said for said in texts if said not in self._vectors))
            known = {**self._vectors, **dict(zip(new, vectors(new) if new else (), strict=True))}
            self._vectors = {said: known[said] for said in texts}
            return [self._vectors[said] for said in texts]

        return embed

    def _ticket(self, question: str) -> str:
        """The ticket nearest to a question in the build in use; "" where it cannot be looked for."""
        key = (self._assistant.build, question)
        if key not in self._nearest:
            if len(self._nearest) > 20 * SHOWN:
                self._nearest.clear()
            try:
                self._nearest[key] = next(iter(self._assistant.measured(Question(question)).ranked), "")
            except DeskError:
                self._nearest[key] = ""
        return self._nearest[key]


def _question(gap: Gap) -> Html:
    """One of the questions, the others folded away."""
    others = "".join(f"<li>{text(other)}</li>" for other in gap.examples)
    more = f"<details><summary>另外的问法</summary><ul>{others}</ul></details>" if others else ""
    return Html(f"{text(gap.question)}{more}")
