"""Each process says that it is alive, and what waits in it; the others believe it for a few seconds."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, delete, func, select
from sqlmodel import col

from domain.errors import StoreUnavailable
from infra.database.engine import Database
from infra.database.statements import Parameters, Statement, upserting
from infra.database.tables.operations import HeartbeatRow
from infra.database.transactions import Work
from infra.health.waiting import Waiting
from infra.runtime.identity import Identity

EVERY = timedelta(seconds=2)
BELIEVED = timedelta(seconds=7)
_BELIEVED = col(HeartbeatRow.at) >= bindparam("since")
_FORGET = Statement.of(delete(HeartbeatRow).where(col(HeartbeatRow.at) < bindparam("since")))
_MARK = upserting(HeartbeatRow)
_WORKERS = Statement.of(select(func.count()).where(col(HeartbeatRow.kind) == "worker", _BELIEVED))
_COLUMNS = ("process", "kind", "pid", "at", "waits")
_HEARD_OF = Statement.of(select(*(getattr(HeartbeatRow, name) for name in _COLUMNS)).where(_BELIEVED))
"""Short and asked for ever: by drivers, without SQLAlchemy, they are a third of what an idle process does."""
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
    told = [each.model_dump(mode="json") for each in waits if each.count]
    try:
        await database.transact(_marking(identity, told))
    except StoreUnavailable as error:
        log.warning("heartbeat_failed", error=error.code)
        return False
    return True


def _marking(identity: Identity, told: list[dict[str, Any]]) -> Work[None]:
    now = datetime.now(UTC)
    yield _FORGET, {"since": now - BELIEVED}
    yield _MARK, {"process": identity.key, "kind": identity.kind, "pid": identity.pid, "at": now, "waits": told}


async def workers_alive(database: Database) -> int:
    """How many workers were heard of lately.

    Raises:
        StoreUnavailable
    """
    [(alive,)] = await database.ask(_WORKERS, _lately())
    return int(alive)


async def heard_of(database: Database) -> list[HeartbeatRow]:
    """Every process that was heard of lately, with what it told.

    Raises:
        StoreUnavailable
    """
    rows = await database.ask(_HEARD_OF, _lately())
    return [HeartbeatRow(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]


def _lately() -> Parameters:
    return {"since": datetime.now(UTC) - BELIEVED}
