"""A worker says that it is alive; `/readyz` believes it for a few seconds."""

from __future__ import annotations

import asyncio
import gc
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlmodel import col

from domain.errors import StoreUnavailable
from infra.database.engine import Database
from infra.database.tables.operations import HeartbeatRow
from infra.health.unpublished_cases import UnpublishedCases

EVERY = timedelta(seconds=2)
BELIEVED = timedelta(seconds=7)
log = structlog.get_logger()


async def beat(database: Database, worker: str, unpublished: UnpublishedCases) -> None:
    """Renews this worker's mark until cancelled, with what it could not publish; a database that can't be written is
    tried again.
    """
    while True:
        if not await _marked(database, worker, unpublished):
            # A connection of SQLite that failed lives on in the frames of its error, and while it does every new one of
            # this process shares its view of the file: read-only, if it was opened when nothing could be written.
            gc.collect()
        await asyncio.sleep(EVERY.total_seconds())


async def _marked(database: Database, worker: str, unpublished: UnpublishedCases) -> bool:
    try:
        async with database.write() as session:
            now = datetime.now(UTC)
            await session.execute(delete(HeartbeatRow).where(col(HeartbeatRow.at) < now - BELIEVED))
            count, since = unpublished.standing()
            row = HeartbeatRow(worker=worker, at=now, unpublished=count, unpublished_since=since)
            await session.merge(row)
    except StoreUnavailable as error:
        log.warning("heartbeat_failed", error=error.code)
        return False
    return True


async def workers_alive(database: Database) -> int:
    """How many workers were heard of lately."""
    async with database.read() as session:
        since = datetime.now(UTC) - BELIEVED
        return int((await session.execute(select(func.count()).where(col(HeartbeatRow.at) >= since))).scalar_one())
