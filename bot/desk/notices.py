"""What staff say on the customers' page to everybody, such as an incident: one notice at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from bot.desk.base import now
from bot.desk.learning import Notice, NoticeRow
from bot.desk.work import Work


class Notices:
    """The notices in one database."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def put(self, who: str, zh: str, en: str = "", until: datetime | None = None) -> None:
        """Replaces the one there was; an empty text takes it away."""
        with self._work.begin() as session:
            session.execute(update(NoticeRow).where(NoticeRow.ended.is_(False)).values(ended=True))
            if zh or en:
                session.add(NoticeRow(zh=zh or en, en=en or zh, until=until, who=who))

    def current(self) -> Notice | None:
        query = select(NoticeRow).where(NoticeRow.ended.is_(False)).order_by(NoticeRow.id.desc()).limit(1)
        with self._work.begin() as session:
            row = session.scalar(query)
            notice = row.record() if row else None
        return notice if notice and (notice.until is None or notice.until > now()) else None
