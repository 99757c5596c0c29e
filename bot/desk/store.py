"""The desk's memory: one database, opened by URL, SQLite or PostgreSQL.

It stores what it is given and does not redact: callers do. The one place for a customer's own
values is an open hand-over, see `queue`. Every database error becomes a StoreError with one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from bot.desk.accounts import Accounts
from bot.desk.audit import Audit
from bot.desk.base import now
from bot.desk.clients import Clients
from bot.desk.handoffs import HandoffRow, LineRow
from bot.desk.images import Images
from bot.desk.models import ConversationRow, FeedbackRecord, FeedbackRow, MessageRow, Outcome, Remembered, Thumb
from bot.desk.naming import digest
from bot.desk.notices import Notices
from bot.desk.queue import LEFT, Queue
from bot.desk.rates import Rates
from bot.desk.replies import Replies
from bot.desk.retention import Retention
from bot.desk.work import Work

T = TypeVar("T")

RESUMED = timedelta(hours=24)
"""How long after its beginning a browser gets its conversation back, unless a hand-over keeps it open."""


class Desk:
    """Conversations and feedback in the database at `url`; what else is remembered there, under names of its own."""

    def __init__(self, url: str) -> None:
        work = self._work = Work(url)
        self.queue, self.images = Queue(work), Images(work)
        self.accounts, self.audit, self.clients = Accounts(work), Audit(work), Clients(work)
        self.replies, self.notices, self.rates = Replies(work), Notices(work), Rates(work)
        self.retention = Retention(work)

    @property
    def shared(self) -> bool:
        """Whether several hosts may work on this database."""
        return self._work.engine.dialect.name != "sqlite"

    def check(self) -> None:
        """Reads from the database, however little; raises StoreError where it cannot."""
        with self._work.begin() as session:
            session.scalar(select(ConversationRow.id).limit(1))

    def remember(
        self,
        conversation: str,
        role: str,
        text: str,
        answer: str = "",
        verdict: str = "",
        *,
        browser: str = "",
        reply: dict[str, Any] | None = None,
    ) -> None:
        """Adds one message (already redacted) to a conversation, which is begun if it is new.

        `browser` is a secret of the one browser that may have the conversation back.
        """

        def work(session: Session) -> None:
            _begun(session, conversation, browser)
            session.add(
                MessageRow(conversation=conversation, role=role, text=text, answer=answer, verdict=verdict, reply=reply)
            )

        self._work.once(work)

    def begin(self, conversation: str, browser: str) -> None:
        """A conversation in which nothing has been said yet: its browser may have it back."""
        self._work.once(lambda session: _begun(session, conversation, browser))

    def messages(self, conversation: str) -> tuple[Remembered, ...]:
        query = select(MessageRow).where(MessageRow.conversation == conversation)
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(query.order_by(MessageRow.id)))

    def resume(self, browser: str) -> str:
        """The conversation that a browser may go on with, "" when there is none; one in which a person is asked for
        comes before a newer one of another tab."""
        if not browser:
            return ""
        waits, heard = _waits(HandoffRow.state == "open"), _waits(_heard())
        query = (
            select(ConversationRow.id)
            .where(ConversationRow.browser == digest(browser))
            .where((ConversationRow.at > now() - RESUMED) | heard)
            .order_by(waits.desc(), ConversationRow.at.desc())
            .limit(1)
        )
        with self._work.begin() as session:
            return session.scalar(query) or ""

    def revision(self, browser: str) -> str:
        """Changes whenever somebody says or does something in a hand-over of this browser's, in whichever tab."""
        if not browser:
            return ""
        newest = select(func.max(LineRow.id)).where(LineRow.handoff == HandoffRow.id).scalar_subquery()
        query = (
            select(HandoffRow.id, HandoffRow.state, HandoffRow.agent, newest)
            .join(ConversationRow, ConversationRow.id == HandoffRow.conversation)
            .where(ConversationRow.browser == digest(browser), _heard())
            .order_by(HandoffRow.at, HandoffRow.id)
        )
        with self._work.begin() as session:
            return ",".join(".".join(map(str, row)) for row in session.execute(query))

    def release(self, browser: str, conversation: str = "") -> None:
        """A browser begins anew instead of `conversation`: what it had is not given back to it, save for what waits
        for a person in another tab."""
        if not browser:
            return
        own = update(ConversationRow).where(ConversationRow.browser == digest(browser))
        given = (ConversationRow.id == conversation) | ~_waits(HandoffRow.state == "open")
        with self._work.begin() as session:
            session.execute(own.where(given).values(browser=""), execution_options={"synchronize_session": False})

    def feedback(
        self,
        answer: str,
        *,
        conversation: str = "",
        question: str = "",
        thumb: Thumb | None = None,
        outcome: Outcome | None = None,
        comment: str = "",
        citations: Sequence[str] = (),
    ) -> None:
        """Keeps what a customer says of an answer; a later word on the same one changes it."""

        def work(session: Session) -> None:
            row = session.scalar(
                select(FeedbackRow).where(FeedbackRow.conversation == conversation, FeedbackRow.answer == answer)
            )
            if row is None:
                row = FeedbackRow(conversation=conversation, answer=answer, citations=[])
                session.add(row)
            row.question = question or row.question or ""
            row.thumb = thumb or row.thumb
            row.outcome = outcome or row.outcome
            row.comment = comment or row.comment or ""
            row.citations = list(citations) or row.citations
            row.at = now()

        self._work.once(work)

    def feedbacks(self, limit: int = 200, conversation: str = "") -> tuple[FeedbackRecord, ...]:
        """The newest first."""
        query = select(FeedbackRow).order_by(FeedbackRow.at.desc()).limit(limit)
        if conversation:
            query = query.where(FeedbackRow.conversation == conversation)
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(query))

    def tally(self) -> dict[str, int]:
        """How often each thumb and outcome was given, and how many comments there are."""
        with self._work.begin() as session:
            counts: dict[str, int] = {}
            for column in (FeedbackRow.thumb, FeedbackRow.outcome):
                for value, count in session.execute(
                    select(column, func.count()).where(column.is_not(None)).group_by(column)
                ):
                    counts[str(value)] = int(count)
            commented = select(func.count()).where(FeedbackRow.comment != "")
            counts["comments"] = session.scalar(commented) or 0
            return counts

    def handed_over(self, limit: int = 200) -> tuple[tuple[Remembered, ...], ...]:
        """The messages of the conversations that went to a person, the newest hand-over first."""
        query = select(HandoffRow.conversation).order_by(HandoffRow.at.desc()).limit(limit)
        with self._work.begin() as session:
            talked = dict.fromkeys(session.scalars(query))
        return tuple(self.messages(conversation) for conversation in talked)

    def read(self, query: Callable[[Session], T]) -> T:
        """The result of a read-only query, such as those of `bot.desk.use`."""
        with self._work.begin() as session:
            return query(session)

    def close(self) -> None:
        self._work.close()


def _begun(session: Session, conversation: str, browser: str) -> None:
    if session.get(ConversationRow, conversation) is None:
        session.add(ConversationRow(id=conversation, browser=digest(browser)))
        session.flush()


def _heard() -> ColumnElement[bool]:
    """A hand-over that is open, or whose last words wait for the customer's page."""
    return (HandoffRow.state == "open") | (HandoffRow.ended > now() - LEFT)


def _waits(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(HandoffRow.id).where(HandoffRow.conversation == ConversationRow.id, which).exists()
