"""Tickets as ticket systems hand them out in JSON: Chatwoot's and Zendesk's shapes, and rows like this project's own.

A shape is known by its keys (docs/drafts.md has one example of each). What is JSON and no ticket, such as a log,
is none of its business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.records import Turn
from bot.tickets.reading.turns import IMAGE

Said = tuple[str, list[Turn]]
_MOST = 200  # messages that are read: the first and the last ones
_MESSAGES = ("messages", "comments", "payload", "turns", "conversation")
_TITLES = ("subject", "raw_subject", "title", "标题")
_TEXTS = ("description", "question", "content", "body", "text", "问题描述")
_CUSTOMERS = frozenset(
    ("incoming", "0", "contact", "customer", "user", "end-user", "enduser", "客户", "用户", "client")
)
_AGENTS = frozenset(
    (
        "outgoing",
        "1",
        "template",
        "3",
        "agent",
        "admin",
        "agent_bot",
        "agentbot",
        "assistant",
        "support",
        "客服",
        "工程师",
    )
)
_EVENTS = frozenset(("activity", "2", "system"))  # "Anna was assigned" is nobody's word
_NUMBERED = {0: "incoming", 1: "outgoing", 2: "activity", 3: "template"}


def system(text: str) -> Said | None:
    """The title and turns of a ticket in JSON; None when the text is no JSON or no ticket."""
    bare = text.strip()
    if not bare.startswith(("{", "[")):
        return None
    try:
        value = json.loads(bare)
    except (ValueError, RecursionError):
        return None
    return shaped(value)


def shaped(value: Any) -> Said | None:
    """The same of a value that was read already."""
    if isinstance(value, list):
        value = {"messages": value}
    if not isinstance(value, dict):
        return None
    outer = value
    for key in ("ticket", "conversation", "data"):
        if isinstance(value.get(key), dict):
            value = {**outer, **value[key]}
            break
    rows = next((found for key in _MESSAGES if (found := _rows(value.get(key)))), [])
    more = value.get("additional_attributes")
    titles = [*(value.get(key) for key in _TITLES)]
    titles += [more.get("mail_subject")] if isinstance(more, dict) else []
    title = next((one for one in titles if isinstance(one, str) and one.strip()), "")
    said = list(_turns(rows, value))
    opening = next((one for key in _TEXTS if isinstance(one := value.get(key), str) and one.strip()), "")
    if opening and not any(_same(opening, turn.text) for turn in said):
        said.insert(0, _turn("customer", opening, value))
    known = bool(rows) or bool(title) or any(key in value for key in ("description", "requester_id", "question"))
    return (title.strip(), said) if known and (said or title) else None


def _rows(value: Any) -> list[dict[str, Any]]:
    """Messages, the middle left out where there are very many."""
    if isinstance(value, dict):  # Chatwoot's list of messages may stand one level down
        value = value.get("messages") or value.get("payload")
    if not isinstance(value, list):
        return []
    few = value if len(value) <= _MOST else [*value[: _MOST // 2], *value[-_MOST // 2 :]]
    return [row for row in few if isinstance(row, dict) and _said(row) is not None]


def _turns(rows: list[dict[str, Any]], ticket: Mapping[str, Any]) -> Iterator[Turn]:
    asker = ticket.get("requester_id") or ticket.get("submitter_id")
    for place, row in enumerate(rows):
        if row.get("private") is True or row.get("public") is False:
            continue  # a note among agents
        side = _side(row, asker)
        if side in _EVENTS:
            continue
        agent = side in _AGENTS or (side == "" and place > 0 and asker is not None)
        yield _turn("agent" if agent else "customer", _said(row) or "", row)


def _side(row: Mapping[str, Any], asker: Any) -> str:
    """Who speaks, in the system's own word; "" where it does not say."""
    kind = row.get("message_type")
    if isinstance(kind, int) and not isinstance(kind, bool):
        return _NUMBERED.get(kind, "")
    if asker is not None and "author_id" in row:
        return "customer" if row["author_id"] == asker else "agent"
    told: list[Any] = [kind, row.get("role"), row.get("sender_type"), row.get("from")]
    for key in ("sender", "author"):
        if isinstance(one := row.get(key), dict):
            told += [one.get("type"), one.get("role")]
        else:
            told.append(one)
    sides = [re.sub(r"\s", "", one).lower() for one in told if isinstance(one, str)]
    return next((side for side in sides if side in _CUSTOMERS | _AGENTS | _EVENTS), "")


def _said(row: Mapping[str, Any]) -> str | None:
    """What a message says; "" for one of attachments alone, None for what is no message."""
    for key in ("plain_body", "content", "body", "text", "html_body", "message"):
        if isinstance(one := row.get(key), str) and one.strip():
            return one
    return "" if row.get("attachments") or "message_type" in row else None


def _turn(role: Any, text: str, row: Mapping[str, Any]) -> Turn:
    """A turn with a mark for each picture that is attached."""
    held = row.get("attachments")
    images = sum(map(_picture, held)) if isinstance(held, list) else 0
    return Turn(role, "\n".join([text, *([IMAGE] * min(images, 20))]).strip(), images=images + text.count(IMAGE))


def _picture(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    kinds = (item.get("file_type"), item.get("content_type"), item.get("mime_type"), item.get("file_name"))
    return any(re.search(r"image|\.(?:png|jpe?g|gif|webp|bmp)$", kind, re.I) for kind in kinds if isinstance(kind, str))


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W", "", one)[:200] == re.sub(r"\W", "", other)[:200]
