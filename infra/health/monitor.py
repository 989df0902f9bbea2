"""Health of the system: whether engine, worker and database answer, and what is stuck although they do.

The parts are probed at each request; what waits is measured in the background. Whichever API process is asked answers
for all: it knows of the others what they tell with their heartbeats, and which of them is not heard of.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Gauge
from temporalio.client import Client
from temporalio.service import RPCError

from domain.errors import StoreUnavailable
from infra.database.engine import Database
from infra.health.doctor.findings import Kind
from infra.health.doctor.records import standing_counts
from infra.health.heartbeat import beat, heard_of, workers_alive
from infra.health.stuck import ended_outside, failing, in_the_store
from infra.health.waiting import Waiting, together, works_failing
from infra.records.access_log.log import AccessLog
from infra.runtime.background import Background
from infra.runtime.identity import Identity
from infra.runtime.process_metrics import SHARED
from infra.runtime.settings import Settings

EVERY = 5.0
"""Seconds between two measurements."""
ANSWER_WITHIN = 2.0
"""Seconds in which a part has to answer."""
WAITING = Gauge("santui_waiting", "What waits to be done, by kind", ["what"], registry=SHARED)
FINDINGS = Gauge("santui_findings", "What the doctor found and is not gone, by kind", ["kind"], registry=SHARED)
OLDEST = Gauge("santui_waiting_seconds", "Seconds that the oldest of it has waited", ["what"], registry=SHARED)
log = structlog.get_logger()


class Health:
    """The system's health as one API process sees it."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        database: Database,
        access: AccessLog,
        background: Background,
        identity: Identity,
    ) -> None:
        self._settings, self._client, self._database = settings, client, database
        self._access, self._background, self._identity = access, background, identity
        self._measured: dict[str, Waiting] = {}
        self._missing_since: datetime | None = None
        self._workers: asyncio.Task[int] | None = None

    async def parts(self) -> dict[str, bool]:
        """Whether engine, worker and database answer within seconds, by their names in `GET /readyz`."""
        engine, workers = await asyncio.gather(self._engine(), self._alive())
        return {"temporal": engine, "worker": bool(workers), "database": workers is not None}

    async def _engine(self) -> bool:
        try:
            return await self._client.service_client.check_health(timeout=timedelta(seconds=ANSWER_WITHIN))
        except Exception:  # whatever went wrong: it does not answer
            return False

    async def _alive(self) -> int | None:
        """How many workers are alive; none where the database does not answer. One query at a time: it may hang."""
        if self._workers is None or self._workers.done():
            self._workers = asyncio.create_task(workers_alive(self._database))
        query = self._workers
        await asyncio.wait({query}, timeout=ANSWER_WITHIN)
        return query.result() if query.done() and query.exception() is None else None

    def own(self) -> list[Waiting]:
        """What waits in this process, as it is now."""
        backlog = Waiting(what="access_backlog", count=self._access.backlog, since=self._access.waits_since)
        return [backlog, works_failing(self._background)]

    def waiting(self) -> list[Waiting]:
        """All that waits, in all processes, as it was last measured; of this one as it is now."""
        return together([*self._measured.values(), *self.own()])

    async def keep_beating(self) -> None:
        """Tells the others, for as long as the process lives."""
        await beat(self._database, self._identity, self.own)

    async def keep_looking(self) -> None:
        """Measures for as long as the process lives; what does not answer now keeps its last value."""
        while True:
            for measure in (self._in_the_store, self._missing, self._failing, self._ended_outside):
                await self._measure(measure)
            await self._measure(self._findings)
            for waits in self.waiting():
                WAITING.labels(waits.what).set(waits.count)
                OLDEST.labels(waits.what).set(waits.seconds)
            await asyncio.sleep(EVERY)

    async def _in_the_store(self) -> list[Waiting]:
        return await in_the_store(self._database, besides=self._identity.key)

    async def _missing(self) -> list[Waiting]:
        heard = Counter(row.kind for row in await heard_of(self._database))
        missing = max(0, self._settings.workers - heard["worker"]) + max(0, self._settings.api_processes - heard["api"])
        self._missing_since = (self._missing_since or datetime.now(UTC)) if missing else None
        return [Waiting(what="missing_processes", count=missing, since=self._missing_since)]

    async def _failing(self) -> list[Waiting]:
        return [Waiting(what="failing_cases", count=len(await failing(self._client, self._database)), at_once=True)]

    async def _ended_outside(self) -> list[Waiting]:
        ended = await ended_outside(self._client, self._database)
        return [Waiting(what="ended_outside", count=len(ended), at_once=True)]

    async def _findings(self) -> list[Waiting]:
        """For the metric alone: what stands still is measured above, and what is not ours stops nobody."""
        counts = await standing_counts(self._database)
        for kind in Kind:
            FINDINGS.labels(kind).set(counts.get(kind, 0))
        return []

    async def _measure(self, measure: Callable[[], Awaitable[list[Waiting]]]) -> None:
        try:
            self._measured |= {waits.what: waits for waits in await measure()}
        except (RPCError, RuntimeError, StoreUnavailable) as error:  # not connected, or away: `parts` reports it
            log.warning("not_looked", at=measure.__name__, error=type(error).__name__)
