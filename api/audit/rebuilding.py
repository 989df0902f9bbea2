"""Rebuilding the read model from the engine's histories, while the system serves."""

from __future__ import annotations

import asyncio

from temporalio.converter import DataConverter

from api.histories.lookup import Histories
from api.histories.replay import Replayed, replay
from api.histories.replayed_runs import Asked
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
        self.histories, self.converter, self._database = histories, converter, database

    def broken(self, asked: Asked, error: ArchiveBroken) -> Rebuilt:
        """A dispute that can't be rebuilt because its file in the archive was changed."""
        return Rebuilt(dispute_no=asked.run.dispute_no, error=error.detail)

    async def made(self, replayed: Replayed, _: Asked) -> Rebuilt:
        """Writes what was replayed; a dispute that went on meanwhile is replayed again.

        A read model that is ahead of a history that does not grow shows what never happened: the history is right.
        """
        grows = True
        while replayed.state is not None:
            image = project(replayed.state)
            if await replace_image(self._database, image, unless_newer=grows):
                return Rebuilt(dispute_no=replayed.dispute_no, revision=image.revision)
            await asyncio.sleep(PAUSE)
            again = await replay(await self.histories.fetch(replayed.dispute_no), self.converter)
            grows = again.events > replayed.events
            replayed = again
        return Rebuilt(dispute_no=replayed.dispute_no, error=replayed.error)
