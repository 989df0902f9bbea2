"""The access log of several processes is one log."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from infra.database.tables.audit import AccessRow
from infra.records.access_log.keeping import forget
from infra.records.access_log.log import AccessLog
from infra.records.access_log.reading import Wanted, accesses, first_id
from infra.runtime.settings import Settings
from tests.infra.stores import opened


async def test_a_look_that_two_processes_serve_is_noted_once(anywhere: Settings) -> None:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(opened(anywhere)) for _ in range(2)]
        first, second = map(AccessLog, databases)
        for log in (first, second):  # a gallery: some of its small pictures come from either
            for _ in range(3):
                log.note_look("p-1", "D2026-000001")
        second.note_look("p-2", "D2026-000001")
        second.note_look("p-1", "D2026-000002")
        second.note("p-1", "D2026-000001", "read")  # reading the case itself is noted each time
        await first.write()
        await second.write()
        async with databases[0].read() as session:
            noted = await accesses(session, Wanted(), limit=9)
        assert sorted((each.row.person_id, each.row.dispute_no) for each in noted) == [
            ("p-1", "D2026-000001"), ("p-1", "D2026-000001"), ("p-1", "D2026-000002"), ("p-2", "D2026-000001"),
        ]  # fmt: skip
        assert second.backlog == 0


async def test_only_what_is_older_than_it_is_kept_is_let_go(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        log = AccessLog(database)
        log.note("p-1", None, "read")
        await log.write()
        now = datetime.now(UTC)
        assert await forget(database, now - timedelta(seconds=5)) == 0
        assert await forget(database, now + timedelta(seconds=5)) == 1
        async with database.read() as session:
            assert await accesses(session, Wanted(), limit=9) == []


async def test_what_left_as_a_file_is_found_by_its_index(anywhere: Settings) -> None:
    """Of everything that was noted in seven days it is one entry in hundreds."""
    async with opened(anywhere) as database:
        now = datetime.now(UTC)
        entries: list[dict[str, Any]] = [
            {"access_id": f"{first_id(now - timedelta(minutes=n))}-{n:05d}", "at": now - timedelta(minutes=n),
             "what": "read" if n % 500 else "export:disputes", "outcome": "ok", "posts": "", "session_id": "",
             "sealed": {}}
            for n in range(20_000)
        ]  # fmt: skip
        said: list[tuple[str, Any]] = []
        async with database.write() as session:
            await session.execute(insert(AccessRow), entries)
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("ANALYZE access")
        wanted = Wanted(taken_out=True, between=(now - timedelta(days=7), now + timedelta(minutes=1)))
        async with database.read() as session:
            with database.heard(lambda statement, values: said.append((statement, values))):
                found = await accesses(session, wanted, limit=10)
        assert [each.row.what for each in found] == ["export:disputes"] * 10
        [(statement, values)] = said
        explain = "EXPLAIN QUERY PLAN" if database.sqlite else "EXPLAIN"
        async with database.engine.connect() as connection:
            plan = (await connection.exec_driver_sql(f"{explain} {statement}", values)).all()
        assert any("access_taken_out" in str(step) for step in plan), plan
