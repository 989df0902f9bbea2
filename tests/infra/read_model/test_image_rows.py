"""The rows that grow image by image are those of the whole image; what is as it should be costs no statement."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, inspect, select
from sqlmodel import SQLModel, col

from domain.case.case import Case
from domain.case.records import Party
from domain.image.projection import Image, project
from domain.people.organisation import Post
from domain.transitions.assignments.reassigning import reassign
from domain.transitions.colours import recolour
from infra.database.engine import Database
from infra.database.statements import Statement
from infra.database.tables.messages import EventRow
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.read_model.stored_state import StoredState, as_found, found_beside
from infra.read_model.writer import (
    ReadModelGap,
    Rows,
    forget,
    image_written,
    replace_image,
    rows_of,
    stored_rows,
    write_image,
)
from infra.records.events import events_after
from infra.runtime.settings import Settings
from tests.infra.stores import opened
from tests.workflows.engine import first_state


@pytest_asyncio.fixture(loop_scope="session")
async def database(anywhere: Settings) -> AsyncIterator[Database]:
    """An empty read model, on each database."""
    async with opened(anywhere) as store:
        yield store


def new_case() -> Case:
    """A case that was reported and asks for nothing yet."""
    state = first_state("D2026-000001", "jinhua")
    ids, minutes = iter(f"t-{n}" for n in range(99)), count()
    case = Case(state, lambda: state.opened_at + timedelta(minutes=next(minutes)), lambda: next(ids))
    case.log("opened", "受理立案")
    return case


def claim(case: Case) -> None:
    """Somebody takes the last task, and gives it to somebody else to prepare."""
    task = case.state.tasks[-1]
    task.state, task.assignee, task.delegate = "claimed", "p-1", "p-2"
    case.log("delegated", "委派", task_id=task.task_id, person="p-2")
    task.revision = case.state.revision


def bar(case: Case) -> None:
    """Somebody may no longer answer the last task."""
    task = case.state.tasks[-1]
    task.excluded = [*task.excluded, "p-3"]
    case.log("note", "回避")
    task.revision = case.state.revision


def report(case: Case) -> None:
    """One more party is known."""
    case.state.parties.append(Party(name="当事人", side="a"))
    case.log("note", "补充")


def decide(case: Case) -> None:
    """Somebody decided something: nothing that waits has stood still since."""
    task = case.state.tasks[0]
    case.log("decision", "办理", task_id=task.task_id, task_kind=task.kind, decision="confirm")


STEPS: tuple[Callable[[Case], object], ...] = (
    lambda case: case.open("confirm_triage"),
    lambda case: case.void(case.state.tasks, "试"),
    lambda case: case.open("handle_on_scene"),
    claim,
    bar,
    report,
    lambda case: recolour(case, "red", "试"),
    lambda case: reassign(case, case.state.tasks[-1:], [Post(role="duty_leader", path="/county/elsewhere")], "试"),
    lambda case: case.open("evaluate"),
    decide,
    report,
    lambda case: recolour(case, "blue", "试"),
)
"""What a case lives through, a revision or more each."""


def in_order(rows: Rows) -> Rows:
    """The same rows, each table's by what tells them apart."""

    def key(table: type[SQLModel], row: dict[str, Any]) -> list[str]:
        return [str(row[column.name]) for column in inspect(table).primary_key]

    return {table: sorted(found, key=partial(key, table)) for table, found in rows.items()}


async def held(database: Database) -> Rows:
    """What the read model holds of the case."""
    async with database.read() as session:
        return in_order(await stored_rows(session, "D2026-000001"))


BESIDE = Statement(lambda dialect: select(*found_beside(dialect)).where(col(DisputeRow.dispute_no) == "D2026-000001"))


async def found(database: Database) -> StoredState:
    """How whoever is about to send a message finds the case."""
    [values] = await database.ask(BESIDE, {})
    return as_found(values)


async def sent(database: Database, image: Image, standing: StoredState | None = None) -> list[str]:
    """The statements by which an image is written."""
    statements: list[str] = []
    with database.heard(lambda text, _: statements.append(text)):
        await database.transact(image_written(image, standing))  # no lock: nobody else is there
    return statements


