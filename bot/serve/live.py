"""What a customer's page asks every second or so: whether anything has changed, and what staff say to everybody.

Answers for the browser that asks, by its own secret, and for no other.
"""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.store import Desk
from bot.serve.errors import route_class
from bot.serve.pages.texts import BROWSER, COOKIE
from bot.serve.telemetry import Telemetry


class Live:
    """Over the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def attach(self, app: FastAPI, numbers: Telemetry) -> None:
        router = APIRouter(route_class=route_class(numbers), include_in_schema=False)
        router.add_api_route("/ui/live", self.state, methods=["GET"])
        app.include_router(router)

    async def state(self, request: Request) -> Response:
        """{"rev": changes whenever a person said or did something, "notice": text or ""}; "nameless": true beside
        them where the browser sends no secret, as in some frames: then the page has to look for itself."""
        browser = request.cookies.get(BROWSER, "")
        english = (request.query_params.get("lang") or request.cookies.get(COOKIE)) == "en"

        def read() -> dict[str, str | bool]:
            notice = self._desk.notices.current()
            text = (notice.en if english else notice.zh) if notice else ""
            told: dict[str, str | bool] = {"rev": self._desk.revision(browser), "notice": text}
            return told if browser else {**told, "nameless": True}

        return JSONResponse(await run_in_threadpool(read), headers={"cache-control": "no-store"})
