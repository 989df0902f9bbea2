"""The answer carries the news (docs/adr/0015): who is answered writes the read model, the engine all that is left."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

import worker
from domain.image.projection import Image, project
from domain.people.organisation import Post
from domain.transitions.actions import Act
from domain.transitions.decisions import Command
from infra.read_model.writer import ReadModelGap, rows_of, write_image
from tests.workflows.engine import Engine, Handle, actor, until
from workflows import publisher
from workflows.dispute import DisputeWorkflow

ANSWERED = [
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
]
"""What a decision leaves in the history, beside a timer and what operators are shown."""
ASIDE = {
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_TIMER_CANCELED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
}
WRITTEN = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED


async def events(working: Engine, handle: Handle) -> list[HistoryEvent]:
    return list((await working.history(handle)).events)


async def written_by_engine(working: Engine, handle: Handle) -> int:
    """How often the engine has written the case by itself."""
    return sum(event.event_type == WRITTEN for event in await events(working, handle))


async def up_to_date(working: Engine, handle: Handle) -> None:
    """The read model is what a rebuilt one would be."""
    expected = rows_of(project(await working.state(handle)))
    expected_rows = {table.__name__: sorted(rows, key=str) for table, rows in expected.items()}
    stored = await working.rows(handle.id)
    assert {name: len(rows) for name, rows in stored.items()} == {n: len(rows) for n, rows in expected_rows.items()}
    assert stored["DisputeRow"][0]["sealed"] == expected_rows["DisputeRow"][0]["sealed"]
    by_id = {row["task_id"]: row["sealed"] for row in stored["TaskRow"]}
    assert by_id == {row["task_id"]: row["sealed"] for row in expected_rows["TaskRow"]}


async def written(working: Engine, handle: Handle) -> None:
    """The read model comes to the revision of the case."""
    revision = (await working.state(handle)).revision

    async def there() -> bool:
        return await working.revision(handle) >= revision

    await until(there)
    await up_to_date(working, handle)


async def test_acceptance_and_completion_are_one_workflow_task_and_nothing_else(working: Engine) -> None:
    handle = await working.open()
    for kind, decision in (
        ("confirm_triage", "confirm"), ("handle_on_scene", "unsettled"), ("follow_up_responsibly", "contacted"),
    ):  # fmt: skip
        await working.task(handle, kind)
        await working.published(handle)
        before = len(await events(working, handle))
        await working.decide(handle, kind, decision)
        left = [e.event_type for e in (await events(working, handle))[before:] if e.event_type not in ASIDE]
        assert left == ANSWERED
    await up_to_date(working, handle)
    assert await working.state(handle)
    assert await written_by_engine(working, handle) == 1  # its start


async def test_a_closed_case_is_written_by_the_engine_before_its_run_ends(working: Engine) -> None:
    handle = await working.open()
    await working.task(handle, "confirm_triage")
    chief = actor(Post(role="station_chief", path=(await working.state(handle)).places["station"]))
    result = await working.ask(
        handle, Act(key=str(uuid.uuid4()), action="withdraw", fields={"reason": "自行和解"}, actor=chief), "act"
    )
    assert result.image is not None
    assert result.image.closed_at
    await handle.result()
    await up_to_date(working, handle)
    assert await written_by_engine(working, handle) == 2
    await write_image(working.database, result.image)  # its sender is late
    await up_to_date(working, handle)


async def test_an_answer_that_was_lost_is_in_the_next_one(working: Engine) -> None:
    handle = await working.open()
    first = await working.ask(handle, await working.command(handle, "confirm_triage", "confirm"))
    assert first.image is not None
    assert await working.revision(handle) == first.image.since
    [task] = (await working.state(handle)).pending("handle_on_scene")
    scene = Command(
        key=str(uuid.uuid4()), task_id=task.task_id, decision="unsettled", fields={"reason": "未能达成一致"},
        actor=actor(task.addressees[0]),
    )  # fmt: skip
    second = await working.ask(handle, scene)
    assert second.image is not None
    assert second.image.since == first.image.since
    await write_image(working.database, second.image)
    await up_to_date(working, handle)
    await write_image(working.database, first.image)  # two processes, the other way round
    await up_to_date(working, handle)
    assert await written_by_engine(working, handle) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_an_orphan_changed_is_written_by_the_engine(working: Engine, when: str) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    if when == "before":
        await handle.signal(DisputeWorkflow.orphan, command.key)
    await working.ask(handle, command)
    if when == "after":
        await handle.signal(DisputeWorkflow.orphan, command.key)
    await written(working, handle)
    state = await working.state(handle)
    assert state.orphans == []
    assert await written_by_engine(working, handle) == 2


async def test_an_orphan_that_never_comes_is_remembered_and_harmless(working: Engine) -> None:
    handle = await working.open()
    await working.task(handle, "confirm_triage")
    for _ in range(2):
        await handle.signal(DisputeWorkflow.orphan, "never.sent")
    await working.decide(handle, "confirm_triage", "confirm")
    assert (await working.state(handle)).orphans == ["never.sent"]
    assert await written_by_engine(working, handle) == 1


async def test_a_known_key_by_the_signal_is_written_by_the_engine(working: Engine) -> None:
    """The update's answer was lost, and the decision left as a signal."""
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    await working.ask(handle, command)
    await handle.signal("decision", command)
    await written(working, handle)


