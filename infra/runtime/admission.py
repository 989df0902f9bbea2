"""Admission: so many at work at once, so many more waiting for a while, and the others are refused at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import Busy


class Admission:
    """Lets `inside` through at once and `waiting` others wait, at most so many seconds."""

    def __init__(self, *, inside: int, waiting: int, patience: float) -> None:
        self._turns = asyncio.Semaphore(inside)
        self._room, self._patience = waiting, patience

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """A turn, for the length of a block.

        Raises:
            Busy: there was none in time; the block was not begun.
        """
        if self._turns.locked() and self._room <= 0:
            raise Busy
        self._room -= 1
        try:
            # Not wait_for, which may swallow a cancellation on Python 3.11 and keep the turn for ever.
            async with asyncio.timeout(self._patience):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Busy from error
        finally:
            self._room += 1
        try:
            yield
        finally:
            self._turns.release()
