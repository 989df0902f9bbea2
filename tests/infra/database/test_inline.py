"""SQLite read on the event loop: a short query at once, a long one in a thread, none that keeps the loop waiting."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from domain.errors import StoreUnavailable
from infra.database import inline
from infra.database.engine import Database, migrate, open_database
from infra.database.statements import Statement
from infra.runtime.settings import Settings

COUNT = text("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < :n) SELECT max(n) FROM c")
"""Works as long as it is asked to."""
SHORT, LONG, ENDLESS = 10, 200_000, 10**12


@pytest_asyncio.fixture
async def settings(tmp_path: Path) -> Settings:
    """Of a new database."""
    settings = Settings(var=tmp_path / "var")
    await asyncio.to_thread(migrate, settings)
    return settings


@pytest_asyncio.fixture
async def database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Read by a process that has not met a long query yet."""
    monkeypatch.setattr(inline, "_long", set())
    database = open_database(settings)
    yield database
    await database.close()


async def counted(database: Database, n: int) -> int:
    """A query of so many steps, and some."""
    async with database.read() as session:
        return int((await session.execute(COUNT, {"n": n})).scalar_one())


async def rows(database: Database) -> int:
    """A short query that reads the file."""
    async with database.read() as session:
        return int((await session.execute(text("SELECT count(*) FROM number"))).scalar_one())


class Turns:
    """How often others had their turn on the loop."""

    def __init__(self) -> None:
        self.taken = 0

    async def take(self) -> None:
        """Takes them for as long as it lives."""
        while True:
            self.taken += 1
            await asyncio.sleep(0)


@pytest_asyncio.fixture
async def turns() -> AsyncIterator[Turns]:
    """Of somebody who always wants one."""
    turns = Turns()
    taking = asyncio.create_task(turns.take())
    await asyncio.sleep(0)
    yield turns
    taking.cancel()


async def test_a_short_query_is_over_before_anybody_else_has_a_turn(database: Database, turns: Turns) -> None:
    before = turns.taken
    assert await counted(database, SHORT) == SHORT
    assert turns.taken == before


async def test_a_long_query_lets_the_others_have_theirs(database: Database, turns: Turns) -> None:
    before = turns.taken
    assert await counted(database, LONG) == LONG
    assert turns.taken > before


async def test_a_long_query_begins_in_a_thread_until_it_is_short(database: Database, turns: Turns) -> None:
    await counted(database, LONG)
    for _ in range(2):
        before = turns.taken
        assert await counted(database, SHORT) == SHORT
    assert turns.taken == before


async def test_nobody_waits_for_a_query_that_nobody_waits_for(database: Database) -> None:
    with pytest.raises(TimeoutError):  # noqa: PT012
        async with asyncio.timeout(0.05), asyncio.TaskGroup() as group:
            for _ in range(3 * inline.AT_ONCE):
                group.create_task(counted(database, ENDLESS))
    pool = database.readers.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0
    assert await counted(database, SHORT) == SHORT


async def test_many_long_queries_at_once_are_all_answered(database: Database) -> None:
    found = await asyncio.gather(*(counted(database, LONG + n) for n in range(3 * inline.AT_ONCE)))
    assert found == [LONG + n for n in range(3 * inline.AT_ONCE)]


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Another process has the database for itself."""
    other = sqlite3.connect(str(settings.sqlite_path), isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.close()


async def test_a_locked_database_is_waited_for_beside_the_loop(
    settings: Settings, database: Database, turns: Turns
) -> None:
    with locked(settings):
        before = turns.taken
        asked = asyncio.create_task(rows(database))
        while turns.taken < before + 100:
            await asyncio.sleep(0)
        assert not asked.done()
    assert await asked == 0


async def test_a_database_that_stays_locked_is_unavailable(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "PATIENCE", 0.05)
    with locked(settings), pytest.raises(StoreUnavailable):
        await rows(database)


async def test_readers_do_not_write(database: Database) -> None:
    with pytest.raises((OperationalError, StoreUnavailable)):
        async with database.read() as session:
            await session.execute(text("DELETE FROM answer"))


async def test_rows_come_one_by_one_in_parts_and_all(database: Database) -> None:
    async with database.read() as session:
        rows = await session.execute(text("VALUES (1), (2), (3), (4), (5), (6)"))
        assert rows.scalars().fetchmany(2) == [1, 2]
        assert rows.fetchone() == (3,)
        assert [tuple(row) for row in rows] == [(4,), (5,), (6,)]


ASKED = Statement.of(COUNT)
NUMBERS = Statement.of(text("SELECT count(*) FROM number"))


async def test_what_is_asked_in_short_needs_no_session(database: Database, turns: Turns) -> None:
    before, heard = turns.taken, list[str]()
    with database.heard(lambda text, _: heard.append(text)):
        assert await database.ask(ASKED, {"n": SHORT}) == [(SHORT,)]
    pool = database.readers.pool
    assert isinstance(pool, QueuePool)
    assert (turns.taken, len(heard), pool.checkedin()) == (before, 1, 0)


async def test_what_turns_out_long_is_answered_beside_the_loop(database: Database, turns: Turns) -> None:
    for n in (LONG, LONG + 1):  # known to be long, the second time
        before = turns.taken
        assert await database.ask(ASKED, {"n": n}) == [(n,)]
        assert turns.taken > before


async def test_what_could_not_be_asked_at_first_is_answered_although_it_is_short(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline.Asker, "ask", lambda *_: None)  # as while another process opens the file anew
    assert await database.ask(NUMBERS, {}) == [(0,)]


async def test_what_is_asked_waits_for_a_locked_database_and_sees_what_was_written(
    settings: Settings, database: Database, turns: Turns
) -> None:
    assert await database.ask(NUMBERS, {}) == [(0,)]
    async with database.write() as session:
        await session.execute(text("INSERT INTO number (series, last) VALUES ('one', 1)"))
    assert await database.ask(NUMBERS, {}) == [(1,)]
    await database.close()
    with locked(settings):
        before = turns.taken
        asked = asyncio.create_task(database.ask(NUMBERS, {}))
        while turns.taken < before + 100:
            await asyncio.sleep(0)
        assert not asked.done()
    assert await asked == [(1,)]


async def test_what_is_asked_does_not_write(database: Database) -> None:
    with pytest.raises((OperationalError, StoreUnavailable)):
        await database.ask(Statement.of(text("DELETE FROM answer")), {})


async def test_a_database_that_is_away_is_unavailable_and_asked_again(settings: Settings, database: Database) -> None:
    file = settings.sqlite_path
    assert file
    aside = file.rename(file.with_suffix(".aside"))
    file.mkdir()
    with pytest.raises(StoreUnavailable):
        await database.ask(NUMBERS, {})
    file.rmdir()
    aside.rename(file)
    assert await database.ask(NUMBERS, {}) == [(0,)]
