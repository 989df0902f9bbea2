"""The morning's digest: one message a person and day about what presses, and nothing where nothing does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event, update
from sqlmodel import col

from domain.people.organisation import Actor, Post
from domain.transitions.timekeeping import fire_due
from infra.database.engine import Database
from infra.database.tables.people import DeputyRow, PersonRow
from infra.database.tables.read_model import BarredRow, TaskRow
from infra.read_model.digests import send_digests
from infra.read_model.messages import count_unread, mark_read, messages_of
from tests.infra.published_cases import PublishedCase, hire, store

NOON = datetime.now(UTC).replace(hour=4, minute=0)
"""An hour at which it is the same day in China half a day before and after."""


@pytest_asyncio.fixture(loop_scope="session")
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A county without cases."""
    async with store(tmp_path) as opened:
        yield opened


async def digests(database: Database, actor: Actor) -> list[dict[str, Any]]:
    """What a person's digests say, the newest first."""
    async with database.read() as session:
        page = await messages_of(session, actor, unread=None, limit=50, cursor=None)
    return [row.sealed for row in page.rows if row.kind == "digest"]


async def case_due(database: Database, due_at: datetime, *, overdue: bool = False) -> PublishedCase:
    """A case whose one task, for the command room, is due at an instant."""
    published = PublishedCase(database)
    published.case.open("confirm_triage")
    await published.publish()
    async with database.write() as session:
        await session.execute(
            update(TaskRow).where(col(TaskRow.dispute_no) == published.number).values(due_at=due_at, overdue=overdue)
        )
    return published


async def at_the_desk(database: Database, published: PublishedCase, name: str = "room") -> Actor:
    """Somebody whom the case asks."""
    return await hire(database, name, Post(role="command_room", path=published.state.places["station"]))


async def test_a_digest_lists_what_is_overdue_and_what_is_due_within_a_day(database: Database) -> None:
    late = await case_due(database, NOON - timedelta(days=2), overdue=True)
    soon = await case_due(database, NOON + timedelta(hours=23))
    await case_due(database, NOON + timedelta(hours=25))
    room = await at_the_desk(database, late)
    assert await send_digests(database, NOON) == 1
    [digest] = await digests(database, room)
    assert {item["dispute_no"]: item["why"] for item in digest["items"]} == {
        late.number: "overdue",
        soon.number: "due_today",
    }
    assert (digest["overdue"], digest["due_today"], digest["reminded"]) == (1, 1, 0)
    assert digest["items"][0]["title"] == late.state.title


async def test_a_digest_comes_once_a_day_however_often_it_is_sent(database: Database) -> None:
    late = await case_due(database, NOON - timedelta(days=2), overdue=True)
    room = await at_the_desk(database, late)
    assert [await send_digests(database, NOON) for _ in range(3)] == [1, 0, 0]
    assert await send_digests(database, NOON + timedelta(days=1)) == 1
    assert [digest["day"] for digest in await digests(database, room)] == [
        f"{NOON + timedelta(days=1):%Y-%m-%d}",
        f"{NOON:%Y-%m-%d}",
    ]
    async with database.read() as session:
        assert await count_unread(session, room) == 2
    async with database.write() as session:
        assert await mark_read(session, room) == 2
    async with database.read() as session:
        assert await count_unread(session, room) == 0


async def test_who_comes_later_the_same_day_gets_one_and_the_others_no_second(database: Database) -> None:
    late = await case_due(database, NOON - timedelta(days=2), overdue=True)
    first = await at_the_desk(database, late)
    assert await send_digests(database, NOON) == 1
    second = await at_the_desk(database, late, "second")
    assert await send_digests(database, NOON + timedelta(hours=1)) == 1
    assert len(await digests(database, first)) == len(await digests(database, second)) == 1


async def test_nobody_gets_an_empty_digest(database: Database) -> None:
    published = await case_due(database, NOON + timedelta(days=9))
    await at_the_desk(database, published)
    assert await send_digests(database, NOON) == 0


async def test_a_claimed_task_presses_its_holder_only(database: Database) -> None:
    late = await case_due(database, NOON - timedelta(days=1), overdue=True)
    mine, other = await at_the_desk(database, late), await at_the_desk(database, late, "other")
    async with database.write() as session:
        await session.execute(update(TaskRow).values(state="claimed", assignee=mine.person_id))
    assert await send_digests(database, NOON) == 1
    assert len(await digests(database, mine)) == 1
    assert await digests(database, other) == []


