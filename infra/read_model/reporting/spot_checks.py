"""Spot checks, read: what waits to be looked at again, and what was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, case, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.tables.reporting import SpotCheckRow
from infra.read_model.list_strategy import row_of
from infra.records.reporting.spot_checks import AGREED, CLOSED, DRAWN, JUDGED, WRONG

OPEN, DONE = "open", "done"


class CheckCounts(Model):
    """How spot checks stand: of what was judged, what was drawn, and of that what was found how."""

    ended: int = 0
    drawn: int = 0
    waiting: int = 0
    agreed: int = 0
    wrong: int = 0


async def spot_checks(
    session: AsyncSession, *, box: str, limit: int, cursor: str | None, about: str | None = None
) -> Page:
    """What was drawn: `open`, the nearest due first, or `done`, the latest due first; all, or about one thing."""
    keys = [col(SpotCheckRow.due_at), col(SpotCheckRow.check_id)]
    ascending = box == OPEN
    query = select(SpotCheckRow).where(col(SpotCheckRow.state) == (DRAWN if ascending else JUDGED))
    if about:
        query = query.where(col(SpotCheckRow.about) == about)
    if cursor:
        due_at, check_id = read_cursor(cursor, str, str)
        end = row_of([read_instant(due_at), check_id], keys)
        query = query.where(tuple_(*keys) > end if ascending else tuple_(*keys) < end)
    order = keys if ascending else [key.desc() for key in keys]
    rows = list((await session.execute(query.order_by(*order).limit(limit + 1))).scalars())
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(more.due_at, more.check_id) if more else None)


async def find_check(session: AsyncSession, check_id: str) -> SpotCheckRow | None:
    """One that was drawn."""
    row = await session.get(SpotCheckRow, check_id)
    return row if row and row.state in (DRAWN, JUDGED) else None


async def check_counts(session: AsyncSession, since: datetime) -> dict[str, CheckCounts]:
    """How those that ended, or whose verdict fell, since an instant stand, by what they are about."""
    state, verdict = col(SpotCheckRow.state), col(SpotCheckRow.verdict)

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, literal(1)), else_=literal(0))), 0)

    query = select(
        col(SpotCheckRow.about), func.count(), number(state.in_((DRAWN, JUDGED))), number(state == DRAWN),
        number(verdict == AGREED), number(verdict == WRONG),
    ).where(col(SpotCheckRow.closed_at) >= since, state != CLOSED).group_by(col(SpotCheckRow.about))  # fmt: skip
    return {
        about: CheckCounts(**dict(zip(CheckCounts.model_fields, counted, strict=True)))
        for about, *counted in (await session.execute(query)).all()
    }
