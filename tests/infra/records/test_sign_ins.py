"""Failed sign-ins are counted for all processes together, on both databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlmodel import col

from domain.errors import StoreUnavailable, TooManyTries
from infra.database.engine import Database
from infra.database.tables.operations import SignInRow
from infra.records.sign_ins import TRIES, SignInLimit, Try
from infra.runtime.settings import Settings
from tests.infra.stores import opened


async def begin(database: Database, limit: SignInLimit, username: str = "wang") -> Try:
    """A try that begins, in a request of its own."""
    async with database.read() as session:
        return await limit.begin(session, username)


async def test_tries_at_two_processes_are_counted_together(anywhere: Settings) -> None:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(opened(anywhere)) for _ in range(2)]
        limits = [SignInLimit(database, b"secret") for database in databases]
        for n in range(TRIES):
            await begin(databases[n % 2], limits[n % 2])
        for database, limit in zip(databases, limits, strict=True):
            with pytest.raises(TooManyTries):
                await begin(database, limit)
        await begin(databases[0], limits[0], "li")  # nobody else waits for it


async def test_many_tries_at_once_are_no_more_than_many_one_after_another(anywhere: Settings) -> None:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(opened(anywhere)) for _ in range(2)]
        limits = [SignInLimit(database, b"secret") for database in databases]
        begun = await asyncio.gather(
            *(begin(databases[n % 2], limits[n % 2]) for n in range(2 * TRIES)), return_exceptions=True
        )
        assert {type(each) for each in begun} == {Try, TooManyTries}
        # A writer that has waited too long for its turn lets its process count, as the test of that says.
        assert len([each for each in begun if isinstance(each, Try) and each.try_id]) == TRIES


async def test_a_try_that_succeeds_is_forgotten_and_no_username_is_kept(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        limit = SignInLimit(database, b"secret")
        for _ in range(TRIES + 1):
            await limit.succeeded(await begin(database, limit))
        await begin(database, limit)
        async with database.read() as session:
            assert "wang" not in (await session.execute(select(col(SignInRow.username)))).scalar_one()


async def test_while_the_database_can_not_be_written_a_process_counts_its_own(
    anywhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise StoreUnavailable

    async with opened(anywhere) as database:
        limit = SignInLimit(database, b"secret")
        monkeypatch.setattr(database, "write", refuse)
        begun = await asyncio.gather(*(begin(database, limit) for _ in range(2 * TRIES)), return_exceptions=True)
        assert Counter(type(each) for each in begun) == {Try: TRIES, TooManyTries: TRIES}
        with pytest.raises(TooManyTries):
            await begin(database, limit)
        await limit.succeeded(await begin(database, limit, "li"))
        monkeypatch.undo()
        async with database.write() as session:
            assert (await session.execute(select(func.count()).select_from(SignInRow))).scalar_one() == 0
            await session.execute(delete(SignInRow))
