"""The case as a history tells it: replayed, and its state read off the workflow object."""

from __future__ import annotations

from typing import Any

from temporalio.client import Client, WorkflowHistory
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)
from temporalio.workflow import instance

from domain.state import DisputeState
from workflows.dispute import DisputeWorkflow


class Watching(Interceptor):
    """Keeps the workflow object of a replay, to read its state."""

    def __init__(self) -> None:
        self.seen: list[DisputeWorkflow] = []

    def workflow_interceptor_class(self, _: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        seen = self.seen

        class Inbound(WorkflowInboundInterceptor):
            async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
                seen.append(instance())
                return await super().execute_workflow(input)

        return Inbound


async def state_of(client: Client, history: WorkflowHistory) -> DisputeState:
    """The state at the end of a history, decoded as the client decodes."""
    watching = Watching()
    await Replayer(
        workflows=[DisputeWorkflow],
        data_converter=client.data_converter,
        interceptors=[watching],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ).replay_workflow(history)
    return watching.seen[-1].state
