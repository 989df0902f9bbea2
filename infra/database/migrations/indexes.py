"""Indexes of the rows of a table that meet a condition: of very many, a few."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

LOOKED_AT = ["dispute_no", "state", "assignee", "colour", "overdue", "suspended", "due_at", "opened_at", "ahead",
             "urgency", "task_id"]  # fmt: skip
"""What those who answer for others look for in a waiting task; the row itself is read only to be shown."""

TAKEN_OUT = (
    "what IN ('export:indicators', 'export:disputes', 'export:disputes:fetch', 'access:export', 'history',"
    " 'history:decoded')"
)
"""What an auditor looks for first in a log of everything: what left the system as a file."""


def index_where(condition: str, name: str, table: str, *names: str) -> None:
    """An index of such rows."""
    where = sa.text(condition)
    op.create_index(name, table, [*names], sqlite_where=where, postgresql_where=where)
