"""Connections before there is a request: so many of one address, and a head that comes in time.

The server itself knows how long a head may be, not how long it may take: who opens a connection and says nothing, or a
letter a minute, would keep it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from infra.runtime.front_door import counted_as, plain_address
from infra.runtime.settings import Settings


class Bounded(H11Protocol):
    """The server's protocol within limits."""

    head_seconds: ClassVar[float]
    per_address: ClassVar[int]
    counted: ClassVar[Callable[[str], bool]]
    """of which addresses connections are counted; a proxy's are many people's, whose requests are (`front_door`)"""
    open_now: ClassVar[Counter[str]]
    _address = ""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes a connection, or ends it where its address has too many."""
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        address = plain_address(peer) or peer
        if type(self).counted(address):
            address = counted_as(address)
            if self.open_now[address] >= self.per_address:
                transport.abort()
                return
            self.open_now[address] += 1
            self._address = address
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end of it."""
        super().connection_lost(exc)
        self._head_is_there()
        if self._address:
            self.open_now.subtract([self._address])
            if not self.open_now[self._address]:
                del self.open_now[self._address]

    def data_received(self, data: bytes) -> None:
        """What came; between two requests it is the beginning of a head."""
        if self._between():
            self._wait()
        super().data_received(data)
        if not self._between():
            self._head_is_there()

    def _between(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self.transport.close)

    def _head_is_there(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None


def bounded(settings: Settings) -> type[Bounded]:
    """The protocol with the limits of the settings."""
    proxies = settings.proxies
    limits = {
        "head_seconds": settings.head_seconds,
        "per_address": settings.connections_per_address,
        "counted": staticmethod(lambda address: not proxies.trusts(address)),
    }
    return type("Limited", (Bounded,), {**limits, "open_now": Counter()})
