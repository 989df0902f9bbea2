"""Whistles within somebody's sight (吹哨报到), the newest first, each with the tasks that came of it.

A whistle is known by the tasks by which people were called: all of one were asked at the same instant. A few of very
many tasks are such, and stand in an index of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import select, text, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.people.organisation import Actor
from infra.database.engine import Session
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.list_strategy import row_of
from infra.read_model.visibility import OPEN, may_see

CALLS = "check_in"
CAME_OF = (CALLS, "confer", "carry_out")
"""The kinds of tasks that come of a whistle."""
_CALLED = text(f"task.kind = '{CALLS}'")
"""As the index `task_called` has it."""


class Blown(NamedTuple):
    """A whistle by its case and the tasks that called people, with all tasks that ever came of the case's whistles."""

    dispute: DisputeRow
    calls: list[TaskRow]
    tasks: list[TaskRow]


async def whistles_in_sight(session: Session, actor: Actor, *, running: bool, limit: int, cursor: str | None) -> Page:
    """The whistles in cases that a person may see, the newest first; `running`: in those where something that a whistle
    called for is left to do.
    """
    keys = (col(TaskRow.opened_at), col(TaskRow.dispute_no))
    query = select(*keys).where(_CALLED, may_see(actor, col(TaskRow.dispute_no)))
    if running:
        left = aliased(TaskRow)
        query = query.where(
            select(col(left.task_id))
            .where(col(left.dispute_no) == col(TaskRow.dispute_no), col(left.state).in_(OPEN),
                   col(left.kind).in_(CAME_OF))
            .exists()
        )  # fmt: skip
    if cursor:
        at, number = read_cursor(cursor, str, str)
        query = query.where(tuple_(*keys) < row_of([read_instant(at), number], keys))
    query = query.group_by(*keys).order_by(*(key.desc() for key in keys)).limit(limit + 1)
    found = [tuple(row) for row in (await session.execute(query)).all()]
    more = found[limit - 1] if len(found) > limit else None
    blown = await _with_tasks(session, found[:limit])
    return Page(rows=blown, next_cursor=cursor_of(*more) if more else None)


async def tasks_of_whistles(session: Session, dispute_no: str) -> list[TaskRow]:
    """The tasks that came of the whistles of a case, without a check of who asks."""
    query = select(TaskRow).where(col(TaskRow.dispute_no) == dispute_no, col(TaskRow.kind).in_(CAME_OF))
    return list((await session.execute(query.order_by(col(TaskRow.opened_at), col(TaskRow.task_id)))).scalars())


async def _with_tasks(session: Session, found: Sequence[tuple[Any, ...]]) -> list[Blown]:
    if not found:
        return []
    numbers = {number for _, number in found}
    cases = {
        row.dispute_no: row
        for row in (await session.execute(select(DisputeRow).where(col(DisputeRow.dispute_no).in_(numbers)))).scalars()
    }
    asked = select(TaskRow).where(col(TaskRow.dispute_no).in_(numbers), col(TaskRow.kind).in_(CAME_OF))
    tasks = list((await session.execute(asked.order_by(col(TaskRow.opened_at), col(TaskRow.task_id)))).scalars())
    blown = []
    for at, number in found:
        mine = [task for task in tasks if task.dispute_no == number]
        blown.append(Blown(cases[number], [t for t in mine if t.kind == CALLS and t.opened_at == at], mine))
    return blown
