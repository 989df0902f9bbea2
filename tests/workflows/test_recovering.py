"""A run that was ended from outside: the next one takes the case up where it stood, with what it had been told."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from api.histories.recovery import recovered
from domain.case.state import DisputeState
from domain.policy.stages import Stage
from infra.temporal.client import TASK_TIMEOUT
from tests.workflows.engine import Engine, Handle
from tests.workflows.test_replay import DISPOSED, TO_THE_CENTRE, TO_THE_DEPARTMENTS, Step
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.ports import TASK_QUEUE

Way = Sequence[Step]
TO_PUSH_1: Way = (("confirm_triage", "confirm"),)
TO_PUSH_2: Way = (*TO_PUSH_1, ("handle_on_scene", "unsettled"))
SETTLED: Way = (*TO_PUSH_1, ("handle_on_scene", "settled"))
STOOD: dict[str, tuple[Way, str]] = {
    Stage.TRIAGE: ((), "confirm_triage"),
    Stage.PUSH_1: (TO_PUSH_1, "handle_on_scene"),
    Stage.PUSH_2: (TO_PUSH_2, "follow_up_responsibly"),
    Stage.PUSH_3: (TO_THE_CENTRE, "dispatch"),
    "push_3, accepted": (TO_THE_DEPARTMENTS, "dispatch"),
    Stage.MEDIATION: ((*TO_PUSH_2, ("follow_up_responsibly", "mediate")), "mediate"),
    Stage.EVALUATION: (SETTLED, "evaluate"),
    "evaluation, joint": ((*TO_THE_DEPARTMENTS, *DISPOSED), "evaluate"),
    Stage.FOLLOW_UP: ((*SETTLED, ("evaluate", "accept")), "visit"),
}
"""Where a run may be ended, how a case comes there, and what is asked there anew."""


async def ended(working: Engine, handle: Handle, *, by: str = "terminate") -> DisputeInput:
    """What the next run of a dispute starts with, after its run was ended from outside."""
    run_id = (await handle.describe()).run_id
    await getattr(working.client.get_workflow_handle(handle.id, run_id=run_id), by)()
    return await recovered(working.client, handle.id, run_id, "terminated")


async def taken_up(working: Engine, handle: Handle, begin: DisputeInput) -> DisputeState:
    """The case in its next run, once that has come to rest."""
    await working.drill.client.start_workflow(
        DisputeWorkflow.run, begin, id=handle.id, task_queue=TASK_QUEUE, task_timeout=TASK_TIMEOUT,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL, id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )  # fmt: skip
    await working.published(working.client.get_workflow_handle(handle.id))
    return await working.state(handle)


@pytest.mark.parametrize("where", STOOD)
async def test_a_case_whose_run_was_terminated_goes_on_at_the_stage_where_it_stood(where: str, working: Engine) -> None:
    way, asked = STOOD[where]
    handle = await working.open()
    for kind, decision in way:  # type: ignore[misc]
        await working.decide(handle, kind, decision)
    await working.task(handle, asked if where != "push_3, accepted" else "dispose")
    await working.published(handle)
    before = await working.state(handle)
    state = await taken_up(working, working.client.get_workflow_handle(handle.id), await ended(working, handle))
    assert (state.stage, state.round, len(state.runs)) == (before.stage, before.round, 2)
    assert state.timeline[: len(before.timeline)] == before.timeline
    assert state.timeline[len(before.timeline)].title == "上一运行被外部终止，自历史恢复"
    waiting = [task for task in state.tasks if task.state in ("open", "scheduled", "claimed") and not task.aside]
    assert {task.kind for task in waiting} == {asked}
    asides = [[t.task_id for t in each.pending() if t.aside] for each in (before, state)]
    assert asides[0] == asides[1], "what stands beside the story goes on"
    assert all(task.opened_revision > before.revision or task.state == "scheduled" for task in waiting)
    assert [c.due_at for c in state.clocks if c.name == "colour"] == [
        c.due_at for c in before.clocks if c.name == "colour"
    ]
    if where == Stage.FOLLOW_UP:
        assert state.concluded_at == before.concluded_at


async def test_the_case_taken_up_lives_to_its_end(working: Engine) -> None:
    handle = await working.open()
    for kind, decision in SETTLED:  # type: ignore[misc]
        await working.decide(handle, kind, decision)
    await working.task(handle, "evaluate")
    now = working.client.get_workflow_handle(handle.id)
    await taken_up(working, now, await ended(working, handle))
    await working.decide(now, "evaluate", "accept")
    while (await working.state(now)).stage != "closed":
        await working.advance(now, days=31)
        await working.published(now)
        if (await working.state(now)).pending("visit"):
            await working.decide(now, "visit", "stable")
            await working.published(now)
    assert (await working.state(now)).outcome == "resolved"


async def test_alarms_that_the_ended_run_never_worked_on_are_among_what_the_next_is_told(office: Engine) -> None:
    async with office.working():
        handle = await office.open()
        await office.task(handle, "confirm_triage")
        await office.published(handle)
        first = (await office.state(handle)).incidents[0]
    again = first.model_copy(
        update={"incident_id": str(uuid.uuid4()), "reported_at": first.reported_at + timedelta(hours=1)}
    )
    await handle.signal("incident_added", again)
    begin = await ended(office, handle)
    assert [left.signal for left in begin.behind] == ["incident_added"]
    async with office.working():
        state = await taken_up(office, office.client.get_workflow_handle(handle.id), begin)
        assert [i.incident_id for i in state.incidents] == [first.incident_id, again.incident_id]


async def test_a_run_that_was_never_begun_is_begun_with_all_it_was_given(office: Engine) -> None:
    handle = await office.open()
    begin = await ended(office, handle)
    assert (begin.ended, begin.state.timeline) == ("terminated", [])
    async with office.working():
        state = await taken_up(office, office.client.get_workflow_handle(handle.id), begin)
        assert [entry.kind for entry in state.timeline[:2]] == ["recovered", "opened"]
        assert [task.kind for task in state.pending()] == ["confirm_triage"]


async def test_a_history_that_this_code_can_not_replay_gives_the_case_as_its_run_began_and_every_alarm(
    working: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    first = (await working.state(handle)).incidents[0]
    again = first.model_copy(
        update={"incident_id": str(uuid.uuid4()), "reported_at": first.reported_at + timedelta(hours=1)}
    )
    await handle.signal("incident_added", again)
    await working.task(handle, "handle_on_scene")
    await working.published(handle)

    async def unable(history: object, converter: object) -> object:
        return type("Unable", (), {"state": None})()

    monkeypatch.setattr("api.histories.recovery.replay", unable)
    begin = await ended(working, handle)
    monkeypatch.undo()
    state = await taken_up(working, working.client.get_workflow_handle(handle.id), begin)
    assert (state.stage, len(state.incidents)) == ("triage", 2)
