"""The API described in OpenAPI's terms: bodies, replies and errors of each route.

Describes what `protocol` and `api` read and write, and reads nothing itself: a test holds the two together.
An Answer and a draft are described by their own records.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.routing import BaseRoute

from bot.proposal import Proposal
from bot.reply.rewording import TONES

Schema = dict[str, Any]
JSON, TEXT, EVENTS = "application/json", "text/plain", "text/event-stream"
VERSION = "1"

ABOUT = """OpenAI's protocol for chats, and what agents' programs need beside it. Every error has OpenAI's shape.

A key is sent as `Authorization: Bearer KEY`: a client's own (`python -m bot keys add NAME`), API_KEY, or STAFF_KEY for
drafts and metrics. Without API_KEY a direct caller on the same machine needs none for /v1 and /api/feedback."""

ERRORS = {
    400: "The body cannot be used; `param` names the part.",
    401: "No key, a wrong or a revoked one.",
    403: "The key is right and may not call this address.",
    404: "There is no such thing.",
    413: "The body is too large.",
    429: "A quota is used up (rate_limit_exceeded, insufficient_quota), or too many wrong keys came from this address.",
    500: "Something failed; the message holds the number under which the log has it.",
    503: "The index, the model or the database does not answer.",
}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(needed: Sequence[str] = (), **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, **({"required": list(needed)} if needed else {})}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _maybe(schema: Schema) -> Schema:
    """null stands for what was left out."""
    return {"anyOf": [schema, {"type": "null"}]}


def _text(about: str = "", **more: Any) -> Schema:
    return {"type": "string", **({"description": about} if about else {}), **more}


def _one(*values: str) -> Schema:
    return _text(enum=list(values))


FILLED = {"pattern": r"[^\s\u001c-\u001f\u0085]"}
"""Not blank as Python sees it, which knows five more blanks than JSON Schema's patterns."""
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}

PART = _object(["type", "text"], type=_one("text"), text=_text())
CONTENT = {"anyOf": [_text(), _list(ref("Part"))]}
MESSAGE = {
    "anyOf": [
        _object(["role", "content"], role=_one("user"), content=CONTENT),
        _object(["role"], role=_one("assistant"), content=_maybe(CONTENT)),
        _object(["role"], role=_text("Such as system: ignored.", **{"not": {"enum": ["user", "assistant"]}})),
    ],
    "description": "The last message of a user is the question; those of users and assistants before it are history.",
}
USAGE = _object(
    ["prompt_tokens", "completion_tokens", "total_tokens"],
    **dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), NUMBER),
)

