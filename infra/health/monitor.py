"""Whether the system is fit to work, and whether something in it is stuck behind a green light.

The parts are asked when somebody asks; what waits is looked at now and then, beside the requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from prometheus_client import Gauge
from temporalio.client import Client
from temporalio.service import RPCError

from domain.errors import StoreUnavailable
from infra.database.engine import Database
from infra.health.heartbeat import workers_alive
from infra.health.stuck import Waiting, ended_outside, failing, in_the_store
from infra.records.access_log import AccessLog
from infra.runtime.background import Background

EVERY = 5.0
"""Seconds between two looks."""
ANSWER_WITHIN = 2.0
"""Seconds in which a part has to answer."""
WAITING = Gauge("santui_waiting", "What waits to be done, by kind", ["what"])
OLDEST = Gauge("santui_waiting_seconds", "Seconds that the oldest of it has waited", ["what"])
log = structlog.get_logger()


class Health:
    """What one API process knows of how the system stands."""

    def __init__(self, client: Client, database: Database, access: AccessLog, background: Background) -> None:
        self._client, self._database = client, database
        self._access, self._background = access, background
        self._found: dict[str, Waiting] = {}
        self._workers: asyncio.Task[int] | None = None

    async def parts(self) -> dict[str, bool]:
        """Whether engine, worker and database are there, each within seconds."""
        engine, workers = await asyncio.gather(self._engine(), self._alive())
        return {"temporal": engine, "worker": bool(workers), "database": workers is not None}

    async def _engine(self) -> bool:
        try:
            return await self._client.service_client.check_health(timeout=timedelta(seconds=ANSWER_WITHIN))
        except Exception:  # whatever went wrong there: it is not fit
            return False

    async def _alive(self) -> int | None:
        """How many workers live; none where the database does not answer. Asked once at a time: it may hang."""
        if self._workers is None or self._workers.done():
            self._workers = asyncio.create_task(workers_alive(self._database))
        asked = self._workers
        await asyncio.wait({asked}, timeout=ANSWER_WITHIN)
        return asked.result() if asked.done() and asked.exception() is None else None

    def waiting(self) -> list[Waiting]:
        """All that waits, as it was last seen; of this process as it is now."""
        failing = self._background.failing()
        ours = [
            Waiting(what="access_backlog", count=self._access.backlog, since=self._access.waits_since),
            Waiting(what="background", count=len(failing), since=min(failing.values(), default=None)),
        ]
        return [*self._found.values(), *ours]

    async def keep_looking(self) -> None:
        """Looks, for as long as the process lives; what can't be asked now keeps its last answer."""
        while True:
            for see in (self._in_the_store, self._failing, self._ended_outside):
                await self._look(see)
            for waits in self.waiting():
                WAITING.labels(waits.what).set(waits.count)
                OLDEST.labels(waits.what).set(waits.seconds)
            await asyncio.sleep(EVERY)

    async def _in_the_store(self) -> list[Waiting]:
        return await in_the_store(self._database)

    async def _failing(self) -> list[Waiting]:
        return [Waiting(what="failing_cases", count=len(await failing(self._client)), at_once=True)]

    async def _ended_outside(self) -> list[Waiting]:
        ended = await ended_outside(self._client, self._database)
        return [Waiting(what="ended_outside", count=len(ended), at_once=True)]

    async def _look(self, see: Callable[[], Awaitable[list[Waiting]]]) -> None:
        try:
            self._found |= {waits.what: waits for waits in await see()}
        except (RPCError, RuntimeError, StoreUnavailable) as error:  # not connected, or away: the parts say so
            log.warning("not_looked", at=see.__name__, error=type(error).__name__)
