"""The state of a case from its history: the workflow's own code run again over the recorded events.

A replay proves two things: the code still gives the commands on record (else it fails), and the state it ends with is
what everybody was shown (the caller compares). Replaying only the first events gives the state after them.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowRunner,
)
from temporalio.workflow import NondeterminismError, info, instance

from domain.case.state import DisputeState
from domain.transitions.message import Seen
from infra.temporal.build import build_id
from infra.temporal.codec import EncryptionCodec, converter_for
from workflows.dispute import DisputeInput, DisputeWorkflow
from workflows.messages.foreign import RefusingForeign
from workflows.publisher import StandsOtherwise

RECIPE = "docs/changing-the-process.md"
_MACHINES = "Fatal error in workflow machines"
"""In the SDK's error where the replayed commands differ and it raises no NondeterminismError."""


def describe_failure(failure: BaseException) -> str:
    """Why a history can't be replayed, in one line; where the case goes otherwise under this code, with the remedy."""
    line = f"{type(failure).__name__}: {_first_line(failure)}"
    gate = f"; under this code the case goes otherwise than in its history: a gate is missing, see {RECIPE}"
    signs = (_MACHINES, StandsOtherwise.__name__)
    other = isinstance(failure, NondeterminismError) or any(sign in f"{line} {failure}" for sign in signs)
    return line + (gate if other else "")


@dataclass(frozen=True)
class Replayed:
    """One history replayed: the state at its end, or why it can't be replayed with this code."""

    history: WorkflowHistory
    state: DisputeState | None
    error: str | None = None
    earlier: int = 0
    """how many entries the timeline had when the run began: those of the runs before"""

    @property
    def dispute_no(self) -> str:
        """The dispute."""
        return self.history.workflow_id

    @property
    def run_id(self) -> str:
        """The run; ids that the workflow gave out come from it, so a history replays under its own run id only."""
        return self.history.run_id

    @property
    def events(self) -> int:
        """How many events were replayed."""
        return len(self.history.events)


