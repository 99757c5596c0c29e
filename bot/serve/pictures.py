"""Screenshots come in: a customer's to the shelf until a hand-over takes it, an agent's to the hand-over at hand.

The body is the image itself. It is admitted and read here, in the process; the reply holds its text, redacted, for
whoever sent it to correct.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.screenshots import Screenshot, admit
from bot.desk.store import Desk
from bot.serve.access import Refusal, peer, same_origin
from bot.serve.core import Tools
from bot.serve.door import ELSEWHERE, account_of
from bot.serve.errors import Refused, route_class
from bot.serve.pages.texts import BROWSER
from bot.serve.shelf import Shelf
from bot.serve.telemetry import Telemetry

AT_ONCE = 4
"""Pictures that are read or wait to be: each takes seconds of a core, and a customer waits for theirs."""
SOON = 5
"""Seconds after which one of them is done."""
BUSY = "正在识别的图片太多，请过几秒再传。 Too many images are being read: try again in a few seconds."
NO_BROWSER = "请刷新页面后再传图片。 Reload the page, then attach the image."


class Pictures:
    """The handlers, over the desk and the shelf."""

    def __init__(self, desk: Desk, shelf: Shelf, tools: Tools) -> None:
        self._desk, self._shelf, self._tools = desk, shelf, tools
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def attach(self, app: FastAPI, numbers: Telemetry) -> None:
        router = APIRouter(route_class=route_class(numbers), include_in_schema=False)
        router.add_api_route("/ui/image", self.customer, methods=["POST"])
        app.include_router(router)

    async def customer(self, request: Request) -> Response:
        """{"id", "text"}: the page sends the id back when its customer keeps the picture."""
        browser = request.cookies.get(BROWSER, "")
        if not same_origin(request):
            raise Refused(ELSEWHERE)
        if not browser:
            raise Refused(Refusal(400, NO_BROWSER, "no_browser"))
        if seconds := self._tools.wait("image", peer(request)):
            said = f"传图太频繁了，请 {seconds} 秒后再试。 Too many images: try again in {seconds} seconds."
            raise Refused(Refusal(429, said, "too_many_images", "rate_limit_error", seconds))
        data = await request.body()

        def work() -> dict[str, str]:
            shot, text = self._read(data)
            return {"id": self._shelf.put(browser, shot), "text": text}

        return JSONResponse(await run_in_threadpool(work))

    async def agent(self, request: Request) -> Response:
        """{"text"}: kept with hand-over `id` where one is named, read alone where none is."""
        account, id = account_of(request), request.query_params.get("id", "")
        data = await request.body()

        def work() -> dict[str, str]:
            shot, text = self._read(data)
            if id:
                self._desk.images.keep(id, shot.data, shot.media_type, shot.width, shot.height, text)
                self._desk.audit.note(account.name, "attached image", id)
            return {"text": text}

        return JSONResponse(await run_in_threadpool(work))

    def _read(self, data: bytes) -> tuple[Screenshot, str]:
        with self._place():
            shot = admit(data)
            return shot, self._tools.redact(self._tools.read(shot))

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Refused(Refusal(429, BUSY, "busy", "rate_limit_error", SOON))
        try:
            yield
        finally:
            self._places.release()
