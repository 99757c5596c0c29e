"""Images that came along with a hand-over: kept while it is open, deleted with it."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from bot.desk.handoffs import HandoffRow, ImageRecord, ImageRow
from bot.desk.saying import hold
from bot.desk.work import Work
from bot.errors import ConflictError


class Images:
    """The images in one database."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def keep(self, handoff: str, data: bytes, media: str, width: int, height: int, text: str = "") -> ImageRecord:
        """Keeps a cleaned image with an open hand-over. Raises ConflictError when it has ended."""
        with self._work.begin() as session:
            if hold(session, HandoffRow.id == handoff) is None:
                raise ConflictError(
                    "这次转人工已经结束，图片没有保存。 The hand-over has ended; the image was not kept."
                )
            image = ImageRow(
                id=secrets.token_hex(16), handoff=handoff, media=media, width=width, height=height, text=text, data=data
            )
            session.add(image)
            session.flush()
            return image.record()

    def of(self, handoff: str) -> tuple[ImageRecord, ...]:
        query = select(ImageRow).where(ImageRow.handoff == handoff).order_by(ImageRow.at)
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(query))

    def data(self, id: str) -> tuple[str, str, bytes] | None:
        """The hand-over, the media type and the bytes."""
        with self._work.begin() as session:
            row = session.get(ImageRow, id)
            return (row.handoff, row.media, row.data) if row else None
