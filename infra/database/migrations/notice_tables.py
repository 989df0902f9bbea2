"""The tables of notices and of batches of hazards, and the index by which whistles are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.columns import BOOLEAN, INSTANT, TEXT, columns
from infra.database.migrations.indexes import index_where


def notice_tables() -> None:
    """Makes them."""
    op.create_table(
        "notice",
        *columns(TEXT, "number", "kind", "dispute_no", "task_id", "role", "path", "to_path", "sent_by"),
        *columns(INSTANT, "sent_at"),
        *columns(BOOLEAN, "withdrawn"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("notice_list", "notice", ["sent_at", "number"])
    op.create_index("notice_task", "notice", ["task_id"])
    op.create_index("notice_dispute", "notice", ["dispute_no"])
    op.create_index("notice_to", "notice", ["to_path", "sent_at"])
    op.create_table(
        "hazard_batch",
        *columns(TEXT, "dispute_no", "number", "kind", "path"),
        *columns(INSTANT, "sent_at"),
        sa.PrimaryKeyConstraint("dispute_no"),
        sa.UniqueConstraint("number"),
    )
    index_where("kind = 'check_in'", "task_called", "task", "opened_at", "dispute_no")
    index_where("kind = 'supervise'", "task_supervised", "task", "opened_at", "task_id")
