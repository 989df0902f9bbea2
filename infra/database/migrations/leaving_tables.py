"""The tables of leavings, as the first migration makes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.migrations.columns import INSTANT, SEALED, TEXT, columns


def leaving_tables() -> None:
    """What organisations were, posts that ended, leavings, and what cases are to be told of them."""
    op.create_table(
        "organisation_was",
        *columns(TEXT, "organisation_code", "name", "path"),
        *columns(INSTANT, "until"),
        sa.ForeignKeyConstraint(["organisation_code"], ["organisation.code"]),
        sa.PrimaryKeyConstraint("organisation_code", "until"),
    )
    op.create_table(
        "former_post",
        *columns(TEXT, "post_id", "person_id", "role", "organisation_code", "path", "leaving_id"),
        *columns(INSTANT, "since", nullable=True),
        *columns(INSTANT, "until"),
        sa.ForeignKeyConstraint(["organisation_code"], ["organisation.code"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("post_id"),
    )
    op.create_index("ix_former_post_person_id", "former_post", ["person_id"])
    op.create_table(
        "leaving",
        *columns(TEXT, "leaving_id", "person_id", "by"),
        *columns(INSTANT, "at"),
        *columns(SEALED, "sealed"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("leaving_id"),
    )
    op.create_index("ix_leaving_person_id", "leaving", ["person_id"])
    op.create_table(
        "handing_on",
        *columns(TEXT, "leaving_id", "dispute_no"),
        *columns(INSTANT, "delivered_at", nullable=True),
        *columns(SEALED, "sealed"),
        sa.PrimaryKeyConstraint("leaving_id", "dispute_no"),
    )
    op.create_index("handing_on_waits", "handing_on", ["leaving_id", "dispute_no"],
                    sqlite_where=sa.text("delivered_at IS NULL"),
                    postgresql_where=sa.text("delivered_at IS NULL"))  # fmt: skip
