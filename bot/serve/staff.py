"""The staff's routes: signing in and out, which page is whose, the quality pages, the description of the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.people import Role
from bot.desk.store import Desk
from bot.serve import schema
from bot.serve.access import COOKIE, COOKIE_SECONDS, Access, Refusal, peer, same_origin
from bot.serve.agents import Agents
from bot.serve.door import ELSEWHERE, Door, Handler, account_of
from bot.serve.drafts import Drafts
from bot.serve.edge import words_of
from bot.serve.errors import Refused, route_class
from bot.serve.forms import form
from bot.serve.maintainers import Maintainers
from bot.serve.pages import entry, paper, quality, weeks
from bot.serve.pages.gaps import Gaps
from bot.serve.pages.knowledge import Knowledge
from bot.serve.pictures import Pictures
from bot.serve.telemetry import Telemetry

PATHS = ("/desk", "/knowledge", "/quality", "/docs", "/openapi.json")
PROXIED = Refusal(404, "People sign in at the company's own gateway.", "sso")


class Staff:
    """What is neither the desk's nor the knowledge's."""

    def __init__(self, app: FastAPI, desk: Desk, access: Access, report_dir: Path) -> None:
        self._app, self._desk, self._access, self._report_dir = app, desk, access, report_dir

    async def quality(self, _: Request) -> Response:
        def make() -> HTMLResponse:
            desk = self._desk
            used = weeks.latest(desk)
            return quality.render(
                desk.tally(), desk.feedbacks(), desk.handed_over(), self._report_dir, used, desk.replies.edited()
            )

        return await run_in_threadpool(make)

    async def report(self, _: Request) -> Response:
        return await run_in_threadpool(quality.whole, self._report_dir)

    async def docs(self, _: Request) -> Response:
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
        if not same_origin(request):
            raise Refused(ELSEWHERE)
        if self._access.sso_header:
            raise Refused(PROXIED)
        given = await form(request)
        target = given.get("next", "")
        target = target if ours(target) else "/desk"
        name = given.get("name", "")

        def work() -> tuple[str, Any] | Refusal:
            found = self._access.sign_in(name, given.get("password", ""), peer(request))
            if not isinstance(found, Refusal):
                self._desk.audit.note(found[1].name, "signed in")
            elif (
                found.code != "too_many_tries"
            ):  # nobody fills the log; and a password in the wrong field stays out of it
                known = self._desk.accounts.find(name)
                self._desk.audit.note("", "failed to sign in", known.name if known else "")
            return found

        found = await run_in_threadpool(work)
        if isinstance(found, Refusal):
            return entry.ask(target, found.message, found.status, words_of(request))
        response = RedirectResponse(target, 303)
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(COOKIE, found[0], COOKIE_SECONDS, httponly=True, samesite="strict", secure=secure)
        return response

    async def sign_out(self, request: Request) -> Response:
        if not same_origin(request):
            raise Refused(ELSEWHERE)
        await run_in_threadpool(self._access.sign_out, request)
        response = RedirectResponse("/desk", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    def noted(self, deed: str, act: Handler) -> Handler:
        """A handler that leaves a line in the log."""

        async def handle(request: Request) -> Response:
            await run_in_threadpool(self._desk.audit.note, account_of(request).name, deed)
            return await act(request)

        return handle

    def _schema(self) -> dict[str, Any]:
        return schema.describe(self._app.title, self._app.routes)


def attach(
    app: FastAPI,
    access: Access,
    desk: Desk,
    agents: Agents,
    drafts: Drafts,
    pictures: Pictures,
    maintainers: Maintainers,
    known: Knowledge,
    gaps: Gaps,
    numbers: Telemetry,
    report_dir: Path,
) -> None:
    """Adds the staff's routes. docs/desk.md has the same table, and a test holds the two together."""
    staff, door = Staff(app, desk, access, report_dir), Door(access)
    router = APIRouter(route_class=route_class(numbers), include_in_schema=False)
    pages: tuple[tuple[str, str, Role, Handler], ...] = (
        ("GET", "/desk", "agent", agents.home),
        ("GET", "/desk/draft", "agent", drafts.draft),
        ("POST", "/desk/draft", "agent", drafts.draft),
        ("POST", "/desk/take", "agent", agents.take),
        ("POST", "/desk/say", "agent", agents.say),
        ("POST", "/desk/transfer", "agent", agents.transfer),
        ("POST", "/desk/close", "agent", agents.close),
        ("POST", "/desk/notice", "agent", agents.notice),
        ("POST", "/desk/language", "agent", agents.language),
        ("GET", "/desk/reuse", "agent", maintainers.reuses),
        ("POST", "/desk/reuse", "agent", maintainers.propose),
        ("POST", "/desk/reuse/decide", "maintainer", maintainers.decide),
        ("GET", "/desk/audit", "maintainer", maintainers.audit),
        ("POST", "/desk/export", "maintainer", maintainers.export),
        ("POST", "/desk/erase", "maintainer", maintainers.erase),
        ("GET", "/knowledge", "agent", known.overview),
        ("GET", "/knowledge/tickets", "agent", known.tickets),
        ("GET", "/knowledge/ticket", "agent", known.ticket),
        ("GET", "/knowledge/answers", "agent", known.answers),
        ("GET", "/knowledge/approved", "agent", known.approved),
        ("GET", "/knowledge/conflicts", "agent", known.conflicts),
        ("GET", "/knowledge/aside", "agent", known.aside),
        ("POST", "/knowledge/rebuild", "maintainer", staff.noted("started rebuild", known.start)),
        ("GET", "/quality", "agent", staff.quality),
        ("GET", "/quality/gaps", "agent", gaps.show),
        ("GET", "/quality/report", "agent", staff.report),
        ("GET", "/docs", "agent", staff.docs),
    )
    data: tuple[tuple[str, str, Role, Handler], ...] = (
        ("GET", "/desk/state", "agent", agents.state),
        ("GET", "/desk/image", "agent", agents.image),
        ("POST", "/desk/image", "agent", pictures.agent),
        ("POST", "/desk/propose", "agent", drafts.propose),
        ("POST", "/desk/sources", "agent", drafts.sources),
        ("POST", "/desk/discard", "agent", drafts.discard),
        ("GET", "/knowledge/rebuild", "agent", known.progress),
        ("GET", "/openapi.json", "agent", staff.openapi),
    )
    for method, path, role, handler in pages:
        router.add_api_route(path, door.page(role, handler), methods=[method])
    for method, path, role, handler in data:
        router.add_api_route(path, door.data(role, handler), methods=[method])
    router.add_api_route("/desk/sign-in", staff.sign_in, methods=["POST"])
    router.add_api_route("/desk/sign-out", staff.sign_out, methods=["POST"])
    app.include_router(router)


def ours(target: str) -> bool:
    """Whether it is a page to come back to after signing in."""
    path = target.partition("?")[0]
    return path in PATHS or (path.startswith(("/knowledge/", "/desk/", "/quality/")) and "//" not in path)
