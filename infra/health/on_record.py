"""Which dispute numbers are ours: everything else in the engine is somebody else's, and turns no light red."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, union
from sqlmodel import col

from infra.database.engine import Database
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow


async def on_record(database: Database, numbers: Collection[str]) -> set[str]:
    """Those that a report was recorded under, or that the read model shows.

    Raises:
        StoreUnavailable
    """
    if not numbers:
        return set()
    reported, shown = col(IncidentRow.dispute_no), col(DisputeRow.dispute_no)
    query = union(select(reported).where(reported.in_(numbers)), select(shown).where(shown.in_(numbers)))
    async with database.read() as session:
        return set((await session.execute(query)).scalars())
