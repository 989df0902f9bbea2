"""The tables of the items of batches of hazards, and of what is set for a later day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.columns import INSTANT, INTEGER, SEALED, TEXT, columns


def hazard_tables() -> None:
    """Makes them."""
    op.create_table(
        "hazard_item",
        *columns(TEXT, "dispute_no", "aspect", "aspect_name", "path", "state"),
        *columns(INTEGER, "no", "returned", "ahead"),
        *columns(INSTANT, "due_at", "sent_at"),
        *columns(INSTANT, "rectified_at", "cancelled_at", nullable=True),
        *columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("dispute_no", "no"),
    )
    op.create_index("hazard_item_outstanding", "hazard_item", ["path", "aspect", "state", "due_at", "dispute_no"])
    op.create_table(
        "appointment",
        *columns(TEXT, "task_id", "role", "path", "dispute_no", "kind"),
        *columns(INSTANT, "at"),
        *columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("task_id", "role", "path"),
    )
    op.create_index("appointment_post", "appointment", ["role", "path", "at"])
    op.create_index("ix_appointment_dispute_no", "appointment", ["dispute_no"])
