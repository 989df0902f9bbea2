"""Supervision called down by figures, read: by whom the organisation, or one above it, is overseen."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from infra.database.pagination import Page, cursor_of, read_cursor, read_instant
from infra.database.paths import below
from infra.database.tables.reporting import FigureSupervisionRow
from infra.read_model.list_strategy import row_of


async def supervisions(
    session: AsyncSession, *, paths: Sequence[str], states: Sequence[str], limit: int, cursor: str | None
) -> Page:
    """Those of organisations at or below these paths, in these states, the newest first."""
    keys = [col(FigureSupervisionRow.opened_at), col(FigureSupervisionRow.supervision_id)]
    theirs = or_(literal(False), *(below(col(FigureSupervisionRow.path), path) for path in paths))
    query = select(FigureSupervisionRow).where(col(FigureSupervisionRow.state).in_(states), theirs)
    if cursor:
        opened_at, last = read_cursor(cursor, str, str)
        query = query.where(tuple_(*keys) < row_of([read_instant(opened_at), last], keys))
    found = await session.execute(query.order_by(*(key.desc() for key in keys)).limit(limit + 1))
    rows = list(found.scalars())
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(more.opened_at, more.supervision_id) if more else None)
