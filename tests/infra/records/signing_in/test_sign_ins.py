"""Failed sign-ins are counted for all processes together, on both databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlmodel import col

from domain.errors import StoreUnavailable, TooManyTries
from domain.people.brake import OF_ADDRESS, SPRAYED
from infra.database.engine import Database
from infra.database.tables.operations import SignInRow
from infra.records.signing_in.tries import TRIES, SignInLimit, Try
from infra.runtime.settings import Settings
from tests.infra.stores import opened


async def begin(
    database: Database,
    limit: SignInLimit,
    username: str = "wang",
    *,
    address: str | None = "192.0.2.1",
    device: str = "",
) -> Try:
    """A try that begins, in a request of its own."""
    async with database.read() as session:
        return await limit.begin(session, username, address=address, device=device)


async def succeed(database: Database, limit: SignInLimit, tried: Try) -> None:
    """It succeeds."""
    async with database.write() as session:
        await limit.succeeded(session, tried)


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
            await succeed(database, limit, await begin(database, limit))
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
        limit.right(next(each for each in begun if isinstance(each, Try)))
        await begin(database, limit)  # it was his own password all along: that nothing could be written was no guess
        tried = await begin(database, limit, "li")
        monkeypatch.undo()
        await succeed(database, limit, tried)
        async with database.write() as session:
            assert (await session.execute(select(func.count()).select_from(SignInRow))).scalar_one() == 0
            await session.execute(delete(SignInRow))


async def test_guesses_of_strangers_do_not_lock_out_who_signed_in_from_his_browser_before(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        limit = SignInLimit(database, b"secret")
        async with database.write() as session:
            limit.remember(session, "wang", "kept by his browser", datetime.now(UTC))
        for n in range(TRIES):
            await begin(database, limit, address=f"198.51.100.{n}")
        with pytest.raises(TooManyTries):
            await begin(database, limit)
        for _ in range(TRIES):
            await begin(database, limit, device="kept by his browser")
        with pytest.raises(TooManyTries):
            await begin(database, limit, device="kept by his browser")
        with pytest.raises(TooManyTries):
            await begin(database, limit, device="another's")


async def test_who_is_signed_in_proves_himself_again_apart_from_strangers_and_from_everybody_else(
    anywhere: Settings,
) -> None:
    async with opened(anywhere) as database:
        limit = SignInLimit(database, b"secret")
        for n in range(TRIES):
            await begin(database, limit, address=f"198.51.100.{n}")
        for n in range(OF_ADDRESS[0].most):
            tried = await begin(database, limit, f"person{n}", address=None)
            async with database.read() as session:
                assert not await limit.sprays(session, tried)
        for _ in range(TRIES):
            await begin(database, limit, address=None)
        with pytest.raises(TooManyTries):
            await begin(database, limit, address=None)


async def test_one_address_is_held_back_whatever_accounts_it_tries_and_seen(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        limit = SignInLimit(database, b"secret")
        for n in range(OF_ADDRESS[0].most):
            tried = await begin(database, limit, f"person{n}")
            async with database.read() as session:
                assert await limit.sprays(session, tried) == (n + 1 >= SPRAYED.most)
        with pytest.raises(TooManyTries):
            await begin(database, limit, "one more")
        await begin(database, limit, "one more", address="198.51.100.9")


async def test_a_network_of_ipv6_is_one_address_and_an_ipv4_address_in_ipv6_is_itself(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        limit = SignInLimit(database, b"secret")
        for n in range(OF_ADDRESS[0].most):
            tried = await begin(database, limit, f"person{n}", address=f"2001:db8:1:2:{n:x}::{n + 1:x}")
        async with database.read() as session:
            assert await limit.sprays(session, tried)
        with pytest.raises(TooManyTries):
            await begin(database, limit, "one more", address="2001:db8:1:2:ffff:ffff:ffff:ffff")
        await begin(database, limit, "one more", address="2001:db8:1:3::1")
        ours = [(await begin(database, limit, f"li{n}", address=f"::ffff:192.0.2.{n}")).address for n in (1, 2)]
        assert ours[0] != ours[1]
        assert ours[0] == (await begin(database, limit, "li", address="192.0.2.1")).address
