"""Learning from corrections: the night's job is put in the queue, to be done in a process of its own."""

from __future__ import annotations

from temporalio import activity

from infra.database.engine import Database
from infra.records.jobs import ask_for
from infra.records.learning.editions import JOB

NOBODY = "schedule"
"""Who asked for it: no person."""


class Learning:
    """The activity with the database it writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="learn")
    async def learn(self) -> int:
        """See `workflows.ports.learn`."""
        async with self._database.write("jobs") as session:
            await ask_for(session, JOB, NOBODY, {})
        self._database.wakeups.job_waits()
        return 1
