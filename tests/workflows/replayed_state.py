"""The state that a history replays to, for tests that want nothing else."""

from __future__ import annotations

from temporalio.client import Client, WorkflowHistory

from api.histories.replay import replay
from domain.case.state import DisputeState


async def state_of(client: Client, history: WorkflowHistory) -> DisputeState:
    """The state at the end of a history, decoded as the client decodes."""
    replayed = await replay(history, client.data_converter)
    assert replayed.state is not None, replayed.error
    return replayed.state
