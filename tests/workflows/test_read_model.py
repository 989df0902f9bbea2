"""The read model is an image of the case: never ahead, never backwards, whole again after a loss."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from domain.case.case import Case
from domain.case.records import Party
from domain.case.state import DisputeState
from domain.image.projection import project
from domain.transitions.colours import recolour
from infra.database.engine import Database, open_database
from infra.read_model.writer import ReadModelGap, write_image
from infra.runtime.settings import Settings
from tests.workflows.engine import Engine, ReadModel, first_state


@pytest_asyncio.fixture(loop_scope="session")
async def store(anywhere: Settings) -> AsyncIterator[ReadModel]:
    """A read model without a server, on each database: only its rows are looked at."""
    database: Database = open_database(anywhere)
    yield ReadModel(database)
    await database.close()


def two_states() -> tuple[DisputeState, DisputeState]:
    """A case with one task, and the same case a little later with another."""
    state = first_state("D2026-000001", "jinhua")
    ids = iter(f"t-{n}" for n in range(9))
    case = Case(state, lambda: state.opened_at, lambda: next(ids))
    case.log("opened", "受理立案")
    case.open("confirm_triage")
    earlier = state.model_copy(deep=True)
    case.void(state.tasks, "试")
    case.open("handle_on_scene")
    return earlier, state


async def test_the_same_revision_twice_changes_nothing(store: ReadModel) -> None:
    earlier, _ = two_states()
    assert await write_image(store.database, project(earlier)) == earlier.revision
    once = await store.rows(earlier.dispute_no)
    assert await write_image(store.database, project(earlier)) == earlier.revision
    assert await store.rows(earlier.dispute_no) == once


async def test_an_older_image_never_overwrites_a_newer_one(store: ReadModel) -> None:
    earlier, later = two_states()
    await write_image(store.database, project(later))
    newest = await store.rows(later.dispute_no)
    await write_image(store.database, project(earlier))
    assert await store.rows(later.dispute_no) == newest


async def test_what_is_new_since_a_revision_makes_the_same_rows_as_the_whole(store: ReadModel) -> None:
    earlier, later = two_states()
    await write_image(store.database, project(later))
    whole = await store.rows(later.dispute_no)
    await store.forget(later.dispute_no)
    await write_image(store.database, project(earlier))
    await write_image(store.database, project(later, since=earlier.revision))
    assert await store.rows(later.dispute_no) == whole


def add_words(state: DisputeState, number: int) -> None:
    """One more report, with something to say."""
    first = state.incidents[0]
    state.incidents.append(first.model_copy(update={"incident_id": f"i-{number}", "narrative": "吵" * 5000}))
    state.parties.append(Party(name=f"当事人{number}", side="a"))
    state.touch()


async def test_reports_that_were_told_are_not_sent_again_and_stay(store: ReadModel) -> None:
    _, state = two_states()
    add_words(state, 1)
    image = project(state)
    await write_image(store.database, image)
    for number in range(2, 5):
        if number == 4:  # what stands in the middle changed: it is sent again, and nothing else that stood
            state.parties[1] = state.parties[1].model_copy(update={"phone": "13800000000"})
        add_words(state, number)
        image = project(state, since=image.revision, basis=image.basis)
        assert [i["incident_id"] for i in image.document["incidents"]] == [f"i-{number}"]
        assert len(image.document["parties"]) == (1 if number < 4 else 2)
        assert len(image.model_dump_json().encode()) < 2 * 5000 * 3
        await write_image(store.database, image)
    grown = await store.rows(state.dispute_no)
    await store.forget(state.dispute_no)
    await write_image(store.database, project(state))
    assert await store.rows(state.dispute_no) == grown


async def test_an_image_that_builds_on_other_words_than_are_stored_is_refused(store: ReadModel) -> None:
    _, state = two_states()
    told = project(state)
    other = told.model_copy(deep=True)
    other.document["incidents"][0]["narrative"] = "别的"
    await write_image(store.database, other)
    add_words(state, 1)
    before = await store.rows(state.dispute_no)
    with pytest.raises(ReadModelGap):
        await write_image(store.database, project(state, since=told.revision, basis=told.basis))
    assert await store.rows(state.dispute_no) == before
    await write_image(store.database, project(state))
    [dispute] = (await store.rows(state.dispute_no))["DisputeRow"]
    assert dispute["sealed"] == project(state).document


async def test_ended_tasks_have_the_colour_of_the_whole_image_after_a_recolouring(store: ReadModel) -> None:
    _, state = two_states()
    await write_image(store.database, project(state))
    since = state.revision
    recolour(Case(state, lambda: state.opened_at, lambda: "t-10"), "red", "试")
    await write_image(store.database, project(state, since=since))
    grown = await store.rows(state.dispute_no)
    await store.forget(state.dispute_no)
    await write_image(store.database, project(state))
    assert await store.rows(state.dispute_no) == grown


@pytest.mark.parametrize("lost", ["everything", "the last revisions"])
async def test_an_image_that_builds_on_what_is_missing_is_refused(store: ReadModel, lost: str) -> None:
    earlier, later = two_states()
    if lost != "everything":
        await write_image(store.database, project(earlier).model_copy(update={"revision": earlier.revision - 1}))
    before = await store.rows(later.dispute_no)
    with pytest.raises(ReadModelGap):
        await write_image(store.database, project(later, since=earlier.revision))
    assert await store.rows(later.dispute_no) == before


async def test_many_writers_of_one_case_leave_the_newest(store: ReadModel) -> None:
    earlier, later = two_states()
    images = [project(later), *(project(earlier) for _ in range(4)), project(later)]
    await asyncio.gather(*(write_image(store.database, image) for image in images))
    found = await store.rows(later.dispute_no)
    await store.forget(later.dispute_no)
    await write_image(store.database, project(later))
    whole = await store.rows(later.dispute_no)
    assert found["DisputeRow"] == whole["DisputeRow"]
    assert found["TaskRow"] == whole["TaskRow"]


async def test_two_processes_that_write_one_case_leave_the_newest(anywhere: Settings) -> None:
    earlier, later = two_states()
    here, there = open_database(anywhere), open_database(anywhere)
    images = [project(later), *(project(earlier) for _ in range(4)), project(later)]
    await asyncio.gather(*(write_image(who, image) for image in images for who in (here, there)))
    rows = await ReadModel(here).rows(later.dispute_no)
    [dispute] = rows["DisputeRow"]
    assert dispute["revision"] == later.revision
    assert len(rows["TimelineRow"]) == len(later.timeline)
    await here.close()
    await there.close()


async def test_whom_a_task_asks_knows_how_the_task_stands(store: ReadModel) -> None:
    earlier, later = two_states()
    await write_image(store.database, project(earlier))
    await write_image(store.database, project(later, since=earlier.revision))
    rows = await store.rows(later.dispute_no)
    states = {task["task_id"]: task["state"] for task in rows["TaskRow"]}
    assert sorted(states.values()) == ["open", "void"]
    assert all(row["state"] == states[row["task_id"]] for row in rows["AddresseeRow"])


async def test_a_read_model_that_lost_a_case_is_given_the_whole_image(working: Engine) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    await working.decide(handle, "handle_on_scene", "unsettled")
    command = await working.command(handle, "follow_up_responsibly", "contacted")
    await working.published(handle)
    await working.forget(handle.id)
    await working.send(handle, command)
    await working.task(handle, "follow_up_responsibly")
    await working.published(handle)
    grown = await working.rows(handle.id)
    state = await working.state(handle)
    assert len(grown["TimelineRow"]) == len(state.timeline)
    await working.forget(handle.id)
    await write_image(working.database, project(state))
    assert await working.rows(handle.id) == grown


async def test_a_read_model_that_can_not_be_written_catches_up(working: Engine) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    await working.published(handle)
    async with working.database.write() as session:
        await session.connection()  # the writers' lock is held
        async with asyncio.timeout(10):
            result = await working.ask(handle, command)
        assert result.receipt.task_state == "done"
        await handle.signal("orphan", command.key)
    await working.task(handle, "handle_on_scene")


async def test_the_rows_that_grew_are_those_of_the_whole_image(working: Engine) -> None:
    handle = await working.open()
    for kind, decision in (("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"),
                           ("follow_up_responsibly", "contacted"), ("follow_up_responsibly", "settled")):  # fmt: skip
        await working.decide(handle, kind, decision)
    await working.task(handle, "evaluate")
    await working.advance(handle, days=2)
    await working.published(handle)
    grown, state = await working.rows(handle.id), await working.state(handle)
    await working.forget(handle.id)
    await write_image(working.database, project(state))
    assert await working.rows(handle.id) == grown
