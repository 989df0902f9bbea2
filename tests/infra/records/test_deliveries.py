"""What waits to be delivered: tried again at growing intervals, counted, never given up; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from infra.database.engine import Database
from infra.records.deliveries import (
    DEAD_AFTER,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    dead_letters,
    mark_delivered,
    mark_failed,
    pause_after,
    try_again,
    undelivered,
    undelivered_summary,
    waiting_letters,
)
from infra.records.incidents import Earlier, record_incident
from infra.runtime.settings import Settings
from tests.infra.stores import incident, opened


def own(_: list[Earlier]) -> None:
    """Every report begins a dispute of its own."""


async def recorded(database: Database, count: int) -> list[str]:
    """So many reports that nobody has delivered; their ids, oldest first."""
    rows = [incident(str(n), f"古山镇{n}号", datetime(2026, 3, 1, 8, n, tzinfo=UTC)) for n in range(count)]
    for row in rows:
        await record_incident(database, row, own)
    return [row.incident_id for row in rows]


async def delivered(database: Database, which: str) -> None:
    """The engine has a report in the dispute that it waits for."""
    [letter] = [each for each in await waiting_letters(database) if each.incident_id == which]
    await mark_delivered(database, which, letter.dispute_no)


async def due(database: Database) -> list[str]:
    return [letter.incident_id for letter in await undelivered(database, datetime.now(UTC))]


async def test_a_report_that_failed_waits_its_time_and_those_behind_it_do_not(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        poison, second, third = await recorded(database, 3)
        assert await due(database) == [poison, second, third]
        [letter, *_] = await undelivered(database, datetime.now(UTC))
        assert await mark_failed(database, letter, "ValueError") == 1
        assert await due(database) == [second, third]
        await delivered(database, second)
        assert await due(database) == [third]
        [letter] = [each for each in await waiting_letters(database) if each.incident_id == poison]
        assert (letter.attempts, letter.failure) == (1, "ValueError")
        assert letter.next_try_at is not None
        assert letter.next_try_at > datetime.now(UTC)


async def test_what_was_received_just_now_is_left_to_whoever_received_it(anywhere: Settings) -> None:
    async with opened(anywhere) as database:
        first, second = await recorded(database, 2)
        assert [row.incident_id for row in await undelivered(database, datetime(2026, 3, 1, 8, 1, tzinfo=UTC))] == [
            first
        ]
        assert await due(database) == [first, second]


def test_the_pauses_grow_and_end_at_the_longest() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 200)]
    assert pauses[0] == FIRST_PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert sum(pauses[: DEAD_AFTER - 1], timedelta()) < timedelta(minutes=5), "it rings before long"


async def test_a_report_that_failed_too_often_is_a_dead_letter_and_rings_until_it_is_delivered(
    anywhere: Settings,
) -> None:
    async with opened(anywhere) as database:
        summary = await undelivered_summary(database)
        assert (summary.count, summary.since, summary.dead) == (0, None, 0)
        poison, other = await recorded(database, 2)
        for _ in range(DEAD_AFTER):
            assert await dead_letters(database) == []
            [letter] = [each for each in await waiting_letters(database) if each.incident_id == poison]
            await mark_failed(database, letter, "engine_unavailable")
        assert [letter.incident_id for letter in await dead_letters(database)] == [poison]
        summary = await undelivered_summary(database)
        assert (summary.count, summary.since, summary.dead) == (2, datetime(2026, 3, 1, 8, tzinfo=UTC), 1)
        await try_again(database, [poison])
        assert await due(database) == [poison, other]
        assert await dead_letters(database) == []
        await delivered(database, poison)
        await delivered(database, other)
        summary = await undelivered_summary(database)
        assert (summary.count, summary.since, summary.dead) == (0, None, 0)
