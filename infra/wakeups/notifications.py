"""PostgreSQL: the database itself speaks, by triggers that notify within the transaction (the first schema makes them).
Nothing is said of what is rolled back and nothing is left unsaid, whoever writes. Who listens has a connection of its
own.

A change of a topic committed by another process is known when its notification comes, about a millisecond later; one's
own is known at once (`changed`). While the connection does not answer no generation is known.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import Any

import asyncpg
import structlog
from sqlalchemy import make_url

from infra.wakeups.wakeups import CHANNEL, Topic, Wakeups

BEAT = 1.0
"""Seconds between two signs of life of the connection; also how long it may take to answer."""
TRUSTED = 2.5
"""Seconds since the last sign of life for which a generation is known."""
PAUSE = 0.5
"""Seconds between two tries to connect."""
_OF_POOL = ("prepared_statement_cache_size", "prepared_statement_name_func")
"""What a URL may say to SQLAlchemy that the driver does not know."""
_NEVER = float("-inf")
_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""As what the driver says that there is no connection, or no more; the last comes of a server that dies meanwhile."""
log = structlog.get_logger()


class Notifications(Wakeups):
    """Signals of the processes on one PostgreSQL database."""

    def __init__(self, url: str, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        parsed = make_url(url)
        told: dict[str, Any] = dict(parsed.get_dialect()().create_connect_args(parsed)[1])
        self._connect = {name: value for name, value in told.items() if name not in _OF_POOL}
        if tls:
            self._connect["ssl"] = tls
        self._alive, self._said = _NEVER, False
        self._generations = dict.fromkeys(Topic, 0)

    @property
    def listens(self) -> bool:
        return time.monotonic() - self._alive < TRUSTED

    def changed(self, topic: Topic) -> None:
        self._generations[topic] += 1

    def generation(self, topic: Topic) -> int | None:
        return self._generations[topic] if self.listens else None

    async def keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except _LOST as error:
                if not self._said:
                    log.warning("wakeups_down", error=type(error).__name__)
                self._said = True
            await asyncio.sleep(PAUSE)

    def let_go(self) -> None:
        """Nothing to do: the line on which it listens says itself when it is lost."""

    async def close(self) -> None:
        """Nothing is held: the connection ends with the listening."""

    async def _listen(self) -> None:
        """Listens until the connection is lost."""
        connection = await asyncpg.connect(
            **self._connect, timeout=5 * BEAT, command_timeout=BEAT,
            server_settings={"application_name": "santui wakeups"},
        )  # fmt: skip
        try:
            await connection.add_listener(CHANNEL, self._hear)
            connection.add_termination_listener(self._lose)
            # What changed while nobody listened is not known: whatever is remembered is from before.
            for topic in Topic:
                self.changed(topic)
            self._said = False
            while True:
                self._alive = time.monotonic()
                await asyncio.sleep(BEAT)
                await connection.execute("SELECT 1")
        finally:
            self._alive = _NEVER
            connection.terminate()

    def _lose(self, _: object) -> None:
        """At once, not with the next beat: what is said from now on is not heard."""
        self._alive = _NEVER

    def _hear(self, _: object, pid: int, channel: str, word: object) -> None:
        match str(word).split(" "):
            case ["published", number, revision] if revision.isdigit():
                self.published(number, int(revision))
            case ["job"]:
                self.job_waits()
            case ["changed", topic] if topic in self._generations:
                self.changed(Topic(topic))
