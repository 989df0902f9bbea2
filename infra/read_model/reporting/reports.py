"""Reports of the analysis desks, read: by whoever sent them, and by whoever may see a dispute of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, cast, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.people.organisation import Actor
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.paths import below
from infra.database.tables.read_model import DisputeRow
from infra.database.tables.reporting import ReportItemRow, ReportRow
from infra.read_model.list_strategy import row_of
from infra.read_model.visibility import may_see
from infra.records.reporting.reports import SENT


class Counts(Model):
    """What has become of the disputes of a report; `again` of those sent counted before (F.2)."""

    sent: int = 0
    again: int = 0
    refused: int = 0
    waiting: int = 0


class Line(NamedTuple):
    """A dispute of a report, with its row where the person may see it."""

    item: ReportItemRow
    dispute: DisputeRow


async def find_report(session: AsyncSession, actor: Actor, number: str) -> ReportRow | None:
    """A report, if the person sent it or may see any dispute of it."""
    query = select(ReportRow).where(col(ReportRow.number) == number, _shown(actor))
    return (await session.execute(query)).scalar_one_or_none()


async def reports(
    session: AsyncSession, actor: Actor, *, day: str | None, path: str | None, limit: int, cursor: str | None
) -> Page:
    """The reports a person may see, the newest first; of a day, of an organisation and those below it."""
    keys = (col(ReportRow.at), col(ReportRow.number))
    query = select(ReportRow).where(_shown(actor))
    if day:
        query = query.where(col(ReportRow.day) == day)
    if path:
        query = query.where(below(col(ReportRow.path), path))
    if cursor:
        at, number = read_cursor(cursor, str, str)
        query = query.where(tuple_(*keys) < row_of([read_instant(at), number], keys))
    found = await session.execute(query.order_by(*(key.desc() for key in keys)).limit(limit + 1))
    rows = list(found.scalars())
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(more.at, more.number) if more else None)


async def counts_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, Counts]:
    """What has become of the disputes of these reports, all of them."""
    again = func.sum(cast(col(ReportItemRow.again), Integer))
    query = (
        select(col(ReportItemRow.number), col(ReportItemRow.state), func.count(), again)
        .where(col(ReportItemRow.number).in_(numbers))
        .group_by(col(ReportItemRow.number), col(ReportItemRow.state))
    )
    counted = {number: Counts() for number in numbers}
    for number, state, count, repeats in (await session.execute(query)).all():
        setattr(counted[number], state, count)
        counted[number].again += repeats or 0
    return counted


async def lines_of(session: AsyncSession, actor: Actor, number: str) -> list[Line]:
    """The disputes of a report that the person may see, in its order."""
    query = (
        select(ReportItemRow, DisputeRow)
        .join(DisputeRow, col(DisputeRow.dispute_no) == col(ReportItemRow.dispute_no))
        .where(col(ReportItemRow.number) == number, may_see(actor))
        .order_by(col(ReportItemRow.place))
    )
    return [Line(item, dispute) for item, dispute in (await session.execute(query)).all()]


async def numbers_of(session: AsyncSession, task_ids: Sequence[str]) -> dict[str, str]:
    """By which report each of these tasks sent its dispute up, of those that did."""
    query = select(col(ReportItemRow.task_id), col(ReportItemRow.number)).where(
        col(ReportItemRow.task_id).in_(task_ids), col(ReportItemRow.state) == SENT
    )
    return dict((await session.execute(query)).all())


def _shown(actor: Actor) -> ColumnElement[bool]:
    item = ReportItemRow
    seen = exists().where(col(item.number) == col(ReportRow.number), may_see(actor, col(item.dispute_no)))
    return or_(col(ReportRow.sent_by) == actor.person_id, seen)
