"""The database: engine, sessions, migrations. SQLite and PostgreSQL behave alike from here on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import InterfaceError, NoResultFound, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from domain.errors import StoreUnavailable
from infra.columns import unlock
from infra.crypto import load_keys
from infra.settings import Settings

WRITES = "santui_writes"
PATIENCE = 5.0
"""Seconds a writer waits for its turn, and SQLite for another process's writer."""
MIGRATIONS = Path(__file__).parent / "migrations"


@contextmanager
def _explained() -> Iterator[None]:
    """The driver's failures as ours: their text may quote a statement with a case's values, so it goes no further.

    A row that is known to be there and is not: the read model is being made again this very moment.
    """
    try:
        yield
    except (OperationalError, InterfaceError, NoResultFound) as error:
        raise StoreUnavailable from error


class Database:
    """One engine a process; sessions are short and commit themselves."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.sqlite = engine.dialect.name == "sqlite"
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for queries.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with _explained():
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def write(self, lock: str | None = None) -> AsyncIterator[AsyncSession]:
        """A transaction, committed at the end of the block. `lock` serialises all writers that name the same one.

        Raises:
            StoreUnavailable: the database does not answer or can't be written; nothing was.
        """
        with _explained():
            async with self._turn(), AsyncSession(self.engine, expire_on_commit=False) as session:
                await session.connection(execution_options={WRITES: True})
                if lock and not self.sqlite:
                    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:lock))"), {"lock": lock})
                yield session
                await session.commit()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """SQLite has one writer and lets the others poll, in no order: within a process they queue here instead."""
        if not self.sqlite:
            yield
            return
        try:
            await asyncio.wait_for(self._writing.acquire(), PATIENCE)
        except TimeoutError as error:
            raise StoreUnavailable from error
        try:
            yield
        finally:
            self._writing.release()

    async def close(self) -> None:
        """Gives all connections back."""
        await self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """Opens the database of the settings, and gives the sealed columns their keys."""
    unlock(load_keys(settings.key_file))
    if settings.sqlite_path:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        settings.database_url, pool_size=20, max_overflow=10, pool_pre_ping=settings.sqlite_path is None
    )
    if settings.sqlite_path:
        event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
        event.listen(engine.sync_engine, "begin", _sqlite_begin)
    return Database(engine)


def _sqlite_begin(connection: Connection) -> None:
    # Each query of a reader sees what is committed by then, as with PostgreSQL's READ COMMITTED: nothing to begin.
    # SQLite has one writer: taking its lock at once avoids the deadlock of two readers that both want to write.
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _sqlite_pragmas(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by us, not by the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={PATIENCE * 1000:.0f}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def migrate(settings: Settings, revision: str = "head") -> None:
    """Brings the database to a revision of the schema; blocking, for start-up and the command line."""
    if settings.sqlite_path:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = settings.database_url
    command.upgrade(config, revision)