SCHEMAS: dict[str, Schema] = {
    "Error": _object(
        ["error"],
        error=_object(
            ["message", "type", "param", "code"],
            message=_text("One sentence for a person."),
            type=_one("invalid_request_error", "rate_limit_error", "insufficient_quota", "server_error"),
            param=_maybe(_text()),
            code=_maybe(_text()),
        ),
    ),
    "Part": PART,
    "Message": MESSAGE,
    "ChatRequest": _object(
        ["messages"],
        messages=_list(ref("Message"), minItems=1, maxItems=1000, contains=_object(["role"], role={"const": "user"})),
        model=_maybe(_text("Any name is taken.")),
        stream=_maybe(FLAG),
        stream_options=_maybe(_object(include_usage=_maybe(FLAG))),
        n=_maybe({"const": 1}),
    ),
    "ChatReply": _object(
        ["id", "object", "created", "model", "choices", "usage"],
        id=_text(),
        object=_one("chat.completion"),
        created=NUMBER,
        model=_text(),
        choices=_list(ref("Choice"), minItems=1, maxItems=1),
        usage=USAGE,
    ),
    "Choice": _object(
        ["index", "message", "finish_reason"],
        index=NUMBER,
        message=_object(
            ["role", "content", "support"],
            role=_one("assistant"),
            content=_text("The reply with its marks, such as [1]."),
            refusal={"type": "null"},
            support=ref("Answer"),
        ),
        logprobs={"type": "null"},
        finish_reason=_one("stop"),
    ),
    "Event": _object(
        ["data"],
        data={"anyOf": [{"const": "[DONE]"}, _text(contentMediaType=JSON, contentSchema=ref("Chunk"))]},
    ),
    "Chunk": {
        **_object(
            ["id", "object", "created", "model", "choices"],
            id=_text(),
            object=_one("chat.completion.chunk"),
            created=NUMBER,
            model=_text(),
            choices=_list(ref("Piece"), maxItems=1),
            usage=_maybe(USAGE),
        ),
        "description": "A sentence each; the last holds the Answer. A failure on the way is an event with an Error.",
    },
    "Piece": _object(
        ["index", "delta", "finish_reason"],
        index=NUMBER,
        delta=_object(role=_one("assistant"), content=_text(), support=ref("Answer")),
        logprobs={"type": "null"},
        finish_reason=_maybe(_one("stop")),
    ),
    "Model": _object(
        ["id", "object", "created", "owned_by"],
        id=_text(),
        object=_one("model"),
        created=NUMBER,
        owned_by=_text(),
    ),
    "Models": _object(["object", "data"], object=_one("list"), data=_list(ref("Model"))),
    "DraftRequest": {
        **_object(
            text={"description": "A whole ticket, as text; not read beside a `ticket`."},
            ticket={"type": ["object", "array", "null"], "description": "Or a ticket system's JSON."},
            only=_maybe(_list(_text(), description="Ids of tickets or statements that the letter is to rest on.")),
            language=_maybe(_one("zh", "en")),
            tone=_maybe(_one(*TONES)),
        ),
        "anyOf": [
            _object(["text"], text=_text(**FILLED), ticket={"type": "null"}),
            _object(["ticket"], ticket={"type": ["object", "array"], "minProperties": 1, "minItems": 1}),
        ],
    },
    "FeedbackRequest": {
        **_object(
            ["answer"],
            answer=_text("The id of an Answer.", maxLength=200, **FILLED),
            thumb=_maybe(_one("up", "down")),
            outcome=_maybe(_one("solved", "unsolved")),
            comment=_maybe(_text(maxLength=2000)),
            question=_maybe(_text()),
            citations=_maybe(_list(_text(), description="Ids of the tickets that were shown.")),
            conversation=_maybe(_text(maxLength=200)),
        ),
        "anyOf": [
            _object(["thumb"], thumb=_text()),
            _object(["outcome"], outcome=_text()),
            _object(["comment"], comment=_text(minLength=1)),
        ],
    },
    "Stored": _object(["stored"], stored={"const": True}),
    "Health": _object(
        ["status"],
        status=_one("alive", "ready", "unavailable"),
        build=_text("The index in use."),
        engine=_text("Who writes."),
        reason=_text("Why no question can be answered."),
    ),
}


def _records() -> dict[str, Schema]:
    """The schemas of Answer, of a draft and of what they hold."""
    whole = TypeAdapter(Proposal).json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    found: dict[str, Schema] = whole.pop("$defs")
    del whole["properties"]["answer"]
    whole["required"].remove("answer")
    drafted = {"allOf": [ref("Answer"), _object(["draft"], draft=ref("Draft"))]}
    return {**found, "Draft": {**whole, "title": "Draft"}, "Drafted": drafted}


def told(reply: Schema, *errors: int, body: str = "", keyed: bool = True, kinds: Sequence[str] = (JSON,)) -> Schema:
    """What a route adds to its description: `openapi_extra`."""
    others = {TEXT: {"type": "string"}, EVENTS: ref("Event")}
    content = {kind: {"schema": others.get(kind, reply)} for kind in kinds}
    made: Schema = {"responses": {"200": {"description": "Done.", "content": content}}}
    for status in (*errors, *((401, 429) if keyed else ())):
        made["responses"][str(status)] = error(status)
    if keyed:
        made["security"] = [{"key": []}]
    if body:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": ref(body)}}}
    return made


def error(status: int) -> Schema:
    made: Schema = {"description": ERRORS[status], "content": {JSON: {"schema": ref("Error")}}}
    if status == 429:
        made["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": NUMBER}}
    return made


def health() -> Schema:
    """One shape, ready or not."""
    made = told(ref("Health"), keyed=False)
    made["responses"]["503"] = {**made["responses"]["200"], "description": "No question can be answered now."}
    return made


def path(name: str) -> Schema:
    """A parameter of the path."""
    return {"parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}}]}


def describe(title: str, routes: Sequence[BaseRoute]) -> Schema:
    """The whole document, as /openapi.json gives it."""
    made = get_openapi(title=title, version=VERSION, description=ABOUT, routes=routes)
    parts = made.setdefault("components", {})
    parts["schemas"] = {**SCHEMAS, **_records()}
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return made
