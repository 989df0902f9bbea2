"""The API's doors to the engine: start a life, send a decision, tell a fact, and wait until others can see it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from temporalio.client import (
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.core.context import Services
from api.histories.recovery import OUTSIDE
from domain.case.capacity import MESSAGE
from domain.errors import (
    ActionNotAllowed,
    DisputeClosed,
    Refused,
    SantuiError,
    StoreUnavailable,
    TooLarge,
    Unavailable,
    by_code,
)
from domain.transitions import message_keys
from domain.transitions.decisions import Receipt
from domain.transitions.message_keys import Outcome
from infra.temporal.client import TASK_TIMEOUT
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.ports import TASK_QUEUE

POLL = 0.015
VALUE = 2**21 - 2**16
"""Bytes of the largest value that is sent: the engine takes 2 MiB."""
# FAILED_PRECONDITION is a case whose workflow task fails (a bug, until it is mended): the decision is left as a signal.
_BUSY = (RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.ABORTED, RPCStatusCode.FAILED_PRECONDITION)
_AWAY = (
    RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED,
    # What the server says where its own database can not be written.
    RPCStatusCode.INTERNAL, RPCStatusCode.UNKNOWN, RPCStatusCode.DATA_LOSS,
)  # fmt: skip


class NoWorker(Exception):
    """Nobody answered the update in time; it may still be taken."""


class EndedOutside(Unavailable):
    """The case's run was ended from outside: the case is not over, and takes messages again once it is recovered."""


async def _fits(services: Services, message: BaseModel) -> None:
    """Whether a message may be sent; each is asked here. What a person says is measured as the case will hold it, a
    whole case as the engine is given it: compressed.

    Raises:
        TooLarge
    """
    converter = services.client.data_converter
    if isinstance(message, DisputeInput):
        [payload] = await converter.encode([message])
        if payload.ByteSize() > VALUE:
            raise TooLarge("案卷过大，请另立新案")
    elif len(converter.payload_converter.to_payloads([message])[0].data) > MESSAGE:
        raise TooLarge(f"内容合计超过{MESSAGE // 1024} KB，请压缩文字，详细材料请作为附件上传")


def handle(services: Services, dispute_no: str) -> WorkflowHandle[Any, Any]:
    """The dispute's workflow, whatever its run."""
    return services.client.get_workflow_handle(dispute_no)


async def start(services: Services, dispute: DisputeInput, *, next_run: bool = False) -> None:
    """Starts a life, which is left alone if it runs already, or the next run of a closed one.

    Raises:
        ActionNotAllowed: somebody else started the next run first.
        TooLarge: the case is larger than the engine takes.
        Unavailable: the engine does not answer; it may have been reached all the same.
    """
    await _fits(services, dispute)
    number = dispute.state.dispute_no
    policy = WorkflowIDReusePolicy.ALLOW_DUPLICATE if next_run else WorkflowIDReusePolicy.REJECT_DUPLICATE
    # A next run that is under way was not started for this reason, and would never hear of it.
    conflict = WorkflowIDConflictPolicy.FAIL if next_run else WorkflowIDConflictPolicy.USE_EXISTING
    try:
        await services.client.start_workflow(
            DisputeWorkflow.run,
            dispute,
            id=number,
            task_queue=TASK_QUEUE,
            task_timeout=TASK_TIMEOUT,
            id_conflict_policy=conflict,
            id_reuse_policy=policy,
            static_summary=f"{number} {dispute.state.category_name}",
            rpc_timeout=timedelta(seconds=services.settings.decision_timeout_seconds),
        )
    except WorkflowAlreadyStartedError as error:
        if next_run:
            raise ActionNotAllowed("该纠纷刚刚已重新启动") from error
        # else it has lived and closed: nothing is missing
    except RPCError as error:
        raise Unavailable(may_take_effect=True) from error


async def send(services: Services, dispute_no: str, update: str, message: BaseModel, key: str) -> Receipt:
    """Sends an update and waits for the engine's answer.

    Raises:
        Refused: the engine's refusal, as the same error the rule raised; TooLarge before it is sent.
        NoWorker: no answer in time.
        EndedOutside: the run is over, the case is not.
        Unavailable: the engine does not answer at all; it may have been reached all the same.
    """
    await _fits(services, message)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + services.settings.decision_timeout_seconds
    away: RPCError | None = None
    while True:
        left = deadline - loop.time()
        if left <= 0:
            if away:
                raise Unavailable(may_take_effect=True) from away
            raise NoWorker
        try:
            receipt: Receipt = await handle(services, dispute_no).execute_update(
                update,
                message,
                id=key,
                result_type=Receipt,
                rpc_timeout=timedelta(seconds=left),
            )
            return receipt
        except WorkflowUpdateFailedError as error:
            raise refusal(error.cause) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError from error  # the SDK reports our own cancellation as a timeout
            raise NoWorker from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise await over(services, dispute_no, may_take_effect=away is not None) from error
            if error.status not in (*_BUSY, *_AWAY):
                raise
            away = error if error.status in _AWAY else None
        # The engine restarts, or ten updates of this dispute are under way, which is the most: again, with the same id,
        # and not in step with others.
        await asyncio.sleep(random.uniform(0.02, 0.15))


