"""The routes of what is learned and kept: replies for reuse, the audit log, one customer's data.

Agents propose; everything else is a maintainer's. Who may come in is the door's business.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.base import now
from bot.desk.learning import Reuse
from bot.desk.store import Desk
from bot.errors import ConflictError, DeskError
from bot.serve.access import Refusal
from bot.serve.core import Tools
from bot.serve.door import account_of
from bot.serve.edge import said, words_of
from bot.serve.errors import Refused
from bot.serve.forms import form
from bot.serve.pages.desk import audit, page, reuse
from bot.serve.pages.paper import page as paper
from bot.serve.protocol import clean
from bot.serve.telemetry import Telemetry
from bot.tickets.approved import Approved

_FIELDS = ("title", "question", "answer", "product", "topic", "expires")


@dataclass(frozen=True, slots=True)
class Maintainers:
    """The handlers. `four_eyes`: nobody approves what they proposed themselves."""

    desk: Desk
    tools: Tools
    numbers: Telemetry
    zone: tzinfo
    four_eyes: bool = True
    _deciding: threading.Lock = field(default_factory=threading.Lock)

    async def reuses(self, request: Request) -> Response:
        """All of them, or the form to propose the reply `sent`."""
        return await run_in_threadpool(self._reuses, request)

    def _reuses(
        self, request: Request, why: str = "", status: int = 200, row: Reuse | None = None, sent: str = ""
    ) -> HTMLResponse:
        account, w = account_of(request), words_of(request, self.zone)
        sent = sent or request.query_params.get("sent", "")
        sent = sent[:15] if sent.isascii() and sent.isdigit() else ""
        if row is None and sent:
            found = self.desk.replies.sent(int(sent))
            if found is not None:
                first = (found.question or found.text).strip().splitlines()[0][:40]
                record = self.desk.queue.get(found.handoff) if found.handoff else None
                about = record.product if record else ""
                row = Reuse(
                    0, first, found.question, found.text, about, "", "", account.name, "proposed", "", "", now()
                )
        if row is not None:
            return self._page("reuse", w("propose"), reuse.form(row, int(sent or 0), w, why), request, status)
        done = w("built_next") if "done" in request.query_params else ""
        rows = self.desk.replies.reuses()
        body = reuse.render(rows, account, self.four_eyes, w, why, done)
        return self._page("reuse", w("reuses"), body, request, status)

    async def propose(self, request: Request) -> Response:
        """An agent proposes a sent reply; its words are redacted before they are kept."""
        given, account = await form(request), account_of(request)

        def work() -> Response:
            row = self._read(given, account.name)
            sent = given.get("sent", "")
            try:
                day(row.expires)
                if not (row.title and row.question and row.answer):
                    raise Refused(
                        Refusal(400, "标题、问题和答复都要填写。 Title, question and answer are needed.", "empty")
                    )
                made = self.desk.replies.propose(
                    account.name,
                    row.title,
                    row.question,
                    row.answer,
                    product=row.product,
                    topic=row.topic,
                    expires=row.expires,
                    sent=int(sent[:15]) if sent.isascii() and sent.isdigit() and int(sent[:15]) else None,
                )
            except (DeskError, Refused) as error:
                return self._reuses(request, said(error, self.numbers), 400, row, sent)
            self.desk.audit.note(account.name, "proposed reuse", str(made.id))
            return RedirectResponse(f"/desk/reuse#reuse-{made.id}", 303)

        return await run_in_threadpool(work)

    async def decide(self, request: Request) -> Response:
        """A maintainer approves, refuses, edits or withdraws."""
        given = await form(request)

        def work() -> Response:
            try:
                with self._deciding:  # pressed twice, one answer would become two tickets: reading them takes a while
                    self._decide(request, given)
            except (DeskError, Refused) as error:
                return self._reuses(request, said(error, self.numbers), 409)
            return RedirectResponse("/desk/reuse?done=1" if given.get("do") != "refuse" else "/desk/reuse", 303)

        return await run_in_threadpool(work)

    def _decide(self, request: Request, given: dict[str, str]) -> None:
        account, deed, id = account_of(request), given.get("do", ""), given.get("id", "")
        row = self.desk.replies.reuse(int(id[:15])) if id.isascii() and id.isdigit() else None
        if row is None or deed not in ("approve", "edit", "refuse", "withdraw"):
            raise Refused(Refusal(404, "没有这条答复。 There is no such answer.", "not_found"))
        if row.state != given.get("was", row.state):
            raise ConflictError("别人已经处理了这条答复。 Somebody else has decided on this answer.")
        if deed == "approve" and self.four_eyes and row.author == account.name:
            raise Refused(Refusal(403, "不能批准自己提交的答复。 Another maintainer has to approve this.", "four_eyes"))
        if deed in ("approve", "edit"):
            edited = self._read(given, row.author)
            day(edited.expires)
            row = replace(
                row, title=edited.title, question=edited.question, answer=edited.answer, expires=edited.expires,
                product=edited.product, topic=edited.topic,
            )  # fmt: skip
        if row.state == "proposed" and deed in ("approve", "edit"):
            self.desk.replies.edit(row)  # kept even where it is refused below: it is a proposal still
        if deed == "approve" or (deed == "edit" and row.state == "approved"):
            ticket = self.tools.approve(approved(row, account.name))  # raises why it cannot be knowledge
            if deed == "approve":
                self.desk.replies.decide(row.id, "proposed", "approved", account.name, ticket)
            else:
                self.desk.replies.edit(row)
        elif deed == "refuse":
            self.desk.replies.decide(row.id, "proposed", "refused", account.name)
        elif deed == "withdraw":
            self.tools.withdraw(row.ticket)
            self.desk.replies.decide(row.id, "approved", "withdrawn", account.name)
        self.desk.audit.note(account.name, f"{deed} reuse", str(row.id))

    async def audit(self, request: Request) -> Response:
        return await run_in_threadpool(self._audit, request)

    def _audit(self, request: Request, why: str = "", done: str = "", status: int = 200) -> HTMLResponse:
        w = words_of(request, self.zone)
        rows = self.desk.audit.newest(300, request.query_params.get("who", ""), request.query_params.get("what", ""))
        return self._page("audit", w("audit"), audit.render(rows, w, why, done), request, status)

    async def export(self, request: Request) -> Response:
        """One conversation's data, as a JSON file."""
        given, account = await form(request), account_of(request)

        def work() -> Response:
            id = self.desk.retention.conversation(given.get("conversation", "").strip())
            if not id:
                return self._audit(request, words_of(request, self.zone)("unknown"), status=404)
            data = self.desk.retention.export(id)
            self.desk.audit.note(account.name, "exported", id, id)
            name = re.sub(r"\W", "", id)
            return Response(
                json.dumps(data, ensure_ascii=False, indent=1),
                media_type="application/json",
                headers={"content-disposition": f'attachment; filename="{name}.json"', "cache-control": "no-store"},
            )

        return await run_in_threadpool(work)

    async def erase(self, request: Request) -> Response:
        given, account = await form(request), account_of(request)

        def work() -> Response:
            w = words_of(request, self.zone)
            id = self.desk.retention.conversation(given.get("conversation", "").strip())
            if not id:
                return self._audit(request, w("unknown"), status=404)
            gone = self.desk.retention.erase(id)
            self.desk.audit.note(account.name, "erased", id)
            return self._audit(request, done=w("erased", n=gone))

        return await run_in_threadpool(work)

    def _read(self, given: dict[str, str], author: str) -> Reuse:
        values: dict[str, Any] = {name: clean(given.get(name, "")).strip()[:8000] for name in _FIELDS}
        for name in ("title", "question", "answer"):
            values[name] = self.tools.redact(values[name])
        return Reuse(id=0, author=author, state="proposed", decider="", ticket="", at=now(), **values)

    def _page(self, here: str, title: str, body: str, request: Request, status: int) -> HTMLResponse:
        w = words_of(request, self.zone)
        inner = f'{page.menu(here, account_of(request), w)}<div class="sheet">{body}</div>'
        return paper(title, inner, "desk", status, lang=w.code, wide=True)


def day(text: str) -> None:
    """Raises Refused where it is neither empty nor a day."""
    try:
        if text:
            date.fromisoformat(text)
    except ValueError:
        raise Refused(
            Refusal(400, "有效期要写成 2027-01-31 这样的日期。 A day is written 2027-01-31.", "no_day")
        ) from None


def approved(row: Reuse, approver: str) -> Approved:
    """Its id comes of the proposal: whoever approves it twice, after a crash or on another worker, writes one file."""
    category = "｜".join(part for part in (row.product, row.topic) if part)
    return Approved(
        row.title, row.question, row.answer, row.author, approver, now().date().isoformat(), row.expires, category,
        row.ticket or f"a{row.id}-{int(row.at.timestamp() * 1000):x}",
    )  # fmt: skip
