"""a worker's heartbeat tells how many cases it could not publish

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from infra.database.columns import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("heartbeat", sa.Column("unpublished", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("heartbeat", sa.Column("unpublished_since", Instant(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("heartbeat") as batch_op:
        batch_op.drop_column("unpublished_since")
        batch_op.drop_column("unpublished")
