"""Hand-overs: they wait, one agent takes each, both sides speak, and they end.

Every change is one statement that names the state it expects, so that of two agents one wins and a reply
that is sent again is stored once. A customer's own words go when their hand-over ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.desk.base import now
from bot.desk.handoffs import HandoffRecord, HandoffRow, HandoffState, Line, LineRow
from bot.desk.saying import (
    Say,
    change,
    changed,
    ended,
    fresh,
    gone,
    happened,
    hold,
    last,
    open_of,
    sent_before,
    spoken,
    written,
)
from bot.desk.work import Work
from bot.errors import ConflictError

MOOD = timedelta(minutes=10)
"""What a degree of anger counts in the queue: as if the customer had waited that much longer."""
LEFT = timedelta(hours=1)
"""How long an agent's last words wait for the customer's page after the end."""


class Queue:
    """The hand-overs in one database."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def open(
        self,
        conversation: str,
        reason: str,
        needs: Sequence[str],
        summary: str,
        said: Sequence[Say] = (),
        *,
        product: str = "",
        mood: int = 0,
        collected: Sequence[tuple[str, str]] = (),
        language: str = "zh",
    ) -> HandoffRecord:
        """Opens a hand-over; a conversation has one at most, a second request returns it."""

        def work(session: Session) -> HandoffRecord:
            row = open_of(session, conversation)
            if row is None:
                row = HandoffRow(
                    id=secrets.token_hex(4),
                    conversation=conversation,
                    reason=reason,
                    needs=list(needs),
                    summary=summary,
                    product=product,
                    mood=mood,
                    collected={value: kind for kind, value in collected},
                    language=language,
                    at=now(),
                )
                session.add(row)
                session.flush()
                for say in (*said, Say("event", "opened")):
                    session.add(written(row.id, say))
            return row.record()

        return self._work.once(work)

    def take(self, id: str, agent: str, name: str) -> HandoffRecord:
        """Raises ConflictError when somebody has it, or it has ended."""
        free = update(HandoffRow).where(HandoffRow.id == id, HandoffRow.state == "open", HandoffRow.agent == "")
        with self._work.begin() as session:
            if not changed(session, free.values(agent=agent, name=name, taken=now())):
                row = session.get(HandoffRow, id)
                if row is not None and row.state == "open" and row.agent == agent:  # pressed twice
                    return row.record()
                raise ConflictError(gone(row))
            happened(session, id, "joined", name)
            return fresh(session, id)

    def say(self, id: str, agent: str, said: Say) -> tuple[Line, bool]:
        """What the agent who has it says. With the same key it is the same line, and the second value False.

        Raises ConflictError.
        """

        def work(session: Session) -> tuple[Line, bool]:
            if said.key and (row := sent_before(session, id, said.key)):
                return row.record(), False  # the first try had arrived
            change(session, id, agent, agent=agent)  # held until it is said
            return spoken(session, id, said).record(), True

        return self._work.once(work)

    def add(
        self, conversation: str, said: Sequence[Say], mood: int = 0, collected: Sequence[tuple[str, str]] = ()
    ) -> bool:
        """What the customer or the bot says in an open hand-over; False when none is open."""

        def work(session: Session) -> bool:
            row = hold(session, HandoffRow.conversation == conversation)
            if row is None:
                return False
            row.mood = max(row.mood, mood)
            row.collected = {**row.collected, **{value: kind for kind, value in collected}}
            for say in said:
                if say.key and sent_before(session, row.id, say.key):
                    continue
                if say.redacted:  # nobody else remembers it
                    spoken(session, row.id, say)
                else:
                    session.add(written(row.id, say))
            return True

        return self._work.once(work)

    def reachable(self, conversation: str, contact: str) -> bool:
        """How to reach the customer; False when no hand-over is open."""
        with self._work.begin() as session:
            row = hold(session, HandoffRow.conversation == conversation)
            if row is None:
                return False
            row.contact = contact or row.contact
            return True

    def transfer(self, id: str, agent: str, to: str = "", name: str = "", product: str = "") -> HandoffRecord:
        """To a colleague, or back to the queue where `to` is empty. Raises ConflictError."""
        values: dict[str, Any] = {"agent": to, "name": name, "taken": now() if to else None}
        if product:
            values["product"] = product
        with self._work.begin() as session:
            change(session, id, agent, **values)
            happened(session, id, "transferred", name)
            return fresh(session, id)

    def close(self, id: str, agent: str) -> HandoffRecord:
        """The agent who has it is done. Raises ConflictError."""
        with self._work.begin() as session:
            change(session, id, agent, state="closed")
            row = session.get_one(HandoffRow, id)
            happened(session, id, "left", row.name)
            ended(session, row)
            record = row.record()
        self._work.forget()
        return record

    def cancel(self, conversation: str) -> bool:
        """The customer takes it back; False when none is open."""
        with self._work.begin() as session:
            row = hold(session, HandoffRow.conversation == conversation)
            if row is None:
                return False
            row.state = "cancelled"
            ended(session, row)
        self._work.forget()
        return True

    def away(self, conversation: str) -> None:
        """The customer has begun anew and reads this one no longer: whoever has it, or will, is told."""
        with self._work.begin() as session:
            if row := hold(session, HandoffRow.conversation == conversation):
                happened(session, row.id, "away", "")

    def free(self, agent: str) -> int:
        """Whoever waits for an agent who is no longer there waits for any other; gives how many."""
        held = select(HandoffRow.id).where(HandoffRow.state == "open", HandoffRow.agent == agent)
        with self._work.begin() as session:
            ids = tuple(session.scalars(held))
        for id in ids:
            with suppress(ConflictError):  # it has ended meanwhile
                self.transfer(id, agent)
        return len(ids)

    def get(self, id: str) -> HandoffRecord | None:
        with self._work.begin() as session:
            row = session.get(HandoffRow, id)
            return row.record(last(session, id)) if row else None

    def of(self, conversation: str) -> HandoffRecord | None:
        """The conversation's open hand-over, or else its newest one."""
        query = select(HandoffRow).where(HandoffRow.conversation == conversation)
        query = query.order_by((HandoffRow.state == "open").desc(), HandoffRow.at.desc()).limit(1)
        with self._work.begin() as session:
            row = session.scalar(query)
            return row.record(last(session, row.id)) if row else None

    def lines(self, id: str, after: int = 0) -> tuple[Line, ...]:
        query = select(LineRow).where(LineRow.handoff == id, LineRow.id > after).order_by(LineRow.id)
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(query))

    def all(self, state: HandoffState | None = "open", limit: int = 200) -> tuple[HandoffRecord, ...]:
        """Those that wait longest and angriest first. None means every state."""
        newest = select(LineRow.handoff, func.max(LineRow.id).label("last")).group_by(LineRow.handoff).subquery()
        query = select(HandoffRow, newest.c.last).outerjoin(newest, newest.c.handoff == HandoffRow.id)
        if state is not None:
            query = query.where(HandoffRow.state == state)
        query = query.order_by(HandoffRow.at).limit(limit)
        with self._work.begin() as session:
            found = [row.record(last or 0) for row, last in session.execute(query)]
        return tuple(sorted(found, key=lambda record: record.at - record.mood * MOOD))

    def sweep(self) -> None:
        """Agents' last words that no page has come for."""
        ended = select(HandoffRow.id).where(HandoffRow.state != "open", HandoffRow.ended < now() - LEFT)
        with self._work.begin() as session:
            session.execute(delete(LineRow).where(LineRow.handoff.in_(ended)))
        self._work.forget()  # also of what a reader kept in the log when a hand-over ended
