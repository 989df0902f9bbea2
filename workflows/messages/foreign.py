"""Messages that are not ours: whoever reaches the engine can send a workflow anything under any name.

What he sends can't be sealed for the workflow, so that each of its arguments comes as a mark (`domain.foreign`), or
does not come at all. No handler sees it: a start or an update is refused, a signal is noted and has no other effect. An
exception out of a handler would be tried again for ever, and the case would stand still.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

with workflow.unsafe.imports_passed_through():
    from domain.case.case import Case
    from domain.foreign import Foreign
    from domain.transitions.facts import foreign_message

ARGUMENTS = 1
"""Of every update and every signal of ours."""


def foreign(arguments: Sequence[Any]) -> str | None:
    """Why a message is not ours, in codes; none where it is."""
    if len(arguments) != ARGUMENTS:
        return f"{len(arguments)} arguments"
    return arguments[0].why if isinstance(arguments[0], Foreign) else None


def refused(what: str, why: str) -> ApplicationError:
    """The failure by which a foreign start or update ends; it is not tried again."""
    return ApplicationError(f"{what}: {why}", type="foreign_message", non_retryable=True)


class _Inbound(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        if why := foreign(input.args):
            raise refused("start", why)
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:
        if why := foreign(input.args):
            case = getattr(workflow.instance(), "case", None)
            if isinstance(case, Case):  # a run whose own start is not ours has none
                foreign_message(case, input.signal, why)
            return
        await super().handle_signal(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:
        if why := foreign(input.args):
            raise refused(input.update, why)
        super().handle_update_validator(input)


class RefusingForeign(Interceptor):
    """The interceptor of every worker and every replay."""

    def workflow_interceptor_class(self, _: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """Its workflow half."""
        return _Inbound
