"""Recovery of a run that was ended from outside (terminated, canceled, failed, timed out): it returned no state, so the
state is taken from its history, which is complete, by a replay up to the last completed workflow task.
"""

from __future__ import annotations

import structlog
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory

from api.histories.replay import first_input, replay, up_to
from domain.foreign import Foreign
from infra.temporal.codec import converter_for, marking
from workflows.dispute import SIGNALS, DisputeInput
from workflows.messages.unprocessed import UnprocessedSignal

log = structlog.get_logger()
OUTSIDE = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.CANCELED: "canceled",
    WorkflowExecutionStatus.FAILED: "failed",
    WorkflowExecutionStatus.TIMED_OUT: "timed_out",
}
"""How a run may end other than by the case's own end."""


async def recovered(client: Client, dispute_no: str, run_id: str, ended: str) -> DisputeInput:
    """What the next run starts with: the case as the ended run left it, and the signals it had not handled yet.

    A history that this code can't replay gives the case as that run began: the newest state known for certain.

    Raises:
        RPCError: the engine does not answer.
    """
    history = await client.get_workflow_handle(dispute_no, run_id=run_id).fetch_history()
    worked = up_to(history, history.events[-1].event_id)
    started = await first_input(history, client.data_converter)
    behind = await _behind(client, history, after=worked.events[-1].event_id)
    if len(worked.events) > 1:
        state = (await replay(worked, client.data_converter)).state
        if state is not None:
            return DisputeInput(state=state, ended=ended, behind=behind)
        log.error("history_not_replayed", dispute_no=dispute_no, run=run_id)
        behind = await _behind(client, history, after=0)
    if started.incident:
        behind.insert(0, UnprocessedSignal(signal="incident_added", message=started.incident.model_dump(mode="json")))
    return started.model_copy(update={"ended": ended, "incident": None, "behind": [*started.behind, *behind]})


async def _behind(client: Client, history: WorkflowHistory, after: int) -> list[UnprocessedSignal]:
    found, converter = [], marking(converter_for(history.workflow_id, client.data_converter))
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED and event.event_id > after:
            signaled = event.workflow_execution_signaled_event_attributes
            if signaled.signal_name not in SIGNALS:  # how far a drill had moved that run's clock is over with it
                continue
            message, *more = await converter.decode(signaled.input.payloads) or [Foreign(why="empty")]
            if more or isinstance(message, Foreign):  # a stranger's, which does not keep the case from going on
                continue
            found.append(UnprocessedSignal(signal=signaled.signal_name, message=message))
    return found
