"""Reading one's own writes: requests wait until the read model shows what they changed.

Whoever writes an image says so (`infra.wakeups`), and who waits for it is answered by that word, without a query. One
query at a time serves all who have waited longer, for what was said before they asked and for a word that was lost.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from domain.errors import StoreUnavailable
from infra.database.engine import Database, Session
from infra.read_model.disputes import revisions_of
from infra.wakeups.wakeups import SOONEST, look_again

T = TypeVar("T")

REMEMBERED = 5.0
"""Seconds for which a word heard answers those who ask after it."""
MOST_REMEMBERED = 10_000


@dataclass(eq=False)
class _Waiting:
    """One who waits for a dispute's revision."""

    revision: int
    reached: asyncio.Future[bool]
    pauses: Iterator[float] = field(default_factory=look_again)
    look_at: float = 0.0
    """when the read model is asked for him next (monotonic)"""

    def look_later(self) -> None:
        self.look_at = time.monotonic() + next(self.pauses)


class RevisionWaiter:
    """Who waits for which dispute to be published at which revision; each waits at most `patience` seconds."""

    def __init__(self, database: Database, patience: float) -> None:
        self._database, self._patience = database, patience
        self._waiting: defaultdict[str, set[_Waiting]] = defaultdict(set)
        self._somebody = asyncio.Event()
        self._heard: dict[str, tuple[int, float]] = {}
        """the revision last heard of a dispute and when, the latest last"""
        self._curious: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        database.wakeups.on_published(self._hear)

    async def published(self, dispute_no: str, revision: int) -> bool:
        """Whether the read model is at the revision, or gets there in time; not where it can't be read."""
        heard, at = self._heard.get(dispute_no, (0, 0.0))
        if heard >= revision and time.monotonic() - at < REMEMBERED:
            return True
        waiting = _Waiting(revision, asyncio.get_running_loop().create_future())
        waiting.look_later()
        with _among(self._waiting, dispute_no, waiting):
            self._somebody.set()
            try:
                async with asyncio.timeout(self._patience):
                    return await waiting.reached
            except TimeoutError:
                return False

    async def visible(self, dispute_no: str, there: Callable[[Session], Awaitable[bool]]) -> bool:
        """Whether something of a dispute can be seen, or comes in time; not where the read model can't be read."""
        news, pauses = asyncio.Event(), look_again()
        deadline = time.monotonic() + self._patience
        with _among(self._curious, dispute_no, news):
            while True:
                news.clear()
                try:
                    async with self._database.read() as session:
                        if await there(session):
                            return True
                except StoreUnavailable:
                    return False
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(next(pauses), left)):
                        await news.wait()

    async def keep_looking(self) -> None:
        """Looks for those who have waited long enough, for as long as the process lives."""
        while True:
            await self._somebody.wait()
            await asyncio.sleep(SOONEST)
            if due := self._due():
                try:
                    self._answer(await revisions_of(self._database, due))
                except StoreUnavailable:
                    self._answer(None)
            if not self._waiting:
                self._somebody.clear()

    def _due(self) -> list[str]:
        """The disputes of those for whom it is time to look; they look again later."""
        now, due = time.monotonic(), []
        for dispute_no, waiting in self._waiting.items():
            if any(each.look_at <= now for each in waiting):
                due.append(dispute_no)
                for each in waiting:
                    each.look_later()
        return due

    def _hear(self, dispute_no: str, revision: int) -> None:
        self._heard.pop(dispute_no, None)
        self._heard[dispute_no] = revision, time.monotonic()
        if len(self._heard) > MOST_REMEMBERED:
            del self._heard[next(iter(self._heard))]
        self._answer({dispute_no: revision})
        for news in self._curious.get(dispute_no, ()):
            news.set()

    def _answer(self, revisions: dict[str, int] | None) -> None:
        """Answers those whose revision is there, or everybody where the read model can't be read."""
        for dispute_no in list(self._waiting) if revisions is None else revisions:
            for waiting in self._waiting.get(dispute_no, ()):
                if not waiting.reached.done() and (revisions is None or revisions[dispute_no] >= waiting.revision):
                    waiting.reached.set_result(revisions is not None)


@contextmanager
def _among(groups: defaultdict[str, set[T]], name: str, one: T) -> Iterator[None]:
    """One among the group of a name for the length of the block; groups without anybody are dropped."""
    groups[name].add(one)
    try:
        yield
    finally:
        groups[name].discard(one)
        if not groups[name]:
            del groups[name]
