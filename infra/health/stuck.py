"""What waits, and what is stuck: counted and dated, without a word of a case. For readiness, metrics and the doctor."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from infra.database.engine import Database
from infra.database.tables.read_model import DisputeRow
from infra.health.heartbeat import heard_of
from infra.health.on_record import on_record
from infra.health.waiting import Waiting, together
from infra.records.deliveries import undelivered_summary

ENDED = (
    WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.TIMED_OUT,
    WorkflowExecutionStatus.CANCELED,
)
"""How a run of ours never ends by itself."""
_ENDED_RUNS = "WorkflowType = 'Dispute' AND ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled')"
_FAILING = "WorkflowType = 'Dispute' AND ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL"
MOST = 1000
TOLD = ("unpublished_cases", "access_backlog", "background")
"""What each process tells of itself."""


async def in_the_store(database: Database, besides: str = "") -> list[Waiting]:
    """Reports that the engine has not got, and what the processes tell of themselves, but for one by its key.

    Raises:
        StoreUnavailable
    """
    heard = [row for row in await heard_of(database) if row.process != besides]
    reports = await undelivered_summary(database)
    return [
        Waiting(what="undelivered_reports", count=reports.count, since=reports.since),
        Waiting(what="dead_letters", count=reports.dead, at_once=True),
        *together([*(Waiting(what=what) for what in TOLD), *(Waiting(**told) for row in heard for told in row.waits)]),
    ]


async def failing(client: Client, database: Database) -> list[str]:
    """The numbers of the cases whose workflow tasks fail again and again, as the engine reports them; no stranger's.

    Raises:
        RPCError: the engine does not answer, or is none that reports them (docs/operations.md).
        StoreUnavailable
    """
    found = {run.id async for run in client.list_workflows(_FAILING, limit=MOST)}
    return sorted(await on_record(database, found))


async def ended_outside(client: Client, database: Database) -> list[str]:
    """The numbers of the cases that were not closed and whose latest run has ended all the same.

    Raises:
        RPCError, StoreUnavailable
    """
    found = {run.id async for run in client.list_workflows(_ENDED_RUNS, limit=MOST)}
    # A start that is not ours fails at once and is nobody's dispute: `doctor` names it.
    numbers = sorted(await on_record(database, found))
    if not numbers:
        return []
    return [number for number in await _open(database, numbers) if await _ended(client, number)]


async def _open(database: Database, numbers: Sequence[str]) -> list[str]:
    query = select(col(DisputeRow.dispute_no)).where(
        col(DisputeRow.dispute_no).in_(numbers), col(DisputeRow.closed_at).is_not(None)
    )
    async with database.read() as session:
        closed = set((await session.execute(query)).scalars())
    return [number for number in numbers if number not in closed]


async def _ended(client: Client, number: str) -> bool:
    try:
        return (await client.get_workflow_handle(number).describe()).status in ENDED
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:  # the engine's list lags behind what it has let go of
            return False
        raise
