"""Reading one's own writes: whoever waits for a revision in the read model is told, all by one look at a time.

Fifty requests that ask for themselves keep the database and this process busier than the work they wait for.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

from domain.errors import StoreUnavailable
from infra.database.engine import Database
from infra.read_model.disputes import revisions_of

EVERY = 0.004
"""Seconds between two looks while somebody waits."""


class Watch:
    """Who waits for which dispute to be at which revision."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: defaultdict[str, set[tuple[int, asyncio.Future[bool]]]] = defaultdict(set)
        self._somebody = asyncio.Event()

    async def shows(self, dispute_no: str, revision: int, within: float) -> bool:
        """Whether the read model is at the revision, or gets there in time; not where it can't be read."""
        reached: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[dispute_no].add((revision, reached))
        self._somebody.set()
        try:
            return await asyncio.wait_for(reached, within)
        except TimeoutError:
            return False
        finally:
            self._waiting[dispute_no].discard((revision, reached))
            if not self._waiting[dispute_no]:
                del self._waiting[dispute_no]

    async def keep_looking(self) -> None:
        """Looks while somebody waits, for as long as the process lives."""
        while True:
            await self._somebody.wait()
            try:
                self._tell(await revisions_of(self._database, list(self._waiting)))
            except StoreUnavailable:
                self._tell(None)
            if not self._waiting:
                self._somebody.clear()
            await asyncio.sleep(EVERY)

    def _tell(self, revisions: dict[str, int] | None) -> None:
        for dispute_no, waiting in self._waiting.items():
            for revision, reached in waiting:
                if not reached.done() and (revisions is None or revisions.get(dispute_no, 0) >= revision):
                    reached.set_result(revisions is not None)
