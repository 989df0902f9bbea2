"""SQLite read on the event loop itself: a short query is over before a thread would have begun it.

No query keeps the loop for long. One that works for more than `SHARE` steps of SQLite's machine is stopped and asked
again in a thread; the next time it begins there, until it turns out short. One that finds the database locked is asked
again in a moment. For readers only: what writes has threads of its own (`infra.database.engine`).
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import URL
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import ConnectArgsType
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util import await_only

from infra.database.deadline import STEPS, Deadline
from infra.database.transactions import stale

DRIVER = "sqlite+inline"
SHARE = STEPS
"""Steps of SQLite's machine; a query on the loop is stopped within its second share."""
AT_ONCE = 4
"""Long queries of a process at work at once; the others wait."""
KNOWN = 1_000
"""Statements that are remembered to be long."""
PATIENCE = 5.0
"""Seconds for which a query asks again while the database is locked."""
PAUSE = 0.005
"""Seconds between two tries."""

_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sqlite")
_long: set[str] = set()
"""The statements that were long when they were last asked."""


class _Meter(Deadline):
    """What a connection's query has worked so far, in shares; SQLite asks at the end of each whether to stop."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.shares, self.on_loop = 0, False

    def stops(self) -> bool:
        """Whether the query ends here. Its first share was begun by the query before it."""
        self.shares += 1
        return self.shares > 1 if self.on_loop else self.passed()


class Connection(sqlite3.Connection):
    """A connection that one query after the other uses, here or in a thread."""

    def __init__(self, file: str, *, seconds: float = PATIENCE, **options: Any) -> None:
        super().__init__(file, **{**options, "timeout": 0, "check_same_thread": False})
        self.meter = _Meter(seconds)
        self.set_progress_handler(self.meter.stops, SHARE)

    def cursor(self, *_: Any) -> Cursor:  # type: ignore[override]
        """A cursor for a query."""
        return Cursor(self)


class Cursor(sqlite3.Cursor):
    """Fetches all rows as it asks, so that none is looked for later, on the loop. Works in SQLAlchemy's greenlets."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._meter = connection.meter
        self._rows: deque[Any] = deque()

    def execute(self, sql: str, parameters: Any = ()) -> Cursor:
        """Asks, here if the query is short."""
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                if sql in _long or not self._asked_on_loop(sql, parameters):
                    await_only(self._asked_in_thread(sql, parameters))
                return self
            except sqlite3.OperationalError as error:
                if _kind(error) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
            await_only(asyncio.sleep(PAUSE))

    def _asked_on_loop(self, sql: str, parameters: Any) -> bool:
        """Asks here; answers whether the query was short."""
        self._meter.shares, self._meter.on_loop = 0, True
        try:
            self._ask(sql, parameters)
        except sqlite3.OperationalError as error:
            if _kind(error) != sqlite3.SQLITE_INTERRUPT:
                raise
            return False
        finally:
            self._meter.on_loop = False
        return True

    async def _asked_in_thread(self, sql: str, parameters: Any) -> None:
        self._meter.shares = 0
        asking = _threads.submit(self._ask, sql, parameters)
        answered = asyncio.wrap_future(asking)
        try:
            await asyncio.shield(answered)
        except asyncio.CancelledError:  # nobody waits for it, and the connection has to be free
            while not asking.cancel() and not answered.done():
                self.connection.interrupt()  # in vain where it is about to begin
                await asyncio.wait({answered}, timeout=PAUSE)
            if not asking.cancelled():
                answered.exception()  # that it was interrupted is no news
            raise
        if self._meter.shares <= 1:
            _long.discard(sql)
        elif len(_long) < KNOWN:
            _long.add(sql)

    def _ask(self, sql: str, parameters: Any) -> None:
        self._meter.begin()
        super().execute(sql, parameters)
        self._rows = deque(super().fetchall())

    def fetchone(self) -> Any:
        """The next row."""
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows."""
        return [self._rows.popleft() for _ in range(min(self.arraysize if size is None else size, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def _async_soft_close(self) -> None:
        """What SQLAlchemy awaits of every cursor once its rows are taken."""


class Asker:
    """Asks short queries past SQLAlchemy, one after the other on a connection of its own: nobody waits for another."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._connection: Connection | None = None

    def ask(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]] | None:
        """The rows; none where it can't be said here and now: the query is long, or something is the matter with the
        database. Then whoever asks is to ask through SQLAlchemy.
        """
        if sql in _long:
            return None
        try:
            connection = self._connection = self._connection or self._opened()
            connection.meter.shares, connection.meter.on_loop = 0, True
            return sqlite3.Cursor(connection).execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            if stale(error):
                self.close()
            return None

    def close(self) -> None:
        """Closes its connection; the next query opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> Connection:
        connection = Connection(self._file, isolation_level=None)
        sqlite3.Cursor(connection).execute("PRAGMA query_only=ON")
        return connection


def _kind(error: sqlite3.Error) -> int:
    """Which kind of error SQLite says it is: the low byte of its code, the rest says which of the kind."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


class InlineDialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's SQLite over these connections."""

    driver = "inline"
    supports_statement_cache = True
    is_async = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """The pool whose waiters do not block the loop."""
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> ConnectArgsType:
        """The file of the URL, opened as one of these connections."""
        files, options = super().create_connect_args(url)
        return files, {**options, "factory": Connection}


registry.register(DRIVER.replace("+", "."), __name__, InlineDialect.__name__)
