"""what the indicators count

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COVERED = [
    "kind", "at", "unit", "leading", "result", "value", "lag", "done_at", "left_at", "struck_at", "month", "colour",
    "category",
]  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("dispute_no", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("leading", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("first_colour", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("lag", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("dispute_no", "seq"),
    )
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.create_index("tally_figures", _COVERED, unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_index("tally_figures")

    op.drop_table("tally")
