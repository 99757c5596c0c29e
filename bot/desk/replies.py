"""What agents sent and what is learned from it: drafts sent, edited, discarded; replies proposed for reuse.

A reply becomes knowledge when a maintainer approves it; with four eyes, one who did not propose it. Texts come
redacted; writing the ticket file is not done here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.desk.learning import How, Reuse, ReuseRow, ReuseState, Sent, SentRow
from bot.desk.work import Work
from bot.errors import ConflictError


class Replies:
    """The replies in one database."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def record(
        self,
        who: str,
        how: How,
        *,
        handoff: str = "",
        conversation: str = "",
        question: str = "",
        draft: str = "",
        text: str = "",
        evidence: Sequence[str] = (),
    ) -> Sent:
        with self._work.begin() as session:
            row = SentRow(
                who=who,
                how=how,
                handoff=handoff,
                conversation=conversation,
                question=question,
                draft=draft,
                text=text,
                evidence=list(evidence),
            )
            session.add(row)
            session.flush()
            return row.record()

    def sent(self, id: int) -> Sent | None:
        with self._work.begin() as session:
            row = session.get(SentRow, id)
            return row.record() if row else None

    def of(self, handoff: str) -> tuple[Sent, ...]:
        query = select(SentRow).where(SentRow.handoff == handoff).order_by(SentRow.id)
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(query))

    def edited(self, limit: int = 200) -> tuple[Sent, ...]:
        """Drafts that an agent changed or threw away, the newest first: what the desk gets wrong."""
        query = select(SentRow).where(SentRow.how.in_(("edited", "discarded"))).order_by(SentRow.id.desc())
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(query.limit(limit)))

    def propose(
        self,
        author: str,
        title: str,
        question: str,
        answer: str,
        *,
        product: str = "",
        topic: str = "",
        expires: str = "",
        sent: int | None = None,
    ) -> Reuse:
        """A sent reply is proposed once; a second try gives the first."""

        def work(session: Session) -> Reuse:
            if sent is not None and (found := session.scalar(select(ReuseRow).where(ReuseRow.sent == sent))):
                return found.record()
            row = ReuseRow(
                sent=sent,
                title=title,
                question=question,
                answer=answer,
                product=product,
                topic=topic,
                expires=expires,
                author=author,
            )
            session.add(row)
            session.flush()
            return row.record()

        return self._work.once(work)

    def reuse(self, id: int) -> Reuse | None:
        with self._work.begin() as session:
            row = session.get(ReuseRow, id)
            return row.record() if row else None

    def reuses(self, state: ReuseState | None = None, limit: int = 200) -> tuple[Reuse, ...]:
        query = select(ReuseRow).order_by(ReuseRow.id.desc()).limit(limit)
        if state is not None:
            query = query.where(ReuseRow.state == state)
        with self._work.begin() as session:
            return tuple(row.record() for row in session.scalars(query))

    def edit(self, new: Reuse) -> Reuse:
        """Changes a proposal's or an approved answer's words. Raises ConflictError when it is neither."""
        with self._work.begin() as session:
            row = session.get(ReuseRow, new.id, with_for_update=True)
            if row is None or row.state not in ("proposed", "approved"):
                raise ConflictError("这条答复已经撤回或被拒绝。 This answer was withdrawn or refused.")
            for name in ("title", "question", "answer", "product", "topic", "expires"):
                setattr(row, name, getattr(new, name))
            return row.record()

    def decide(self, id: int, was: ReuseState, becomes: ReuseState, decider: str, ticket: str = "") -> Reuse:
        """Moves it on from the state that the decider saw. Raises ConflictError when that has changed."""
        values = {"state": becomes, "decider": decider, **({"ticket": ticket} if ticket else {})}
        move = update(ReuseRow).where(ReuseRow.id == id, ReuseRow.state == was).values(**values)
        with self._work.begin() as session:
            session.execute(move)
            row = session.get(ReuseRow, id, populate_existing=True)
            if row is None or row.state != becomes or row.decider != decider:
                raise ConflictError("别人已经处理了这条答复。 Somebody else has decided on this answer.")
            return row.record()
