"""The access log of several processes is one log."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from infra.records.access_log.keeping import forget
from infra.records.access_log.log import AccessLog
from infra.records.access_log.reading import Wanted, accesses
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
