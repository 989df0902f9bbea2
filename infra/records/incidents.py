"""The intake transaction: an incident is recorded once, and joins a dispute or begins one (law 12).

What is compared is read, and judged, before the lock on the place is taken; under it only what came in meanwhile is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.base import Model
from infra.database.engine import Database
from infra.database.tables.intake import IncidentPartyRow, IncidentRow, NumberRow
from infra.database.tables.read_model import DisputeRow
from infra.database.upsert import dialect_insert

WINDOW = timedelta(days=30)
"""How far back an earlier report of the same place may be one of the same quarrel."""
NEWEST = 40
"""So many earlier reports of a place are compared, the newest: a hospital's door has thousands."""
OF_A_PARTY = 20
"""And beside them so many that name somebody the new report names, however many came in since."""


class Earlier(Model):
    """An earlier report at the same place, to be compared with a new one."""

    incident_id: str
    dispute_no: str
    category: str
    reported_at: datetime
    opened_at: datetime
    closed: bool
    content: dict[str, Any]


Decide = Callable[[list[Earlier]], str | None]
"""Which of the earlier reports' disputes the new one belongs to; none begins its own. Asked once for those there were,
and once more for those that came in meanwhile."""
Hold = Callable[[AsyncSession], Awaitable[None]]
"""What else is kept in the transaction that records a report, or undoes it."""


async def record_incident(
    database: Database,
    row: IncidentRow,
    decide: Decide,
    parties: Sequence[str] = (),
    cell: str | None = None,
    hold: Hold | None = None,
) -> tuple[IncidentRow, bool]:
    """Records an incident and gives it its dispute number, in the cell's series, under one lock on the place; `parties`
    are the keyed digests of who is named in it.

    Answers the row and whether it is new: the same content under the same (source, source_no) again gives the row first
    recorded, other content is recorded as the next one under that number.

    Raises:
        StoreUnavailable: nothing was recorded.
    """
    async with database.read() as session:
        if known := await _same(session, row):
            return known, False
        before = await _earlier(session, await _near(session, row, parties))
    joined = decide(before)
    # Always in this order, place and then number, so that no two wait for each other.
    async with database.write(row.place_key, f"{row.source}/{row.source_no}") as session:
        if known := await _same(session, row):
            return known, False
        if hold:
            await hold(session)
        seen = {each.incident_id for each in before}
        meanwhile = [each for each in await _near(session, row, parties) if each not in seen]
        if meanwhile:
            joined = decide(await _earlier(session, meanwhile)) or joined
        others = select(func.count()).select_from(IncidentRow).where(*_number_of(row))
        row.nth = (await session.execute(others)).scalar_one() + 1
        row.joined = joined is not None
        row.dispute_no = joined or await _next_number(session, series_of(row.received_at, cell))
        session.add(row)
        session.add_all(
            IncidentPartyRow(place_key=row.place_key, party=party, incident_id=row.incident_id)
            for party in sorted(set(parties))
        )
    return row, True


async def first_of_number(database: Database, row: IncidentRow) -> str:
    """The dispute of the report that had this one's number first."""
    query = select(col(IncidentRow.dispute_no)).where(*_number_of(row), col(IncidentRow.nth) == 1)
    async with database.read() as session:
        return str((await session.execute(query)).scalar_one())


async def find_incident(session: AsyncSession, incident_id: str) -> IncidentRow | None:
    """A report by its id."""
    return await session.get(IncidentRow, incident_id)


def _number_of(row: IncidentRow) -> tuple[Any, Any]:
    return col(IncidentRow.source) == row.source, col(IncidentRow.source_no) == row.source_no


async def _same(session: AsyncSession, row: IncidentRow) -> IncidentRow | None:
    """The same content under the same source's number, if it was recorded before."""
    query = select(IncidentRow).where(*_number_of(row), col(IncidentRow.digest) == row.digest)
    return (await session.execute(query)).scalar_one_or_none()


async def _near(session: AsyncSession, row: IncidentRow, parties: Collection[str]) -> list[str]:
    """The ids of the earlier reports worth comparing: the place's newest, and its newest that share a party."""
    here = (
        col(IncidentRow.place_key) == row.place_key,
        col(IncidentRow.reported_at).between(row.reported_at - WINDOW, row.reported_at + WINDOW),
    )
    newest = select(col(IncidentRow.incident_id)).where(*here).order_by(col(IncidentRow.reported_at).desc())
    found = set((await session.execute(newest.limit(NEWEST))).scalars())
    if parties:
        shared = select(col(IncidentPartyRow.incident_id)).where(
            col(IncidentPartyRow.place_key) == row.place_key, col(IncidentPartyRow.party).in_(parties)
        )
        theirs = newest.where(col(IncidentRow.incident_id).in_(shared)).limit(OF_A_PARTY)
        found |= set((await session.execute(theirs)).scalars())
    return sorted(found)


async def _earlier(session: AsyncSession, incident_ids: Collection[str]) -> list[Earlier]:
    """Earlier reports with their content, the latest first."""
    query = (
        select(IncidentRow, col(DisputeRow.closed_at))
        .outerjoin(DisputeRow, col(DisputeRow.dispute_no) == col(IncidentRow.dispute_no))
        .where(col(IncidentRow.incident_id).in_(incident_ids))
        .order_by(col(IncidentRow.reported_at).desc())
    )
    return [
        Earlier(
            incident_id=other.incident_id,
            dispute_no=other.dispute_no,
            category=other.category,
            reported_at=other.reported_at,
            opened_at=other.received_at,
            closed=closed_at is not None,
            content=other.sealed,
        )
        for other, closed_at in (await session.execute(query)).all()
    ]


async def _next_number(session: AsyncSession, series: str) -> str:
    """The next dispute number of a series, the first one too. The row is held until the caller's transaction commits,
    so none is given twice, and one given in vain is given again."""
    insert = dialect_insert(session, NumberRow).values(series=series, last=1)
    counted = insert.on_conflict_do_update(index_elements=["series"], set_={"last": col(NumberRow.last) + 1})
    last = int((await session.execute(counted.returning(col(NumberRow.last)))).scalar_one())
    return f"{series}-{last:06d}"


def series_of(at: datetime, cell: str | None = None) -> str:
    """The series of a moment, without the count: `D2026`, or with a cell's code `D330784-2026`."""
    return f"D{cell}-{at:%Y}" if cell else f"D{at:%Y}"


def cell_of(series: str) -> str | None:
    """The cell whose series it is, or none."""
    return series[1:].rpartition("-")[0] or None
