"""The published editions, none ever changed or deleted; and the one in effect, as a process remembers it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.people.organisation import Actor
from domain.policy.calendars.editions import NewEdition
from domain.policy.spans import Calendar
from infra.database.engine import Database
from infra.database.pagination import Page, cursor_of, read_cursor
from infra.database.tables.operations import CalendarRow
from infra.database.tables.read_model import DisputeRow

REMEMBERED = 5.0
"""Seconds for which a process goes by the edition that it read last; the job that tells an edition waits as long."""


class Calendars:
    """The calendar in effect: the last one published, or the one that ships where none was."""

    def __init__(self, database: Database, shipped: Calendar) -> None:
        self._database, self._shipped = database, shipped
        self._known: tuple[Calendar, float] | None = None

    async def current(self) -> Calendar:
        """What new disputes count by.

        Raises:
            StoreUnavailable
        """
        if self._known is None or time.monotonic() - self._known[1] > REMEMBERED:
            async with self._database.read() as session:
                row = await latest(session)
            self._known = calendar_of(row) if row else self._shipped, time.monotonic()
        return self._known[0]

    def forget(self) -> None:
        """Reads it anew the next time."""
        self._known = None


def calendar_of(row: CalendarRow) -> Calendar:
    """An edition as cases carry it."""
    days = {name: [date.fromisoformat(day) for day in row.sealed[name]] for name in ("holidays", "workdays")}
    return Calendar(edition=row.edition, **days)


async def latest(session: AsyncSession) -> CalendarRow | None:
    """The edition published last."""
    query = select(CalendarRow).order_by(col(CalendarRow.number).desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def named(session: AsyncSession, edition: str) -> CalendarRow | None:
    """An edition by its name."""
    return (await session.execute(select(CalendarRow).where(col(CalendarRow.edition) == edition))).scalar_one_or_none()


async def publish(session: AsyncSession, new: NewEdition, by: Actor, job_id: str) -> CalendarRow:
    """Keeps an edition; the caller holds the lock of editions."""
    last = (await session.execute(select(func.max(col(CalendarRow.number))))).scalar_one_or_none() or 0
    days = new.calendar().model_dump(mode="json", include={"holidays", "workdays"})
    row = CalendarRow(
        number=last + 1, edition=new.edition, at=datetime.now(UTC), person_id=by.person_id, job_id=job_id,
        sealed={**days, "reason": new.reason, "by": by.name},
    )  # fmt: skip
    session.add(row)
    return row


async def editions(session: AsyncSession, limit: int, cursor: str | None) -> Page:
    """The editions, the latest first."""
    number = col(CalendarRow.number)
    query = select(CalendarRow).order_by(number.desc()).limit(limit + 1)
    if cursor:
        query = query.where(number < read_cursor(cursor, int)[0])
    rows = list((await session.execute(query)).scalars())
    more = rows[limit - 1] if len(rows) > limit else None
    return Page(rows=rows[:limit], next_cursor=cursor_of(more.number) if more else None)


async def open_numbers(database: Database, after: str, limit: int) -> list[str]:
    """The numbers of open disputes after one, in their order."""
    number = col(DisputeRow.dispute_no)
    query = select(number).where(col(DisputeRow.closed_at).is_(None), number > after).order_by(number).limit(limit)
    async with database.read() as session:
        return list((await session.execute(query)).scalars())


async def count_open(database: Database) -> int:
    """How many disputes are open."""
    query = select(func.count()).select_from(DisputeRow).where(col(DisputeRow.closed_at).is_(None))
    async with database.read() as session:
        return int((await session.execute(query)).scalar_one())