async def test_who_has_seen_nothing_gets_a_receipt_and_the_engine_writes(working: Engine) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    answer = await handle.execute_update("decide", command, id=command.key)
    assert answer["image"] is None
    await written(working, handle)


async def test_what_the_clock_does_is_written_by_the_engine_with_what_was_lost_before(working: Engine) -> None:
    handle = await working.open()
    await working.ask(handle, await working.command(handle, "confirm_triage", "confirm"))
    await working.advance(handle, days=40)
    await working.published(handle)
    await up_to_date(working, handle)


async def test_a_repeated_key_gets_what_is_new_since_it_looked(office: Engine) -> None:
    """The first answer is lost with its process; the next run of the engine's memory is another worker's."""
    async with office.working():
        handle = await office.open()
        command = await office.command(handle, "confirm_triage", "confirm")
        await handle.signal("decision", command)
        await written(office, handle)
        result = await office.ask(handle, command)  # known by the signal, new as an update
    assert result.image is not None
    assert result.image.since == await office.revision(handle)
    assert result.receipt.task_state == "done"


async def test_a_read_model_that_lost_its_past_refuses_the_answer_and_the_engine_writes_it_whole(
    working: Engine,
) -> None:
    handle = await working.open()
    result = await working.ask(handle, command := await working.command(handle, "confirm_triage", "confirm"))
    await working.forget(handle.id)
    assert result.image is not None
    with pytest.raises(ReadModelGap):
        await write_image(working.database, result.image)
    await handle.signal(DisputeWorkflow.orphan, command.key)
    await written(working, handle)


STEPS = (
    ("confirm_triage", "confirm"),
    ("handle_on_scene", "unsettled"),
    ("follow_up_responsibly", "contacted"),
    ("follow_up_responsibly", "request_third_push"),
)


async def answered(working: Engine, handle: Handle, steps: Sequence[tuple[str, str]]) -> list[Image]:
    """The images of some decisions, each written, and the read model looked at."""
    images = []
    for kind, decision in steps:
        result = await working.ask(handle, await working.command(handle, kind, decision))
        assert result.image is not None
        images.append(result.image)
        await write_image(working.database, result.image)
        await up_to_date(working, handle)
    return images


async def test_an_evicted_case_answers_whole_lists_and_its_read_model_stays_whole(
    office: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each workflow task replays all before it, which makes no images: what they held is not known then."""
    monkeypatch.setattr(worker, "WORKER_SETTINGS", {**worker.WORKER_SETTINGS, "max_cached_workflows": 0})
    async with office.working():
        handle = await office.open()
        await office.task(handle, "confirm_triage")
        images = await answered(office, handle, STEPS)
        assert [(image.since < image.revision, image.kept) for image in images] == [(True, {})] * len(STEPS)
        await office.advance(handle, days=40)
        await office.published(handle)
        await up_to_date(office, handle)
        assert await office.events(handle, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED) == []


async def test_a_case_at_another_worker_answers_once_whole_lists_and_then_what_is_new(office: Engine) -> None:
    async with office.working():
        handle = await office.open()
        await office.task(handle, "confirm_triage")
        await answered(office, handle, STEPS[:1])
    async with office.working():
        first, *more = await answered(office, handle, STEPS[1:])
        assert first.kept == {}
        assert all(image.kept for image in more)
    assert await written_by_engine(office, handle) == 1


async def test_a_replay_makes_no_image(office: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(*arguments: Any, **more: Any) -> Image:
        image = project(*arguments, **more)
        made.append(image.revision)
        return image

    monkeypatch.setattr(publisher, "project", counted)
    async with office.working():
        handle = await office.open()
        await office.task(handle, "confirm_triage")
        images = await answered(office, handle, STEPS)
    assert {image.revision for image in images} <= set(made)
    made.clear()
    assert (await office.state(handle)).revision == images[-1].revision
    assert made == []
