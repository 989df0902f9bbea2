"""indexes of the long lists, and text that compares alike on every database

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CODE_POINTS = "C"
"""SQLite's order, and the only one in which a path's subtree is a range."""
LANGUAGE = "default"
BATCH = 1000


def upgrade() -> None:
    _collate(CODE_POINTS)
    # What is searched and asked is filled in before it must be there.
    op.add_column("dispute", sa.Column("search", sa.String(), nullable=False, server_default=""))
    op.add_column("addressee", sa.Column("state", sa.String(), nullable=False, server_default="done"))
    _collate(CODE_POINTS, only=("dispute", "addressee"))
    _fill_search()
    op.execute("UPDATE addressee SET state = (SELECT state FROM task WHERE task.task_id = addressee.task_id)"
               " WHERE task_id IN (SELECT task_id FROM task)")  # fmt: skip
    with op.batch_alter_table("dispute") as batch_op:
        batch_op.alter_column("search", server_default=None, existing_type=sa.String(), existing_nullable=False)
    with op.batch_alter_table("addressee") as batch_op:
        batch_op.alter_column("state", server_default=None, existing_type=sa.String(), existing_nullable=False)

    op.drop_index("dispute_list", "dispute")
    op.drop_index("ix_dispute_stage", "dispute")
    listed = ["colour", "stage", "category", "source", "overdue", "holder", "search"]
    op.create_index("dispute_list", "dispute", ["opened_at", "dispute_no", *listed])
    op.create_index("dispute_numbers", "dispute", ["dispute_no", "opened_at", *listed])
    sought = ["kind", "colour", "title", "dispute_no"]
    op.create_index("incident_reporter", "incident", ["received_by", "dispute_no"])
    op.drop_index("task_inbox", "task")
    op.drop_index("ix_task_assignee", "task")
    op.drop_index("ix_task_decided_by", "task")
    op.create_index("task_mine", "task", ["assignee", "state", "urgency", "task_id"])
    op.create_index("task_done", "task", ["decided_by", "state", "urgency", "task_id", *sought])
    op.drop_index("addressee_post", "addressee")
    op.create_index("addressee_post", "addressee", ["role", "path", "watches", "state", "task_id"])


def downgrade() -> None:
    op.drop_index("addressee_post", "addressee")
    op.create_index("addressee_post", "addressee", ["role", "path", "task_id"])
    op.drop_index("task_done", "task")
    op.drop_index("task_mine", "task")
    op.create_index("ix_task_decided_by", "task", ["decided_by"])
    op.create_index("ix_task_assignee", "task", ["assignee"])
    op.create_index("task_inbox", "task", ["state", "urgency"])
    op.drop_index("incident_reporter", "incident")
    op.drop_index("dispute_numbers", "dispute")
    op.drop_index("dispute_list", "dispute")
    op.create_index("ix_dispute_stage", "dispute", ["stage"])
    op.create_index("dispute_list", "dispute", ["opened_at", "dispute_no"])
    with op.batch_alter_table("addressee") as batch_op:
        batch_op.drop_column("state")
    with op.batch_alter_table("dispute") as batch_op:
        batch_op.drop_column("search")
    _collate(LANGUAGE)


def _fill_search() -> None:
    dispute = sa.table("dispute", *(sa.column(name) for name in ("dispute_no", "title", "category_name", "search")))
    names = (dispute.c.dispute_no, dispute.c.title, dispute.c.category_name)
    bind = op.get_bind()
    change = dispute.update().where(dispute.c.dispute_no == sa.bindparam("number")).values(search=sa.bindparam("words"))
    rows = bind.execute(sa.select(*names)).all()
    for first in range(0, len(rows), BATCH):
        words = [{"number": row[0], "words": "\n".join(row).casefold()} for row in rows[first : first + BATCH]]
        bind.execute(change, words)


def _collate(collation: str, only: tuple[str, ...] = ()) -> None:
    """Every text column there is by now, whoever made it. A database of a language would sort codes by its rules."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        return
    found = sa.inspect(bind)
    for table in only or found.get_table_names():
        columns = [c["name"] for c in found.get_columns(table) if isinstance(c["type"], sa.String)]
        if columns and table != "alembic_version":
            changes = ", ".join(f'ALTER "{name}" TYPE varchar COLLATE "{collation}"' for name in columns)
            op.execute(f'ALTER TABLE "{table}" {changes}')
