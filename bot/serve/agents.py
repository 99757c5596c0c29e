"""The agents' routes: the queue, taking and talking, drafts, images, the notice to customers.

Reads requests, asks the desk and the assistant, and hands over to the pages. Who may come in is the door's
business. What a program or a script asks for gets JSON with one sentence when it fails.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.base import now
from bot.desk.handoffs import HandoffRecord
from bot.desk.people import Account
from bot.desk.saying import Say
from bot.desk.store import Desk
from bot.errors import DeskError
from bot.records import Language
from bot.reply import rewording
from bot.serve.access import Refusal
from bot.serve.core import Assistant, Tools
from bot.serve.door import account_of
from bot.serve.errors import Refused, told
from bot.serve.forms import form, many
from bot.serve.pages.desk import case, page, proposal, queue
from bot.serve.pages.desk.words import Words
from bot.serve.pages.texts import COOKIE
from bot.serve.protocol import clean
from bot.serve.telemetry import Telemetry

SAID_CHARS = 8000
_MARK = re.compile(r"\s*\[\d{1,2}\]")
_STEP = re.compile(r"【请先执行")
_MASK = re.compile(r"〈[^〈〉\n]{1,20}〉")


@dataclass(frozen=True, slots=True)
class Agents:
    """The handlers, over their collaborators."""

    assistant: Assistant
    desk: Desk
    tools: Tools
    numbers: Telemetry
    zone: tzinfo

    def words(self, request: Request) -> Words:
        return Words("en" if request.cookies.get(COOKIE) == "en" else "zh", self.zone)

    async def home(self, request: Request) -> Response:
        """/desk, with the hand-over of `id` open."""
        return await run_in_threadpool(self._home, request, request.query_params.get("id", ""))

    def _home(self, request: Request, id: str, said: str = "", status: int = 200) -> HTMLResponse:
        account, w = account_of(request), self.words(request)
        records = self.desk.queue.all()
        shown = ""
        if id:
            record = self.desk.queue.get(id)
            if record is None:
                shown, status = f"<p class=empty>{w('unknown')}</p>", 404
            else:
                self.desk.audit.note(account.name, "viewed", id, record.conversation)
                shown = self._case(record, account, w, said)
        side = queue.notice(self.desk.notices.current(), w)
        return page.render(queue.render(records, account, id, w), shown, side, account, w, status)

    def _case(self, record: HandoffRecord, account: Account, w: Words, said: str = "") -> str:
        desk = self.desk
        return case.render(
            record,
            desk.queue.lines(record.id),
            desk.images.of(record.id),
            desk.replies.of(record.id),
            desk.accounts.all(),
            account,
            w,
            said,
        )

    async def state(self, request: Request) -> Response:
        """What has changed, for the page's script: the queue, and the lines after `after` of hand-over `id`."""
        account, w = account_of(request), self.words(request)
        id, after = request.query_params.get("id", ""), request.query_params.get("after", "0")

        def read() -> dict[str, object]:
            records = self.desk.queue.all()
            found: dict[str, object] = {
                "queue": queue.render(records, account, id, w),
                "waiting": queue.waiting(records),
            }
            record = self.desk.queue.get(id) if id else None
            if record is not None:
                lines = self.desk.queue.lines(id, int(after) if after.isascii() and after.isdigit() else 0)
                found |= {
                    "lines": "".join(case.line(row, w) for row in lines) if record.state == "open" else "",
                    "last": record.last,
                    "state": f"{record.state}.{record.agent}.{record.contact}.{len(self.desk.images.of(id))}",
                }
            return found

        return JSONResponse(await run_in_threadpool(read), headers={"cache-control": "no-store"})

    async def take(self, request: Request) -> Response:
        given, account = await form(request), account_of(request)

        def work() -> None:
            record = self.desk.queue.take(given.get("id", ""), account.name, account.shown)
            self.desk.audit.note(account.name, "took", record.id, record.conversation)
            self.numbers.handoff("taken")

        return await self._done(request, given.get("id", ""), work)

    async def say(self, request: Request) -> Response:
        """Sends a reply: {id, key, text, draft, evidence, step (each ticked one), steps (how many there are)}."""
        given, ticked, account = await form(request), await many(request, "step"), account_of(request)
        id, key = given.get("id", ""), given.get("key", "") or secrets.token_hex(8)
        said = clean(given.get("text", "")).strip()

        def work() -> None:
            text = sendable(said, len(set(ticked)), given.get("steps", "0"))
            redact = self.tools.redact
            line, first = self.desk.queue.say(id, account.name, Say("agent", text, redact(text), account.shown, key))
            if not first:  # sent again because its answer was lost: it is kept once
                return
            draft = _MARK.sub("", clean(given.get("draft", ""))).strip()
            how = "written" if not draft else "sent" if draft.split() == text.split() else "edited"
            record = self.desk.queue.get(id)
            self.desk.replies.record(
                account.name,
                how,  # type: ignore[arg-type]
                handoff=id,
                conversation=record.conversation if record else "",
                question=redact(record.summary) if record else "",
                draft=redact(draft),
                text=redact(text),
                evidence=[part for part in given.get("evidence", "").split(",") if part][:20],
            )
            self.desk.audit.note(account.name, "replied", id, record.conversation if record else "")
            self.numbers.draft(how)

        return await self._done(request, id, work)

    async def transfer(self, request: Request) -> Response:
        given, account = await form(request), account_of(request)
        id, to = given.get("id", ""), given.get("to", "")

        def work() -> None:
            other = self.desk.accounts.find(to) if to else None
            if to and other is None:
                raise Refused(Refusal(400, "没有这位同事，或账号已停用。", "no_such_account"))
            record = self.desk.queue.transfer(id, account.name, to and other.name if other else "", other.shown if other else "")  # fmt: skip
            self.desk.audit.note(account.name, "transferred", f"{id} > {to or 'queue'}", record.conversation)
            self.numbers.handoff("transferred")

        return await self._done(request, id, work)

    async def close(self, request: Request) -> Response:
        given, account = await form(request), account_of(request)
        id = given.get("id", "")

        def work() -> None:
            record = self.desk.queue.close(id, account.name)
            self.desk.audit.note(account.name, "closed", id, record.conversation)
            self.numbers.handoff("closed")

        return await self._done(request, id, work)

    async def propose(self, request: Request) -> Response:
        """A draft for hand-over `id`, or for a pasted `text`; {only, tone, language} shape it. Gives HTML."""
        given, only, w = await form(request), await many(request, "only"), self.words(request)
        shown = await run_in_threadpool(self._proposal, given, only, w)
        return HTMLResponse(shown, headers={"cache-control": "no-store"})

    def _proposal(self, given: dict[str, str], only: list[str], w: Words) -> str:
        text = clean(given.get("text", "")) or self._talk(given.get("id", ""))
        language: Language | None = {"en": "en", "zh": "zh"}.get(given.get("language", ""))  # type: ignore[assignment]
        made = self.assistant.propose(text, only, language)
        tone = given.get("tone", "")
        if tone in proposal.TONES:
            changed = rewording.shorter(made) if tone == "shorter" else rewording.gentler(made)
            made = replace(made, text=changed.text, lines=changed.lines)
        return proposal.render(made, made.text, w)

    def _talk(self, id: str) -> str:
        """A hand-over as a ticket's text: what the customer and the agents said."""
        names = {"customer": "客户", "agent": "客服"}
        lines = self.desk.queue.lines(id)
        told = [f"**{names[line.author]}**：{line.text}" for line in lines if line.author in names]
        images = [f"**客户**：[图片] {image.text}" for image in self.desk.images.of(id)]
        return "\n".join([*told, *images])

    async def draft(self, request: Request) -> Response:
        """/desk/draft: a ticket from elsewhere."""
        account, w = account_of(request), self.words(request)
        given = await form(request) if request.method == "POST" else {}

        def make() -> HTMLResponse:
            written, side, said, status = clean(given.get("text", "")), "", "", 200
            if request.method == "POST":
                try:
                    side = self._proposal(given, [], w)
                except Exception as error:  # noqa: BLE001 - the page's edge: what was typed stays
                    said, status = told(error, self.numbers), 400 if isinstance(error, DeskError) else 500
            return page.drafting(written, side, said, account, w, status)

        return await run_in_threadpool(make)

    async def discard(self, request: Request) -> Response:
        """A draft was of no use: kept, redacted, for whoever improves the desk."""
        given, account = await form(request), account_of(request)
        id = given.get("id", "")

        def work() -> None:
            record = self.desk.queue.get(id) if id else None
            redact = self.tools.redact
            self.desk.replies.record(
                account.name,
                "discarded",
                handoff=id if record else "",
                conversation=record.conversation if record else "",
                question=redact(record.summary) if record else "",
                draft=redact(_MARK.sub("", clean(given.get("draft", "")))),
            )
            self.numbers.draft("discarded")

        return await self._done(request, id, work)

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
        hours = given.get("hours", "")
        until = now() + timedelta(hours=int(hours)) if hours.isascii() and hours.isdigit() and 0 < int(hours[:5]) else None

        def work() -> None:
            self.desk.notices.put(account.name, zh, en, until)
            self.desk.audit.note(account.name, "published notice" if zh or en else "ended notice")

        return await self._done(request, "", work)

    async def language(self, request: Request) -> Response:
        response = RedirectResponse("/desk", 303)
        other = "zh" if self.words(request).code == "en" else "en"
        response.set_cookie(COOKIE, other, 365 * 24 * 3600, samesite="lax")
        return response

    async def _done(self, request: Request, id: str, work: object) -> Response:
        """Runs a change; a script gets {"done": true} or the error, a form the page again with the sentence."""
        assert callable(work)
        try:
            await run_in_threadpool(work)
        except (DeskError, Refused) as error:
            if "application/json" in request.headers.get("accept", ""):
                raise
            said = error.refusal.message if isinstance(error, Refused) else told(error, self.numbers)
            return await run_in_threadpool(self._home, request, id, said, 409)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"done": True})
        return RedirectResponse(f"/desk?id={id}" if id else "/desk", 303)


def sendable(said: str, ticked: int, steps: str) -> str:
    """The text as the customer reads it, without marks. Raises Refused with the reason why it may not leave."""
    text = _MARK.sub("", said).strip()
    if not text:
        raise Refused(Refusal(400, "请先写回复。 Write a reply first.", "empty"))
    if len(text) > SAID_CHARS:
        raise Refused(Refusal(400, f"回复太长，最多 {SAID_CHARS} 字。 At most {SAID_CHARS} characters.", "too_long"))
    if (steps.isdigit() and ticked < int(steps)) or _STEP.search(text):
        raise Refused(
            Refusal(400, "请先完成并勾选【请先执行】的步骤，再发送。 Do and tick the steps first.", "steps_open")
        )
    if mask := _MASK.search(text):
        raise Refused(
            Refusal(400, f"回复里还有占位符 {mask[0]}，请改成要告诉客户的内容。 Replace {mask[0]} first.", "placeholder")
        )
    return text
