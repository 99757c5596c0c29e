"""What the pages do beside answering, put together: robots, hours, screenshots, approved answers, retention.

A part of wiring; the rest is wire.py.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from limits.storage import Storage

from bot.desk.announcing import Announcer, Notice
from bot.desk.base import now
from bot.desk.handoffs import HandoffRecord
from bot.desk.hours import Hours
from bot.desk.recognition import Reader
from bot.desk.store import Desk
from bot.errors import DeskError
from bot.reply.deeds import claims_work
from bot.reply.mood import anger
from bot.search.embeddings import UseEmbeddings
from bot.serve.core import Tools
from bot.serve.limits import Limits
from bot.settings import Settings
from bot.tickets import approved
from bot.tickets.privacy.redaction import Redactor

log = logging.getLogger(__name__)


def tools(settings: Settings, desk: Desk, private: Redactor, rebuild: Callable[[], Sequence[str]]) -> Tools:
    """What pages do beside answering."""
    folder = settings.knowledge_dir / approved.FOLDER
    hours = Hours.parse(settings.service_hours, settings.timezone, settings.closed_days)
    robot, reader = announcer(settings), Reader()

    def closed(language: str) -> str:
        return "" if hours.open(now()) else hours.text("en" if language == "en" else "zh")

    def announce(record: HandoffRecord) -> None:
        if robot is None:
            return
        try:
            waiting = sum(not row.agent for row in desk.queue.all())
        except DeskError as error:  # the hand-over itself is there: it is announced all the same
            log.warning("not counted: %s", error)
            waiting = 1
        robot.announce(
            Notice(
                record.id, record.reason, record.summary, record.product, waiting, record.mood > 0, bool(closed("zh"))
            )
        )

    def end() -> None:
        if robot is not None:
            robot.close()

    rates = {"question": settings.rate_questions, "image": settings.rate_images, "handover": settings.rate_handovers}
    return Tools(
        wait=Limits(rates, counted(settings, desk)).wait,
        redact=private.clean,
        values=private.values,
        anger=anger,
        announce=announce,
        hours=closed,
        rebuild=rebuild,
        approve=lambda record: approved.write(folder, record, private, claims_work).stem,
        withdraw=lambda ticket: approved.withdraw(folder, ticket),
        close=end,
        read=lambda shot: reader.read(shot).text,
        vectors=UseEmbeddings().embed_documents,  # whatever finds tickets: how near is near was measured with these
    )


def counted(settings: Settings, desk: Desk) -> str | Storage:
    """Where rates are counted: where all workers see them, as soon as there may be several."""
    shared = settings.rate_storage == "database" or (not settings.rate_storage and desk.shared)
    return desk.rates if shared else settings.rate_storage or "memory://"


def announcer(settings: Settings) -> Announcer | None:
    if settings.webhook_url is None:
        return None
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    return Announcer(settings.webhook_url.get_secret_value(), settings.webhook_kind, secret, settings.desk_url)


def sweep(desk: Desk, settings: Settings) -> None:
    """What is past its time goes, at the start and every hour."""
    while True:
        try:
            desk.queue.sweep()
            desk.retention.purge(settings.keep_days, settings.audit_days)
        except DeskError as error:  # the next hour comes
            log.warning("not swept: %s", error)
        time.sleep(3600)
