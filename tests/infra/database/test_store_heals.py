"""A database that could not be used heals by itself once it can: no process is restarted, nothing noted is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.errors import StoreUnavailable
from infra.database.connecting import POSTGRESQL
from infra.database.engine import Database, migrate, open_database
from infra.records.access_log import log as access
from infra.records.access_log.log import AccessLog
from infra.records.access_log.reading import Wanted, accesses
from infra.runtime.settings import Settings
from tests.infra.stores import opened
from tests.postgres import cluster
from tests.privileges import as_others


async def insert(database: Database, name: str) -> None:
    """One more row."""
    async with database.write() as session:
        await session.execute(text(f"INSERT INTO number (series, last) VALUES ('{name}', 1)"))


async def noted(database: Database) -> list[str]:
    """What the access log says, in the order of the words: what was noted in one moment has no order."""
    async with database.read() as session:
        found = await accesses(session, Wanted(), limit=1000)
    return sorted(each.row.what for each in found)


async def test_a_database_that_was_read_only_at_the_start_heals_when_it_can_be_written(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var")
    await asyncio.to_thread(migrate, settings)
    file = settings.sqlite_path
    assert file
    before = open_database(settings)  # a file that was in use before
    await insert(before, "before")
    await before.close()
    with as_others():
        file.chmod(0o444)
        database = open_database(settings)
        try:
            async with database.read() as session:  # more than one connection is opened meanwhile
                await session.execute(text("SELECT 1"))
                with pytest.raises(StoreUnavailable):
                    await insert(database, "no")
            for each in file.parent.glob(f"{file.name}*"):  # with what SQLite keeps beside it
                each.chmod(0o644)
            await insert(database, "yes")
            assert await noted(database) == []
        finally:
            await database.close()


async def test_a_postgresql_that_hangs_is_unavailable_and_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patience in ("timeout", "command_timeout"):
        monkeypatch.setitem(POSTGRESQL, patience, 1.0)
    with cluster() as own:
        settings = Settings(var=tmp_path / "var", database_url=own.database(), statement_seconds=1)
        await asyncio.to_thread(migrate, settings)
        database = open_database(settings)
        try:
            await insert(database, "before")
            with own.frozen():
                for do in (insert(database, "hangs"), noted(database)):
                    with pytest.raises(StoreUnavailable):
                        async with asyncio.timeout(30):
                            await do
            await insert(database, "after")
        finally:
            await database.close()


async def test_what_was_read_is_noted_once_the_log_can_be_written(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        log = AccessLog(database)
        locker = open_database(anywhere)
        for n in range(access.AT_ONCE + 3):
            log.note("p", "D2026-000001", f"read {n}")
        async with locker.write() as session:
            await session.execute(text("DELETE FROM access"))
            if locker.sqlite:
                with pytest.raises(StoreUnavailable):  # nothing that must be on record first is shown
                    await log.written()
                assert log.backlog == access.AT_ONCE + 3
                assert log.waits_since
        await log.write()
        assert log.backlog == 0
        assert log.waits_since is None
        assert await noted(database) == sorted(f"read {n}" for n in range(access.AT_ONCE + 3))
        await locker.close()


async def test_a_read_that_can_not_be_noted_any_more_is_refused(
    anywhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "MOST", 3)
    async with opened(anywhere) as database:
        log = AccessLog(database)
        for n in range(3):
            log.note("p", "D2026-000001", f"read {n}")
        with pytest.raises(StoreUnavailable):
            log.note("p", "D2026-000001", "read 4")
        await log.write()
        log.note("p", "D2026-000001", "read 5")


async def test_an_entry_that_the_database_can_not_hold_does_not_hold_up_the_others(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        log = AccessLog(database)
        log.note("p", "D2026-000001\0\ud800" + "9" * 70_000, "read 1")
        log.note("p" + "\ud800", "D2026-000001", "read 2")
        log.note("p", "D2026-000001", "read 3")
        await log.write()
        assert log.backlog == 0
        assert await noted(database) == ["read 1", "read 3"]
