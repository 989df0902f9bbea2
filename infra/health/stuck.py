"""What waits, and what is stuck: counted and dated, without a word of a case. For readiness, metrics and the doctor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.base import Model
from infra.database.engine import Database
from infra.database.tables.operations import HeartbeatRow
from infra.database.tables.read_model import DisputeRow
from infra.health.heartbeat import BELIEVED
from infra.records.deliveries import undelivered_summary

PATIENCE = timedelta(minutes=1)
"""How long something may wait: sweeps, retries and back-off have all had their turns by then."""
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

WORDS = {
    "undelivered_reports": "警情已记录、尚未送达流程引擎",
    "dead_letters": "警情多次送达失败，须人工处理",
    "failing_cases": "纠纷的流程步骤反复失败，时限不会触发，决定不会生效，须修复程序",
    "ended_outside": "纠纷的流程被外部终止，尚未重新启动",
    "unpublished_cases": "纠纷的变动未能写入查询库",
    "access_backlog": "查阅记录未能写入",
    "background": "后台工作反复失败",
}
"""What waits, by code, as staff read it."""


class Waiting(Model):
    """How many of something wait, and since when the oldest does; `at_once` is stuck from the first moment on."""

    what: str
    count: int = 0
    since: datetime | None = None
    at_once: bool = False

    @property
    def seconds(self) -> float:
        """How long the oldest has waited."""
        return max(0.0, (datetime.now(UTC) - self.since).total_seconds()) if self.since else 0.0

    @property
    def stuck(self) -> bool:
        """Whether it waits longer than what passes by itself."""
        return self.count > 0 and (self.at_once or self.seconds > PATIENCE.total_seconds())

    def message(self) -> str:
        """The same in words, for staff."""
        age = f"，最早一件已等待{self.seconds / 60:.0f}分钟" if self.since else ""
        return f"{self.count}件{WORDS[self.what]}{age}"


async def in_the_store(database: Database) -> list[Waiting]:
    """Reports that the engine has not got, and cases whose image could not be written.

    Raises:
        StoreUnavailable
    """
    images = select(func.sum(col(HeartbeatRow.unpublished)), func.min(col(HeartbeatRow.unpublished_since))).where(
        col(HeartbeatRow.at) >= datetime.now(UTC) - BELIEVED
    )
    async with database.read() as session:
        behind, behind_since = (await session.execute(images)).one()
    reports = await undelivered_summary(database)
    return [
        Waiting(what="undelivered_reports", count=reports.count, since=reports.since),
        Waiting(what="dead_letters", count=reports.dead, at_once=True),
        Waiting(what="unpublished_cases", count=behind or 0, since=behind_since),
    ]


async def failing(client: Client) -> list[str]:
    """The numbers of the cases whose workflow tasks fail again and again, as the engine reports them.

    Raises:
        RPCError: the engine does not answer, or is none that reports them (docs/operations.md).
    """
    return sorted({run.id async for run in client.list_workflows(_FAILING, limit=MOST)})


async def ended_outside(client: Client, database: Database) -> list[str]:
    """The numbers of the cases that were not closed and whose latest run has ended all the same.

    Raises:
        RPCError, StoreUnavailable
    """
    numbers = sorted({run.id async for run in client.list_workflows(_ENDED_RUNS, limit=MOST)})
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
