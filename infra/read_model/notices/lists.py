"""Notices in lists, one by its number, those of a case: each with the question that carries it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.case.letters.notice import ANSWER, NoticeState
from domain.people.organisation import Actor
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.paths import below
from infra.database.tables.notices import NoticeRow
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.list_strategy import row_of
from infra.read_model.visibility import OPEN, may_see


class NoticeFilter(Model):
    """What a list is narrowed to; `organisation` is a path, of who sent it or to whom it went."""

    kind: str | None = None
    state: NoticeState | None = None
    organisation: str | None = None
    dispute_no: str | None = None
    overdue: bool | None = None


class Line(NamedTuple):
    """A notice, the question that carries it, and the dispute that it is beside."""

    notice: NoticeRow
    task: TaskRow
    dispute: DisputeRow


async def list_notices(
    session: AsyncSession, actor: Actor, wanted: NoticeFilter, *, limit: int, cursor: str | None
) -> Page:
    """The notices that a person may see, the newest first."""
    keys = (col(NoticeRow.sent_at), col(NoticeRow.number))
    query = _joined(actor).where(*_conditions(wanted))
    if cursor:
        at, number = read_cursor(cursor, str, str)
        query = query.where(tuple_(*keys) < row_of([read_instant(at), number], keys))
    found = await session.execute(query.order_by(*(key.desc() for key in keys)).limit(limit + 1))
    rows = [Line(notice, task, dispute) for notice, task, dispute in found.all()]
    more = rows[limit - 1].notice if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(more.sent_at, more.number) if more else None)


async def find_notice(session: AsyncSession, actor: Actor, number: str) -> Line | None:
    """A notice by its number, if the person may see its dispute."""
    found = await session.execute(_joined(actor).where(col(NoticeRow.number) == number))
    return next((Line(notice, task, dispute) for notice, task, dispute in found.all()), None)


async def numbers_of(session: AsyncSession, dispute_no: str) -> list[NoticeRow]:
    """The notices of a dispute, the first first."""
    query = select(NoticeRow).where(col(NoticeRow.dispute_no) == dispute_no)
    return list((await session.execute(query.order_by(col(NoticeRow.sent_at), col(NoticeRow.number)))).scalars())


def _joined(actor: Actor) -> Select[NoticeRow, TaskRow, DisputeRow]:
    return (
        select(NoticeRow, TaskRow, DisputeRow)
        .join(TaskRow, col(TaskRow.task_id) == col(NoticeRow.task_id))
        .join(DisputeRow, col(DisputeRow.dispute_no) == col(NoticeRow.dispute_no))
        .where(may_see(actor))
    )


def _conditions(wanted: NoticeFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.kind:
        where.append(col(NoticeRow.kind) == wanted.kind)
    if wanted.state:
        where.append(_stands(wanted.state))
    if path := wanted.organisation:
        where.append(or_(below(col(NoticeRow.path), path), below(col(NoticeRow.to_path), path)))
    if wanted.dispute_no:
        where.append(col(NoticeRow.dispute_no) == wanted.dispute_no)
    if wanted.overdue is not None:
        where.append(col(TaskRow.overdue).is_(wanted.overdue))
    return where


def _stands(state: NoticeState) -> ColumnElement[bool]:
    """`domain.case.letters.notice.state_of` as a condition."""
    here, gone = not_(col(NoticeRow.withdrawn)), col(TaskRow.state) == "void"
    answered, own = col(TaskRow.decided_by).is_not(None), col(TaskRow.kind) == ANSWER
    done = col(TaskRow.state) == "done"
    match state:
        case "open":
            return and_(here, col(TaskRow.state).in_(OPEN))
        case "answered":
            return and_(here, done, answered)
        case "unanswered":
            return and_(here, or_(and_(done, not_(answered)), and_(gone, own)))
        case "withdrawn":
            return or_(col(NoticeRow.withdrawn), and_(gone, not_(own)))
