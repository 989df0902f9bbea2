"""Transactions as data: whole or not at all, in their turn, the same on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from domain.errors import FieldsInvalid, StoreUnavailable
from infra.database.engine import Database, migrate
from infra.database.statements import Statement
from infra.database.transactions import Work, each, rows_for
from infra.records.idempotency_store import StoredAnswer, answer_kept, answer_settled, intent_ended, intent_kept
from infra.runtime.settings import Settings
from tests.infra.stores import answer_under, opened
from tests.postgres import Cluster

_ADD = Statement.of(text("UPDATE number SET last = last + :by WHERE series = :series RETURNING last"))
_NEW = Statement.of(text("INSERT INTO number (series, last) VALUES (:series, :last)"))
_END = Statement.of(text("SELECT pg_terminate_backend(pg_backend_pid())"))
SERIES = "transactions"
DONE = StoredAnswer(status=200, body={"词": "好"})


def begun() -> Work[None]:
    """Two series."""
    yield from each(_NEW, [{"series": SERIES, "last": 0}, {"series": "another", "last": 0}])


def added(by: int) -> Work[int]:
    """Adds to the series; answers what it is then."""
    [(last,)] = yield _ADD, {"series": SERIES, "by": by}
    return int(last)


def added_twice(by: int) -> Work[int]:
    """Two of them in one transaction."""
    yield from added(by)
    return (yield from added(by))


def added_and_failed() -> Work[int]:
    """One that is undone."""
    yield from added(100)
    raise LookupError("no")


async def value(database: Database) -> int:
    """What the series is."""
    async with database.read() as session:
        return int((await session.execute(text("SELECT last FROM number WHERE series = 'transactions'"))).scalar_one())


async def test_transactions_are_whole_or_not_at_all(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        await database.transact(begun())
        assert await database.transact(added_twice(1)) == 2
        with pytest.raises(LookupError):
            await database.transact(added_and_failed())
        assert await value(database) == 2
        assert await database.transact(added(1)) == 3


async def test_transactions_of_both_kinds_and_two_processes_take_turns(anywhere: Settings) -> None:
    async with opened(anywhere) as here, opened(anywhere) as there:
        await here.transact(begun())

        async def in_a_session(database: Database) -> None:
            async with database.write("number") as session:
                await session.execute(text("UPDATE number SET last = last + 1 WHERE series = 'transactions'"))

        await asyncio.gather(
            *(database.transact(added_twice(1), "number") for database in (here, there) for _ in range(10)),
            *(in_a_session(database) for database in (here, there) for _ in range(10)),
        )
        assert await value(there) == 60


async def test_who_waits_too_long_for_another_process_is_told_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(var=tmp_path / "var")
    await asyncio.to_thread(migrate, settings)
    monkeypatch.setattr("infra.database.engine.PATIENCE", 0.2)
    async with opened(settings) as database, opened(settings) as other:
        await database.transact(begun())
        async with other.write():
            with pytest.raises(StoreUnavailable):
                await database.transact(added(1))
        assert await database.transact(added(1)) == 1


async def test_who_is_cancelled_leaves_the_others_their_turn(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        await database.transact(begun())
        tasks = [asyncio.create_task(database.transact(added(1), "number")) for _ in range(6)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.transact(added(1), "number")
        assert 4 <= await value(database) <= 7


DIES = """
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER dies AFTER UPDATE ON number DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.last = 13) EXECUTE FUNCTION die();
"""
"""The server ends the connection over the commit of a thirteen."""


async def test_what_postgresql_ends_or_refuses_is_told_apart_and_the_next_goes_on(
    tmp_path: Path, postgres: Cluster
) -> None:
    url = postgres.database()
    settings = Settings(var=tmp_path / "var", database_url=url)
    await asyncio.to_thread(migrate, settings)
    postgres.sql(DIES, url.rpartition("/")[2])
    async with opened(settings) as database:
        await database.transact(begun())
        with pytest.raises(StoreUnavailable) as lost:
            await database.transact(added(13))
        assert lost.value.may_take_effect
        with pytest.raises(StoreUnavailable) as ended:
            await database.transact(rows_for(_END, {}))
        assert not ended.value.may_take_effect
        with pytest.raises(FieldsInvalid):
            await database.transact(each(_NEW, [{"series": "\0", "last": 0}]))
        with pytest.raises(asyncpg.UniqueViolationError):
            await database.transact(begun())
        assert await database.transact(added(1)) == 1


async def test_an_intent_gives_way_to_its_answer_and_a_taken_key_to_nobody(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        assert await database.transact(intent_kept("write", "digest", "D2026-000001", 3))
        assert await database.transact(intent_kept("write", "digest", "D2026-000001", 4))  # sent again meanwhile
        assert not await database.transact(intent_kept("write", "another", "D2026-000001", 4))
        assert await answer_under(database, "write", "digest") is None
        assert await open_intents(database) == [("write", 4)]
        assert await database.transact(answer_settled("write", "digest", DONE))
        assert await answer_under(database, "write", "digest") == DONE
        assert await open_intents(database) == []
        assert not await database.transact(intent_kept("write", "digest", "D2026-000001", 5))
        assert not await database.transact(answer_kept("write", "digest", DONE))
        assert await database.transact(intent_kept("left", "digest", "D2026-000001", 5))
        await database.transact(intent_ended("left"))
        assert await open_intents(database) == []
        assert await database.transact(answer_settled("left", "another", DONE)), "the key is free"


async def open_intents(database: Database) -> list[tuple[str, int]]:
    """The intents that are not ended: whose, and what he had seen."""
    async with database.read() as session:
        found = await session.execute(text("SELECT answer_id, seen FROM answer WHERE seen IS NOT NULL"))
        return [(answer_id, seen) for answer_id, seen in found]
