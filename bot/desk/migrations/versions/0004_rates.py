"""What each address did lately, for limits that hold over several workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rates",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_rates_key", "rates", ["key"])
    op.create_index("ix_rates_at", "rates", ["at"])


def downgrade() -> None:
    op.drop_table("rates")
