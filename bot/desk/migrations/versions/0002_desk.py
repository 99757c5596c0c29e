"""The agents' desk: lines, images, accounts, sign-ins, audit, what was sent, reuse, notices."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def _text(name: str, kind: type[sa.String] = sa.String) -> sa.Column[str]:
    return sa.Column(name, kind(), nullable=False, server_default="")


def upgrade() -> None:
    with op.batch_alter_table("conversations") as table:
        table.add_column(_text("browser"))
        table.create_index("ix_conversations_browser", ["browser"])
    with op.batch_alter_table("messages") as table:
        table.add_column(sa.Column("reply", sa.JSON()))
    for column in (
        _text("product"),
        sa.Column("mood", sa.Integer(), nullable=False, server_default="0"),
        _text("agent"),
        _text("name"),
        sa.Column("collected", sa.JSON(), nullable=False, server_default="{}"),
        _text("contact", sa.Text),
        sa.Column("language", sa.String(), nullable=False, server_default="zh"),
        sa.Column("taken", AT),
    ):
        op.add_column("handoffs", column)
    op.create_table(
        "lines",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("handoff", sa.String(), sa.ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.String()),
        sa.Column("at", AT, nullable=False),
        sa.UniqueConstraint("handoff", "key"),
    )
    op.create_index("ix_lines_handoff", "lines", ["handoff"])
    _keep_transcripts()
    op.drop_column("handoffs", "transcript")
    op.create_table(
        "images",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("handoff", sa.String(), sa.ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("media", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("at", AT, nullable=False),
    )
    op.create_index("ix_images_handoff", "images", ["handoff"])
    _people()
    _learning()


def _keep_transcripts() -> None:
    """An open hand-over's transcript becomes its first line."""
    handoffs = sa.table("handoffs", *(sa.column(name) for name in ("id", "state", "transcript")), sa.column("at", AT))
    lines = sa.table("lines", *(sa.column(n) for n in ("handoff", "author", "name", "text")), sa.column("at", AT))
    bind = op.get_bind()
    waiting = sa.select(handoffs.c.id, handoffs.c.transcript, handoffs.c.at).where(handoffs.c.state == "open")
    for id, transcript, at in bind.execute(waiting).all():
        when: datetime = at
        row = {"handoff": id, "author": "customer", "name": "", "text": transcript, "at": when}
        bind.execute(lines.insert().values(**row))


def _people() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked", AT),
        sa.Column("at", AT, nullable=False),
    )
    op.create_table(
        "signins",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("account", sa.String(), sa.ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False),
        sa.Column("until", AT, nullable=False),
        sa.Column("at", AT, nullable=False),
    )
    op.create_index("ix_signins_account", "signins", ["account"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_conversation", "audit", ["conversation"])


def _learning() -> None:
    op.create_table(
        "sent",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("handoff", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("at", AT, nullable=False),
    )
    op.create_index("ix_sent_handoff", "sent", ["handoff"])
    op.create_index("ix_sent_conversation", "sent", ["conversation"])
    op.create_table(
        "reuses",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sent", sa.Integer(), sa.ForeignKey("sent.id", ondelete="SET NULL")),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("expires", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decider", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
    )
    op.create_index("ix_reuses_state", "reuses", ["state"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("until", AT),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
    )


def downgrade() -> None:
    for name in ("notices", "reuses", "sent", "audit", "signins", "accounts", "images", "lines"):
        op.drop_table(name)
    op.add_column("handoffs", sa.Column("transcript", sa.Text(), nullable=False, server_default=""))
    for name in ("product", "mood", "agent", "name", "collected", "contact", "language", "taken"):
        op.drop_column("handoffs", name)
    op.drop_column("messages", "reply")
    op.drop_index("ix_conversations_browser", "conversations")
    op.drop_column("conversations", "browser")
