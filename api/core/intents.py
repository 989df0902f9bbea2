"""Messages on their way to the engine, on record before they are sent, so that what they change is never shown late.

The answer to a message carries what is new, and its sender writes it to the read model (docs/adr/0015). A process that
dies in between, or can't write, leaves its intent: any process finds it, and has the case write by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import structlog

from api.core.engine import Engine
from domain.errors import DisputeClosed, KeyReused, SantuiError, StoreUnavailable
from domain.transitions import message_keys
from domain.transitions.message import Seen
from infra.database.engine import Database, Session
from infra.records.idempotency_store import (
    Intent,
    StoredAnswer,
    find_answer,
    intent_ended,
    intent_kept,
    intents_before,
    is_left,
)

EVERY = 1.0
"""Seconds between two looks for orphans."""
ORPHANED_AFTER = timedelta(seconds=2)
"""How old an intent is whose process has died, or whose write failed; what this process still works on is none."""
AT_ONCE = 8
PATIENCE = 2.0
"""Seconds that a message waits for its intent: the engine can write as well."""
log = structlog.get_logger()


class NotFree(Exception):
    """A key has its answer already, or was used for other content."""

    def __init__(self, first: StoredAnswer | KeyReused) -> None:
        super().__init__()
        self.first = first
        """what the key is answered"""


class Intents:
    """The intents of one process, and the orphans of all."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database, self._engine = database, engine
        self._under_way: set[str] = set()

    async def begin(self, key: str, dispute_no: str, seen: Seen) -> Seen | None:
        """Puts on record that the message of a key is about to be sent to a dispute that the read model has as `seen`.

        Answers `seen`, for the message; none where that can't be put on record: then the engine is to write itself.

        Raises:
            NotFree: nothing is to be sent.
            StoreUnavailable: nothing can be put on record, nor can the key be looked up.
        """
        kept = False
        try:
            async with asyncio.timeout(PATIENCE):
                kept = await self._database.transact(
                    intent_kept(message_keys.write(key), message_keys.content(key), dispute_no, seen.revision)
                )
        except (StoreUnavailable, TimeoutError) as error:
            # One that is kept after all is an orphan: the case writes once more.
            log.warning("intent_not_kept", error=type(error).__name__)
        if not kept:
            async with self._database.read() as session:
                await self.look_up(session, key)
            return None
        self._under_way.add(key)
        return seen

    def begun(self, key: str) -> bool:
        """Whether the message of a key is on record, and this process works on it."""
        return key in self._under_way

    async def look_up(self, session: Session, key: str) -> None:
        """Looks whether a key is free: of the same content nobody knows yet what came, or other content is under way.

        Raises:
            NotFree
        """
        try:
            stored = await find_answer(session, message_keys.write(key), message_keys.content(key))
        except KeyReused as reused:
            raise NotFree(reused) from reused
        if stored and not is_left(stored):
            raise NotFree(stored)

    async def withdraw(self, key: str) -> None:
        """Takes it off the record: nothing was changed, or everybody sees what was."""
        if key in self._under_way:
            with contextlib.suppress(StoreUnavailable):  # then the case writes once more
                await self._database.transact(intent_ended(message_keys.write(key)))

    def end(self, key: str) -> None:
        """This process works on it no longer; what is still on record is an orphan from now on."""
        self._under_way.discard(key)

    async def keep_sweeping(self) -> None:
        """Has the engine write what orphans changed, for as long as the process lives."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.sweep(datetime.now(UTC) - ORPHANED_AFTER)
            except SantuiError as error:
                log.warning("orphans_wait", error=error.code)

    async def sweep(self, before: datetime) -> None:
        """One look at the intents of before an instant.

        Raises:
            StoreUnavailable, Unavailable: the rest waits for the next one.
        """
        orphans = [each for each in await intents_before(self._database, before) if each.key not in self._under_way]
        turns = asyncio.Semaphore(AT_ONCE)

        async def end(orphan: Intent) -> None:
            async with turns:
                await self._end(orphan)

        for outcome in await asyncio.gather(*map(end, orphans), return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    async def _end(self, orphan: Intent) -> None:
        """The signal is durable before the intent ends. A run that is over has written everything, or its next will."""
        with contextlib.suppress(DisputeClosed):
            await self._engine.orphan(orphan.dispute_no, orphan.key)
        await self._database.transact(intent_ended(message_keys.write(orphan.key)))
        log.info("orphan_handed_over", dispute_no=orphan.dispute_no)