@pytest.mark.parametrize("known", [False, True], ids=["looked up", "found before"])
async def test_what_grows_image_by_image_is_what_the_whole_image_makes(database: Database, *, known: bool) -> None:
    case = new_case()
    image = project(case.state)
    await write_image(database, image)
    for step in STEPS:
        step(case)
        image = project(case.state, since=image.revision, basis=image.basis)
        statements = await sent(database, image, await found(database) if known else None)
        assert any("UNION ALL" in text for text in statements) != known
        assert await held(database) == in_order(rows_of(project(case.state)))


async def test_what_waits_has_moved_when_somebody_last_decided_something(database: Database) -> None:
    case = new_case()
    case.open("confirm_triage")
    case.void(case.state.tasks, "试")
    case.open("handle_on_scene")
    case.open("evaluate")
    image = project(case.state)
    await write_image(database, image)
    moved = []
    for step in (report, decide, report):
        step(case)
        image = project(case.state, since=image.revision, basis=image.basis)
        await write_image(database, image)
        tasks = {row["task_id"]: row for row in (await held(database))[TaskRow]}
        moved.append([tasks[task.task_id]["moved_at"] for task in case.state.tasks])
    ended, *waiting = case.state.tasks
    decided = next(entry.at for entry in case.state.timeline if entry.kind == "decision")
    assert moved[0] == [ended.ended_at, *(task.opened_at for task in waiting)]
    assert moved[1] == moved[2] == [ended.ended_at, decided, decided]


async def test_the_same_events_are_told_however_the_case_was_found(database: Database) -> None:
    told: list[list[tuple[Any, ...]]] = []
    for known in (False, True):
        case = new_case()
        image = project(case.state)
        await replace_image(database, image, unless_newer=False)
        async with database.write() as session:
            await session.execute(delete(EventRow))
        for step in STEPS:
            step(case)
            image = project(case.state, since=image.revision, basis=image.basis)
            await sent(database, image, await found(database) if known else None)
        async with database.read() as session:
            events = await events_after(session, 0)
        told.append([(e.kind, e.revision, e.task_id, e.posts, e.persons) for e in events])
    assert told[0] == told[1]


async def test_a_case_that_went_on_since_it_was_found_is_looked_up_again(database: Database) -> None:
    case = new_case()
    images = [project(case.state)]
    await write_image(database, images[0])
    before = await found(database)
    for step in STEPS[:5]:
        step(case)
        images.append(project(case.state, since=images[-1].revision, basis=images[-1].basis))
        await write_image(database, images[-1])
    report(case)
    # New since the case was found, and written over what others wrote meanwhile.
    await sent(database, project(case.state, since=before.revision, basis=images[-1].basis), before)
    whole = in_order(rows_of(project(case.state)))
    assert await held(database) == whole
    for late in images[1:]:
        await sent(database, late, before)
        assert await held(database) == whole
    await forget(database, "D2026-000001")
    with pytest.raises(ReadModelGap):
        await sent(database, images[-1], before)


async def test_what_is_counted_may_become_less(database: Database) -> None:
    case = new_case()
    image = project(case.state)
    assert image.tally
    more = {n + image.tallied: counted for n, counted in image.tally.items()}
    await write_image(database, image.model_copy(update={"tally": image.tally | more, "tallied": 2 * image.tallied}))
    case.log("note", "更正")
    whole = project(case.state)
    await write_image(database, whole)
    assert await held(database) == in_order(rows_of(whole))


async def test_a_task_that_ends_and_another_that_opens_cost_six_statements(database: Database) -> None:
    case = new_case()
    case.open("confirm_triage")
    first = project(case.state)
    await write_image(database, first)
    case.void(case.state.tasks, "试")
    case.open("handle_on_scene")
    image = project(case.state, since=first.revision, basis=first.basis)
    statements = await sent(database, image, await found(database))
    assert len(statements) <= 6, statements  # dispute, timeline, task, addressee, who has a part, event


async def test_what_changes_nothing_but_the_case_costs_three_statements(database: Database) -> None:
    case = new_case()
    first = project(case.state)
    await write_image(database, first)
    report(case)
    image = project(case.state, since=first.revision, basis=first.basis)
    standing = await found(database)
    assert len(await sent(database, image, standing)) == 3  # dispute, timeline, event
    report(case)
    image = project(case.state, since=image.revision, basis=image.basis)
    assert len(await sent(database, image)) == 4  # and how it stood


async def test_an_image_that_is_written_already_costs_one_statement(database: Database) -> None:
    image = project(new_case().state)
    await write_image(database, image)
    assert len(await sent(database, image)) == 1
