"""Run by Alembic for each migration, over the connection that bot.desk.engine hands over."""

from __future__ import annotations

from alembic import context

from bot.desk import clients, handoffs, learning, models, people, rates  # noqa: F401 - what is compared with
from bot.desk.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
    transaction_per_migration=False,
)
context.run_migrations()
