"""The tables of what processes say of themselves and of the keys they use, as the first migration makes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.columns import INSTANT, INTEGER, JSON, TEXT, columns


def process_tables() -> None:
    """Makes them."""
    op.create_table(
        "heartbeat",
        *columns(TEXT, "process", "kind"),
        *columns(INTEGER, "pid"),
        *columns(INSTANT, "at"),
        *columns(JSON, "waits"),
        sa.PrimaryKeyConstraint("process"),
    )
    op.create_table(
        "known_key", *columns(TEXT, "key_id"), *columns(INSTANT, "since"), sa.PrimaryKeyConstraint("key_id")
    )
