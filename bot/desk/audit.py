"""The log of who saw and did what. It names things and never holds their content."""

from __future__ import annotations

from sqlalchemy import select

from bot.desk.people import Audited, AuditRow
from bot.desk.work import Work


class Audit:
    """The log in one database; nothing in the app changes or deletes a line but retention."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def note(self, who: str, did: str, what: str = "", conversation: str = "") -> None:
        with self._work.begin() as session:
            session.add(AuditRow(who=who, did=did, what=what[:200], conversation=conversation))

    def newest(self, limit: int = 200, who: str = "", what: str = "") -> tuple[Audited, ...]:
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if who:
            query = query.where(AuditRow.who == who)
        if what:
            query = query.where((AuditRow.what == what) | (AuditRow.conversation == what))
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(query))
