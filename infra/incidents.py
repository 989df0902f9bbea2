"""The intake transaction: an incident is recorded once, and joins a dispute or begins one (law 12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from infra.database import Database
from infra.numbers import series_of
from infra.tables import DisputeRow, IncidentRow, NumberRow
from infra.upserts import dialect_insert

WINDOW = timedelta(days=30)
"""How far back an earlier report of the same place may be one of the same quarrel."""


class Earlier(Model):
    """An earlier report at the same place, to be compared with a new one."""

    dispute_no: str
    category: str
    reported_at: datetime
    opened_at: datetime
    closed: bool
    content: dict[str, Any]


Decide = Callable[[list[Earlier]], str | None]
"""Which of the earlier reports' disputes the new one belongs to; none begins its own."""


async def record_incident(
    database: Database, row: IncidentRow, decide: Decide, cell: str | None = None
) -> tuple[IncidentRow, bool]:
    """Records an incident and gives it its dispute number, in the cell's series, all under one lock on the place.

    Answers the row and whether it is new: the same (source, source_no) again gives the row first recorded.
    """
    try:
        return await _record(database, row, decide, cell)
    except IntegrityError:  # the same report under another address was faster: no lock of ours is common to both
        async with database.read() as session:
            known = (await session.execute(_same(row))).scalar_one_or_none()
        if known is None:
            raise
        return known, False


def _same(row: IncidentRow) -> Select[IncidentRow]:
    return select(IncidentRow).where(
        col(IncidentRow.source) == row.source,
        col(IncidentRow.source_no) == row.source_no,
    )


async def _record(database: Database, row: IncidentRow, decide: Decide, cell: str | None) -> tuple[IncidentRow, bool]:
    async with database.write(row.place_key) as session:
        known = (await session.execute(_same(row))).scalar_one_or_none()
        if known is not None:
            return known, False
        near = (
            select(IncidentRow, col(DisputeRow.closed_at))
            .outerjoin(DisputeRow, col(DisputeRow.dispute_no) == col(IncidentRow.dispute_no))
            .where(
                col(IncidentRow.place_key) == row.place_key, col(IncidentRow.reported_at) >= row.reported_at - WINDOW
            )
            .order_by(col(IncidentRow.reported_at).desc())
        )
        earlier = [
            Earlier(
                dispute_no=other.dispute_no,
                category=other.category,
                reported_at=other.reported_at,
                opened_at=other.received_at,
                closed=closed_at is not None,
                content=other.sealed,
            )
            for other, closed_at in (await session.execute(near)).all()
        ]
        joined = decide(earlier)
        row.joined = joined is not None
        series = series_of(row.received_at, cell)
        row.dispute_no = joined or f"{series}-{await _next(session, series):06d}"
        session.add(row)
    return row, True


async def _next(session: AsyncSession, series: str) -> int:
    """The next number of a series, the first one too. The row is held until the caller's transaction commits, so none
    is given twice, and one given in vain is given again."""
    insert = dialect_insert(session, NumberRow).values(series=series, last=1)
    counted = insert.on_conflict_do_update(index_elements=["series"], set_={"last": col(NumberRow.last) + 1})
    return int((await session.execute(counted.returning(col(NumberRow.last)))).scalar_one())


async def mark_delivered(database: Database, incident_id: str) -> None:
    """The engine has it."""
    async with database.write() as session:
        await session.execute(
            update(IncidentRow).where(col(IncidentRow.incident_id) == incident_id).values(delivered=True)
        )


async def undelivered(database: Database) -> list[IncidentRow]:
    """Recorded but not in the engine, oldest first: the first report of a dispute before those that join it."""
    query = (
        select(IncidentRow)
        .where(col(IncidentRow.delivered) == False)  # noqa: E712
        .order_by(col(IncidentRow.incident_id))
        .limit(100)
    )
    async with database.read() as session:
        return list((await session.execute(query)).scalars())
