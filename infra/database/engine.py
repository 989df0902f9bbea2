"""The database: engine, sessions, migrations. SQLite and PostgreSQL behave alike from here on."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from domain.base import Model
from domain.errors import StoreUnavailable
from infra.database import inline
from infra.database.columns import unlock
from infra.database.connecting import PATIENCE, WRITES, connected, on_postgresql, on_sqlite, say_pragmas
from infra.database.deadline import STEPS, Deadline
from infra.database.errors import explained
from infra.database.statement_log import StatementLog, log_of
from infra.database.statements import Parameters, Statement
from infra.database.tls import asked_of
from infra.database.transactions import (
    Listener,
    Rows,
    SqliteWriter,
    Work,
    lock_number,
    run_on_postgresql,
)
from infra.runtime.crypto import load_keys
from infra.runtime.settings import Settings
from infra.runtime.tls.link import Link
from infra.wakeups.opening import open_wakeups
from infra.wakeups.wakeups import Wakeups

T = TypeVar("T")

MIGRATIONS = Path(__file__).parent / "migrations"
BASE = "base"


async def _commit(session: AsyncSession) -> None:
    try:
        await session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable(may_take_effect=True) from error
        raise


class NoSuchRevision(Exception):
    """The schema has no revision of that name; says which there are, and what to do."""


class Migrated(Model):
    """What a migration did: from which revision, and to which. `base` is a database without a table of ours."""

    was: str
    now: str
    down: bool

    def sentence(self) -> str:
        """The same for a person at a terminal."""
        if self.was == self.now:
            return f"the database is at {self.now} already · 数据库已是该版本"
        how, chinese = ("down", "已降级") if self.down else ("up", "已升级")
        return f"the database went {how} from {self.was} to {self.now} · {chinese}"


Session = AsyncSession
"""What a transaction is worked with, for those who pass it on."""


class _Reading(AsyncSession):
    """A session of `read`."""

    async def close(self) -> None:
        """Gives its connection back, if it has one; without, it has read nothing either."""
        if self.in_transaction():
            await super().close()


class Database:
    """The database of one process: a connection pool, sessions of two kinds, `read` and `write`, and the signals of
    all processes on it.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        readers: AsyncEngine,
        wakeups: Wakeups,
        log: StatementLog | None = None,
        *,
        seconds: float,
    ) -> None:
        self.engine, self.readers, self.wakeups, self.log = engine, readers, wakeups, log
        self.sqlite = engine.dialect.name == "sqlite"
        self.engines = (engine, readers) if self.sqlite else (engine,)
        """Whose events tell of every statement."""
        self._writing = asyncio.Lock()
        self._listeners: list[Listener] = [lambda text, _: log.note(text)] if log else []
        self._deadline = Deadline(seconds)
        self._writer = SqliteWriter(engine.dialect, self._driver, self._begun) if self.sqlite else None
        self._asker = inline.Asker(str(engine.url.database)) if self.sqlite else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for queries; each sees what is committed by then. It takes a connection with its first query.

        Before a wait for another system give the connection back (`session.close()`), and go on with `resume`.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        session = _Reading(self.readers, expire_on_commit=False, autoflush=False)
        with explained():
            try:
                yield session
            finally:
                await self._given_back(session)

    @asynccontextmanager
    async def resume(self, session: AsyncSession) -> AsyncIterator[AsyncSession]:
        """A session of `read` that may have been closed: its next query takes a connection again.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with explained():
            yield session

    @asynccontextmanager
    async def write(self, *locks: str | None) -> AsyncIterator[AsyncSession]:
        """A transaction, committed at the end of the block. `locks` serialise all writers that name the same ones, and
        are taken in the order given.

        Raises:
            StoreUnavailable: the database does not answer or can't be written; nothing was, unless the error says that
                it may have been, because the connection was lost over the commit.
        """
        with explained():
            async with self._turn(), AsyncSession(self.engine, expire_on_commit=False) as session:
                await session.connection(execution_options={WRITES: True})
                for lock in filter(None, locks if not self.sqlite else ()):
                    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock_number(lock)})
                yield session
                await _commit(session)

    async def ask(self, query: Statement, parameters: Parameters) -> Rows:
        """The rows of one query, as of what is committed by now; for short ones that are asked often: on SQLite they
        need neither a session nor SQLAlchemy.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        if self._asker:
            prepared = query.prepared(self.readers.dialect)
            with explained():
                rows = self._asker.ask(prepared.text, values := prepared.bound(parameters))
            if rows is not None:
                self._tell(prepared.text, values)
                return prepared.read(rows)
        async with self.read() as session:
            # Not on its connection: SQLAlchemy has those wait for something, which a short query does not.
            found = await session.execute(query.built(self.readers.dialect), parameters)
            return [tuple(row) for row in found]

    async def transact(self, work: Work[T], *locks: str | None) -> T:
        """A transaction given as data (`infra.database.transactions`), committed when it returns.

        `locks` as of `write`. On SQLite it runs in a thread of its own, whole; who is cancelled meanwhile does not
        know whether it was committed.

        Raises:
            StoreUnavailable: as of `write`.
            Exception: what `work` raises; nothing was written.
        """
        with explained():
            if self._writer is None:
                return await run_on_postgresql(self.engine, work, filter(None, locks), self._tell)
            async with self._turn():
                return await self._writer.run(work)

    def _tell(self, statement: str, values: Any) -> None:
        """Of what goes past SQLAlchemy."""
        for listener in self._listeners:
            listener(statement, values)

    def _begun(self, statement: str, values: Any) -> None:
        """Of a statement of the writer's."""
        self._deadline.begin()
        self._tell(statement, values)

    def _driver(self) -> sqlite3.Connection:
        """A connection of the driver's own, for one thread at a time."""
        connection = sqlite3.connect(str(self.engine.url.database), check_same_thread=False)
        say_pragmas(connection)
        connection.set_progress_handler(self._deadline.passed, STEPS)
        return connection

    @contextmanager
    def heard(self, listener: Listener) -> Iterator[None]:
        """Tells a listener every statement sent within the block, and its values; BEGIN and COMMIT are none."""

        def note(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, _m: Any) -> None:
            if not statement.startswith("BEGIN"):
                listener(statement, parameters)

        for engine in self.engines:
            event.listen(engine.sync_engine, "before_cursor_execute", note)
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)
            for engine in self.engines:
                event.remove(engine.sync_engine, "before_cursor_execute", note)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """SQLite has one writer and lets the others poll, in no order: within a process they queue here instead."""
        if not self.sqlite:
            yield
            return
        try:
            # Not wait_for, which may swallow a cancellation on Python 3.11: its caller then waits for ever.
            async with asyncio.timeout(PATIENCE):
                await self._writing.acquire()
        except TimeoutError as error:
            raise StoreUnavailable from error
        try:
            yield
        finally:
            self._writing.release()

    async def _given_back(self, session: AsyncSession) -> None:
        """Closes a session, also where whoever used it is cancelled meanwhile."""
        if not session.in_transaction():
            return  # it has no connection
        if self.sqlite:
            await session.close()  # waits for nothing
        else:
            await asyncio.shield(asyncio.ensure_future(session.close()))

    async def let_go(self) -> None:
        """Closes the connections that nobody uses; the next ones are opened anew."""
        self.wakeups.let_go()
        if self._asker:
            self._asker.close()
        for engine in self.engines:
            await engine.dispose()

    async def close(self) -> None:
        """Gives all connections back."""
        await self.wakeups.close()
        if self._writer:
            await asyncio.to_thread(self._writer.close)
        await self.let_go()
        if self.log:
            self.log.close()


