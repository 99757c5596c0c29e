"""The routes that programs call: chat completions, models, drafts, feedback.

Reads requests and writes replies; who may call is `access`, the wire format `protocol`, and
what is said comes from the assistant.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar, cast

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from bot.desk.models import Outcome, Thumb
from bot.desk.store import Desk
from bot.records import Answer, Language, Sentence
from bot.reply.rewording import TONES
from bot.serve import schema
from bot.serve.access import Access, Refusal, caller
from bot.serve.core import Assistant
from bot.serve.errors import Refused, route_class, shape
from bot.serve.protocol import (
    DONE,
    MODEL,
    BadRequest,
    ChatRequest,
    Chunks,
    completion,
    read_chat,
    read_object,
    read_text,
    read_ticket,
)
from bot.serve.telemetry import Telemetry
from bot.serve.tracing import Asked
from bot.serve.turns import Turns

Item = TypeVar("Item")
ONLY = 50
"""Ids of chosen evidence; a reply holds five sentences."""
COMMENT_CHARS = 2000
"""A remark, not a document."""

FAULTS = (400, 413, 500, 503)
CHAT = schema.told(schema.ref("ChatReply"), *FAULTS, body="ChatRequest", kinds=[schema.JSON, schema.EVENTS])
ONE = schema.told(schema.ref("Model"), 404, 500, 503) | schema.path("name")
FEEDBACK = schema.told(schema.ref("Stored"), *FAULTS, body="FeedbackRequest")
DRAFT = schema.told(schema.ref("Drafted"), 403, *FAULTS, body="DraftRequest")


class Api:
    """The handlers, over their collaborators."""

    def __init__(
        self,
        assistant: Assistant,
        desk: Desk,
        access: Access,
        telemetry: Telemetry,
        redact: Callable[[str], str],
        draft_chars: int,
        turns: Turns,
    ) -> None:
        self._assistant, self._desk, self._access = assistant, desk, access
        self._telemetry, self._redact, self._draft_chars, self._turns = telemetry, redact, draft_chars, turns
        self._began = int(time.time())

    def attach(self, app: FastAPI) -> None:
        """Adds the routes, each behind the key it needs."""
        caller, staff = [Depends(self._caller)], [Depends(self.staff)]
        router = APIRouter(route_class=route_class(self._telemetry))
        for method, path, handler, needed, extra in (
            ("POST", "/v1/chat/completions", self.chat, caller, CHAT),
            ("GET", "/v1/models", self.models, caller, schema.told(schema.ref("Models"), 500, 503)),
            ("GET", "/v1/models/{name}", self.model, caller, ONE),
            ("POST", "/api/feedback", self.feedback, caller, FEEDBACK),
            ("POST", "/api/draft", self.draft, staff, DRAFT),
        ):
            router.add_api_route(path, handler, methods=[method], dependencies=needed, openapi_extra=extra)
        app.include_router(router)

    async def _caller(self, request: Request) -> None:
        await self._let_in(request, self._access.api)

    async def staff(self, request: Request) -> None:
        """Lets in whoever may call what is the staff's; raises Refused."""
        await self._let_in(request, self._access.program)

    async def _let_in(self, request: Request, judge: Callable[[Request], Refusal | None]) -> None:
        if refusal := await run_in_threadpool(judge, request):
            raise Refused(refusal)
        if name := getattr(request.state, "client", ""):
            self._telemetry.client(name)

    async def chat(self, request: Request) -> Response:
        """Answers the last user message (OpenAI's chat completions; `stream` for SSE)."""
        asked = read_chat(read_object(await request.body()), uuid.uuid4().hex)
        came = Asked("api", request.headers.get("traceparent", ""))
        items = await self._in_turn(request, self._telemetry.watch(self._assistant.stream(asked.question), came))
        # The first sentence comes before the status line, so that a bad question is a 400.
        first = await run_in_threadpool(next, items, None)
        if asked.stream:
            headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
            return StreamingResponse(self._events(asked, first, items), media_type="text/event-stream", headers=headers)
        answer = first if isinstance(first, Answer) else await run_in_threadpool(_last, items)
        return JSONResponse(completion(asked, answer, int(time.time())))

    async def _in_turn(self, request: Request, items: Iterator[Item]) -> Iterator[Item]:
        return await self._turns.written(caller(request), items, request.is_disconnected)

    async def _events(
        self,
        asked: ChatRequest,
        first: Sentence | Answer | None,
        rest: Iterator[Sentence | Answer],
    ) -> AsyncIterator[str]:
        chunks = Chunks(asked, int(time.time()))
        yield chunks.first()
        try:
            if first is not None:
                yield chunks.next(first)
            async for item in iterate_in_threadpool(rest):
                yield chunks.next(item)
        except Exception as error:  # noqa: BLE001 - the API's edge
            yield chunks.error(shape(error, self._telemetry)[1])
        yield DONE

    async def models(self) -> Response:
        """The one model there is."""
        return JSONResponse({"object": "list", "data": [self._model()]})

    async def model(self, request: Request) -> Response:
        """The one model by its name."""
        name = str(request.path_params["name"])
        if name != MODEL:
            text = f"The model '{name[:60]}' does not exist; there is '{MODEL}'."
            raise Refused(Refusal(404, text, "model_not_found"))
        return JSONResponse(self._model())

    def _model(self) -> dict[str, Any]:
        return {
            "id": MODEL,
            "object": "model",
            "created": self._began,
            "owned_by": self._assistant.engine,
        }

    async def draft(self, request: Request) -> Response:
        """A reply draft for an agent: {"text": a whole ticket, or "ticket": a ticket system's JSON, "only": [ids],
        "language": "zh"|"en", "tone": "shorter"|"gentler"} gives an Answer with the letter under "draft"."""
        body = read_object(await request.body())
        text, only = read_ticket(body), _ids(body, "only", "ticket or statement")
        language = cast("Language | None", _choice(body, "language", ("zh", "en")))
        tone = _choice(body, "tone", tuple(TONES))
        parent = request.headers.get("traceparent", "")
        draft = lambda: self._assistant.propose(text, only[:ONLY], language)  # noqa: E731
        drafts = (self._telemetry.drafted(draft, parent) for _ in range(1))
        made = await run_in_threadpool(next, await self._in_turn(request, drafts))
        return JSONResponse((TONES[tone](made) if tone else made).as_json())

    async def feedback(self, request: Request) -> Response:
        """What a user says of an answer: {"answer": id, "thumb": "up"|"down", "outcome":
        "solved"|"unsolved", "comment", "question", "citations": [ids], "conversation"}."""
        body = read_object(await request.body())
        answer = read_text(body, "answer", needed=True, limit=200)
        thumb = _choice(body, "thumb", ("up", "down"))
        outcome = _choice(body, "outcome", ("solved", "unsolved"))
        comment = read_text(body, "comment", limit=COMMENT_CHARS)
        if not (thumb or outcome or comment):
            raise BadRequest("One of 'thumb', 'outcome' and 'comment' is needed.", "thumb")
        citations = _ids(body, "citations", "ticket")
        question = read_text(body, "question", limit=self._draft_chars)
        conversation = read_text(body, "conversation", limit=200)
        await run_in_threadpool(
            lambda: self._desk.feedback(
                answer,
                conversation=conversation,
                question=self._redact(question),
                thumb=cast("Thumb | None", thumb),
                outcome=cast("Outcome | None", outcome),
                comment=self._redact(comment),
                citations=[c[:200] for c in citations[:50]],
            )
        )
        for kind in filter(None, (thumb, outcome)):
            self._telemetry.feedback(kind)
        return JSONResponse({"stored": True})


def _last(items: Iterator[Sentence | Answer]) -> Answer:
    for item in items:
        if isinstance(item, Answer):
            return item
    raise RuntimeError("the assistant's stream ended without an answer")


def _ids(body: dict[str, Any], name: str, of: str) -> list[str]:
    value = [] if body.get(name) is None else body[name]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadRequest(f"'{name}' must be a list of {of} ids.", name)
    return value


def _choice(body: dict[str, Any], name: str, choices: tuple[str, ...]) -> str | None:
    value = body.get(name)
    if value is not None and value not in choices:
        raise BadRequest(f"'{name}' must be {' or '.join(choices)}.", name)
    return cast("str | None", value)