class _Instances(Interceptor):
    """Keeps the workflow instance of each replay by run id, to read its state."""

    def __init__(self) -> None:
        self.by_run: dict[str, DisputeWorkflow] = {}
        self.earlier: dict[str, int] = {}

    def workflow_interceptor_class(self, _: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        by_run, earlier = self.by_run, self.earlier

        class Inbound(WorkflowInboundInterceptor):
            async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
                by_run[info().run_id] = instance()
                earlier[info().run_id] = len(input.args[0].state.timeline)
                return await super().execute_workflow(input)

        return Inbound


@cache
def _reading(converter: DataConverter) -> DataConverter:
    """The converter without its writing half, a sixth of a replay's work.

    What a replayed workflow says goes nowhere: the engine's core compares kinds and ids of the commands with those on
    record, not what they carry.
    """
    writing = converter.payload_converter_class

    class ReadOnly(writing):  # type: ignore[misc, valid-type]
        def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
            return [Payload() for _ in values]

    codec = converter.payload_codec
    if isinstance(codec, EncryptionCodec):
        codec = codec.opening_only()
    return dataclasses.replace(converter, payload_converter_class=ReadOnly, payload_codec=codec)


ReplayOne = Callable[[WorkflowHistory], Awaitable[Replayed]]


@asynccontextmanager
async def replaying(converter: DataConverter, runner: WorkflowRunner | None = None) -> AsyncIterator[ReplayOne]:
    """What replays histories, each when it is given: one at a time, for as long as it is needed."""
    instances = _Instances()
    replayer = Replayer(
        workflows=[DisputeWorkflow],
        build_id=build_id(),
        data_converter=_reading(converter),
        interceptors=[RefusingForeign(), instances],
        # Our code is checked by the sandbox in the tests; reading needs no sandbox and goes twice as fast without.
        workflow_runner=runner or UnsandboxedWorkflowRunner(),
        # A busy machine is no deadlock.
        debug_mode=True,
    )
    given: asyncio.Queue[WorkflowHistory | None] = asyncio.Queue()

    async def histories() -> AsyncIterator[WorkflowHistory]:
        while (history := await given.get()) is not None:
            yield history

    async with replayer.workflow_replay_iterator(histories()) as results:

        async def replay_one(history: WorkflowHistory) -> Replayed:
            if not any(_completed(event) for event in history.events):  # not worked on yet: as intake made it
                state = await first_state(history, converter)
                return Replayed(history, state, earlier=len(state.timeline))
            given.put_nowait(up_to(history, history.events[-1].event_id))
            failure = (await anext(results)).replay_failure
            workflow = instances.by_run.pop(history.run_id, None)
            if workflow and not failure and not workflow.publisher.knows(shown := await last_shown(history, converter)):
                failure = StandsOtherwise(shown)
            return Replayed(
                history,
                state=workflow.state if workflow and not failure else None,
                error=describe_failure(failure) if failure else None,
                earlier=instances.earlier.pop(history.run_id, 0),
            )

        yield replay_one
        given.put_nowait(None)
        await anext(results, None)


async def replay(history: WorkflowHistory, converter: DataConverter) -> Replayed:
    """Replays one history to its end."""
    async with replaying(converter) as replay_one:
        return await replay_one(history)


async def last_shown(history: WorkflowHistory, converter: DataConverter) -> Seen | None:
    """Where the case stood according to its last answer to an update; none where it gave none that was to be shown.

    The engine compares commands and no answers: that an answer would be another one today is found here.
    """
    converter = converter_for(history.workflow_id, converter)
    for event in reversed(history.events):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
            outcome = event.workflow_execution_update_completed_event_attributes.outcome
            for result in await converter.decode(outcome.success.payloads):
                if image := result["image"]:
                    return Seen(revision=image["revision"], stage=image["stage"], round=image["round"])
    return None


async def first_state(history: WorkflowHistory, converter: DataConverter) -> DisputeState:
    """The case as it was handed to the engine."""
    return (await first_input(history, converter)).state


async def first_input(history: WorkflowHistory, converter: DataConverter) -> DisputeInput:
    """All that a run was started with."""
    started = history.events[0].workflow_execution_started_event_attributes
    converter = converter_for(history.workflow_id, converter)
    (dispute,) = await converter.decode(started.input.payloads, [DisputeInput])
    assert isinstance(dispute, DisputeInput)
    return dispute


def up_to(history: WorkflowHistory, event_id: int) -> WorkflowHistory:
    """The history as it stood after an event: what the workflow had not yet worked on is left out.

    A case changes only where a workflow task completes, so the cut falls behind the last event that such a task made.
    """
    events = [event for event in history.events if event.event_id <= event_id]
    while events and not (_completed(events[-1]) or _made_by_task(events[-1])):
        events.pop()
    return WorkflowHistory(history.workflow_id, events or history.events[:1])


def moments(history: WorkflowHistory) -> list[int]:
    """The ids of the events after which the case may stand otherwise than before: the ends of workflow tasks."""
    ends = []
    for event, following in zip(history.events, [*history.events[1:], None], strict=True):
        changes = _completed(event) or _made_by_task(event)
        if changes and not (following is not None and _made_by_task(following)):
            ends.append(event.event_id)
    return ends


def _completed(event: HistoryEvent) -> bool:
    return event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED


def _made_by_task(event: HistoryEvent) -> bool:
    """Whether a workflow task made the event: a command, or its answer to an update."""
    kind = event.WhichOneof("attributes")
    attributes = getattr(event, kind) if kind else None
    if kind == "workflow_execution_update_accepted_event_attributes":
        return True
    return bool(getattr(attributes, "workflow_task_completed_event_id", 0)) or (
        kind == "workflow_execution_update_completed_event_attributes"
    )


def _first_line(failure: BaseException) -> str:
    return next(iter(str(failure).splitlines()), "")[:200]
