"""How long the access log is kept: six months at least (网络安全法 23(3)); what is older is let go."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlmodel import col

from domain.errors import StoreUnavailable
from infra.database.engine import Database
from infra.database.tables.audit import AccessRow
from infra.records.access_log.log import AccessLog
from infra.records.access_log.reading import first_id

LEAST = 184
"""Days: the longest six months there are."""
LOOKED_EVERY = 6 * 3600.0
"""Seconds between two looks for what is older."""
AT_ONCE = 5_000
"""Entries that one transaction lets go of, so that other writers get their turn between."""
log = structlog.get_logger()


async def forget(database: Database, before: datetime) -> int:
    """Lets go of the entries made before an instant; answers how many.

    Raises:
        StoreUnavailable
    """
    gone = 0
    oldest = select(col(AccessRow.access_id)).where(col(AccessRow.access_id) < first_id(before)).limit(AT_ONCE)
    while True:
        async with database.write("access log") as session:
            some = (await session.execute(select(func.count()).select_from(oldest.subquery()))).scalar_one()
            await session.execute(delete(AccessRow).where(col(AccessRow.access_id).in_(oldest)))
        gone += some
        if some < AT_ONCE:
            return gone


async def keep_forgetting(database: Database, entries: AccessLog, days: int) -> None:
    """Lets go of what is older than so many days, for as long as the process lives; that it did is an entry itself."""
    while True:
        await asyncio.sleep(LOOKED_EVERY)
        try:
            gone = await forget(database, datetime.now(UTC) - timedelta(days=max(days, LEAST)))
        except StoreUnavailable as error:
            log.warning("access_log_not_trimmed", error=error.code)
            continue
        if gone:
            entries.note(None, None, "access:forget", about={"count": gone})
