"""The order of the inbox as an SQL ORDER BY: `domain.image.urgency`, for rows.

Classes of urgency follow the time left, so that among what is not late yet nothing but the deadline decides, whatever
the hour. The order stands in columns therefore, and what waits is read off an index (ADR 0057).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, type_coerce
from sqlmodel import col

from domain.image.urgency import OVERDUE, left, order, urgency
from infra.database.pagination import read_instant
from infra.database.tables.read_model import NEVER, TaskRow

CURSOR = (int, str, int, str)
"""The types of `stood` in a cursor."""


def order_columns(weighed: int, due_at: datetime | None, *, ahead: int = 0, suspended: bool = False) -> dict[str, Any]:
    """The columns by which a task is sorted: what is overdue by how grave it is, then the deadline by the wall's clock,
    for in a drill each case has a clock of its own; as `order` says at any instant.
    """
    runs = due_at is not None and not suspended
    wall = due_at.replace(microsecond=0) - timedelta(seconds=ahead) if due_at and runs else NEVER
    return {"late_order": -weighed if weighed >= OVERDUE else 0, "due_order": wall}


def waiting_order() -> list[Any]:
    """What waiting tasks are sorted by, all ascending: late or not, deadline, weight, how long they have waited.

    A UUIDv7 sorts by its time, so the task id is the waiting order.
    """
    # A cursor that somebody made up may hold larger numbers than any weight.
    late, weighed = (type_coerce(key, BigInteger()) for key in (col(TaskRow.late_order), -col(TaskRow.urgency)))
    return [late, col(TaskRow.due_order), weighed, col(TaskRow.task_id)]


def stood(row: TaskRow) -> tuple[int, datetime, int, str]:
    """Where a waiting task stands in that order, for a cursor."""
    return row.late_order, row.due_order, -row.urgency, row.task_id


def read_stood(parts: Sequence[Any]) -> list[Any]:
    """The same out of a cursor.

    Raises:
        FieldsInvalid: it is none of ours.
    """
    late, due, weighed, task_id = parts
    return [late, read_instant(due), weighed, task_id]


def place_in_order(row: TaskRow | Row[Any], now: datetime) -> tuple[int, int, int, str]:
    """Where a waiting task stands at an instant, by the rule itself."""
    return (*order(row.urgency, seconds_left(row, now)), row.task_id)


def seconds_left(row: TaskRow | Row[Any], now: datetime) -> int:
    """How long is left until its deadline, by the case's clock."""
    return left(row.due_at, now, ahead=row.ahead, suspended=row.suspended)


def urgency_of(row: TaskRow, now: datetime) -> int:
    """A task's class of urgency; 0 once it has ended."""
    return urgency(row.urgency, seconds_left(row, now)) if row.urgency else 0