async def tell(services: Services, dispute_no: str, signal: str, message: BaseModel) -> None:
    """Sends a signal; it is durable when this returns.

    Raises:
        DisputeClosed: the life is over.
        EndedOutside: its run is, the life is not.
        TooLarge: the message is larger than a case takes.
        Unavailable: the engine does not answer.
    """
    await _fits(services, message)
    try:
        await handle(services, dispute_no).signal(signal, message, rpc_timeout=timedelta(seconds=5))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise await over(services, dispute_no) from error
        raise Unavailable(may_take_effect=True) from error


async def over(services: Services, dispute_no: str, *, may_take_effect: bool = False) -> DisputeClosed | Unavailable:
    """Why no run of a case takes a message: the case is closed, which is a refusal and stays one, or its run was ended
    from outside, or the next one has begun this very moment. `may_take_effect` as of an earlier try.
    """
    patience = timedelta(seconds=services.settings.decision_timeout_seconds)
    try:
        status = (await handle(services, dispute_no).describe(rpc_timeout=patience)).status
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return DisputeClosed()
        return Unavailable(may_take_effect=may_take_effect)
    if status in OUTSIDE:
        return EndedOutside("流程被外部终止，待恢复，请稍后重试", may_take_effect=may_take_effect)
    if status is WorkflowExecutionStatus.COMPLETED:
        return DisputeClosed()
    return Unavailable(may_take_effect=may_take_effect)


async def outcome(services: Services, dispute_no: str, key: str, task_id: str | None = None) -> Receipt | None:
    """What a key did, according to the case, which may be over or in its next run; none where it was never taken.

    Raises:
        Refused: what the key was refused with, or that it came with other content.
        Unavailable: nobody can say now; it may have taken effect.
    """
    found = await known(services, dispute_no, key, task_id)
    if found is None:
        return None
    try:
        return found.told(key)
    except Refused as refusal:
        refusal.by_case = True
        raise


async def known(services: Services, dispute_no: str, key: str, task_id: str | None = None) -> Outcome | None:
    """What became of the write of a key, whichever content it came with.

    Raises:
        Unavailable: nobody can say now; it may have taken effect.
    """
    case = services.client.get_workflow_handle_for(DisputeWorkflow.run, dispute_no)
    patience = timedelta(seconds=services.settings.decision_timeout_seconds)

    async def asked(reject: QueryRejectCondition) -> Outcome | None:
        return await case.query(
            DisputeWorkflow.outcome, args=[key, task_id], reject_condition=reject, rpc_timeout=patience
        )

    try:
        try:
            return await asked(QueryRejectCondition.NOT_OPEN)
        except WorkflowQueryRejectedError as over:
            if over.status is not WorkflowExecutionStatus.COMPLETED:  # ended from outside: a worker reads its history
                return await asked(QueryRejectCondition.NONE)
            # Its result is the whole case: no worker is needed.
            return message_keys.outcome(await case.result(rpc_timeout=patience), key, task_id)
    except (RPCError, WorkflowQueryFailedError) as error:
        if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise Unavailable(may_take_effect=True) from error


async def published(services: Services, dispute_no: str, revision: int) -> bool:
    """Waits, at most as long as the settings say, until the read model is at a revision."""
    return await services.watch.shows(dispute_no, revision, services.settings.publish_wait_seconds)


async def visible(services: Services, there: Callable[[Any], Awaitable[bool]]) -> bool:
    """Waits, at most as long as the settings say, until something can be seen in the read model."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + services.settings.publish_wait_seconds
    while True:
        try:
            async with services.database.read() as session:
                if await there(session):
                    return True
        except StoreUnavailable:
            return False
        if loop.time() >= deadline:
            return False
        await asyncio.sleep(POLL)


def refusal(cause: BaseException | None) -> SantuiError:
    """The engine's refusal as the error of the same code."""
    if isinstance(cause, ApplicationError) and cause.type:
        found = by_code(cause.type)
        if found:
            detail = cause.details[0] if cause.details else {}
            said = found(cause.message, errors=detail.get("errors"))
            if isinstance(said, Refused):
                said.by_case = True
            return said
    return Unavailable("流程引擎未能处理该请求")
