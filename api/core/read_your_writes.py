"""Reading one's own writes: requests wait until the read model shows what they changed.

One query at a time serves all who wait for a revision: fifty requests that ask for themselves keep the database and
this process busier than the work they wait for.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

from domain.errors import StoreUnavailable
from infra.database.engine import Database, Session
from infra.read_model.disputes import revisions_of

EVERY = 0.004
"""Seconds between two queries while somebody waits for a revision."""
POLL = 0.015
"""Seconds between two queries of one who waits for something else than a revision."""


class RevisionWaiter:
    """Who waits for which dispute to be published at which revision; each waits at most `patience` seconds."""

    def __init__(self, database: Database, patience: float) -> None:
        self._database, self._patience = database, patience
        self._waiting: defaultdict[str, set[tuple[int, asyncio.Future[bool]]]] = defaultdict(set)
        self._somebody = asyncio.Event()

    async def published(self, dispute_no: str, revision: int) -> bool:
        """Whether the read model is at the revision, or gets there in time; not where it can't be read."""
        reached: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[dispute_no].add((revision, reached))
        self._somebody.set()
        try:
            return await asyncio.wait_for(reached, self._patience)
        except TimeoutError:
            return False
        finally:
            self._waiting[dispute_no].discard((revision, reached))
            if not self._waiting[dispute_no]:
                del self._waiting[dispute_no]

    async def visible(self, there: Callable[[Session], Awaitable[bool]]) -> bool:
        """Whether something can be seen in the read model, or comes in time; not where it can't be read."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience
        while True:
            try:
                async with self._database.read() as session:
                    if await there(session):
                        return True
            except StoreUnavailable:
                return False
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(POLL)

    async def keep_looking(self) -> None:
        """Queries while somebody waits, for as long as the process lives."""
        while True:
            await self._somebody.wait()
            try:
                self._answer(await revisions_of(self._database, list(self._waiting)))
            except StoreUnavailable:
                self._answer(None)
            if not self._waiting:
                self._somebody.clear()
            await asyncio.sleep(EVERY)

    def _answer(self, revisions: dict[str, int] | None) -> None:
        """Answers those whose revision is there, or everybody where the read model can't be read."""
        for dispute_no, waiting in self._waiting.items():
            for revision, reached in waiting:
                if not reached.done() and (revisions is None or revisions.get(dispute_no, 0) >= revision):
                    reached.set_result(revisions is not None)
