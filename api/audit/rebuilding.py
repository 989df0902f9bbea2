"""Rebuilding the read model from the engine's histories, while the system serves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from api.audit.checking import prefetched
from api.histories.lookup import Histories, Run
from api.histories.replay import Replayed, replay, replay_all
from domain.base import Model
from domain.errors import ArchiveBroken
from domain.image.projection import project
from infra.database.engine import Database
from infra.read_model.writer import replace_image

PAUSE = 0.2


class Rebuilt(Model):
    """The rebuilding of one dispute: the revision written, or the error it failed with."""

    dispute_no: str
    revision: int = 0
    error: str | None = None


class Rebuilder:
    """Throws a dispute's rows away and writes them again as `project(state)` of its replayed history says."""

    def __init__(self, histories: Histories, converter: DataConverter, database: Database) -> None:
        self._histories, self._converter, self._database = histories, converter, database

    async def rebuild(
        self, runs: Sequence[Run], done: Callable[[int], None] = lambda _: None
    ) -> AsyncIterator[Rebuilt]:
        """Rebuilds the disputes of these runs, each from its latest run."""
        latest = {run.dispute_no: run for run in runs}
        broken: list[Rebuilt] = []

        async def fetch(run: Run) -> WorkflowHistory | Rebuilt:
            try:
                return await self._histories.fetch(run.dispute_no, run.run_id)
            except ArchiveBroken as error:
                return Rebuilt(dispute_no=run.dispute_no, error=error.detail)

        async def stream() -> AsyncIterator[WorkflowHistory]:
            async for each in prefetched(list(latest.values()), fetch):
                if isinstance(each, Rebuilt):
                    broken.append(each)
                else:
                    yield each

        count = 0
        async for replayed in replay_all(stream(), self._converter):
            yield await self._write(replayed)
            count += 1
            done(count)
        for each in broken:
            yield each
            count += 1
            done(count)

    async def _write(self, replayed: Replayed) -> Rebuilt:
        """Writes what was replayed; a dispute that went on meanwhile is replayed again.

        A read model that is ahead of a history that does not grow shows what never happened: the history is right.
        """
        grows = True
        while replayed.state is not None:
            image = project(replayed.state)
            if await replace_image(self._database, image, unless_newer=grows):
                return Rebuilt(dispute_no=replayed.dispute_no, revision=image.revision)
            await asyncio.sleep(PAUSE)
            again = await replay(await self._histories.fetch(replayed.dispute_no), self._converter)
            grows = again.events > replayed.events
            replayed = again
        return Rebuilt(dispute_no=replayed.dispute_no, error=replayed.error)
