"""What waits is counted and dated; it is stuck once it waits longer than what passes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infra.database.engine import Database
from infra.database.tables.operations import HeartbeatRow
from infra.health.stuck import in_the_store
from infra.health.unpublished_cases import FORGOTTEN, UnpublishedCases
from infra.health.waiting import PATIENCE, WORDS, Waiting
from infra.runtime.settings import Settings
from tests.infra.stores import incident, opened

AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


async def found(database: Database) -> dict[str, Waiting]:
    """What waits in the store, by kind."""
    return {waits.what: waits for waits in await in_the_store(database)}


async def test_nothing_waits_in_an_empty_store(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        assert not any(waits.count or waits.stuck for waits in (await found(database)).values())


async def test_reports_that_the_engine_has_not_got_are_counted_from_the_oldest(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        async with database.write() as session:
            session.add_all(incident(f"s{n}", "某处", AN_HOUR_AGO + timedelta(minutes=n)) for n in range(3))
            done = incident("s9", "某处", AN_HOUR_AGO - timedelta(days=1))
            done.delivered = True
            session.add(done)
        waits = (await found(database))["undelivered_reports"]
        assert (waits.count, waits.since) == (3, AN_HOUR_AGO)
        assert waits.stuck
        assert "3件警情" in waits.message()


def told(process: str, at: datetime, *waits: Waiting) -> HeartbeatRow:
    """What a process told of itself."""
    said = [each.model_dump(mode="json") for each in waits]
    return HeartbeatRow(process=process, kind=process.partition("-")[0], pid=1, at=at, waits=said)


async def test_what_waits_in_the_processes_is_added_up_but_for_the_one_that_asks_and_the_dead(
    anywhere: Settings,
) -> None:
    async with opened(anywhere) as database:
        now = datetime.now(UTC)
        cases = [Waiting(what="unpublished_cases", count=n, since=now - timedelta(hours=n)) for n in range(8)]
        failing = Waiting(what="background", count=1, since=now)
        async with database.write() as session:
            session.add(told("worker@here", now, cases[2], failing))
            session.add(told("worker-2@here", now, cases[1]))
            session.add(told("worker-3@here", AN_HOUR_AGO, cases[7]))
            session.add(told("api@here", now, failing))
            session.add(told("api-2@here", now, failing))
        waits = {each.what: each for each in await in_the_store(database, besides="api-2@here")}
        assert (waits["unpublished_cases"].count, waits["unpublished_cases"].since) == (3, now - timedelta(hours=2))
        assert (waits["background"].count, waits["access_backlog"].count) == (2, 0)


def test_a_worker_tells_what_it_could_not_write_until_it_is_written_or_another_tries() -> None:
    unpublished = UnpublishedCases()

    def standing() -> tuple[int, datetime | None]:
        return unpublished.standing().count, unpublished.standing().since

    unpublished.failed("D2026-000001", AN_HOUR_AGO)
    unpublished.failed("D2026-000002", AN_HOUR_AGO + timedelta(minutes=1))
    assert standing() == (2, AN_HOUR_AGO)
    unpublished.written("D2026-000001")
    assert standing() == (1, AN_HOUR_AGO + timedelta(minutes=1))
    vars(unpublished)["_since"]["D2026-000002"] = (AN_HOUR_AGO, datetime.now(UTC) - FORGOTTEN)
    assert standing() == (0, None)


@pytest.mark.parametrize("what", WORDS)
def test_what_waits_is_stuck_only_after_a_while_or_at_once_where_it_never_passes(what: str) -> None:
    now = datetime.now(UTC)
    assert not Waiting(what=what, count=1, since=now).stuck
    assert not Waiting(what=what, count=0, since=now - 2 * PATIENCE, at_once=True).stuck
    assert Waiting(what=what, count=1, since=now - 2 * PATIENCE).stuck
    assert Waiting(what=what, count=1, at_once=True).stuck
    assert WORDS[what] in Waiting(what=what, count=1).message()
