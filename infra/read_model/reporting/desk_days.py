"""A desk's list of the day: every report that it judges, those not judged yet on top (Q-040).

“每日…对警情进行分析研判”: a day holds what came to the desk that day, and what it still owes from days before.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, case, exists, func, literal, or_, select, tuple_, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from domain.people.organisation import Actor
from domain.policy.catalogue import KINDS
from infra.database.pagination import Page, cursor_of, read_cursor
from infra.database.paths import below
from infra.database.tables.read_model import AddresseeRow, DisputeRow, TaskRow
from infra.database.tables.reporting import ReportItemRow
from infra.read_model.list_strategy import row_of
from infra.read_model.visibility import OPEN
from infra.records.reporting.reports import SENT

DESKS = [kind for kind, spec in KINDS.items() if spec.by_levels]
"""The kinds of task by which a desk judges what was reported."""


class DayCounts(Model):
    """How a desk's day stands."""

    received: int = 0
    """what came that day"""
    before: int = 0
    """what came earlier and is still not judged"""
    unreviewed: int = 0
    reviewed: int = 0
    reported: int = 0
    no_risk: int = 0
    police_case: int = 0


class Desks(NamedTuple):
    """Whose day it is: the desks of an organisation and of those below it, or those that the person is at, by a post of
    his own or of somebody he stands in for.
    """

    actor: Actor
    path: str | None = None


async def desk_day(
    session: AsyncSession,
    desks: Desks,
    begins: datetime,
    ends: datetime,
    limit: int,
    cursor: str | None,
) -> Page:
    """The reports of a day that desks judge, the unreviewed first and of them the
    gravest; rows are tasks.
    """
    waits = case((col(TaskRow.state).in_(OPEN), 0), else_=1)
    weight = -col(TaskRow.urgency)
    keys = [type_coerce(waits, BigInteger()), type_coerce(weight, BigInteger()), col(TaskRow.task_id)]
    query = select(TaskRow).where(*_of_day(desks, begins, ends))
    if cursor:
        query = query.where(tuple_(*keys) > row_of(read_cursor(cursor, int, int, str), keys))
    rows = list((await session.execute(query.order_by(*keys).limit(limit + 1))).scalars())
    end = rows[limit - 1] if len(rows) > limit else None
    stood = (int(end.state not in OPEN), -end.urgency, end.task_id) if end else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(*stood) if stood else None)


async def day_counts(session: AsyncSession, desks: Desks, begins: datetime, ends: datetime) -> DayCounts:
    """How many there are of each."""
    today, waits = col(TaskRow.opened_at) >= begins, col(TaskRow.state).in_(OPEN)
    reported = exists().where(col(ReportItemRow.task_id) == col(TaskRow.task_id), col(ReportItemRow.state) == SENT)

    def number(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*conditions), literal(1)), else_=literal(0))), 0)

    ended = col(DisputeRow.outcome)
    query = (
        select(
            number(today), number(~today), number(waits), number(~waits), number(reported),
            number(~waits, ended == "no_risk"), number(~waits, ended == "police_case"),
        )
        .select_from(TaskRow)
        .join(DisputeRow, col(DisputeRow.dispute_no) == col(TaskRow.dispute_no))
        .where(*_of_day(desks, begins, ends))
    )  # fmt: skip
    return DayCounts(**dict(zip(DayCounts.model_fields, (await session.execute(query)).one(), strict=True)))


def _at(desks: Desks) -> ColumnElement[bool]:
    if desks.path:
        return below(col(AddresseeRow.path), desks.path)
    posts = (and_(col(AddresseeRow.role) == p.role, col(AddresseeRow.path) == p.path) for p in desks.actor.reach)
    return or_(literal(False), *posts)


def _of_day(desks: Desks, begins: datetime, ends: datetime) -> list[ColumnElement[bool]]:
    asked = select(col(AddresseeRow.task_id)).where(_at(desks), ~col(AddresseeRow.watches))
    owed = col(TaskRow.state).in_(OPEN)
    return [
        col(TaskRow.kind).in_(DESKS),
        col(TaskRow.task_id).in_(asked),
        col(TaskRow.state) != "void",
        col(TaskRow.opened_at) < ends,
        or_(col(TaskRow.opened_at) >= begins, owed),
    ]
