"""What a person may have of something in a time, counted for all processes, on both databases."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import QuotaReached
from infra.database.tables.people import PersonRow
from infra.records.jobs import ask_for, finish, take_next
from infra.records.quotas.exports import counted
from infra.records.quotas.searches import SearchQuota
from infra.runtime.settings import Settings
from tests.infra.stores import opened

AT = datetime(2026, 3, 1, 8, 59, tzinfo=UTC)
MOST = 5


async def test_many_exports_at_once_are_no_more_than_an_hours_and_the_next_hour_begins_anew(anywhere: Settings) -> None:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(opened(anywhere)) for _ in range(2)]
        took = await asyncio.gather(*(databases[n % 2].transact(counted("p-1", AT, MOST)) for n in range(4 * MOST)))
        assert took.count(True) == MOST
        assert await databases[0].transact(counted("p-2", AT, MOST)), "nobody else waits for it"
        assert await databases[0].transact(counted("p-1", AT + timedelta(minutes=1), MOST))


async def test_many_jobs_asked_for_at_once_are_as_many_as_a_person_may_have_under_way(anywhere: Settings) -> None:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(opened(anywhere)) for _ in range(2)]
        async with databases[0].write() as session:
            session.add(PersonRow(person_id="p-1", username="wang", name="王某", password_hash=""))

        async def ask(n: int) -> bool:
            async with databases[n % 2].write() as session:
                await ask_for(session, "replays", "p-1", {}, most=MOST)
            return True

        asked = await asyncio.gather(*(ask(n) for n in range(2 * MOST)), return_exceptions=True)
        assert [each for each in asked if each is not True and not isinstance(each, QuotaReached)] == []
        assert asked.count(True) == MOST
        taken = await take_next(databases[0])
        assert taken
        await finish(databases[0], taken, "done", [])
        assert await ask(0), "one is done, so one more may be asked for"


def test_searches_are_so_many_a_minute_and_it_is_said_when_there_is_one_more() -> None:
    quota = SearchQuota(MOST)
    for _ in range(MOST):
        quota.count("p-1")
    with pytest.raises(QuotaReached, match=rf"每分钟最多搜索{MOST}次，请\d+秒后再试") as reached:
        quota.count("p-1")
    assert 0 < reached.value.after <= 61
    quota.count("p-2")
