"""the inbox by real due time: which deadlines stand still, and how far a drill has moved a case's clock

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SOUGHT = ["kind", "colour", "title", "dispute_no"]
ADDED = {"dispute": ("ahead",), "task": ("ahead", "suspended")}


def upgrade() -> None:
    for table, names in ADDED.items():
        for name in names:
            kind, default = (sa.Boolean(), sa.false()) if name == "suspended" else (sa.Integer(), "0")
            # What is there already is filled in, what comes later says itself.
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
            with op.batch_alter_table(table) as batch_op:
                batch_op.alter_column(name, server_default=None, existing_type=kind, existing_nullable=False)
    # The class of urgency changes with the hour: it is no column that an index could hold.
    op.drop_index("task_mine", "task")
    op.drop_index("task_done", "task")
    op.create_index("task_mine", "task", ["assignee", "state", "task_id"])
    op.create_index("task_done", "task", ["decided_by", "state", "task_id", *SOUGHT])


def downgrade() -> None:
    op.drop_index("task_done", "task")
    op.drop_index("task_mine", "task")
    op.create_index("task_mine", "task", ["assignee", "state", "urgency", "task_id"])
    op.create_index("task_done", "task", ["decided_by", "state", "urgency", "task_id", *SOUGHT])
    for table, names in ADDED.items():
        for name in names:
            op.drop_column(table, name)
