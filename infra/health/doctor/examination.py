"""One look at every open dispute and at every run in the engine, a page at a time: two hundred thousand runs take no
more memory than two hundred, and nobody waits for it.

First the record is held against the engine (what has ended, is gone, stands still), then the engine against the record
(what is not ours). Nothing is changed but by `heal`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.base import Model, china
from domain.errors import SantuiError
from infra.database.engine import Database
from infra.database.tables.read_model import DisputeRow, TaskRow
from infra.health.doctor import records
from infra.health.doctor.findings import Found, Kind
from infra.health.on_record import on_record
from infra.records.calendars.editions import count_open, open_numbers

PAGE = 200
AT_ONCE = 8
"""Questions to the engine at a time: it serves people meanwhile."""
PATIENCE = timedelta(seconds=10)
SETTLED = timedelta(minutes=10)
"""What is younger may be on its way: a run that was just started, an image that is just being written."""
LATE = timedelta(hours=1)
"""A deadline that is past for so long has not fired; after an outage all fire within minutes."""
FAILS = 3
"""Tries of one workflow task after which it is wedged and not unlucky."""
LONG = 30_000
"""Events; the engine ends a run of its own accord at 51,200 (limit.historyCount.error)."""
OURS, BEATS = "Dispute", "Rhythm"
ENDED = {
    WorkflowExecutionStatus.TERMINATED: "被终止",
    WorkflowExecutionStatus.CANCELED: "被取消",
    WorkflowExecutionStatus.FAILED: "失败",
    WorkflowExecutionStatus.TIMED_OUT: "超时",
}
PROBLEMS = "TemporalReportedProblems"
WAITING = ("open", "claimed")

Heal = Callable[[str], Awaitable[bool]]
"""Starts the next run of a dispute whose run was ended from outside; whether it did."""


class Piece(Model):
    """A page that was looked at."""

    looked: int
    found: int = 0
    healed: int = 0


async def pieces(client: Client, database: Database, since: datetime | None) -> int:
    """About how many pages there are.

    Raises:
        RPCError, StoreUnavailable
    """
    runs = (await client.count_workflows(_runs(since), rpc_timeout=PATIENCE)).count
    return -(-await count_open(database) // PAGE) + runs // PAGE + 1  # the last page of runs may be empty


async def examine(
    client: Client, database: Database, *, heal: Heal | None = None, settled: timedelta = SETTLED
) -> AsyncIterator[Piece]:
    """Looks at everything and keeps what it finds; what was found before and is not any more is over with the end.
    Whoever is to know is told once of what is new.

    Raises:
        RPCError, StoreUnavailable: everything kept so far stays; the next examination goes on from the beginning.
    """
    began, since = datetime.now(UTC), await records.last_began(database)
    looked = 0
    async for page in _pages(client, database, since, began - settled):
        found, size = page
        healed = await _healed(found, heal)
        await records.keep(database, found, healed, began)
        looked += size
        yield Piece(looked=size, found=len(found), healed=len(healed))
    await records.conclude(database, began, looked)


async def _healed(found: Sequence[Found], heal: Heal | None) -> set[str]:
    """The numbers of those that go on. Who can't be helped stays found; the others have their turn."""
    done = set()
    for each in found:
        if heal and each.kind is Kind.ENDED:
            try:
                if await heal(each.subject):
                    done.add(each.subject)
            except SantuiError:
                continue
    return done


async def _pages(
    client: Client, database: Database, since: datetime | None, before: datetime
) -> AsyncIterator[tuple[list[Found], int]]:
    after, turns = "", asyncio.Semaphore(AT_ONCE)

    async def look(number: str) -> Found | None:
        async with turns:
            return await _wrong_with(client, number, before)

    while numbers := await open_numbers(database, after, PAGE):
        found = [each for each in await asyncio.gather(*map(look, numbers)) if each]
        found = await _still_open(database, found)
        yield found + await _silent(database, numbers, before - LATE + SETTLED), len(numbers)
        after = numbers[-1]
    page: list[WorkflowExecution] = []
    async for run in client.list_workflows(_runs(since), page_size=PAGE, rpc_timeout=PATIENCE):
        page.append(run)
        if len(page) == PAGE:
            yield await _foreign(database, page, before), PAGE
            page = []
    yield await _foreign(database, page, before), len(page)


def _runs(since: datetime | None) -> str:
    """What runs, and what was started since the last look: what had ended by then was looked at."""
    return f"ExecutionStatus = 'Running' OR StartTime >= '{since.isoformat()}'" if since else ""


async def _wrong_with(client: Client, number: str, before: datetime) -> Found | None:
    """What is wrong with the run of a dispute that is open on record."""
    try:
        run = await client.get_workflow_handle(number).describe(rpc_timeout=PATIENCE)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Found(kind=Kind.GONE, subject=number)
        raise
    if run.status in ENDED:
        return Found(kind=Kind.ENDED, subject=number, detail=ENDED[run.status])
    if run.status is WorkflowExecutionStatus.COMPLETED:
        late = run.close_time is not None and run.close_time < before
        return Found(kind=Kind.LEFT_OPEN, subject=number) if late else None
    if _wedged(run):
        return Found(kind=Kind.WEDGED, subject=number)
    if run.history_length > LONG:
        return Found(kind=Kind.LONG, subject=number, detail=f"{run.history_length}")
    return None


def _wedged(run: WorkflowExecutionDescription) -> bool:
    fields = run.raw_description.workflow_execution_info.search_attributes.indexed_fields
    return PROBLEMS in fields or run.raw_description.pending_workflow_task.attempt > FAILS


async def _still_open(database: Database, found: list[Found]) -> list[Found]:
    """Those whose disputes have not been closed while the engine was asked."""
    if not found:
        return []
    number = col(DisputeRow.dispute_no)
    query = select(number).where(number.in_([each.subject for each in found]), col(DisputeRow.closed_at).is_(None))
    async with database.read() as session:
        still = set((await session.execute(query)).scalars())
    return [each for each in found if each.subject in still]


async def _silent(database: Database, numbers: Sequence[str], before: datetime) -> list[Found]:
    """Disputes with a task that was due and was neither marked late nor decided by it: the one alarm of the case, which
    also rings the bells (摇铃), did not go off.
    """
    number = col(TaskRow.dispute_no)
    query = (
        select(number, func.min(col(TaskRow.due_at)))
        .where(number.in_(numbers), col(TaskRow.state).in_(WAITING), col(TaskRow.due_at) < before,
               col(TaskRow.overdue).is_(False), col(TaskRow.suspended).is_(False))
        .group_by(number)
    )  # fmt: skip
    async with database.read() as session:
        rows = (await session.execute(query)).all()
    return [Found(kind=Kind.SILENT, subject=no, detail=f"{china(due):%Y-%m-%d %H:%M}") for no, due in rows if due]


async def _foreign(database: Database, page: Sequence[WorkflowExecution], before: datetime) -> list[Found]:
    """The runs that are not ours: of another type, or of a dispute that nobody has on record."""
    strange = {run.id: "类型不符" for run in page if not _of_our_kind(run)}
    known = await on_record(database, {run.id for run in page if run.workflow_type == OURS})
    unknown = {run.id: "没有登记" for run in page
               if run.workflow_type == OURS and run.id not in known and run.start_time <= before}  # fmt: skip
    return [Found(kind=Kind.FOREIGN, subject=run_id, detail=why) for run_id, why in {**strange, **unknown}.items()]


def _of_our_kind(run: WorkflowExecution) -> bool:
    return run.workflow_type == OURS or (run.workflow_type == BEATS and run.id.startswith("rhythm-"))
