"""Workflows in memory that hold nothing of their last activation, a third of what a case took outside Python's heap;
and that are let go of where a question had them live through what no task of their own has taken yet.

The SDK keeps of a cached workflow the completion it made last, and by fields without content the first and the last
activation. A protobuf message of C is one piece with all that it was read from: each keeps its payloads, sealed and
opened.
"""

from __future__ import annotations

from dataclasses import replace

from temporalio.api.common.v1 import Payloads
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker._workflow_instance import _WorkflowInstanceImpl

OF_ONE_ACTIVATION = ("_current_completion", "_current_internal_flags", "_deployment_version_for_current_task")
"""What the SDK sets at the beginning of each activation, and reads until its end."""


LEGACY = "legacy_query"
"""The id of a question that comes by itself, and not with a workflow task."""


class Ahead:
    """Whether a workflow may have lived ahead of its history.

    A question that comes by itself to a worker that does not have the workflow in memory brings the whole history, and
    the SDK (1.35.0) has the workflow live through what came after the last completed task as well. If a task was
    begun for it and lost (its worker died, or let go of it), that is at the instant of the lost task: another than
    that of the task which takes it up, and what it did then would go out with that one. Nothing tells such an
    activation from that of a task that was completed, so what lived through one alone since it was made out of a
    history counts as ahead (docs/adr/0055).
    """

    def __init__(self) -> None:
        self._made_of_history = False
        self._new: int | None = None
        """how long the history was when it first lived through what was new"""
        self._known = False
        """whether it did so again later: the task of the first time was completed then, or it had been let go of"""

    def asked(self, act: WorkflowActivation) -> bool:
        """Takes note of an activation; answers whether a question came to a workflow that may be ahead."""
        for job in act.jobs:
            if job.HasField("query_workflow"):
                return job.query_workflow.query_id == LEGACY and self._new is not None and not self._known
            if job.HasField("remove_from_cache"):
                return False
        if act.is_replaying:
            self._made_of_history = True
        elif self._made_of_history:
            self._known = self._known or self._new not in (None, act.history_length)
            self._new = self._new or act.history_length
        return False


class LightRunner(UnsandboxedWorkflowRunner):
    """The SDK's runner without sandbox, for workflows that stay in memory."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The SDK's instance; what there is of a run before is copied out of the activation."""
        result, failure = Payloads(), Failure() if det.last_failure else None
        result.CopyFrom(det.last_completion_result)
        if failure and det.last_failure:
            failure.CopyFrom(det.last_failure)
        return _LightInstance(replace(det, last_completion_result=result, last_failure=failure))  # type: ignore[abstract]


class _LightInstance(_WorkflowInstanceImpl):
    def __init__(self, det: WorkflowInstanceDetails) -> None:
        super().__init__(det)
        self._ahead = Ahead()

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        try:
            if self._ahead.asked(act):
                # The question fails, and the SDK lets go of the workflow; who asks again finds it as it is on record.
                failed = WorkflowActivationCompletion()
                failed.failed.failure.message = "asked before its own task was taken up"
                failed.failed.failure.application_failure_info.type = "NotYet"
                return failed
            return super().activate(act)
        finally:
            for name in OF_ONE_ACTIVATION:
                self.__dict__.pop(name, None)
            if self._workflow_input:
                self._workflow_input.headers = dict(self._workflow_input.headers)

    def _add_command(self) -> WorkflowCommand:
        """A command of the activation. When the process ends, coroutines that wait are thrown away outside of any and
        cancel their timers. The SDK puts that into its last completion, which nobody reads; here it goes nowhere.
        """
        return super()._add_command() if "_current_completion" in self.__dict__ else WorkflowCommand()
