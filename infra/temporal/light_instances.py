"""Workflows in memory that hold nothing of their last activation: a third of what a case took outside Python's heap.

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
    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        try:
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