async def test_a_delegate_is_pressed_too_and_a_deputy_for_whom_he_stands_in(database: Database) -> None:
    late = await case_due(database, NOON - timedelta(days=1), overdue=True)
    mine = await at_the_desk(database, late)
    helper, deputy, barred = [await hire(database, name) for name in ("helper", "deputy", "barred")]
    async with database.write() as session:
        values = {"state": "claimed", "assignee": mine.person_id, "delegate": helper.person_id}
        await session.execute(update(TaskRow).values(**values))
        session.add(BarredRow(task_id=late.state.tasks[0].task_id, person_id=barred.person_id))
        for stand_in in (deputy, barred):
            session.add(DeputyRow(deputyship_id=stand_in.person_id, person_id=mine.person_id,
                                  deputy_id=stand_in.person_id, since=NOON - timedelta(days=1),
                                  until=NOON + timedelta(hours=1), named_by="x", named_at=NOON,
                                  confirmed_to=1))  # fmt: skip
    assert await send_digests(database, NOON) == 3
    assert [len(await digests(database, who)) for who in (mine, helper, deputy, barred)] == [1, 1, 1, 0]
    assert await send_digests(database, NOON + timedelta(days=1)) == 2  # the deputyship is over


@pytest.mark.parametrize("who", ["inactive", "watching", "elsewhere"])
async def test_whoever_can_not_answer_is_not_pressed(database: Database, who: str) -> None:
    late = await case_due(database, NOON - timedelta(days=1), overdue=True)
    station = late.state.places["station"]
    posts = {"watching": ("duty_leader", station), "elsewhere": ("command_room", "/county")}
    role, path = posts.get(who, ("command_room", station))
    await hire(database, who, Post(role=role, path=path))
    async with database.write() as session:
        await session.execute(update(PersonRow).values(active=who != "inactive"))
    assert await send_digests(database, NOON) == 0


async def test_who_is_barred_is_not_pressed_and_the_post_above_is_once_all_below_are(database: Database) -> None:
    published = PublishedCase(database)
    risk = published.state.places["risk_centre"]
    post = Post(role="evaluator_police", path=risk)
    one, two = await hire(database, "one", post), await hire(database, "two", post)
    above = await hire(database, "above", Post(role="evaluator_police", path=risk.rpartition("/")[0]))
    task = published.case.open("evaluate", to=[post])
    task.excluded = [one.person_id]
    await published.publish()
    other = PublishedCase(database)
    task = other.case.open("evaluate", to=[post])
    task.excluded = [one.person_id, two.person_id]
    await other.publish()
    async with database.write() as session:
        await session.execute(update(TaskRow).values(overdue=True))
    assert await send_digests(database, NOON) == 2
    assert await digests(database, one) == []
    assert [item["dispute_no"] for d in await digests(database, two) for item in d["items"]] == [published.number]
    assert [item["dispute_no"] for d in await digests(database, above) for item in d["items"]] == [other.number]


async def far_off(database: Database) -> None:
    """Nothing is late or due soon."""
    async with database.write() as session:
        await session.execute(update(TaskRow).values(due_at=datetime.now(UTC) + timedelta(days=9), overdue=False))


async def test_a_deadline_that_called_since_the_last_digest_is_listed(database: Database) -> None:
    published = PublishedCase(database)
    task = published.case.open("handle_on_scene")
    published.case.start_colour_clock()
    await published.publish()
    await far_off(database)
    officer = await hire(database, "officer", task.addressees[0])
    assert await send_digests(database, datetime.now(UTC)) == 0
    colour = next(clock for clock in published.state.clocks if clock.name == "colour")
    published.now = colour.ladder(published.state.calendar)[0][0] + timedelta(seconds=1)
    assert fire_due(published.case)
    await published.publish()
    await far_off(database)
    assert await send_digests(database, datetime.now(UTC)) == 1
    [digest] = await digests(database, officer)
    assert (digest["reminded"], [item["why"] for item in digest["items"]]) == (1, ["reminded"])
    assert await send_digests(database, datetime.now(UTC) + timedelta(days=3)) == 0


async def test_what_a_digest_says_is_sealed_and_its_statements_do_not_grow_with_the_people(database: Database) -> None:
    late = await case_due(database, NOON - timedelta(days=1), overdue=True)
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    for number in range(30):
        await at_the_desk(database, late, f"room{number}")
    statements.clear()
    assert await send_digests(database, NOON) == 30
    assert len(statements) <= 8, statements
    async with database.engine.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM message")).all()
    assert late.state.title not in json.dumps([list(map(str, row)) for row in rows], ensure_ascii=False)
