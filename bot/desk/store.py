"""The desk's memory: one database, opened by URL, SQLite or PostgreSQL.

It stores what it is given and does not redact: callers do. The one place for a customer's own
values is the transcript of an open hand-over; it is wiped when the hand-over ends. Every
database error becomes a StoreError with one sentence.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.desk.engine import open_engine, sentence
from bot.desk.models import (
    ConversationRow,
    FeedbackRecord,
    FeedbackRow,
    HandoffRecord,
    HandoffRow,
    HandoffState,
    MessageRow,
    Outcome,
    Remembered,
    Thumb,
    now,
)
from bot.errors import StoreError

T = TypeVar("T")


class Desk:
    """Conversations, feedback and hand-overs in the database at `url`."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)

    def remember(self, conversation: str, role: str, text: str, answer: str = "", verdict: str = "") -> None:
        """Adds one message (already redacted) to a conversation, which is begun if it is new."""

        def work(session: Session) -> None:
            if session.get(ConversationRow, conversation) is None:
                session.add(ConversationRow(id=conversation))
                session.flush()
            session.add(MessageRow(conversation=conversation, role=role, text=text, answer=answer, verdict=verdict))

        self._once(work)

    def messages(self, conversation: str) -> tuple[Remembered, ...]:
        query = select(MessageRow).where(MessageRow.conversation == conversation)
        with self._work() as session:
            return tuple(row.record() for row in session.scalars(query.order_by(MessageRow.id)))

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

        self._once(work)

    def feedbacks(self, limit: int = 200) -> tuple[FeedbackRecord, ...]:
        """The newest first."""
        query = select(FeedbackRow).order_by(FeedbackRow.at.desc()).limit(limit)
        with self._work() as session:
            return tuple(row.record() for row in session.scalars(query))

    def tally(self) -> dict[str, int]:
        """How often each thumb and outcome was given, and how many comments there are."""
        with self._work() as session:
            counts: dict[str, int] = {}
            for column in (FeedbackRow.thumb, FeedbackRow.outcome):
                for value, count in session.execute(
                    select(column, func.count()).where(column.is_not(None)).group_by(column)
                ):
                    counts[str(value)] = int(count)
            commented = select(func.count()).where(FeedbackRow.comment != "")
            counts["comments"] = session.scalar(commented) or 0
            return counts

    def open_handoff(
        self, conversation: str, reason: str, needs: Sequence[str], summary: str, transcript: str
    ) -> HandoffRecord:
        """Opens a hand-over; a conversation has one at most, a second request returns it."""

        def work(session: Session) -> HandoffRecord:
            row = _open_row(session, conversation)
            if row is None:
                row = HandoffRow(
                    id=secrets.token_hex(4),
                    conversation=conversation,
                    state="open",
                    reason=reason,
                    needs=list(needs),
                    summary=summary,
                    transcript=transcript,
                    at=now(),
                )
                session.add(row)
                session.flush()
            return row.record()

        return self._once(work)

    def refresh_handoff(self, conversation: str, transcript: str) -> bool:
        """The conversation went on: the agent sees all of it. False when none is open."""
        with self._work() as session:
            row = _open_row(session, conversation)
            if row is not None:
                row.transcript = transcript
            return row is not None

    def cancel_handoff(self, conversation: str) -> bool:
        """Takes the conversation's open hand-over back; False when there is none."""
        with self._work() as session:
            row = _open_row(session, conversation)
            ended = row is not None
            if row is not None:
                _end(row, "cancelled")
        if ended:
            self._forget()
        return ended

    def close_handoff(self, id: str) -> bool:
        """An agent is done with it; False when it is not open."""
        with self._work() as session:
            row = session.get(HandoffRow, id)
            ended = row is not None and row.state == "open"
            if row is not None and ended:
                _end(row, "closed")
        if ended:
            self._forget()
        return ended

    def handoff(self, conversation: str) -> HandoffRecord | None:
        """The conversation's open hand-over, if it has one."""
        with self._work() as session:
            row = _open_row(session, conversation)
            return row.record() if row else None

    def handoffs(self, state: HandoffState | None = "open", limit: int = 200) -> tuple[HandoffRecord, ...]:
        """The oldest first: the one that waits longest is taken first. None means every state."""
        query = select(HandoffRow).order_by(HandoffRow.at).limit(limit)
        if state is not None:
            query = query.where(HandoffRow.state == state)
        with self._work() as session:
            return tuple(row.record() for row in session.scalars(query))

    def handed_over(self, limit: int = 200) -> tuple[tuple[Remembered, ...], ...]:
        """The messages of the conversations that went to a person, the newest hand-over first."""
        query = select(HandoffRow.conversation).order_by(HandoffRow.at.desc()).limit(limit)
        with self._work() as session:
            talked = dict.fromkeys(session.scalars(query))
        return tuple(self.messages(conversation) for conversation in talked)

    def read(self, query: Callable[[Session], T]) -> T:
        """The result of a read-only query, such as those of `bot.desk.use`."""
        with self._work() as session:
            return query(session)

    def close(self) -> None:
        self._engine.dispose()

    def _once(self, work: Callable[[Session], T]) -> T:
        """Finds or makes a row; where another request made it first, the second try finds it."""
        for last in (False, True):
            try:
                with self._work() as session:
                    return work(session)
            except StoreError as error:
                if last or not isinstance(error.__cause__, IntegrityError):
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def _work(self) -> Iterator[Session]:
        try:
            with self._sessions.begin() as session:
                yield session
        except SQLAlchemyError as error:
            raise StoreError(sentence(error)) from error

    def _forget(self) -> None:
        """Wiped text also leaves SQLite's write-ahead log, as far as readers allow."""
        if self._engine.dialect.name == "sqlite":
            with self._work() as session:
                session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _open_row(session: Session, conversation: str) -> HandoffRow | None:
    return session.scalar(select(HandoffRow).where(HandoffRow.conversation == conversation, HandoffRow.state == "open"))


def _end(row: HandoffRow, state: HandoffState) -> None:
    row.state, row.transcript, row.ended = state, "", now()
