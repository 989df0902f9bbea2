"""The night's long work: a job is put in the queue, to be done by the API in a process of its own."""

from __future__ import annotations

from temporalio import activity

from infra.database.engine import Database
from infra.health.doctor.records import JOB as EXAMINATION
from infra.records.jobs import ask_for
from infra.records.learning.editions import JOB as LEARNING

NOBODY = "schedule"
"""Who asked for it: no person."""


class Queueing:
    """The activities with the database they write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="learn")
    async def learn(self) -> int:
        """See `workflows.ports.learn`."""
        return await self._ask_for(LEARNING)

    @activity.defn(name="examine")
    async def examine(self) -> int:
        """See `workflows.ports.examine`."""
        return await self._ask_for(EXAMINATION)

    async def _ask_for(self, kind: str) -> int:
        async with self._database.write("jobs") as session:
            await ask_for(session, kind, NOBODY, {})
        self._database.wakeups.job_waits()
        return 1
