"""How a failure is told: one clear sentence for a person, OpenAI's shape for a program.

A DeskError brings its own sentence; anything else gets a number under which the log has it, so
that neither a traceback nor a customer's words leave by way of an error.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match

from bot.errors import AccountError, ConflictError, DeskError, ImageError, QuestionError
from bot.serve.access import Refusal
from bot.serve.protocol import BadRequest, error_body
from bot.serve.telemetry import Telemetry

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Refused(Exception):
    """A caller without the key a route needs, or one who asks for what is not there."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


EXPECTED = (QuestionError, ConflictError, ImageError, AccountError)
"""What somebody asked for and cannot have: no failure of ours, and not counted as one."""
APOLOGY = "出错了（错误号 {number}），请稍后再试。 Something went wrong (error {number}), please try again later."


def told(error: Exception, telemetry: Telemetry, apology: str = APOLOGY) -> str:
    """The sentence for a person; `apology` is said of what has no sentence of its own."""
    if isinstance(error, EXPECTED):
        return str(error)
    number = telemetry.failure(error)
    return numbered(str(error), number) if isinstance(error, DeskError) else apology.format(number=number)


def numbered(sentence: str, number: str) -> str:
    """A sentence with the number under which the log has it, in the language that it ends in."""
    return f"{sentence}（错误号 {number}）" if sentence.endswith(("。", "）", "！")) else f"{sentence} (error {number})"


def shape(error: Exception, telemetry: Telemetry) -> tuple[int, dict[str, Any]]:
    """The status and the body for a program."""
    wrong = "invalid_request_error"
    if isinstance(error, Refused):
        refusal = error.refusal
        return refusal.status, error_body(refusal.message, refusal.type, None, refusal.code)
    if isinstance(error, BadRequest):
        return 400, error_body(str(error), wrong, error.param, "invalid_request")
    if isinstance(error, QuestionError):
        return 400, error_body(str(error), wrong, "messages", "invalid_question")
    if isinstance(error, ConflictError):
        return 409, error_body(str(error), wrong, None, "conflict")
    if isinstance(error, EXPECTED):
        return 400, error_body(str(error), wrong, None, "invalid_request")
    if isinstance(error, HTTPException):
        kind = wrong if error.status_code < 500 else "server_error"
        return error.status_code, error_body(str(error.detail), kind, None, None)
    status = 503 if isinstance(error, DeskError) else 500
    return status, error_body(told(error, telemetry), "server_error", None, None)


def reply(error: Exception, telemetry: Telemetry) -> JSONResponse:
    status, body = shape(error, telemetry)
    headers = dict(getattr(error, "headers", None) or {})
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, Refused):
        if status in (401, 403, 429):
            telemetry.refused(error.refusal.code)
        if error.refusal.wait:
            headers["retry-after"] = str(error.refusal.wait)
    return JSONResponse(body, status, headers)


def route_class(telemetry: Telemetry) -> type[APIRoute]:
    """A route whose every failure becomes a reply."""

    class Route(APIRoute):
        def get_route_handler(self) -> Handler:
            handler = super().get_route_handler()

            async def handle(request: Request) -> Response:
                try:
                    return await handler(request)
                except Exception as error:  # noqa: BLE001 - the API's edge
                    return reply(error, telemetry)

            return handle

    return Route


def install(app: FastAPI, telemetry: Telemetry) -> None:
    """For what no route of ours has answered: unknown paths and methods."""

    async def handle(_request: Request, error: Exception) -> JSONResponse:
        return reply(error, telemetry)

    app.add_exception_handler(HTTPException, handle)


def fence(app: FastAPI, prefixes: tuple[str, ...]) -> None:
    """Our own paths end here: without it, an unknown one would fall through to the mounted page."""
    known = tuple(app.routes)

    async def missing(request: Request) -> Response:
        asked = [{**request.scope, "method": method} for method in METHODS]
        taken = [scope["method"] for scope in asked if any(route.matches(scope)[0] is Match.FULL for route in known)]
        if taken:
            raise HTTPException(405, "This address takes another method.", {"allow": ", ".join(taken)})
        raise HTTPException(404, "There is nothing here.")

    for prefix in prefixes:
        app.add_route(f"{prefix}{{rest:path}}", missing, METHODS, include_in_schema=False)
