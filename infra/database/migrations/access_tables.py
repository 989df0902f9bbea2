"""The tables of what people read and take out, as the first migration makes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.columns import INSTANT, INTEGER, SEALED, TEXT, columns
from infra.database.migrations.indexes import TAKEN_OUT, index_where


def access_table() -> None:
    """Who did, read or tried what, how often he takes something out, into which case he may look for a while, and
    how he likes to see lists.
    """
    op.create_table(
        "access",
        *columns(TEXT, "access_id", "what", "outcome", "posts", "session_id"),
        *columns(INSTANT, "at"),
        *columns(TEXT, "person_id", "on_behalf_of", "concerns", "dispute_no", nullable=True),
        *columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("access_id"),
    )
    for column in ("dispute_no", "person_id", "on_behalf_of", "concerns"):
        op.create_index(f"ix_access_{column}", "access", [column])
    index_where(TAKEN_OUT, "access_taken_out", "access", "access_id")
    op.create_table(
        "exports",
        *columns(TEXT, "person_id"),
        *columns(INSTANT, "hour"),
        *columns(INTEGER, "taken"),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "saved_view",
        *columns(TEXT, "view_id", "person_id", "shared_with"),
        *columns(INSTANT, "at"),
        *columns(SEALED, "sealed"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("view_id"),
    )
    op.create_index("ix_saved_view_person_id", "saved_view", ["person_id"])
    op.create_index("ix_saved_view_shared_with", "saved_view", ["shared_with"])
    op.create_table(
        "glass",
        *columns(TEXT, "dispute_no", "person_id"),
        *columns(INSTANT, "at", "until"),
        *columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("dispute_no", "person_id"),
    )
