"""Transactions as data: a generator yields statements with their parameters and is sent their rows; a driver runs it.

The generator does no input or output of its own, so that the same one runs in a thread on SQLite, whole, and over
asyncpg on PostgreSQL, and several make one transaction by `yield from`:

    def renamed(number: str, title: str) -> Work[bool]:
        rows = yield RENAME, {"number": number, "title": title}
        return bool(rows)

    await database.transact(renamed("D2026-000001", "停车纠纷"), "D2026-000001")

What it raises undoes the transaction.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

import asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from domain.errors import FieldsInvalid, StoreUnavailable
from infra.database.statements import Parameters, Statement

T = TypeVar("T")

Rows: TypeAlias = list[tuple[Any, ...]]
Step: TypeAlias = tuple[Statement, Parameters | list[Parameters]]
"""A statement and its parameters; with a list of them it is run once for each, and answers no rows."""
Work: TypeAlias = Generator[Step, Rows, T]

Listener: TypeAlias = Callable[[str, Any], None]
"""Is told each statement's text and its values, or the list of them, before it is sent."""
BAD_VALUE = "22"
"""The class of SQL states by which PostgreSQL refuses a value, for example a text with a NUL in it."""
STOPPED = "57014"
"""The SQL state of a statement that took longer than it may (`query_canceled`)."""
TOO_LONG = "查询或保存用时过长，已中止，没有生效；请缩小范围或稍后重试"
_STATEMENTS = (asyncpg.IntegrityConstraintViolationError, asyncpg.SyntaxOrAccessError)
"""What PostgreSQL says of a statement of ours rather than of itself."""
STALE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT}
"""What SQLite says of a connection rather than of a statement: a file opened while it could not be written stays so."""


def stale(error: BaseException) -> bool:
    """Whether an error of SQLite means that its connection is to be opened anew."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & 0xFF in STALE  # the low byte is the kind, the rest says which of it


class SqliteWriter:
    """Runs transactions one after the other in a thread of its own, each whole, on a connection of its own."""

    def __init__(self, dialect: Dialect, connect: Callable[[], sqlite3.Connection], tell: Listener) -> None:
        self._dialect, self._connect, self._tell = dialect, connect, tell
        self._connection: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")

    async def run(self, work: Work[T]) -> T:
        """A transaction. Who is cancelled meanwhile does not know whether it was committed.

        Raises:
            sqlite3.Error: the driver's own.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work)

    def close(self) -> None:
        """Ends the thread and closes the connection."""
        self._thread.shutdown()
        self._disconnect()

    def _run(self, work: Work[T]) -> T:
        connection = self._connection = self._connection or self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            result = self._steps(connection, work)
            connection.execute("COMMIT")
        except BaseException as error:
            if stale(error):
                self._disconnect()  # which undoes it, too
            elif connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def _steps(self, connection: sqlite3.Connection, work: Work[T]) -> T:
        rows: Rows | None = None
        try:
            while True:
                statement, parameters = work.send(rows) if rows is not None else next(work)
                rows = self._step(connection, statement, parameters)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            work.close()

    def _step(
        self, connection: sqlite3.Connection, statement: Statement, parameters: Parameters | list[Parameters]
    ) -> Rows:
        prepared = statement.prepared(self._dialect)
        if isinstance(parameters, list):
            many = [prepared.bound(row) for row in parameters]
            self._tell(prepared.text, many)
            connection.executemany(prepared.text, many)
            return []
        values = prepared.bound(parameters)
        self._tell(prepared.text, values)
        return prepared.read(connection.execute(prepared.text, values).fetchall())

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def run_on_postgresql(engine: AsyncEngine, work: Work[T], locks: Iterable[str], tell: Listener) -> T:
    """Runs a transaction straight on a connection of the driver's, lent by an engine's pool.

    Raises:
        StoreUnavailable: the database does not answer, or refuses; where the connection was lost over the commit, it
            may have taken effect.
        FieldsInvalid: PostgreSQL refuses a value (a text with a NUL).
    """
    # Every lock a number, so that taking them costs no round trip of its own.
    begin = "; ".join(["BEGIN", *(f"SELECT pg_advisory_xact_lock({lock_number(lock)})" for lock in locks)])
    try:
        async with engine.connect() as lent:
            connection = (await lent.get_raw_connection()).driver_connection
            assert isinstance(connection, asyncpg.Connection)
            try:
                await connection.execute(begin)
                result = await _steps_on(connection, engine.dialect, work, tell)
            except (OSError, asyncpg.InterfaceError):
                connection.terminate()  # it answers no more; the pool opens another
                raise
            except BaseException:
                await _undo(connection)
                raise
            await _commit(connection)
    except _STATEMENTS:
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if str(getattr(error, "sqlstate", "")).startswith(BAD_VALUE):
            raise FieldsInvalid("内容含有无法处理的字符") from error
        raise StoreUnavailable(TOO_LONG if getattr(error, "sqlstate", "") == STOPPED else "") from error
    return result


def lock_number(lock: str) -> int:
    """The number that PostgreSQL knows a lock by: the same in every process."""
    return int.from_bytes(hashlib.blake2b(lock.encode(), digest_size=8).digest(), signed=True)


async def _steps_on(connection: asyncpg.Connection[Any], dialect: Dialect, work: Work[T], tell: Listener) -> T:
    rows: Rows | None = None
    try:
        while True:
            statement, parameters = work.send(rows) if rows is not None else next(work)
            prepared = statement.prepared(dialect)
            if isinstance(parameters, list):
                many = [prepared.bound(row) for row in parameters]
                tell(prepared.text, many)
                await connection.executemany(prepared.text, many)
                rows = []
            else:
                values = prepared.bound(parameters)
                tell(prepared.text, values)
                rows = prepared.read([tuple(row) for row in await connection.fetch(prepared.text, *values)])
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        work.close()


async def _undo(connection: asyncpg.Connection[Any]) -> None:
    try:
        await connection.execute("ROLLBACK")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        connection.terminate()


async def _commit(connection: asyncpg.Connection[Any]) -> None:
    try:
        await connection.execute("COMMIT")
    except _STATEMENTS:
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        connection.terminate()
        raise StoreUnavailable(may_take_effect=True) from error


async def within(session: AsyncSession, work: Work[T]) -> T:
    """Runs a generator's statements in the transaction of a session, after what waits in it to be written."""
    await session.flush()
    connection = await session.connection()
    rows: Rows | None = None
    try:
        while True:
            statement, parameters = work.send(rows) if rows is not None else next(work)
            result = await connection.execute(statement.built(connection.dialect), parameters)
            rows = [tuple(row) for row in result] if result.returns_rows else []
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        work.close()


def rows_for(statement: Statement, parameters: Parameters) -> Work[Rows]:
    """The rows that one statement answers."""
    return (yield statement, parameters)


def each(statement: Statement, rows: Iterable[Parameters]) -> Work[None]:
    """A statement for each of the rows; none at all where there are none."""
    if many := list(rows):
        yield statement, many
