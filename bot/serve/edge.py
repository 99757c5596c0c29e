"""What the desk's handlers share: the reader's language, an error as a sentence, and the end of a change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, tzinfo

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.errors import DeskError
from bot.serve.errors import Refused, told
from bot.serve.pages.desk.words import Words
from bot.serve.pages.texts import COOKIE
from bot.serve.telemetry import Telemetry

Again = Callable[[Request, str, Exception], HTMLResponse]


def words_of(request: Request, zone: tzinfo = UTC) -> Words:
    """In the language that was chosen; before a choice, in the browser's."""
    chosen = request.cookies.get(COOKIE) or request.headers.get("accept-language", "").lower()[:2]
    return Words("en" if chosen == "en" else "zh", zone)


def said(error: Exception, numbers: Telemetry) -> str:
    return error.refusal.message if isinstance(error, Refused) else told(error, numbers)


async def done(request: Request, again: Again, id: str, work: Callable[[], None]) -> Response:
    """Runs a change; a script gets {"done": true} or the error, a form the page again with the sentence."""
    script = "application/json" in request.headers.get("accept", "")
    try:
        await run_in_threadpool(work)
    except (DeskError, Refused) as error:
        if script:
            raise
        return await run_in_threadpool(again, request, id, error)
    if script:
        return JSONResponse({"done": True})
    return RedirectResponse(f"/desk?id={id}" if id else "/desk", 303)
