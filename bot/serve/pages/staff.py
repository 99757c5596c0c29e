"""The staff's routes: sign-in, the three pages, their forms, and the description of the API.

Lets in by the staff key and hands over to the page that renders; off entirely without a key.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.store import Desk
from bot.serve.access import COOKIE, COOKIE_SECONDS, Access, peer
from bot.serve.core import Assistant
from bot.serve.errors import Refused, route_class, told
from bot.serve.pages import desk as desk_page
from bot.serve.pages import paper, quality, weeks
from bot.serve.pages.gaps import Gaps
from bot.serve.pages.knowledge import Knowledge
from bot.serve.protocol import clean
from bot.serve.rebuild import Rebuild
from bot.serve.telemetry import Telemetry

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
PATHS = ("/desk", "/knowledge", "/quality", "/docs", "/openapi.json")


class Staff:
    """The handlers, over their collaborators."""

    def __init__(
        self, app: FastAPI, assistant: Assistant, desk: Desk, access: Access, numbers: Telemetry, report_dir: Path
    ) -> None:
        self._app, self._assistant, self._desk = app, assistant, desk
        self._access, self._numbers, self._report_dir = access, numbers, report_dir

    async def desk(self, request: Request) -> Response:
        if refused := self._door(request):
            return refused
        return desk_page.render(await run_in_threadpool(self._desk.handoffs))

    async def close(self, request: Request) -> Response:
        if refused := self._door(request):
            return refused
        form = await _form(request)
        if await run_in_threadpool(self._desk.close_handoff, form.get("id", "")):
            self._numbers.handoff("closed")
        return RedirectResponse("/desk", 303)

    async def draft(self, request: Request) -> Response:
        if refused := self._door(request):
            return refused
        written = clean((await _form(request)).get("text", ""))
        waiting = await run_in_threadpool(self._desk.handoffs)
        try:
            answer = await run_in_threadpool(self._assistant.draft, written)
        except Exception as error:  # noqa: BLE001 - the page's edge
            return desk_page.render(waiting, written, said=told(error, self._numbers))
        return desk_page.render(waiting, written, answer)

    def behind_door(self, show: Handler) -> Handler:
        """A page that is shown to staff; the sign-in form to anybody else."""

        async def handle(request: Request) -> Response:
            return self._door(request) or await show(request)

        return handle

    def behind_key(self, act: Handler) -> Handler:
        """What a program may ask as well: whoever is not staff gets an error, not a form."""

        async def handle(request: Request) -> Response:
            if refusal := self._access.staff(request):
                raise Refused(refusal)
            return await act(request)

        return handle

    async def quality(self, request: Request) -> Response:
        if refused := self._door(request):
            return refused

        def make() -> HTMLResponse:
            desk = self._desk
            used = weeks.latest(desk)
            return quality.render(desk.tally(), desk.feedbacks(), desk.handed_over(), self._report_dir, used)

        return await run_in_threadpool(make)

    async def report(self, request: Request) -> Response:
        if refused := self._door(request):
            return refused
        return await run_in_threadpool(quality.whole, self._report_dir)

    async def docs(self, request: Request) -> Response:
        if refused := self._door(request):
            return refused
        rows = [
            (method.upper(), path, operation.get("description", ""))
            for path, operations in self._schema()["paths"].items()
            for method, operation in operations.items()
        ]
        return paper.page("接口", paper.table(("方法", "路径", "说明"), rows), "docs")

    async def openapi(self, _: Request) -> Response:
        return JSONResponse(self._schema())

    async def sign_in(self, request: Request) -> Response:
        """The form's answer: a cookie with a token for one shift, and back to the page."""
        form = await _form(request)
        target = form.get("next", "")
        target = target if _ours(target) else "/desk"
        if not self._access.staff_key:
            return _off()
        if refusal := self._access.sign_in(form.get("key", ""), peer(request)):
            return _ask(
                target, "密钥不正确" if refusal.status == 401 else "尝试次数过多，请一分钟后再试", refusal.status
            )
        response = RedirectResponse(target, 303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(
            COOKIE, self._access.cookie(), COOKIE_SECONDS, httponly=True, samesite="strict", secure=secure
        )
        return response

    async def sign_out(self) -> Response:
        response = RedirectResponse("/desk", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    def _door(self, request: Request) -> HTMLResponse | None:
        refusal = self._access.staff(request)
        if refusal is None:
            return None
        if refusal.status == 404:
            return _off()
        query = f"?{request.url.query}" if request.url.query else ""
        return _ask(f"{request.url.path}{query}" if request.method == "GET" else "/desk", "", refusal.status)

    def _schema(self) -> dict[str, Any]:
        return get_openapi(title=self._app.title, version="1", routes=self._app.routes)


def attach(
    app: FastAPI,
    assistant: Assistant,
    desk: Desk,
    access: Access,
    numbers: Telemetry,
    report_dir: Path,
    rebuild: Rebuild | None = None,
) -> None:
    """Adds the staff's routes."""
    staff = Staff(app, assistant, desk, access, numbers, report_dir)
    known = Knowledge(assistant, rebuild)
    router = APIRouter(route_class=route_class(numbers), include_in_schema=False)
    for path, handler in (
        ("/desk", staff.desk),
        ("/knowledge", staff.behind_door(known.overview)),
        ("/knowledge/tickets", staff.behind_door(known.tickets)),
        ("/knowledge/ticket", staff.behind_door(known.ticket)),
        ("/knowledge/answers", staff.behind_door(known.answers)),
        ("/knowledge/approved", staff.behind_door(known.approved)),
        ("/knowledge/conflicts", staff.behind_door(known.conflicts)),
        ("/knowledge/aside", staff.behind_door(known.aside)),
        ("/knowledge/rebuild", staff.behind_key(known.progress)),
        ("/quality", staff.quality),
        ("/quality/gaps", staff.behind_door(Gaps(assistant, desk).show)),
        ("/quality/report", staff.report),
        ("/docs", staff.docs),
        ("/openapi.json", staff.behind_key(staff.openapi)),
    ):
        router.add_api_route(path, handler, methods=["GET"])
    for path, action in (
        ("/knowledge/rebuild", staff.behind_door(known.start)),
        ("/desk/close", staff.close),
        ("/desk/draft", staff.draft),
        ("/desk/sign-in", staff.sign_in),
        ("/desk/sign-out", staff.sign_out),
    ):
        router.add_api_route(path, action, methods=["POST"])
    app.include_router(router)


def _ours(target: str) -> bool:
    """Whether it is a page to come back to after signing in."""
    return target.partition("?")[0] in PATHS or target.startswith("/knowledge/")


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(body).items()}


def _off() -> HTMLResponse:
    return paper.page("工作台未开启", "<p>设置 STAFF_KEY 后，客服工作台才会开启。</p>", status=404)


def _ask(target: str, said: str, status: int) -> HTMLResponse:
    note = f'<p class="error" role="alert">{paper.text(said)}</p>' if said else ""
    form = (
        '<form class="card narrow" method="post" action="/desk/sign-in">'
        f'<input type="hidden" name="next" value="{paper.text(target)}">{note}'
        '<label for="key">工作台密钥（STAFF_KEY）</label>'
        '<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>'
        "<button>进入</button></form>"
    )
    return paper.page("登录工作台", form, status=status)
