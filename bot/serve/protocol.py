"""OpenAI's chat protocol, read and written: a body becomes a Question, an Answer becomes chunks.

Pure functions over JSON values; knows no HTTP, no key and no writer. What cannot be read raises
BadRequest with one sentence and the parameter it is about.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.records import Answer, Message, Question, Sentence

MODEL = "support-desk"
"""The one model this server lists; a client may send any other name."""
MESSAGES = 1000
"""More earlier messages than any chat holds; the history is cut elsewhere, by tokens."""

_SURROGATES = re.compile("[\ud800-\udfff]")


class BadRequest(Exception):
    """A body that cannot be used; `param` names the part."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


@dataclass(frozen=True, slots=True)
class ChatRequest:
    question: Question
    model: str
    stream: bool
    usage: bool


def error_body(message: str, type: str, param: str | None, code: str | None) -> dict[str, Any]:
    return {"error": {"message": message, "type": type, "param": param, "code": code}}


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a request body."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("The request body is not JSON.") from None
    if not isinstance(value, dict):
        raise BadRequest("The request body must be a JSON object.")
    return value


def read_text(body: dict[str, Any], name: str, *, needed: bool = False, limit: int | None = None) -> str:
    """A string parameter, in characters that can be stored."""
    value = body.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise BadRequest(f"'{name}' must be a text{' with content' if needed else ''}.", name)
    if limit is not None and len(value) > limit:
        raise BadRequest(f"'{name}' must have {limit} characters at most.", name)
    return clean(value)


def read_ticket(body: dict[str, Any]) -> str:
    """A pasted ticket: the "text", or a ticket system's object as the "ticket"."""
    ticket = body.get("ticket")
    if ticket is None:
        return read_text(body, "text", needed=True)
    if not isinstance(ticket, dict | list) or not ticket:
        raise BadRequest("'ticket' must be a JSON object with content.", "ticket")
    return clean(json.dumps(ticket, ensure_ascii=False))


def clean(text: str) -> str:
    """Halves of characters and NULs, which no database or encoder takes, become U+FFFD."""
    return _SURROGATES.sub("\ufffd", text).replace("\0", "\ufffd")


def read_chat(body: dict[str, Any], id: str) -> ChatRequest:
    """The last user message is the question; user and assistant messages before it the history."""
    model = body.get("model")
    if model is not None and not isinstance(model, str):
        raise BadRequest("'model' must be a text.", "model")
    stream = _flag(body, "stream", "stream")
    options = body.get("stream_options")
    if options is not None and not isinstance(options, dict):
        raise BadRequest("'stream_options' must be an object.", "stream_options")
    usage = _flag(options or {}, "include_usage", "stream_options.include_usage")
    n = body.get("n")
    if n is not None and n != 1:
        raise BadRequest("'n' can only be 1: there is one answer.", "n")
    said = _messages(body.get("messages"))
    last = max((i for i, message in enumerate(said) if message.role == "user"), default=-1)
    if last < 0:
        raise BadRequest("'messages' holds no user message.", "messages")
    question = Question(said[last].content, tuple(said[:last]), id)
    return ChatRequest(question, clean(model or MODEL)[:200], stream, usage)


def _flag(body: dict[str, Any], name: str, param: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadRequest(f"'{param}' must be true or false.", param)
    return bool(value)


def _messages(value: Any) -> list[Message]:
    if not isinstance(value, list) or not value:
        raise BadRequest("'messages' must be a list with at least one message.", "messages")
    if len(value) > MESSAGES:
        raise BadRequest(f"'messages' must have {MESSAGES} messages at most.", "messages")
    said: list[Message] = []
    for i, item in enumerate(value):
        where = f"messages[{i}]"
        if not isinstance(item, dict) or not isinstance(item.get("role"), str):
            raise BadRequest(f"'{where}' must be an object with a role.", where)
        role = item["role"]
        if role == "user" or (role == "assistant" and item.get("content") is not None):
            content = _content(item.get("content"), f"{where}.content")
            said.append(Message("user" if role == "user" else "assistant", content))
    return said


def _content(value: Any, where: str) -> str:
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, list):
        raise BadRequest(f"'{where}' must be a text or a list of text parts.", where)
    texts: list[str] = []
    for part in value:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind != "text" or not isinstance(part.get("text"), str):
            raise BadRequest(f"'{where}' can only have parts of type text.", where)
        texts.append(part["text"])
    return clean("\n".join(texts))


def usage_of(answer: Answer) -> dict[str, int]:
    prompt = int(answer.tokens.get("prompt", 0))
    completion = int(answer.tokens.get("completion", 0))
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def completion(request: ChatRequest, answer: Answer, created: int) -> dict[str, Any]:
    """The reply in one piece; the whole Answer rides along under `support`."""
    message = {
        "role": "assistant",
        "content": answer.marked or answer.text,
        "refusal": None,
        "support": answer.as_json(),
    }
    return {
        "id": f"chatcmpl-{request.question.id}",
        "object": "chat.completion",
        "created": created,
        "model": request.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage_of(answer),
    }


class Chunks:
    """The same reply in pieces: a chunk a sentence, then one with the whole Answer."""

    def __init__(self, request: ChatRequest, created: int) -> None:
        self._request, self._created = request, created
        self._spoken = False

    def first(self) -> str:
        return self._chunk({"role": "assistant", "content": ""})

    def next(self, item: Sentence | Answer) -> str:
        if isinstance(item, Sentence):
            marks = "".join(f"[{n}]" for n in item.citations)
            lead = "\n" if self._spoken else ""
            self._spoken = True
            return self._chunk({"content": f"{lead}{item.text}{marks}"})
        delta: dict[str, Any] = {"support": item.as_json()}
        if not self._spoken and item.text:
            delta["content"] = item.text
        last = self._chunk(delta, "stop")
        if self._request.usage:
            last += self._event([], usage_of(item))
        return last

    def error(self, body: dict[str, Any]) -> str:
        return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> str:
        return self._event([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}], None)

    def _event(self, choices: list[dict[str, Any]], usage: dict[str, int] | None) -> str:
        chunk: dict[str, Any] = {
            "id": f"chatcmpl-{self._request.question.id}",
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._request.model,
            "choices": choices,
        }
        if self._request.usage:
            chunk["usage"] = usage
        return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


DONE = "data: [DONE]\n\n"
