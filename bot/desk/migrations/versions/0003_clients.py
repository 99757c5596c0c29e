"""Programs with keys of their own, and how often they called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "clients",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("digest", sa.String(), nullable=False, unique=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("used", sa.Date()),
        sa.Column("at", AT, nullable=False),
    )
    op.create_table(
        "calls",
        sa.Column("client", sa.String(), sa.ForeignKey("clients.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("span", sa.String(), primary_key=True),
        sa.Column("since", AT, primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_index("ix_calls_since", "calls", ["since"])


def downgrade() -> None:
    op.drop_table("calls")
    op.drop_table("clients")
