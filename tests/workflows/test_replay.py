"""Every life replays: with the code that wrote it, from its first event, also where each task starts from nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

import worker
from domain.case.state import DisputeState
from domain.image.projection import project
from infra.read_model.writer import write_image
from infra.runtime.settings import Settings, variable
from infra.temporal.case_memory import cached_cases
from infra.temporal.client import connect
from tests.instance import Instance
from tests.workflows.engine import Engine, Handle
from workflows.dispute import WORKFLOWS
from workflows.messages.foreign import RefusingForeign

Step = tuple[str, str] | tuple[str, str, dict[str, Any]]
EVENTS_A_DECISION = 6
"""Three workflow-task events twice, two of the update, three of the activity."""

TO_THE_CENTRE: Sequence[tuple[str, str]] = (
    ("confirm_triage", "confirm"),
    ("handle_on_scene", "unsettled"),
    ("follow_up_responsibly", "contacted"),
    ("follow_up_responsibly", "request_third_push"),
    ("approve_third_push", "approve"),
)
TO_THE_DEPARTMENTS: Sequence[Step] = (
    *TO_THE_CENTRE,
    ("dispatch", "assign"),
    ("accept_assignment", "accept"),
    ("accept_assignment", "refuse"),
    ("rule_refusal", "overrule"),
)
DISPOSED: Sequence[Step] = (("dispose", "progress"), ("dispose", "disposed"), ("cooperate", "disposed"))
STORIES: dict[str, tuple[str, Sequence[Step]]] = {
    "settled on the spot": ("jinhua", (("confirm_triage", "confirm"), ("handle_on_scene", "settled"),
                                       ("evaluate", "accept"))),
    "three pushes, returned, redone": ("jinhua", (*TO_THE_DEPARTMENTS, *DISPOSED, ("evaluate", "return"), *DISPOSED,
                                                  ("evaluate", "accept"))),
    "two tiers of the ladder": ("qionglai", (
        ("confirm_triage", "report_up"), ("confirm_triage", "report_up"), ("dispatch", "assign"),
        ("accept_assignment", "accept"), ("accept_assignment", "accept"), ("dispose", "mediate"),
        *[("mediate", "not_agreed")] * 3,
        ("mediate", "agreed", {"confirmation": True}), ("apply_confirmation", "apply"), ("court_ruling", "confirmed"),
        ("evaluate", "accept"), ("evaluate", "accept"),
    )),
}  # fmt: skip


def replayer(working: Engine, *, sandbox: bool = True) -> Replayer:
    """As the worker runs them: the same converter, the same sandbox, or none as outside tests."""
    return Replayer(
        workflows=WORKFLOWS,
        data_converter=working.client.data_converter,
        interceptors=[RefusingForeign()],
        workflow_runner=worker.workflow_runner(sandbox=sandbox),
    )


async def play(working: Engine, name: str) -> tuple[Handle, int]:
    """Plays a story to its end; how many decisions it took."""
    playbook, steps = STORIES[name]
    handle = await working.open(playbook)
    for kind, decision, *fields in steps:
        await working.decide(handle, kind, decision, **(fields[0] if fields else {}))
    visits = 0
    while (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
        if visits == 2:
            await working.advance(handle, days=31)
        await working.decide(handle, "visit", "stable")
        visits += 1
        await settled(working, handle)
    return handle, len(steps) + visits


async def settled(working: Engine, handle: Handle) -> None:
    """Waits until the case rests or has ended; what is published as closed ends a moment later."""
    if (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
        await working.published(handle)
        if (await working.state(handle)).stage == "closed":
            await handle.result()


@pytest.mark.parametrize("name", STORIES)
async def test_a_finished_story_replays_to_the_same_end(name: str, working: Engine) -> None:
    handle, decisions = await play(working, name)
    result: DisputeState = await handle.result()
    assert (result.stage, result.outcome) == ("closed", "resolved")
    for sandbox in (True, False):
        await replayer(working, sandbox=sandbox).replay_workflow(await working.history(handle))
    replayed = await working.state(handle)
    assert replayed == result
    grown = await working.rows(handle.id)
    await working.forget(handle.id)
    await write_image(working.database, project(result))
    assert await working.rows(handle.id) == grown
    events = len((await working.history(handle)).events)
    print(f"{name}: {events} events, {decisions} decisions, {events / decisions:.1f} a decision with its deadlines")


async def test_a_decision_costs_few_events(working: Engine) -> None:
    _, steps = STORIES["three pushes, returned, redone"]
    handle = await working.open()
    await working.task(handle, "confirm_triage")
    began = len((await working.history(handle)).events)
    for kind, decision in steps:  # type: ignore[misc]
        await working.decide(handle, kind, decision)
    await working.published(handle)
    events = [EventType.Name(e.event_type).removeprefix("EVENT_TYPE_") for e in (await working.history(handle)).events]
    each = (len(events) - began) / len(steps)
    print(f"{each:.1f} events a decision:", {n: round(c / len(steps), 2) for n, c in Counter(events[began:]).items()})
    assert each <= EVENTS_A_DECISION


async def test_a_deadline_that_moved_away_is_kept_by_the_timer_that_was_set_before(working: Engine) -> None:
    handle = await working.open()
    await working.task(handle, "confirm_triage")
    await working.decide(handle, "confirm_triage", "confirm")
    set_before = len(await working.events(handle, EventType.EVENT_TYPE_TIMER_STARTED))
    await working.decide(handle, "handle_on_scene", "unsettled")
    await working.task(handle, "follow_up_responsibly")
    assert len(await working.events(handle, EventType.EVENT_TYPE_TIMER_STARTED)) == set_before
    assert await working.events(handle, EventType.EVENT_TYPE_TIMER_CANCELED) == []

    await working.advance(handle, days=60)
    await working.published(handle)
    state = await working.state(handle)
    due = {entry.detail["due_at"]: entry.at for entry in state.timeline if entry.kind == "overdue"}
    assert due
    # The drill's clock passes each instant in turn: what fell due was noted within the minute.
    assert all(dt.datetime.fromisoformat(at) <= noted <= dt.datetime.fromisoformat(at) + dt.timedelta(minutes=1)
               for at, noted in due.items())  # fmt: skip


@pytest.mark.timeout(400)
async def test_a_story_told_without_any_cache_replays_at_every_step(
    office: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "WORKER_SETTINGS", {**worker.WORKER_SETTINGS, "max_cached_workflows": 0})
    async with office.working():
        handle, _ = await play(office, "three pushes, returned, redone")
        assert (await handle.result()).outcome == "resolved"
        failed = await office.events(handle, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
        assert failed == []


async def test_half_a_story_replays(working: Engine) -> None:
    handle = await working.open()
    for kind, decision in TO_THE_DEPARTMENTS:  # type: ignore[misc]
        await working.decide(handle, kind, decision)
    await working.advance(handle, days=3)
    await working.published(handle)
    await replayer(working).replay_workflow(await working.history(handle))


async def test_a_story_goes_on_with_another_worker_from_its_history(office: Engine) -> None:
    async with office.working():
        handle = await office.open()
    for kind, decision in TO_THE_DEPARTMENTS:  # type: ignore[misc]
        async with office.working():
            await office.decide(handle, kind, decision)
    async with office.working():
        await office.task(handle, "dispose")
        state = await office.state(handle)
    decisions = [entry.detail["decision"] for entry in state.timeline if entry.kind == "decision"]
    assert decisions == [decision for _, decision, *_ in TO_THE_DEPARTMENTS]
    assert all(isinstance(entry.at, dt.datetime) for entry in state.timeline)


def test_workflow_code_runs_in_the_sandbox_in_tests_alone(office: Engine, tmp_path: Path) -> None:
    assert not Settings(var=tmp_path).workflow_sandbox
    assert office.settings.workflow_sandbox
    assert Instance(tmp_path).environment[variable("workflow_sandbox")] == "1"
    assert isinstance(worker.workflow_runner(sandbox=True), SandboxedWorkflowRunner)


async def test_a_worker_keeps_the_cases_that_its_memory_holds(office: Engine) -> None:
    given = office.settings.model_copy(update={"worker_memory_mb": 300})
    built = worker.build_worker(given, await connect(given), office.database)  # never run: a client of its own
    assert built.config()["max_cached_workflows"] == cached_cases(given)
