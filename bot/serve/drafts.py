"""The agents' drafts: for a hand-over or a pasted ticket, in a tone, from chosen evidence; and what became of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.desk.store import Desk
from bot.errors import DeskError
from bot.records import Language
from bot.reply import rewording
from bot.reply.frames import language_of
from bot.serve.core import Assistant, Tools
from bot.serve.door import account_of
from bot.serve.edge import done, said, words_of
from bot.serve.errors import told
from bot.serve.forms import form, many
from bot.serve.pages.desk import page, proposal
from bot.serve.pages.desk.words import Words
from bot.serve.protocol import clean
from bot.serve.telemetry import Telemetry

MARK = re.compile(r"\s*\[\d{1,2}\]")
"""The number of a citation, as it stands in a draft; customers do not see it."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """The handlers, over their collaborators."""

    assistant: Assistant
    desk: Desk
    tools: Tools
    numbers: Telemetry
    zone: tzinfo

    async def propose(self, request: Request) -> Response:
        """A draft for hand-over `id`, or for a pasted `text`; {only, tone, language} shape it. Gives HTML."""
        given, only, w = await form(request), await many(request, "only"), words_of(request, self.zone)
        shown = await run_in_threadpool(self._proposal, given, only, w)
        return HTMLResponse(shown, headers={"cache-control": "no-store"})

    def _proposal(self, given: dict[str, str], only: list[str], w: Words) -> str:
        text = clean(given.get("text", "")) or self._talk(given.get("id", ""))
        chosen: Language | None = {"en": "en", "zh": "zh"}.get(given.get("language", ""))  # type: ignore[assignment]
        spoken = chosen or self._spoken(given.get("id", ""))
        made = self.numbers.drafted(lambda: self.assistant.propose(text, only, spoken))
        tone = given.get("tone", "") if given.get("tone", "") in rewording.TONES else ""
        made = rewording.TONES[tone](made) if tone else made
        return proposal.render(made, made.text, w, pasted=not given.get("id"), tone=tone)

    def _talk(self, id: str) -> str:
        """A hand-over as a ticket's text: what the customer and the agents said."""
        names = {"customer": "客户", "agent": "客服"}
        lines = self.desk.queue.lines(id)
        told = [f"**{names[line.author]}**：{line.text}" for line in lines if line.author in names]
        images = [f"**客户**：[图片] {image.text}" for image in self.desk.images.of(id)]
        return "\n".join([*told, *images])

    def _spoken(self, id: str) -> Language | None:
        """The language a hand-over's customer writes in, whatever their pictures and the agents say."""
        written = "\n".join(line.text for line in self.desk.queue.lines(id) if line.author == "customer")
        return language_of(written) if written else None

    async def draft(self, request: Request) -> Response:
        """/desk/draft: a ticket from elsewhere."""
        account, w = account_of(request), words_of(request, self.zone)
        given = await form(request) if request.method == "POST" else {}

        def make() -> HTMLResponse:
            written, side, why, status = clean(given.get("text", "")), "", "", 200
            if request.method == "POST":
                try:
                    side = self._proposal(given, [], w)
                except Exception as error:  # noqa: BLE001 - the page's edge: what was typed stays
                    why, status = told(error, self.numbers), 400 if isinstance(error, DeskError) else 500
            return page.drafting(written, side, why, account, w, status)

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
                draft=redact(MARK.sub("", clean(given.get("draft", "")))),
            )
            self.numbers.draft("discarded")

        return await done(request, self._again, id, work)

    async def sources(self, request: Request) -> Response:
        """What each sentence of an edited draft (`edited`) still rests on. Gives HTML."""
        given, only, w = await form(request), await many(request, "only"), words_of(request, self.zone)

        def make() -> str:
            text = clean(given.get("text", "")) or self._talk(given.get("id", ""))
            spoken = self._spoken(given.get("id", ""))
            made = self.numbers.drafted(lambda: self.assistant.propose(text, only, spoken))
            return proposal.sources(rewording.attribute(clean(given.get("edited", "")), made), w)

        return HTMLResponse(await run_in_threadpool(make), headers={"cache-control": "no-store"})

    def _again(self, request: Request, _: str, error: Exception) -> HTMLResponse:
        account, w = account_of(request), words_of(request, self.zone)
        return page.drafting("", "", said(error, self.numbers), account, w, 409)
