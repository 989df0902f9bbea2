"""Who waits for the read model is answered by the word of whoever writes it; a lost word costs a moment only."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from api.core import jobs
from api.core.jobs import JobRunner
from api.core.read_your_writes import RevisionWaiter
from domain.errors import StoreUnavailable
from infra.database.engine import Database, Session
from infra.read_model.disputes import revision_of
from infra.records.jobs import find_job
from infra.runtime.settings import Settings
from tests.infra.stores import dispute, opened
from tests.infra.support import ROOT, until

NUMBER = "D2026-000001"
PATIENCE = 20.0


@asynccontextmanager
async def kept(*work: object) -> AsyncIterator[None]:
    """Work beside the test for the length of a block."""
    tasks = [asyncio.ensure_future(each) for each in work]  # type: ignore[call-overload]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def write(database: Database, revision: int) -> None:
    """Puts a dispute into the read model at a revision, without a word."""
    async with database.write() as session:
        await session.merge(dispute(NUMBER, revision=revision))


def another(program: str, settings: Settings) -> asyncio.Task[None]:
    """A program run by another process, with a database of the installation as `database`."""

    async def run() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", AROUND.format(program=program), cwd=ROOT, env=settings.environment()
        )
        assert await process.wait() == 0

    return asyncio.create_task(run())


AROUND = """
import asyncio
from infra.database.engine import open_database
from infra.records.jobs import ask_for
from infra.runtime.settings import get_settings
from tests.infra.stores import dispute

async def main():
    database = open_database(get_settings())
    async with database.write() as session:
        {program}
    await database.close()

asyncio.run(main())
"""
PUBLISHES = f"""session.add(dispute("{NUMBER}", revision=7))
    database.wakeups.published("{NUMBER}", 7)"""
ASKS = """await ask_for(session, "no such kind", "p", {})
    database.wakeups.job_waits()"""


async def test_the_word_of_another_process_answers_without_a_look(anywhere: Settings) -> None:
    async with opened(anywhere) as database, kept(database.wakeups.keep_listening()):
        waiter = RevisionWaiter(database, PATIENCE)  # nobody keeps looking: only the word can answer
        await until(lambda: database.wakeups.listens)
        waiting = [asyncio.create_task(waiter.published(NUMBER, revision)) for revision in (3, 7)]
        await another(PUBLISHES, anywhere)
        assert await asyncio.gather(*waiting) == [True, True]


async def test_a_word_is_remembered_for_who_asks_after_it_until_the_dispute_is_forgotten(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        waiter = RevisionWaiter(database, patience=0.05)
        database.wakeups.published(NUMBER, 7)
        assert await waiter.published(NUMBER, 6)
        assert await waiter.published(NUMBER, 7)
        assert not await waiter.published(NUMBER, 8)
        database.wakeups.published(NUMBER, 0)
        assert not await waiter.published(NUMBER, 6)


async def test_a_word_that_is_lost_or_was_said_long_ago_is_made_good_by_a_look(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        waiter = RevisionWaiter(database, PATIENCE)
        await write(database, 2)
        async with kept(waiter.keep_looking()):
            assert await waiter.published(NUMBER, 2)
            later = [asyncio.create_task(waiter.published(NUMBER, revision)) for revision in (3, 4)]
            await asyncio.sleep(0.05)
            await write(database, 4)
            assert await asyncio.gather(*later) == [True, True]


async def test_what_is_not_published_in_time_is_not(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        waiter = RevisionWaiter(database, patience=0.1)
        await write(database, 2)
        async with kept(waiter.keep_looking()):
            assert not await waiter.published(NUMBER, 3)
            assert not await waiter.visible(NUMBER, lambda session: at(session, 3))


async def test_where_the_read_model_can_not_be_read_nobody_waits(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        waiter = RevisionWaiter(database, PATIENCE)

        async def unreadable(_: Session) -> bool:
            raise StoreUnavailable

        assert not await waiter.visible(NUMBER, unreadable)


async def at(session: Session, revision: int) -> bool:
    """Whether the dispute is at the revision."""
    return await revision_of(session, NUMBER) >= revision


async def test_something_else_is_seen_as_soon_as_another_process_says_so(
    anywhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(anywhere) as database, kept(database.wakeups.keep_listening()):
        await until(lambda: database.wakeups.listens)
        monkeypatch.setattr("api.core.read_your_writes.look_again", lambda: iter([PATIENCE, PATIENCE]))
        waiter = RevisionWaiter(database, PATIENCE)
        seen = asyncio.create_task(waiter.visible(NUMBER, lambda session: at(session, 7)))
        await another(PUBLISHES, anywhere)
        assert await seen


async def test_a_job_that_another_process_was_asked_for_is_taken_when_it_says_so(
    anywhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LOOK_EVERY", 3600.0)
    async with opened(anywhere) as database, kept(database.wakeups.keep_listening()):
        await until(lambda: database.wakeups.listens)
        runner = JobRunner(anywhere, database)
        async with kept(runner.keep_working()):
            await asyncio.sleep(0.05)  # it has looked by then, and found nothing
            await another(ASKS, anywhere)
            async with asyncio.timeout(PATIENCE):
                while not await worked_on(database):
                    await asyncio.sleep(0.02)


async def worked_on(database: Database) -> bool:
    """Whether somebody has taken the one job there is, and failed at its kind."""
    async with database.read() as session:
        job_id = (await session.execute(text("SELECT job_id FROM job"))).scalar_one()
        job = await find_job(session, job_id)
    return job is not None and job.state == "failed"
