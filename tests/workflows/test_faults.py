"""A bug in any of the three coroutines shows as a failed workflow task, and heals with the bug removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

import workflows.clock
import workflows.dispute
import workflows.publisher
from domain.policy.stages import Stage
from tests.workflows.engine import Engine, until

FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
Plant = Callable[[pytest.MonkeyPatch], None]


def _broken(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError("planted")


async def _broken_stage(*_: Any) -> Any:
    raise ZeroDivisionError("planted")


PLANTS: dict[str, Plant] = {
    "run": lambda patch: patch.setitem(workflows.dispute.STAGES, Stage.PUSH_1, _broken_stage),
    "clock": lambda patch: patch.setattr(workflows.clock, "next_due", _broken),
    "publisher": lambda patch: patch.setattr(workflows.publisher, "project", _broken),
}


@pytest.mark.parametrize("where", PLANTS)
async def test_a_planted_bug_fails_the_workflow_task_and_heals_when_it_is_gone(where: str, working: Engine) -> None:
    handle = await working.open()
    command = await working.command(handle, "confirm_triage", "confirm")
    await working.published(handle)
    with pytest.MonkeyPatch.context() as patch:
        PLANTS[where](patch)
        await handle.signal("decision", command)
        [failed, *_] = await until(lambda: working.events(handle, FAILED))
        assert failed.workflow_task_failed_event_attributes.failure.message == "Encoded failure"
        assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
    await working.task(handle, "handle_on_scene")
    await working.published(handle)
    state = await working.state(handle)
    decisions = [entry.detail["decision"] for entry in state.timeline if entry.kind == "decision"]
    assert (decisions, state.stage) == (["confirm"], Stage.PUSH_1)
    # All three go on: time is kept, the story takes decisions, the read model shows them.
    await working.advance(handle, days=16)
    await working.published(handle)
    clock = next(c for c in (await working.state(handle)).clocks if c.name == "colour")
    assert clock.fired == ["reminder_1"]
    await working.decide(handle, "handle_on_scene", "settled")
    await working.task(handle, "evaluate")


@pytest.mark.parametrize("where", PLANTS)
async def test_a_bug_from_the_first_moment_on_heals_too(where: str, working: Engine) -> None:
    with pytest.MonkeyPatch.context() as patch:
        PLANTS[where](patch)
        if where == "run":
            patch.setitem(workflows.dispute.STAGES, Stage.TRIAGE, _broken_stage)
        handle = await working.open()
        await until(lambda: working.events(handle, FAILED))
        assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
    await working.task(handle, "confirm_triage")
    assert [entry.kind for entry in (await working.state(handle)).timeline] == ["opened", "task_opened"]
