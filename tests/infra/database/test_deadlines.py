"""A statement that takes too long is stopped, said to have been, and leaves nothing half written; on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from domain.errors import StoreUnavailable
from infra.database.engine import Database, open_database
from infra.database.statements import Statement
from infra.database.transactions import Work
from infra.runtime.settings import Settings

ENDLESS = {
    True: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e15) SELECT count(*) FROM n",
    False: "SELECT count(pg_sleep(1)) FROM generate_series(1, 1000)",
}
"""What never ends, by whether it is SQLite that is asked."""
NOTE = "INSERT INTO mark (name) VALUES (:name)"


@pytest_asyncio.fixture(loop_scope="session")
async def database(anywhere: Settings) -> AsyncIterator[Database]:
    """A database whose statements may take half a second, with a table of the test's own."""
    opened = open_database(anywhere.model_copy(update={"statement_seconds": 0.5}))
    async with opened.write() as session:
        await session.execute(text("CREATE TABLE mark (name TEXT)"))
    yield opened
    await opened.close()


async def marks(database: Database) -> list[str]:
    """What was written."""
    async with database.read() as session:
        return list((await session.execute(text("SELECT name FROM mark ORDER BY name"))).scalars())


async def test_who_asks_too_much_is_told_and_nobody_else_waits(database: Database) -> None:
    async def ask() -> None:
        async with database.read() as session:
            await session.execute(text(ENDLESS[database.sqlite]))

    async with asyncio.timeout(8):
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="用时过长"):
                await ask()
            assert await marks(database) == []


async def test_what_was_written_before_in_the_transaction_is_undone(database: Database) -> None:
    async def write() -> None:
        async with database.write() as session:
            await session.execute(text(NOTE), {"name": "half"})
            await session.execute(text(ENDLESS[database.sqlite]))

    def work() -> Work[None]:
        yield Statement(lambda _: text(NOTE)), {"name": "half"}
        yield Statement(lambda _: text(ENDLESS[database.sqlite])), {}

    async with asyncio.timeout(8):
        for do in (write, lambda: database.transact(work())):
            with pytest.raises(StoreUnavailable, match="用时过长"):
                await do()
            assert await marks(database) == []
            async with database.write() as session:  # and the next one writes
                await session.execute(text(NOTE), {"name": "whole"})
                await session.rollback()
