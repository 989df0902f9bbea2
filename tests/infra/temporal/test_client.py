"""The way to an engine that is away: what a first call is told is what every later one is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from infra.runtime.settings import Settings
from infra.temporal.client import connect
from tests.infra.support import free_port
from workflows.dispute import DisputeWorkflow

CALLS: dict[str, Callable[[Client], Awaitable[Any]]] = {
    "start": lambda client: client.start_workflow("Dispute", id="D2026-000001", task_queue="santui"),
    "describe": lambda client: client.get_workflow_handle("D2026-000001").describe(),
    "query": lambda client: client.get_workflow_handle("D2026-000001").query(DisputeWorkflow.progress),
    "signal": lambda client: client.get_workflow_handle("D2026-000001").signal(DisputeWorkflow.orphan, "k"),
    "update": lambda client: client.get_workflow_handle("D2026-000001").execute_update("answer", id="k"),
}


@pytest.mark.parametrize("call", CALLS)
async def test_a_first_call_to_an_engine_that_is_away_says_so(tmp_path: Path, call: str) -> None:
    client = await connect(Settings(var=tmp_path / "var", temporal_port=free_port()), lazy=True)
    with pytest.raises(RPCError) as told:
        await CALLS[call](client)
    assert told.value.status is RPCStatusCode.UNAVAILABLE
