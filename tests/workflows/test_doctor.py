"""What is wrong with the engine's runs is found on the real server, put on record, healed where it can be, and gone."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import col
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    PollWorkflowTaskQueueRequest,
    RespondWorkflowTaskFailedRequest,
)
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from api.operations.doctor import examination
from domain.foreign import Foreign
from infra.database.tables.messages import MessageRow
from infra.database.tables.operations import FindingRow
from infra.database.tables.read_model import TaskRow
from infra.demo.load import load_minimal
from infra.health.doctor import examination as looking
from infra.health.doctor.findings import Kind
from infra.health.doctor.records import MESSAGE, found_of, standing_counts
from infra.health.stuck import ended_outside, failing
from tests.workflows.engine import Engine, Handle, engine, until
from tests.workflows.test_foreign_messages import PLAIN, signal, stranger
from workflows.ports import TASK_QUEUE


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ward(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """A server whose runs may be ended, deleted and wedged, and the few people of an empty installation."""
    async with engine(tmp_path_factory.mktemp("ward") / "var") as running:
        await load_minimal(running.settings, say=lambda _: None)
        yield running


async def opened(ward: Engine) -> Handle:
    """A dispute, in the engine and on record."""
    handle = await ward.open()
    await ward.task(handle, "confirm_triage")
    await ward.published(handle)
    return handle


async def wedge(ward: Engine, handle: Handle) -> None:
    """Has a case's workflow tasks fail, as a worker with a fault would."""
    service, namespace = ward.client.workflow_service, ward.settings.temporal_namespace
    await handle.signal("no such signal")
    failed = 0
    while failed <= looking.FAILS:
        polled = await service.poll_workflow_task_queue(
            PollWorkflowTaskQueueRequest(namespace=namespace, task_queue=TaskQueue(name=TASK_QUEUE), identity="faulty"),
            timeout=timedelta(seconds=20),
        )
        if polled.workflow_execution.workflow_id == handle.id:
            failed += 1
        await service.respond_workflow_task_failed(
            RespondWorkflowTaskFailedRequest(
                task_token=polled.task_token, namespace=namespace,
                cause=WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
            )
        )  # fmt: skip


async def examined(ward: Engine) -> tuple[int, dict[tuple[str, str], FindingRow]]:
    """An examination to its end: how much was looked at, and what is on record since, by kind and subject."""
    _, results = await examination(ward.settings, ward.client, ward.database)
    looked = sum([piece.looked async for piece in results])
    async with ward.database.read() as session:
        rows = (await session.execute(select(FindingRow).order_by(col(FindingRow.finding_id)))).scalars()
        return looked, {(row.kind, found_of(row).subject): row for row in rows}


async def told(ward: Engine) -> list[MessageRow]:
    """The messages about examinations."""
    async with ward.database.read() as session:
        return list((await session.execute(select(MessageRow).where(col(MessageRow.kind) == MESSAGE))).scalars())


async def test_whatever_is_wrong_is_found_said_once_healed_where_it_can_be_and_gone_when_it_is(
    ward: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PAGE", 2)  # as many pages as a county of two hundred thousand has
    async with ward.working():
        well, ended, gone, silent, wedged = [await opened(ward) for _ in range(5)]
    stranger_s = await (await stranger(ward)).start_workflow("Evil", id="张三的流程", task_queue="elsewhere")
    await ended.terminate("by a local user")
    await ward.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=ward.settings.temporal_namespace,
                                       workflow_execution=WorkflowExecution(workflow_id=gone.id))
    )  # fmt: skip

    async def deleted() -> bool:
        try:
            await gone.describe()
        except RPCError:
            return True
        return False

    assert await until(deleted)
    async with ward.database.write() as session:  # the image of an alarm that has not gone off
        past = datetime.now(UTC) - 2 * looking.LATE
        await session.execute(update(TaskRow).where(col(TaskRow.dispute_no) == silent.id).values(due_at=past))
    await wedge(ward, wedged)
    assert await ended_outside(ward.client, ward.database) == [ended.id]
    looked, found = await examined(ward)
    assert looked >= 5 + 5
    assert {key for key in found if well.id in key} == set()
    assert found.keys() == {(Kind.ENDED, ended.id), (Kind.GONE, gone.id), (Kind.SILENT, silent.id),
                            (Kind.WEDGED, wedged.id), (Kind.FOREIGN, stranger_s.id)}  # fmt: skip
    assert found[Kind.ENDED, ended.id].healed_at
    assert (await ward.client.get_workflow_handle(ended.id).describe()).status is WorkflowExecutionStatus.RUNNING
    (message,) = await told(ward)
    assert message.sealed["said"] == "系统检查发现新问题 5 项"
    assert "请用备份恢复引擎数据库" in message.sealed["text"]
    assert await standing_counts(ward.database) == dict.fromkeys(
        map(str, [Kind.ENDED, *{k for k, _ in found} - {Kind.ENDED}]), 1
    )

    await stranger_s.terminate()
    async with ward.working():  # with a sound worker everybody goes on
        await ward.decide(ward.client.get_workflow_handle(ended.id), "confirm_triage", "confirm")

        async def heard() -> bool:  # its task is tried again after a while
            with contextlib.suppress(RPCError):
                return bool(await ward.decide(wedged, "confirm_triage", "confirm"))
            return False

        assert await until(heard)
        _, later = await examined(ward)
    assert {key for key, row in later.items() if row.gone_at} == found.keys() - {(Kind.GONE, gone.id),
                                                                                (Kind.SILENT, silent.id)}  # fmt: skip
    assert len(await told(ward)) == 1


async def test_a_start_that_is_not_ours_turns_no_light_red_and_is_named(ward: Engine) -> None:
    number = f"D2026-{uuid.uuid4().int % 10**9:09d}"
    async with ward.working():
        started = await (await stranger(ward)).start_workflow(
            "Dispute", {"state": {}}, id=number, task_queue=TASK_QUEUE
        )

        async def failed() -> bool:
            return (await started.describe()).status is WorkflowExecutionStatus.FAILED

        assert await until(failed)
    assert number not in await ended_outside(ward.client, ward.database)
    assert number not in await failing(ward.client, ward.database)
    found = [
        each
        async for piece in looking.examine(ward.client, ward.database, settled=timedelta(0))
        for each in [piece.found]
    ]
    assert sum(found) >= 1
    async with ward.database.read() as session:
        rows = [found_of(row) for row in (await session.execute(select(FindingRow))).scalars()]
    assert [each.what() for each in rows if each.subject == number] == [
        f"引擎中有不属于本系统的流程 {number}（没有登记）。"
    ]


async def test_garbage_before_a_termination_does_not_keep_a_case_from_going_on(ward: Engine) -> None:
    """What no worker has seen yet goes over into the next run; what is not ours among it is left behind."""
    async with ward.working():
        handle = await opened(ward)
    for payloads in ([], [Payload(metadata=PLAIN, data=b"{}")], [Payload(metadata=PLAIN, data=b"1")] * 2):
        await signal(ward, handle.id, "incident_added", payloads)
    await handle.terminate("by a local user")
    await examined(ward)
    async with ward.working():
        again = ward.client.get_workflow_handle(handle.id)
        await ward.decide(again, "confirm_triage", "confirm")
        state = await ward.state(again)
    assert "recovered" in [entry.kind for entry in state.timeline]
    assert not any(isinstance(each, Foreign) for each in state.incidents)