def open_database(settings: Settings, *, long: bool = False) -> Database:
    """Opens the database of the settings, and gives the sealed columns their keys. `long`: for work for which nobody
    waits, whose statements may take longer.
    """
    unlock(load_keys(settings.key_file))
    if settings.sqlite_path:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    seconds = settings.job_statement_seconds if long else settings.statement_seconds
    engine, readers = (on_sqlite if settings.sqlite_path else on_postgresql)(settings, seconds)
    log = StatementLog(log_of(settings.log_dir, os.getpid())) if settings.sql_log else None
    database = Database(engine, readers, open_wakeups(settings), log, seconds=seconds)
    if log:
        for each in database.engines:
            log.listen(each)
    return database


def migrate(settings: Settings, revision: str = "head") -> Migrated:
    """Brings the database to a revision of the schema, up or down; blocking, for start-up and the command line.

    Going down throws away what the newer revisions keep. On PostgreSQL a failure leaves everything as it was.

    Raises:
        NoSuchRevision: there is none of that name, or the database has one that this code does not know.
        StoreUnavailable: the database does not answer.
    """
    # Here, and not above: every process opens the database, and one brings it to a revision.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    if settings.sqlite_path:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    link = settings.database_link
    most = f"{settings.job_statement_seconds * 1000:.0f}"
    limits = {} if settings.sqlite_path else {"server_settings": {"statement_timeout": most, "lock_timeout": most}}
    config.attributes.update(url=settings.database_url, asked=asked_of(link) | limits)
    order = [BASE, *reversed([script.revision for script in ScriptDirectory.from_config(config).walk_revisions()])]
    wanted = order[-1] if revision == "head" else revision
    with explained():
        was = asyncio.run(_revision(settings.database_url, link))
    if wanted not in order:
        raise NoSuchRevision(f"there is no revision {wanted} of the schema here, only {', '.join(order)}")
    if was not in order:
        raise NoSuchRevision(
            f"the database is at revision {was} of the schema, which this version of santui does not know (only "
            f"{', '.join(order)}): use the version that made it, or an empty state directory (SANTUI_VAR) · "
            "数据库由其他版本的系统创建，请使用原版本，或另设空的状态目录"
        )
    down = order.index(wanted) < order.index(was)
    (command.downgrade if down else command.upgrade)(config, wanted)
    return Migrated(was=was, now=wanted, down=down)


async def _revision(url: str, link: Link) -> str:
    from alembic.runtime.migration import MigrationContext

    engine = create_async_engine(url, poolclass=NullPool, connect_args=asked_of(link))
    event.listen(engine.sync_engine, "do_connect", partial(connected, link))
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
    finally:
        await engine.dispose()
    return found or BASE
