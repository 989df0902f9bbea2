"""Whoever reaches the engine sends a case what he likes: nothing takes effect, and nothing stands still."""

from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError

from api.histories.replay import replay
from domain.transitions.facts import FOREIGN_TOLD
from infra.temporal.client import TASK_TIMEOUT
from tests.workflows.engine import FAILED, Engine, Handle, until
from workflows.dispute import DisputeWorkflow
from workflows.ports import TASK_QUEUE

PLAIN = {"encoding": b"json/plain"}


async def stranger(working: Engine) -> Client:
    """Somebody who reaches the engine's port and has no key."""
    config = working.client.config()
    config["data_converter"] = DataConverter.default
    return Client(**config)


async def signal(working: Engine, number: str, name: str, payloads: list[Payload]) -> None:
    """A signal as it is on the wire."""
    await working.client.workflow_service.signal_workflow_execution(
        SignalWorkflowExecutionRequest(
            namespace=working.settings.temporal_namespace,
            workflow_execution=WorkflowExecution(workflow_id=number),
            signal_name=name, input=Payloads(payloads=payloads), request_id=uuid.uuid4().hex,
        )
    )  # fmt: skip


async def in_somebody_s_name(working: Engine, handle: Handle) -> dict[str, Any]:
    """A decision as the officer himself would send it, in the clear."""
    command = await working.command(handle, "confirm_triage", "confirm")
    return command.model_dump(mode="json")


async def test_a_decision_in_an_officer_s_name_by_the_engine_s_port_is_noted_and_not_taken(working: Engine) -> None:
    handle = await working.open()
    forged = await in_somebody_s_name(working, handle)
    outside = await stranger(working)
    await outside.get_workflow_handle(handle.id).signal("decision", forged)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await outside.get_workflow_handle(handle.id).execute_update("decide", forged)
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "foreign_message"
    await working.decide(handle, "confirm_triage", "confirm")
    state = await working.state(handle)
    (noted,) = [entry for entry in state.timeline if entry.kind == "foreign_message"]
    assert noted.detail["signal"] == "decision"
    assert noted.detail["why"] == "in the clear"
    assert [task.decision is not None for task in state.tasks if task.kind == "confirm_triage"] == [True]


async def test_no_garbage_under_any_name_stops_a_case(working: Engine) -> None:
    handle, other = await working.open(), await working.open()
    await working.task(handle, "confirm_triage")
    first = (await working.history(other)).events[0].workflow_execution_started_event_attributes.input.payloads[0]
    garbage = [
        [], [Payload()], [Payload(metadata=PLAIN, data=b"{")], [Payload(metadata=PLAIN, data=b"null")] * 2,
        [Payload(metadata={"encoding": b"binary/encrypted"}, data=b"\x01")],
        [Payload(metadata={"encoding": b"binary/encrypted"}, data=first.data[:-1] + bytes([first.data[-1] ^ 1]))],
        [Payload(metadata={"encoding": b"binary/foreign"}, data=b"\xff")],
        [first],  # sealed for another case
    ]  # fmt: skip
    names = ["decision", "orphan", "incident_added", "merged_in", "clock_advanced", "unmanned", "no such signal"]
    for name in names:
        for payloads in garbage:
            await signal(working, handle.id, name, payloads)
    await working.decide(handle, "confirm_triage", "confirm")
    assert await working.events(handle, FAILED) == []
    state = await working.state(handle)
    told = [entry for entry in state.timeline if entry.kind == "foreign_message"]
    assert len(told) == FOREIGN_TOLD
    assert told[-1].title.endswith("此后的只计数")
    assert state.foreign == (len(names) - 1) * len(garbage)
    replayed = await replay(await working.history(handle), working.client.data_converter)
    assert replayed.error is None
    assert replayed.state == state


async def test_a_foreign_start_fails_at_once_and_is_not_tried_again(working: Engine) -> None:
    outside = await stranger(working)
    started = await outside.start_workflow(
        "Dispute", {"state": {}}, id=f"D2026-{uuid.uuid4().int % 10**9:09d}", task_queue=TASK_QUEUE,
        task_timeout=TASK_TIMEOUT,
    )  # fmt: skip
    with pytest.raises(WorkflowFailureError):
        await started.result(rpc_timeout=timedelta(seconds=30))
    assert (await started.describe()).status == WorkflowExecutionStatus.FAILED


@pytest.mark.parametrize("how", ["done", "failed"])
async def test_what_a_stranger_answers_for_an_activity_is_not_believed(working: Engine, how: str) -> None:
    """The engine lets anybody answer for an activity by its id: the case asks again."""
    with closing(sqlite3.connect(str(working.settings.sqlite_path), isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")  # no image is written while this lasts
        handle = await working.open()

        async def asked() -> list[Any]:
            return list(await working.events(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED))

        (scheduled,) = await until(asked)
        where = scheduled.activity_task_scheduled_event_attributes.activity_id
        outside = (await stranger(working)).get_async_activity_handle(
            workflow_id=handle.id, run_id=handle.result_run_id, activity_id=where
        )
        await (outside.complete(10**6) if how == "done" else outside.fail(ApplicationError("no", non_retryable=True)))
        held.execute("ROLLBACK")
    await working.decide(handle, "confirm_triage", "confirm")
    assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
    assert await working.events(handle, FAILED) == []


async def test_a_query_of_a_stranger_harms_nobody(working: Engine) -> None:
    handle = await working.open()
    outside = (await stranger(working)).get_workflow_handle(handle.id)
    with pytest.raises(Exception, match=r".+"):
        await outside.query("outcome", args=[json.loads("{}"), 3])
    await working.published(handle)
    assert (await working.client.get_workflow_handle(handle.id).query(DisputeWorkflow.progress))[1] is True

    async def unharmed() -> bool:
        return not await working.events(handle, FAILED)

    assert await until(unharmed)
