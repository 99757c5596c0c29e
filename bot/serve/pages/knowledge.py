"""The staff's pages about what is known: overview, tickets, common and approved answers, conflicts, asides, rebuild.

Reads a request, asks the newest build, and hands over to the page that renders. Who may come in is decided before.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.serve.access import Refusal
from bot.serve.catalogue import Catalogue, Catalogues
from bot.serve.core import Assistant
from bot.serve.errors import Refused
from bot.serve.pages import approved, findings, overview, rebuild, ticket, tickets
from bot.serve.pages.paper import page
from bot.serve.rebuild import Rebuild
from bot.tickets import expiry

PARTS = (
    ("/knowledge", "概览"),
    ("/knowledge/tickets", "工单"),
    ("/knowledge/answers", "重复的答复"),
    ("/knowledge/approved", "批准的答复"),
    ("/knowledge/conflicts", "矛盾"),
    ("/knowledge/aside", "未收入"),
)
NO_REBUILD = Refusal(404, "This app cannot rebuild its index.", "no_rebuild")


class Knowledge:
    """The handlers, over the assistant whose build is shown and the folder of approved answers."""

    def __init__(
        self,
        assistant: Assistant,
        rebuilding: Rebuild | None,
        folder: Path,
        today: Callable[[], str] = expiry.today,
    ) -> None:
        self._assistant, self._rebuild, self._folder, self._today = assistant, rebuilding, folder, today
        self._catalogues = Catalogues(assistant.library)

    async def overview(self, _: Request) -> Response:
        state = self._rebuild.state if self._rebuild else None

        def make() -> HTMLResponse:
            counts, engine = self._assistant.knowledge(), self._assistant.engine
            head = rebuild.head(state) if state else ""
            return _page("/knowledge", "知识库", overview.render(self._newest(), counts, engine, state), head)

        return await run_in_threadpool(make)

    async def tickets(self, request: Request) -> Response:
        return await self._shown("/knowledge/tickets", "工单", lambda: tickets.render(self._newest(), _given(request)))

    async def ticket(self, request: Request) -> Response:
        id = request.query_params.get("id", "")

        def make() -> HTMLResponse:
            newest = self._newest()
            if (row := newest.facts(id)) is None:
                return _page("/knowledge/tickets", "没有这个工单", "<p>现在的索引里没有这个工单。</p>", status=404)
            title = row.ticket.title or row.ticket.question[:40] or row.ticket.id
            return _page("/knowledge/tickets", title, ticket.render(newest, row))

        return await run_in_threadpool(make)

    async def answers(self, request: Request) -> Response:
        return await self._shown(
            "/knowledge/answers", "重复的答复", lambda: findings.answers(self._newest(), _given(request))
        )

    async def approved(self, _: Request) -> Response:
        return await self._shown(
            "/knowledge/approved", "批准的答复", lambda: approved.render(self._newest(), self._folder, self._today())
        )

    async def conflicts(self, _: Request) -> Response:
        return await self._shown(
            "/knowledge/conflicts", "矛盾", lambda: findings.conflicts(self._newest(), self._assistant.knowledge())
        )

    async def aside(self, _: Request) -> Response:
        return await self._shown(
            "/knowledge/aside", "未收入", lambda: findings.aside(self._newest(), self._assistant.knowledge())
        )

    async def start(self, _: Request) -> Response:
        if self._rebuild is None:
            raise Refused(NO_REBUILD)
        await run_in_threadpool(self._rebuild.start, self._assistant.build)
        return RedirectResponse("/knowledge#rebuild", 303)

    async def progress(self, _: Request) -> Response:
        if self._rebuild is None:
            raise Refused(NO_REBUILD)
        return JSONResponse(rebuild.as_json(self._rebuild.state), headers={"cache-control": "no-store"})

    def _newest(self) -> Catalogue:
        return self._catalogues.newest()

    async def _shown(self, path: str, title: str, body: Callable[[], str]) -> Response:
        return await run_in_threadpool(lambda: _page(path, title, body()))


def _page(path: str, title: str, body: str, head: str = "", status: int = 200) -> HTMLResponse:
    links = "".join(
        f'<a href="{href}"{" aria-current=page" if href == path else ""}>{name}</a>' for href, name in PARTS
    )
    nav = f'<nav class="parts" aria-label="知识库">{links}</nav>'
    return page(title, nav + body, "knowledge", status, head)


def _given(request: Request) -> dict[str, str]:
    return dict(request.query_params)
