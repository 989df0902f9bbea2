"""The engine on Temporal: starts lives, sends updates and signals, asks what became of a key, moves a drill's clock."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import BaseModel
from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import QueryRejectCondition, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.core.engine import EndedOutside, Engine, LastRun, NoWorker, SignalName, UpdateName
from api.histories.recovery import OUTSIDE, recovered
from domain.case.capacity import MAX_MESSAGE
from domain.case.state import DisputeState
from domain.errors import (
    ActionNotAllowed,
    Conflict,
    DisputeClosed,
    NotFound,
    Refused,
    SantuiError,
    TooLarge,
    Unavailable,
    by_code,
)
from domain.image.update_result import UpdateResult
from domain.transitions import message_keys
from domain.transitions.message import Message
from domain.transitions.message_keys import Outcome
from infra.runtime.places import Places
from infra.runtime.settings import Settings
from infra.temporal.client import TASK_TIMEOUT, drill_clock
from infra.temporal.codec import converter_for
from infra.temporal.drill import pass_time
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.ports import TASK_QUEUE
from workflows.search_attributes import attributes

VALUE = 2**21 - 2**16
"""Bytes of the largest value that is sent: the engine takes 2 MiB."""
DRILL_PATIENCE = 110.0
"""Seconds after which an answer is better than none: the engine passes about one timer a second."""
ASK_AGAIN = 0.2
"""Seconds until a question that a worker did not answer is asked again."""
BEING_MOVED = "该纠纷的时间正在推进，请待其完成后再试"
# FAILED_PRECONDITION is a case whose workflow task fails (a bug, until it is mended): the decision is left as a signal.
_BUSY = (RPCStatusCode.RESOURCE_EXHAUSTED, RPCStatusCode.ABORTED, RPCStatusCode.FAILED_PRECONDITION)
_AWAY = (
    RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED,
    # What the server says where its own database can not be written.
    RPCStatusCode.INTERNAL, RPCStatusCode.UNKNOWN, RPCStatusCode.DATA_LOSS,
)  # fmt: skip


class WorkflowClient(Engine):
    """One process's way to the disputes' workflows."""

    def __init__(self, client: Client, settings: Settings, places: Places) -> None:
        self._drill = drill_clock(client)
        # In drill mode disputes must be started by the client that lets their clock be moved.
        self._client = self._drill.client if settings.drill else client
        self._patience = timedelta(seconds=settings.decision_timeout_seconds)
        self._places = places

    async def start(self, dispute: DisputeInput, *, next_run: bool = False) -> None:
        """Starts a life or the next run, as `Engine.start`."""
        await self._fits(dispute)
        number = dispute.state.dispute_no
        policy = WorkflowIDReusePolicy.ALLOW_DUPLICATE if next_run else WorkflowIDReusePolicy.REJECT_DUPLICATE
        # A next run that is under way was not started for this reason, and would never hear of it.
        conflict = WorkflowIDConflictPolicy.FAIL if next_run else WorkflowIDConflictPolicy.USE_EXISTING
        try:
            await self._client.start_workflow(
                DisputeWorkflow.run,
                dispute,
                id=number,
                task_queue=TASK_QUEUE,
                task_timeout=TASK_TIMEOUT,
                id_conflict_policy=conflict,
                id_reuse_policy=policy,
                static_summary=f"{number} {dispute.state.category_name}",
                search_attributes=attributes(dispute.state),
                rpc_timeout=self._patience,
            )
        except WorkflowAlreadyStartedError as error:
            if next_run:
                raise ActionNotAllowed("该纠纷刚刚已重新启动") from error
            # else it has lived and closed: nothing is missing
        except RPCError as error:
            raise Unavailable(may_take_effect=True) from error

    async def update(self, dispute_no: str, update: UpdateName, message: Message) -> UpdateResult:
        """Sends an update and waits for the case's answer, as `Engine.update`."""
        await self._fits(message)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience.total_seconds()
        away: RPCError | None = None
        while True:
            left = deadline - loop.time()
            if left <= 0:
                if away:
                    raise Unavailable(may_take_effect=True) from away
                raise NoWorker
            try:
                result: UpdateResult = await self._handle(dispute_no).execute_update(
                    update,
                    message,
                    id=message.key,
                    result_type=UpdateResult,
                    rpc_timeout=timedelta(seconds=left),
                )
                return result
            except WorkflowUpdateFailedError as error:
                raise refusal(error.cause) from error
            except WorkflowUpdateRPCTimeoutOrCancelledError as error:
                if (task := asyncio.current_task()) and task.cancelling():
                    raise asyncio.CancelledError from error  # the SDK reports our own cancellation as a timeout
                raise NoWorker from error
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    raise await self._why_not(dispute_no, may_take_effect=away is not None) from error
                if error.status not in (*_BUSY, *_AWAY):
                    raise
                away = error if error.status in _AWAY else None
            # The engine restarts, or ten updates of this dispute are under way, which is the most: again, with the same
            # id, and not in step with others.
            await asyncio.sleep(random.uniform(0.02, 0.15))

    async def signal(self, dispute_no: str, signal: SignalName, message: BaseModel) -> None:
        """Sends a signal, as `Engine.signal`."""
        await self._fits(message)
        try:
            await self._handle(dispute_no).signal(signal, message, rpc_timeout=timedelta(seconds=5))
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise await self._why_not(dispute_no) from error
            raise Unavailable(may_take_effect=True) from error

    async def orphan(self, dispute_no: str, key: str) -> None:
        """Sends the signal, as `Engine.orphan`."""
        try:
            await self._handle(dispute_no).signal(DisputeWorkflow.orphan, key, rpc_timeout=timedelta(seconds=5))
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise DisputeClosed from error
            raise Unavailable from error

    async def known_outcome(self, dispute_no: str, key: str, task_id: str | None = None) -> Outcome | None:
        """Asks the case, or its result where it is over, as `Engine.known_outcome`."""
        case = self._client.get_workflow_handle_for(DisputeWorkflow.run, dispute_no)

        async def asked(reject: QueryRejectCondition) -> Outcome | None:
            ask = partial(case.query, DisputeWorkflow.outcome, args=[key, task_id], reject_condition=reject)
            known: Outcome | None = await _again(partial(ask, rpc_timeout=self._patience))
            return known

        try:
            try:
                return await asked(QueryRejectCondition.NOT_OPEN)
            except WorkflowQueryRejectedError as over:
                if over.status is not WorkflowExecutionStatus.COMPLETED:
                    # Ended from outside: a worker reads its history.
                    return await asked(QueryRejectCondition.NONE)
                # Its result is the whole case: no worker is needed.
                return message_keys.outcome(await case.result(rpc_timeout=self._patience), key, task_id)
        except (RPCError, WorkflowQueryFailedError) as error:
            if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise Unavailable(may_take_effect=True) from error

    async def last_run(self, dispute_no: str) -> LastRun:
        """What the last run answered, or its history says where it was ended from outside, as `Engine.last_run`."""
        try:
            described = await self._described(dispute_no)
            run_id = described.run_id
            if described.status in OUTSIDE:
                left = await recovered(self._client, dispute_no, run_id, OUTSIDE[described.status])
            else:
                # The read model shows a closed dispute a moment before its run has ended; a run that does not end is
                # the next one: another report, or another click, was faster.
                async with asyncio.timeout(self._patience.total_seconds()):
                    left = await self._result(dispute_no, run_id)
        except TimeoutError as error:
            raise Unavailable("该纠纷刚刚启动，请稍后重试") from error
        except (RPCError, WorkflowFailureError) as error:
            # Away, or not started yet: of two reports at once the second may be sent first. Or ended this very moment.
            raise Unavailable from error
        return LastRun(run_id, left)

    async def ended_outside(self, dispute_no: str) -> bool:
        """Whether the run was ended from outside, as `Engine.ended_outside`."""
        try:
            return (await self._handle(dispute_no).describe()).status in OUTSIDE
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise NotFound("没有这个纠纷") from error
            raise Unavailable from error

    async def advance(self, dispute_no: str, length: timedelta) -> int:
        """Moves a dispute's clock, one drill at a time, as `Engine.advance`."""
        case = self._handle(dispute_no)
        with self._alone(dispute_no):
            try:
                async with asyncio.timeout(DRILL_PATIENCE):
                    await case.signal(DisputeWorkflow.clock_advanced, int(length.total_seconds()))
                    await pass_time(self._drill, case, length, lambda: self._next_due(dispute_no))
                    return await self._at_rest(dispute_no)
            except TimeoutError as error:
                raise Unavailable("推进后的事项尚未处理完，请稍后查看", may_take_effect=True) from error
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:
                    raise await self._why_not(dispute_no) from error
                raise Unavailable(may_take_effect=True) from error
            except RuntimeError as error:  # the engine's helper has no other name for it
                raise Conflict(BEING_MOVED) from error

    async def answers(self) -> bool:
        """Whether the server is healthy."""
        try:
            return await self._client.service_client.check_health(timeout=timedelta(seconds=2))
        except Exception:  # whatever went wrong there: it does not answer
            return False

    async def _fits(self, message: BaseModel) -> None:
        """Whether a message may be sent; each is asked here. What a person says is measured as the case will hold it, a
        whole case as the engine is given it: compressed.

        Raises:
            TooLarge
        """
        converter = self._client.data_converter
        if isinstance(message, DisputeInput):
            [payload] = await converter_for(message.state.dispute_no, converter).encode([message])
            if payload.ByteSize() > VALUE:
                raise TooLarge("案卷过大，请另立新案")
        elif len(converter.payload_converter.to_payloads([message])[0].data) > MAX_MESSAGE:
            raise TooLarge(f"内容合计超过{MAX_MESSAGE // 1024} KB，请压缩文字，详细材料请作为附件上传")

    def _handle(self, dispute_no: str) -> WorkflowHandle[Any, Any]:
        """The dispute's workflow, whatever its run."""
        return self._client.get_workflow_handle(dispute_no)

    async def _why_not(self, dispute_no: str, *, may_take_effect: bool = False) -> DisputeClosed | Unavailable:
        """Why no run of a case takes a message: the case is closed, which is a refusal and stays one, or its run was
        ended from outside, or the next one has begun this very moment. `may_take_effect` as of an earlier try.
        """
        try:
            status = (await self._described(dispute_no)).status
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return DisputeClosed()
            return Unavailable(may_take_effect=may_take_effect)
        if status in OUTSIDE:
            return EndedOutside("流程被外部终止，待恢复，请稍后重试", may_take_effect=may_take_effect)
        if status is WorkflowExecutionStatus.COMPLETED:
            return DisputeClosed()
        return Unavailable(may_take_effect=may_take_effect)

    async def _described(self, dispute_no: str) -> WorkflowExecutionDescription:
        return await self._handle(dispute_no).describe(rpc_timeout=self._patience)

    async def _result(self, dispute_no: str, run_id: str) -> DisputeInput:
        closed = self._client.get_workflow_handle(dispute_no, run_id=run_id, result_type=DisputeState)
        state: DisputeState = await closed.result()
        return DisputeInput(state=state)

    @contextlib.contextmanager
    def _alone(self, dispute_no: str) -> Iterator[None]:
        """One drill of a dispute at a time, in whichever process: the engine would let the second take the place of the
        first.

        Raises:
            Conflict: there is one.
        """
        with self._places.taken(f"drill {dispute_no}") as alone:
            if not alone:
                raise Conflict(BEING_MOVED)
            yield

    async def _next_due(self, dispute_no: str) -> datetime | None:
        """When something falls due next, once all that did is published."""
        await self._at_rest(dispute_no)
        due: datetime | None = await self._asked(dispute_no, DisputeWorkflow.next_due)
        return due

    async def _at_rest(self, dispute_no: str) -> int:
        """The revision once everything that fell due is published."""
        while True:
            revision, rests = await self._asked(dispute_no, DisputeWorkflow.progress)
            if rests:
                return int(revision)
            await asyncio.sleep(0.02)

    async def _asked(self, dispute_no: str, query: Callable[[DisputeWorkflow], Any]) -> Any:
        """What a case answers while its clock is moved."""
        try:
            return await _again(partial(self._handle(dispute_no).query, query, rpc_timeout=timedelta(seconds=20)))
        except WorkflowQueryFailedError as error:
            raise Unavailable(may_take_effect=True) from error


async def _again(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Asks a case, and once more where the worker let go of it with the question: until a task that was lost would have
    begun anew (docs/adr/0055).
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 1.5 * TASK_TIMEOUT.total_seconds()
    while True:
        try:
            return await ask()
        except WorkflowQueryFailedError:
            if loop.time() > deadline:
                raise
            await asyncio.sleep(ASK_AGAIN)


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
