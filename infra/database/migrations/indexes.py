"""Indexes of the rows of a table that meet a condition: of very many, a few."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

WAITING = "state IN ('open', 'claimed')"
"""Of tasks, and of whom they ask: those that somebody is to answer yet."""
ON_BOARD = ["dispute_no", "stage", "matter", "organisation", "overdue", "due_at"]
"""What the board counts of the disputes in course."""
LOOKED_AT = ["dispute_no", "state", "assignee", "colour", "overdue", "suspended", "due_at", "moved_at", "task_id"]
"""What those who answer for others look for in a waiting task; the row itself is read only to be shown."""
PRESSING = ["late_order", "due_order", "task_id", "urgency"]
"""In which order waiting tasks press."""

TAKEN_OUT = (
    "what IN ('export:indicators', 'export:disputes', 'export:disputes:fetch', 'access:export', 'history',"
    " 'history:decoded')"
)
"""What an auditor looks for first in a log of everything: what left the system as a file."""


def index_where(condition: str, name: str, table: str, *names: str) -> None:
    """An index of such rows."""
    where = sa.text(condition)
    op.create_index(name, table, [*names], sqlite_where=where, postgresql_where=where)
