"""What machines ask of the running app: does it live, can it answer, should it be asked, and its numbers.

`/livez` is for whoever restarts a process, `/readyz` for whoever sends it requests, `/healthz` for whoever wants to
know why not. A model that is away makes none of them say no: the extractive writer answers in its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.store import Desk
from bot.errors import DeskError
from bot.records import Question
from bot.serve import schema
from bot.serve.core import Assistant
from bot.serve.errors import route_class, told
from bot.serve.telemetry import Telemetry
from bot.serve.turns import Turns

HEALTH = schema.health()
ALIVE = schema.told(schema.ref("Health"), keyed=False)
PROBE = Question("证书")
"""What is searched for to see whether anything can be found: a short word of the trade."""
FRESH = 5.0  # seconds for which a search that went well speaks for the next: anybody may ask, and a search costs 20 ms
METRICS = schema.told({}, 403, 500, kinds=[schema.TEXT])


class Vitals:
    """The handlers, over their collaborators."""

    def __init__(self, assistant: Assistant, desk: Desk, telemetry: Telemetry, turns: Turns) -> None:
        self._assistant, self._desk, self._telemetry, self._turns = assistant, desk, telemetry, turns
        self._sound = ("", -FRESH)  # the build that was searched, and when

    def attach(self, app: FastAPI, staff: Callable[[Request], Coroutine[Any, Any, None]]) -> None:
        """Adds the routes; `staff` guards the numbers."""
        router = APIRouter(route_class=route_class(self._telemetry))
        for path, handler, needed, kind, extra in (
            ("/livez", self.alive, [], JSONResponse, ALIVE),
            ("/healthz", self.health, [], JSONResponse, HEALTH),
            ("/readyz", self.ready, [], JSONResponse, HEALTH),
            ("/metrics", self.metrics, [Depends(staff)], PlainTextResponse, METRICS),
        ):
            router.add_api_route(
                path, handler, methods=["GET"], dependencies=needed, response_class=kind, openapi_extra=extra
            )
        app.include_router(router)

    async def alive(self) -> Response:
        """200 while this process answers at all: whatever else it lacks, a restart would not bring."""
        return JSONResponse({"status": "alive"})

    async def health(self) -> Response:
        """200 when a question can be answered: the index was searched, the database read. 503 says why not."""
        try:
            await run_in_threadpool(self._try)
            build, engine = self._assistant.build, self._assistant.engine
        except DeskError as error:
            return JSONResponse({"status": "unavailable", "reason": str(error)}, 503)
        except Exception as error:  # noqa: BLE001 - the API's edge
            reason = told(error, self._telemetry)
            return JSONResponse({"status": "unavailable", "reason": reason}, 503)
        return JSONResponse({"status": "ready", "build": build, "engine": engine})

    def _try(self) -> None:
        """An index that was damaged since it was opened shows it only when it is searched."""
        build, moment = self._assistant.build, time.monotonic()
        if self._sound[0] != build or moment - self._sound[1] >= FRESH:
            self._assistant.measured(PROBE)
            self._sound = (build, moment)
        self._desk.check()

    async def ready(self, request: Request) -> Response:
        """200 when this process should be sent questions: /healthz, and it is not about to stop. `?stopping=404` asks
        for that status then, by which HAProxy tells a stop from a failure."""
        if getattr(request.app.state, "stopping", False):
            status = 404 if request.query_params.get("stopping") == "404" else 503
            return JSONResponse({"status": "unavailable", "reason": "This process is stopping."}, status)
        return await self.health()

    async def metrics(self) -> Response:
        """Prometheus's text format."""
        await run_in_threadpool(self._measure)
        return PlainTextResponse(self._telemetry.exposition(), media_type="text/plain; version=0.0.4")

    def _measure(self) -> None:
        """What is known only by asking; without an index or a database the other numbers still count."""
        self._telemetry.waiting(self._turns.line)
        with self._telemetry.asking("index"):
            self._telemetry.in_use(self._assistant.build, self._assistant.engine, self._assistant.knowledge())
        with self._telemetry.asking("database"):
            records = self._desk.queue.all(limit=10_000)
            taken = sum(bool(record.agent) for record in records)
            self._telemetry.queue({"waiting": len(records) - taken, "taken": taken})
