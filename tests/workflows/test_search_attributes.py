"""Temporal's own pages: few attributes to find a case by, an event only where one changes; and the case sheet."""

from __future__ import annotations

from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata

from domain.image.projection import case_sheet
from infra.temporal.client import TASK_TIMEOUT
from tests.workflows.engine import Engine, Handle, first_state
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.ports import TASK_QUEUE
from workflows.search_attributes import COLOUR, OVERDUE, PLAYBOOK

CHANGED = EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES


async def shown(handle: Handle) -> tuple[str | None, str | None, bool | None]:
    """What the engine's list shows of a case."""
    attributes = (await handle.describe()).typed_search_attributes
    return attributes.get(PLAYBOOK), attributes.get(COLOUR), attributes.get(OVERDUE)


async def test_they_are_set_with_the_start_and_cost_an_event_only_where_one_changes(working: Engine) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    await working.task(handle, "handle_on_scene")
    assert await shown(handle) == ("jinhua", "blue", False)
    assert await working.events(handle, CHANGED) == []

    await working.advance(handle, days=60)
    await working.published(handle)
    assert await shown(handle) == ("jinhua", "blue", True)
    assert len(await working.events(handle, CHANGED)) == 1


async def test_a_case_started_without_them_gets_them_with_its_first_image(working: Engine) -> None:
    state = first_state("D2026-700000001", "jinhua")
    handle = await working.client.start_workflow(
        DisputeWorkflow.run, DisputeInput(state=state), id=state.dispute_no, task_queue=TASK_QUEUE,
        task_timeout=TASK_TIMEOUT,
    )  # fmt: skip
    await working.task(handle, "confirm_triage")
    assert await shown(handle) == ("jinhua", "blue", False)


async def test_temporal_s_pages_are_told_where_a_case_stands_now(working: Engine) -> None:
    handle = await working.open()
    await working.decide(handle, "confirm_triage", "confirm")
    await working.task(handle, "handle_on_scene")
    told = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    state = await working.state(handle)
    assert told.current_details == case_sheet(state)
    assert "待办：现场处置" in told.current_details
    assert {update.name for update in told.definition.update_definitions} >= {"decide", "claim", "act"}
