"""The order of the inbox as an SQL ORDER BY: `domain.image.urgency`, for rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, and_, case, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from domain.image.urgency import LATER, NEVER, OVERDUE, SOON, left, order, urgency
from infra.database.tables.read_model import TaskRow


class _Seconds(FunctionElement[int]):
    """The whole seconds of an instant since 1970, as `domain.image.urgency` counts them."""

    type = BigInteger()
    inherit_cache = True


@compiles(_Seconds, "sqlite")
def _on_sqlite(element: _Seconds, compiler: Any, **kw: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **kw)}) AS INTEGER)"


@compiles(_Seconds, "postgresql")
def _on_postgresql(element: _Seconds, compiler: Any, **kw: Any) -> str:
    return f"CAST(floor(EXTRACT(epoch FROM {compiler.process(element.clauses, **kw)})) AS BIGINT)"


def waiting_order(now: ColumnElement[int]) -> list[Any]:
    """What waiting tasks are sorted by, all ascending: class, time left, weight, how long they have waited; at an
    instant, in whole seconds since 1970.

    A UUIDv7 sorts by its time, so the task id is the waiting order.
    """
    due, weighed = col(TaskRow.due_at), col(TaskRow.urgency)
    # In a drill each case has a clock of its own, and the time left counts by that.
    here = now + col(TaskRow.ahead)
    runs = and_(due.is_not(None), ~col(TaskRow.suspended))
    seconds = case((runs, _Seconds(due) - here), else_=literal(NEVER, BigInteger()))
    classes = [(seconds <= int(within.total_seconds()), code) for within, code in SOON]
    pressing = -case((weighed >= OVERDUE, weighed), *classes, else_=LATER)
    # A cursor that somebody made up may hold larger numbers than any class or weight.
    keys = (type_coerce(key, BigInteger()) for key in (pressing, seconds, -weighed))
    return [*keys, col(TaskRow.task_id)]


def place_in_order(row: TaskRow | Row[Any], now: datetime) -> tuple[int, int, int, str]:
    """Where a waiting task stands in that order."""
    return (*order(row.urgency, seconds_left(row, now)), row.task_id)


def seconds_left(row: TaskRow | Row[Any], now: datetime) -> int:
    """How long is left until its deadline, by the case's clock."""
    return left(row.due_at, now, ahead=row.ahead, suspended=row.suspended)


def urgency_of(row: TaskRow, now: datetime) -> int:
    """A task's class of urgency; 0 once it has ended."""
    return urgency(row.urgency, seconds_left(row, now)) if row.urgency else 0
