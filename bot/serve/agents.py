"""The agents' routes: the queue, taking and talking, images, the notice to customers.

Reads requests, asks the desk, and hands over to the pages. Who may come in is the door's business. What a
script asks for gets JSON with one sentence when it fails.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.base import now
from bot.desk.handoffs import HandoffRecord
from bot.desk.learning import How
from bot.desk.people import Account
from bot.desk.saying import SAID_CHARS, Say
from bot.desk.store import Desk
from bot.reply.frames import say
from bot.serve.access import Refusal
from bot.serve.core import Tools
from bot.serve.door import account_of
from bot.serve.drafts import MARK
from bot.serve.edge import done, said, words_of
from bot.serve.errors import Refused
from bot.serve.forms import form, many
from bot.serve.pages.desk import case, page, queue
from bot.serve.pages.desk.words import Words
from bot.serve.pages.texts import COOKIE
from bot.serve.protocol import clean
from bot.serve.telemetry import Telemetry
from bot.tickets.privacy.placeholders import ANY_MASK

_STEP = re.compile(r"【(?:请先执行|处理结果)")
_SLOTS = tuple(say(slot, language) for slot in ("letter_slot", "letter_bare") for language in ("zh", "en"))
"""What a draft leaves for a person to do or to fill in."""


@dataclass(frozen=True, slots=True)
class Agents:
    """The handlers, over their collaborators."""

    desk: Desk
    tools: Tools
    numbers: Telemetry
    zone: tzinfo

    async def home(self, request: Request) -> Response:
        """/desk, with the hand-over of `id` open."""
        return await run_in_threadpool(self._home, request, request.query_params.get("id", ""))

    def _home(self, request: Request, id: str, why: str = "", status: int = 200) -> HTMLResponse:
        account, w = account_of(request), words_of(request, self.zone)
        records = self.desk.queue.all()
        shown = ""
        if id:
            record = self.desk.queue.get(id)
            if record is None:
                shown, status = f"<p class=empty>{w('unknown')}</p>", 404
            else:
                self.desk.audit.note(account.name, "viewed", id, record.conversation)
                shown = self._case(record, account, w, why)
        side = queue.notice(self.desk.notices.current(), w)
        return page.render(queue.render(records, account, id, w), shown, side, account, w, status)

    def _again(self, request: Request, id: str, error: Exception) -> HTMLResponse:
        """The page, with why something did not happen."""
        return self._home(request, id, words_of(request).half(said(error, self.numbers)), 409)

    def _case(self, record: HandoffRecord, account: Account, w: Words, why: str = "") -> str:
        desk = self.desk
        return case.render(
            record,
            desk.queue.lines(record.id),
            desk.images.of(record.id),
            desk.replies.of(record.id),
            desk.accounts.all(),
            account,
            w,
            why,
        )

    async def state(self, request: Request) -> Response:
        """What has changed, for the page's script: the queue, and the lines after `after` of hand-over `id`."""
        account, w = account_of(request), words_of(request, self.zone)
        id, after = request.query_params.get("id", ""), request.query_params.get("after", "0")

        def read() -> dict[str, object]:
            records = self.desk.queue.all()
            found: dict[str, object] = {
                "queue": queue.render(records, account, id, w),
                "waiting": queue.waiting(records),
            }
            record = self.desk.queue.get(id) if id else None
            if record is not None:
                lines = self.desk.queue.lines(id, int(after[:15]) if after.isascii() and after.isdigit() else 0)
                found |= {
                    "lines": "".join(case.line(row, w) for row in lines) if record.state == "open" else "",
                    "last": lines[-1].id if lines else record.last,  # one may have come after the record was read
                    "state": case.stamp(record),
                }
                if record.state == "open":
                    found |= {
                        "facts": case.facts(record, self.desk.images.of(id), w),
                        "sent": case.replies(self.desk.replies.of(id), w),
                    }
            return found

        return JSONResponse(await run_in_threadpool(read), headers={"cache-control": "no-store"})

    async def take(self, request: Request) -> Response:
        given, account = await form(request), account_of(request)

        def work() -> None:
            record = self.desk.queue.take(given.get("id", ""), account.name, account.shown)
            self.desk.audit.note(account.name, "took", record.id, record.conversation)
            self.numbers.handoff("taken")

        return await done(request, self._again, given.get("id", ""), work)

    async def say(self, request: Request) -> Response:
        """Sends a reply: {id, key, text, draft, evidence, step (each ticked one), steps (how many there are)}."""
        given, ticked, account = await form(request), await many(request, "step"), account_of(request)
        id, key = given.get("id", ""), given.get("key", "") or secrets.token_hex(8)
        written = clean(given.get("text", "")).strip()

        def work() -> None:
            text = sendable(written, len(set(ticked)), given.get("steps", "0"))
            # What was changed before it was sent again is another line: the first may have arrived after all.
            once = f"{key[:64]}.{hashlib.sha256(text.encode()).hexdigest()[:16]}"
            redact = self.tools.redact
            _, first = self.desk.queue.say(id, account.name, Say("agent", text, redact(text), account.shown, once))
            if not first:  # sent again because its answer was lost: it is kept once
                return
            draft = MARK.sub("", clean(given.get("draft", ""))).strip()
            how: How = "written" if not draft else "sent" if draft.split() == text.split() else "edited"
            record = self.desk.queue.get(id)
            self.desk.replies.record(
                account.name,
                how,
                handoff=id,
                conversation=record.conversation if record else "",
                question=redact(record.summary) if record else "",
                draft=redact(draft),
                text=redact(text),
                evidence=[part for part in given.get("evidence", "").split(",") if part][:20],
            )
            self.desk.audit.note(account.name, "replied", id, record.conversation if record else "")
            self.numbers.draft(how)

        return await done(request, self._again, id, work)

    async def transfer(self, request: Request) -> Response:
        given, account = await form(request), account_of(request)
        id, to = given.get("id", ""), given.get("to", "")

        def work() -> None:
            other = self.desk.accounts.find(to) if to else None
            if to and other is None:
                raise Refused(Refusal(400, "没有这位同事，或账号已停用。 No such colleague.", "no_such_account"))
            whom = (other.name, other.shown) if other else ("", "")
            found = self.desk.queue.get(id)
            # A maintainer passes on what somebody has who is away.
            holder = found.agent if found and found.agent and account.role == "maintainer" else account.name
            record = self.desk.queue.transfer(id, holder, *whom)
            self.desk.audit.note(account.name, "transferred", f"{id} > {to or 'queue'}", record.conversation)
            self.numbers.handoff("transferred")

        return await done(request, self._again, id, work)

    async def close(self, request: Request) -> Response:
        given, account = await form(request), account_of(request)
        id = given.get("id", "")

        def work() -> None:
            record = self.desk.queue.close(id, account.name)
            self.desk.audit.note(account.name, "closed", id, record.conversation)
            self.numbers.handoff("closed")

        return await done(request, self._again, id, work)

    async def image(self, request: Request) -> Response:
        account, id = account_of(request), request.query_params.get("id", "")

        def read() -> tuple[str, bytes] | None:
            found = self.desk.images.data(id)
            if found is None:
                return None
            self.desk.audit.note(account.name, "viewed image", found[0])
            return found[1], found[2]

        found = await run_in_threadpool(read)
        if found is None:
            raise Refused(Refusal(404, "这张图片已经删除。 This image is gone.", "not_found"))
        headers = {"cache-control": "private, no-store", "content-disposition": "inline"}
        return Response(found[1], media_type=found[0], headers=headers)

    async def notice(self, request: Request) -> Response:
        given, account = await form(request), account_of(request)
        zh, en = (clean(given.get(name, "")).strip()[:300] for name in ("zh", "en"))
        hours = given.get("hours", "")[:4]
        until = (
            now() + timedelta(hours=int(hours)) if hours.isascii() and hours.isdigit() and int(hours[:5]) > 0 else None
        )

        def work() -> None:
            self.desk.notices.put(account.name, zh, en, until)
            self.desk.audit.note(account.name, "published notice" if zh or en else "ended notice")

        return await done(request, self._again, "", work)

    async def language(self, request: Request) -> Response:
        response = RedirectResponse("/desk", 303)
        other = "zh" if words_of(request, self.zone).code == "en" else "en"
        response.set_cookie(COOKIE, other, 365 * 24 * 3600, samesite="lax")
        return response


def sendable(written: str, ticked: int, steps: str) -> str:
    """The text as the customer reads it, without marks. Raises Refused with the reason why it may not leave."""
    text = MARK.sub("", written).strip()
    if not text:
        raise Refused(Refusal(400, "请先写回复。 Write a reply first.", "empty"))
    if len(text) > SAID_CHARS:
        raise Refused(Refusal(400, f"回复太长，最多 {SAID_CHARS} 字。 At most {SAID_CHARS} characters.", "too_long"))
    open_slots = _STEP.search(text) or any(slot in text for slot in _SLOTS)
    if (steps.isdecimal() and ticked < int(steps[:9])) or open_slots:
        raise Refused(
            Refusal(
                400,
                "请先完成并勾选【请先执行】的步骤、填写【处理结果】等留空处，再发送。"
                " Do and tick the steps and fill in what the draft leaves open, then send.",
                "steps_open",
            )
        )
    if mask := ANY_MASK.search(text):
        raise Refused(
            Refusal(
                400, f"回复里还有占位符 {mask[0]}，请改成要告诉客户的内容。 Replace {mask[0]} first.", "placeholder"
            )
        )
    return text
