"""The job that tells a new edition to every open dispute, a few at a time. Begun again after a crash it tells some
twice: a case that has the edition does nothing, and nothing of it is on record.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date

from temporalio.client import Client

from api.calendar.schemas import ToldDispute
from api.core.engine import Engine
from api.core.schemas import JsonObject
from api.core.workflow_client import WorkflowClient
from domain.errors import DisputeClosed, SantuiError, Unavailable
from domain.policy.spans import Calendar
from infra.database.engine import Database
from infra.records.calendars.editions import REMEMBERED, open_numbers
from infra.runtime.places import Places
from infra.runtime.settings import Settings

BATCH = 100
AT_ONCE = 8
TRIES = 5
AGAIN_AFTER = 2.0
"""Seconds before a dispute is tried again while the engine is away."""


def engine_of(settings: Settings, client: Client) -> Engine:
    """The engine, for a job's process."""
    return WorkflowClient(client, settings, Places(settings.run_dir / "places"))


async def told(
    engine: Engine, database: Database, request: JsonObject, *, settles_after: float = REMEMBERED + 1
) -> AsyncIterator[ToldDispute]:
    """Tells the edition of the request, dispute after dispute in the order of their numbers; last those that another
    process began in the meantime by the edition before.
    """
    days = {name: [date.fromisoformat(day) for day in request[name]] for name in ("holidays", "workdays")}
    calendar = Calendar(edition=request["edition"], **days)
    turns, after = asyncio.Semaphore(AT_ONCE), ""

    async def tell(number: str) -> ToldDispute:
        async with turns:
            return await _tell(engine, number, calendar)

    for pause in (0.0, settles_after):
        await asyncio.sleep(pause)
        while numbers := await open_numbers(database, after, BATCH):
            for each in await asyncio.gather(*map(tell, numbers)):
                yield each
            after = numbers[-1]


async def _tell(engine: Engine, number: str, calendar: Calendar) -> ToldDispute:
    error: SantuiError | None = None
    for again in range(TRIES):
        try:
            await engine.signal(number, "calendar_edition", calendar)
        except DisputeClosed:  # meanwhile: its next run begins by the edition in effect
            return ToldDispute(dispute_no=number, told=True)
        except Unavailable as away:
            error = away
            await asyncio.sleep(AGAIN_AFTER * again)
        else:
            return ToldDispute(dispute_no=number, told=True)
    return ToldDispute(dispute_no=number, told=False, error=error.code if error else None)
