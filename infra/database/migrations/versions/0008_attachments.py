"""whether an answer has taken a file

Revision ID: 0008
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What lies in a case already belongs to it.
    op.add_column("attachment", sa.Column("state", sa.String(), nullable=False, server_default="taken"))
    if op.get_bind().dialect.name == "postgresql":  # as 0005 has it of every text column
        op.execute('ALTER TABLE attachment ALTER state TYPE varchar COLLATE "C"')
    with op.batch_alter_table("attachment") as batch_op:
        batch_op.alter_column("state", server_default=None, existing_type=sa.String(), existing_nullable=False)
        batch_op.create_index("ix_attachment_state", ["state"])


def downgrade() -> None:
    with op.batch_alter_table("attachment") as batch_op:
        batch_op.drop_index("ix_attachment_state")
        batch_op.drop_column("state")
