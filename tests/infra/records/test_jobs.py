"""A job is worked on by one process; what another took over is changed by the first no more."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from sqlalchemy import update

from infra.database.engine import Database
from infra.database.tables.audit import JobRow
from infra.records.jobs import LOST_AFTER, ask_for, find_job, finish, keep, report, take_next
from infra.runtime.settings import Settings
from tests.infra.stores import opened


async def asked(database: Database) -> str:
    """A job that waits."""
    async with database.write() as session:
        return await ask_for(session, "replays", "p-1", {"dispute_no": "D2026-000001"})


async def silent(database: Database) -> None:
    """Every job was heard of too long ago."""
    async with database.write() as session:
        await session.execute(update(JobRow).values(beat_at=datetime.now(UTC) - LOST_AFTER))


async def test_of_several_processes_one_takes_a_job(anywhere: Settings) -> None:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(opened(anywhere)) for _ in range(3)]
        job_id = await asked(databases[0])
        taken = [each for each in await asyncio.gather(*map(take_next, databases)) if each]
        assert [each.job_id for each in taken] == [job_id]


async def test_a_lost_job_is_taken_over_and_who_lost_it_changes_it_no_more(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        job_id = await asked(database)
        first = await take_next(database)
        assert first
        assert await report(database, first, 5, 7)
        await silent(database)
        assert await keep(database, first)  # heard of again in time
        assert await take_next(database) is None
        await silent(database)
        second = await take_next(database)
        assert second
        assert second.job_id == job_id
        assert not await keep(database, first)
        assert not await report(database, first, 6, 7)
        for done, shown in ((0, 5), (2, 5), (6, 6)):  # from where it stood, until it has caught up
            assert await report(database, second, done, 7)
            async with database.read() as session:
                job = await find_job(session, job_id)
                assert job
                assert (job.done, job.total) == (shown, 7)
        await finish(database, first, "failed", [], "lost")
        await finish(database, second, "done", [{"replayed": True}])
        assert not await keep(database, second)
        async with database.read() as session:
            job = await find_job(session, job_id)
        assert job
        assert (job.state, job.done, job.sealed["results"]) == ("done", 6, [{"replayed": True}])
