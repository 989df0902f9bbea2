"""Long work beside the API: an API process has one job at a time, each in a process of its own, so that nobody waits
for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import structlog

from domain.errors import StoreUnavailable
from infra.database.engine import Database
from infra.records.jobs import Taken, finish, keep, take_next
from infra.runtime import parent_death
from infra.runtime.settings import Settings
from infra.startup import loading

LOOK_EVERY = 10.0
"""Seconds between two looks for a job that another process left behind."""
BEAT = 5.0
"""Seconds between two signs of life of a job."""
ROOT = Path(__file__).resolve().parents[2]
log = structlog.get_logger()


class JobRunner:
    """Takes jobs off the queue. A job whose process was killed is begun again, here or by another API process."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._asked = asyncio.Event()
        database.wakeups.on_job(self._asked.set)

    async def keep_working(self) -> None:
        """Works for as long as the API lives; a job under way then dies with it and is begun again."""
        while True:
            with contextlib.suppress(StoreUnavailable):
                while taken := await take_next(self._database):
                    await self._work_on(taken)
            self._asked.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), LOOK_EVERY)

    async def _work_on(self, taken: Taken) -> None:
        job = (sys.executable, "-m", loading.__name__, "api.audit.job_process", *taken)
        command = [sys.executable, "-IS", parent_death.__file__, str(os.getpid()), *job]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env={**os.environ, **self._settings.environment()}
        )
        ended = asyncio.create_task(process.wait())
        try:
            # Said here and not by the job: one step of it may take longer than it may be silent.
            while not (await asyncio.wait({ended}, timeout=BEAT))[0]:
                with contextlib.suppress(StoreUnavailable):
                    if not await keep(self._database, taken):  # this process was silent for so long that it lost it
                        process.kill()
            code = await ended
        except asyncio.CancelledError:
            process.kill()
            raise
        if code:
            log.warning("job_failed", job_id=taken.job_id, code=code)
            await finish(self._database, taken, "failed", [], "处理过程意外终止")
