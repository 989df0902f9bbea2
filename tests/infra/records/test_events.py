"""Events: written with the image, for those they concern, never for who may not see the dispute."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from sqlalchemy import delete, update
from sqlmodel import col

from domain.image.projection import project
from domain.people.organisation import Actor, Post
from infra.database.engine import Database
from infra.database.tables.messages import EventRow
from infra.database.tables.people import PostRow
from infra.read_model.audience import concerning
from infra.read_model.writer import ReadModelGap, replace_image, stored_rows, write_image
from infra.records.events import KEPT, trim_events
from infra.records.messages import unwatch, watch, watching
from tests.infra.published_cases import PublishedCase, events, hire, store


@pytest_asyncio.fixture(loop_scope="session")
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A county without cases."""
    async with store(tmp_path) as opened:
        yield opened


async def heard(database: Database, actor: Actor, number: str | None = None) -> list[str]:
    """The kinds of all events that concern a person, of one dispute or of all."""
    every = await events(database)
    async with database.read() as session:
        watched = (await watching(session, every, [actor.person_id])).get(actor.person_id, set())
        concerned = await concerning(session, actor, every, watched)
    return [event.kind for event in concerned if number in (None, event.dispute_no)]


async def test_an_image_writes_its_events_with_it(database: Database) -> None:
    published = PublishedCase(database)
    published.case.open("confirm_triage")
    first = await published.publish()
    assert [event.kind for event in first] == ["task_opened", "dispute_changed"]
    assert {event.revision for event in first} == {published.state.revision}
    assert first[0].persons == []
    assert ["command_room", published.state.places["station"]] in first[0].posts
    assert await published.publish() == []
    published.case.void(published.state.tasks, "试")
    assert [event.kind for event in await published.publish()] == ["task_void", "dispute_changed"]


async def test_a_refused_image_and_a_rebuilt_one_tell_nothing(database: Database) -> None:
    published = PublishedCase(database)
    published.case.open("confirm_triage")
    await published.publish()
    before = await events(database)
    later = project(published.state, since=published.state.revision + 5)
    try:
        await write_image(database, later.model_copy(update={"revision": published.state.revision + 9}))
    except ReadModelGap:
        pass
    else:
        raise AssertionError("an image over a gap was written")
    async with database.read() as session:
        rows = await stored_rows(session, published.number)
    await replace_image(database, project(published.state))
    async with database.read() as session:
        assert await stored_rows(session, published.number) == rows
    assert await events(database) == before


async def test_those_asked_hear_of_a_task_and_those_elsewhere_do_not(database: Database) -> None:
    published = PublishedCase(database)
    station = published.state.places["station"]
    asked = await hire(database, "asked", Post(role="command_room", path=station))
    foreign = await hire(database, "foreign", Post(role="command_room", path=f"{station}-2"))
    published.case.open("confirm_triage")
    await published.publish()
    assert await heard(database, asked) == ["task_opened", "dispute_changed"]
    assert await heard(database, foreign) == []


async def test_a_watcher_hears_everything_until_he_loses_sight_of_it(database: Database) -> None:
    published = PublishedCase(database)
    station = published.state.places["station"]
    chief = await hire(database, "chief", Post(role="station_chief", path=station))
    stranger = await hire(database, "stranger", Post(role="grid_worker", path="/county/elsewhere"))
    published.case.open("confirm_triage")
    await published.publish()
    assert await heard(database, chief) == []
    async with database.write() as session:
        for person in (chief, stranger):
            await watch(session, published.number, person.person_id)
    assert await heard(database, chief) == ["task_opened", "dispute_changed"]
    assert await heard(database, stranger) == []
    async with database.write() as session:
        await session.execute(update(PostRow).where(col(PostRow.person_id) == "chief").values(path="/county/elsewhere"))
    moved = chief.model_copy(update={"posts": [Post(role="station_chief", path="/county/elsewhere")]})
    assert await heard(database, moved) == []
    assert await heard(database, chief) != []  # it was the post, not the watching
    async with database.write() as session:
        await unwatch(session, published.number, "chief")
    assert await heard(database, chief) == []


async def test_a_task_that_fell_one_level_up_concerns_who_is_there_and_only_then(database: Database) -> None:
    published = PublishedCase(database)
    risk = published.state.places["risk_centre"]
    below = await hire(database, "below", Post(role="evaluator_police", path=risk))
    above = await hire(database, "above", Post(role="evaluator_police", path=risk.rpartition("/")[0]))
    published.case.open("evaluate", to=[Post(role="evaluator_police", path=risk)])
    await published.publish()
    assert "task_opened" not in await heard(database, above)
    other = PublishedCase(database)
    task = other.case.open("evaluate", to=[Post(role="evaluator_police", path=risk)])
    task.excluded = [below.person_id]
    await other.publish()
    assert await heard(database, above, other.number) == ["task_opened"]  # the task is his, the case not
    assert "task_opened" not in await heard(database, above, published.number)


async def test_events_are_let_go_of_after_two_days_and_no_number_comes_twice(database: Database) -> None:
    published = PublishedCase(database)
    published.case.open("confirm_triage")
    old = await published.publish()
    now = datetime.now(UTC)
    await trim_events(database, now)
    assert await events(database) == old
    await trim_events(database, now + KEPT + timedelta(minutes=1))
    assert await events(database) == []
    published.case.log("hotline_note", "来电")
    [event] = await published.publish()
    assert (event.seq or 0) > max(e.seq or 0 for e in old)
    async with database.write() as session:
        await session.execute(delete(EventRow))
