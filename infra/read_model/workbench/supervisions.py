"""Supervisions that the process itself called down (自动督办): by a clock, silence, returns; the newest first."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sqlalchemy import select, text, tuple_
from sqlmodel import col

from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.list_strategy import row_of
from infra.read_model.visibility import OPEN, may_see

SUPERVISED = text("task.kind = 'supervise'")
"""As the index `task_supervised` has it: a few of very many tasks."""
Standing = Literal["open", "done", "void"]


class Called(NamedTuple):
    """A supervision and the case that it is about."""

    task: TaskRow
    dispute: DisputeRow


async def supervisions_in_sight(
    session: Session, actor: Actor, standing: Standing | None, *, limit: int, cursor: str | None
) -> Page:
    """The supervisions in cases that a person may see: those that wait, are answered or void, or all."""
    keys = (col(TaskRow.opened_at), col(TaskRow.task_id))
    query = (
        select(TaskRow, DisputeRow)
        .join(DisputeRow, col(DisputeRow.dispute_no) == col(TaskRow.dispute_no))
        .where(SUPERVISED, may_see(actor))
    )
    if standing:
        query = query.where(col(TaskRow.state).in_(OPEN if standing == "open" else (standing,)))
    if cursor:
        at, task_id = read_cursor(cursor, str, str)
        query = query.where(tuple_(*keys) < row_of([read_instant(at), task_id], keys))
    found = (await session.execute(query.order_by(*(key.desc() for key in keys)).limit(limit + 1))).all()
    rows = [Called(task, dispute) for task, dispute in found[:limit]]
    more = rows[-1].task if len(found) > limit else None
    return Page(rows=rows, next_cursor=cursor_of(more.opened_at, more.task_id) if more else None)
