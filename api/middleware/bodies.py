"""The body of a request as it comes: counted, not waited for too long, and let go where nobody reads it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from domain.errors import SantuiError, TooLarge, TooSlow

LINGER = 1.0
"""Seconds for which what nobody reads is thrown away: who is still sending would else lose the answer with the line."""
MOST_THROWN = 16 * 2**20
"""Bytes of it."""


@dataclass(frozen=True)
class Pace:
    """How slowly a body may come: it is waited for `grace` seconds, and as long as what has come takes at `rate` bytes
    a second; `most` seconds in all."""

    grace: float
    rate: int
    most: float

    def allows(self, size: int) -> float:
        """Seconds of waiting, once so many bytes have come."""
        return min(self.most, self.grace + size / self.rate)


class Body:
    """A body on the wire. `limit` in bytes."""

    def __init__(self, receive: Receive, limit: int, pace: Pace) -> None:
        self._receive, self.limit, self._pace = receive, limit, pace
        self._size, self._waited = 0, 0.0
        self.ended = False
        """whether all of it was read"""

    async def receive(self) -> Message:
        """For who reads it as it comes: what is wrong is said in words that forms pass on, a page by a page."""
        return await self._next(lambda error: HTTPException(error.status))

    async def whole(self) -> bytes:
        """All of it.

        Raises:
            TooLarge, TooSlow
        """
        parts = []
        while not self.ended:
            parts.append((await self._next(lambda error: error)).get("body", b""))
        return b"".join(parts)

    async def throw_away(self) -> None:
        """What is left of it, as far as it comes soon."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while not self.ended and self._size < self.limit + MOST_THROWN:
                    self._note(await self._receive())

    async def _next(self, refused: Callable[[SantuiError], Exception]) -> Message:
        if self.ended:  # then the connection's own news
            return await self._receive()
        began = time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, self._pace.allows(self._size) - self._waited)):
                message = await self._receive()
        except TimeoutError as error:
            raise refused(TooSlow()) from error
        self._waited += time.monotonic() - began
        self._note(message)
        if message["type"] != "http.request":  # whoever sent it is gone
            raise refused(TooSlow())
        if self._size > self.limit:
            raise refused(TooLarge())
        return message

    def _note(self, message: Message) -> None:
        self._size += len(message.get("body", b""))
        self.ended = message["type"] != "http.request" or not message.get("more_body", False)


def none() -> Receive:
    """In place of a body that is not to be read."""

    async def receiving() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    return receiving


def again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more; then whatever comes."""
    read = False

    async def receiving() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
