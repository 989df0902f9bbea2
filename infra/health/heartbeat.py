"""Each process says that it is alive, and what waits in it; the others believe it for a few seconds."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import col

from domain.errors import StoreUnavailable
from infra.database.engine import Database
from infra.database.tables.operations import HeartbeatRow
from infra.health.waiting import Waiting
from infra.runtime.identity import Identity

EVERY = timedelta(seconds=2)
BELIEVED = timedelta(seconds=7)
log = structlog.get_logger()


async def beat(database: Database, identity: Identity, waits: Callable[[], Sequence[Waiting]]) -> None:
    """Renews this process's mark until cancelled, with what waits in it; a database that can't be written is tried
    again.
    """
    while True:
        if not await _marked(database, identity, waits()):
            # While one connection of SQLite lives, every new one of this process shares its view of the file:
            # read-only, if it was opened when nothing could be written. One that failed lives on in the frames of its
            # error, one that only reads in its pool.
            await database.let_go()
            gc.collect()
        await asyncio.sleep(EVERY.total_seconds())


async def _marked(database: Database, identity: Identity, waits: Sequence[Waiting]) -> bool:
    try:
        async with database.write() as session:
            now = datetime.now(UTC)
            await session.execute(delete(HeartbeatRow).where(col(HeartbeatRow.at) < now - BELIEVED))
            told = [each.model_dump(mode="json") for each in waits if each.count]
            await session.merge(
                HeartbeatRow(process=identity.key, kind=identity.kind, pid=identity.pid, at=now, waits=told)
            )
    except StoreUnavailable as error:
        log.warning("heartbeat_failed", error=error.code)
        return False
    return True


async def workers_alive(database: Database) -> int:
    """How many workers were heard of lately.

    Raises:
        StoreUnavailable
    """
    alive = select(func.count()).where(col(HeartbeatRow.kind) == "worker", _believed())
    async with database.read() as session:
        return int((await session.execute(alive)).scalar_one())


async def heard_of(database: Database) -> list[HeartbeatRow]:
    """Every process that was heard of lately, with what it told.

    Raises:
        StoreUnavailable
    """
    async with database.read() as session:
        return list((await session.execute(select(HeartbeatRow).where(_believed()))).scalars())


def _believed() -> ColumnElement[bool]:
    return col(HeartbeatRow.at) >= datetime.now(UTC) - BELIEVED
