"""Long work that somebody asked for: kept in a table, worked on by a process of its own, seen while it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import QuotaReached
from infra.database.engine import Database
from infra.database.ids import new_id
from infra.database.tables.audit import JobRow
from infra.database.tables.people import PersonRow

LOST_AFTER = timedelta(seconds=20)
"""A running job that was not heard of for so long has lost its process, and is begun again."""


class Taken(NamedTuple):
    """A job in somebody's hands: a word of its own each time it is taken, so that who lost it changes it no more."""

    job_id: str
    holder: str


async def ask_for(
    session: AsyncSession, kind: str, person_id: str, request: dict[str, Any], *, most: int | None = None
) -> str:
    """Puts a job in the queue; answers its id. `most`: how many of the person may wait or be under way, this one too.

    Raises:
        QuotaReached: so many of his are not done yet.
    """
    if most is not None:
        await _check_room(session, person_id, most)
    job_id = new_id()
    row = JobRow(job_id=job_id, kind=kind, person_id=person_id, at=datetime.now(UTC), state="queued",
                 sealed={"request": request, "results": []})  # fmt: skip
    session.add(row)
    return job_id


async def _check_room(session: AsyncSession, person_id: str, most: int) -> None:
    # His row is held until the end of the transaction, so that two that ask at once are counted one after the other;
    # SQLite has one writer and knows no such words.
    await session.execute(
        select(col(PersonRow.person_id)).where(col(PersonRow.person_id) == person_id).with_for_update()
    )
    waiting = select(func.count()).where(
        col(JobRow.person_id) == person_id, col(JobRow.state).in_(("queued", "running"))
    )
    if (await session.execute(waiting)).scalar_one() >= most:
        after = int(LOST_AFTER.total_seconds())
        raise QuotaReached(f"您已有{most}项任务尚未完成，请待其中一项完成后（{after}秒后可重试）再提交", after=after)


async def go_on_as(session: AsyncSession, job_id: str, before: str, kind: str, *, most: int) -> bool:
    """Puts a job of the kind `before` that is done in the queue as one of another kind, with its request and, until
    that is done, its results; false where it is none such (any more).

    Raises:
        QuotaReached: so many of the person are not done yet.
    """
    job = await session.get(JobRow, job_id, with_for_update=True)
    if job is None or (job.kind, job.state) != (before, "done"):
        return False
    await _check_room(session, job.person_id, most)
    job.kind, job.state, job.done, job.finished_at = kind, "queued", 0, None
    session.add(job)
    return True


async def forget_jobs(database: Database, kinds: Sequence[str], before: datetime) -> int:
    """Deletes what was asked for before an instant and is not under way; answers how many."""
    old = (col(JobRow.kind).in_(kinds), col(JobRow.at) < before, col(JobRow.state).in_(("done", "failed")))
    async with database.write("jobs") as session:
        return len((await session.execute(delete(JobRow).where(*old).returning(col(JobRow.job_id)))).all())


async def find_job(session: AsyncSession, job_id: str) -> JobRow | None:
    """A job as it stands."""
    return await session.get(JobRow, job_id)


async def jobs_of(
    session: AsyncSession, person_id: str, *, kind: str | None, limit: int, before: str | None
) -> list[JobRow]:
    """A person's jobs, the newest first; `before` is the id of the last one seen."""
    query = select(JobRow).where(col(JobRow.person_id) == person_id).order_by(col(JobRow.job_id).desc()).limit(limit)
    if kind:
        query = query.where(col(JobRow.kind) == kind)
    if before:
        query = query.where(col(JobRow.job_id) < before)
    return list((await session.execute(query)).scalars())


async def take_next(database: Database) -> Taken | None:
    """Takes the oldest job that nobody works on; one that lost its process still shows how far that had come."""
    now = datetime.now(UTC)
    free = or_(
        col(JobRow.state) == "queued", and_(col(JobRow.state) == "running", col(JobRow.beat_at) < now - LOST_AFTER)
    )
    async with database.write("jobs") as session:
        query = select(col(JobRow.job_id)).where(free).order_by(col(JobRow.job_id)).limit(1)
        job_id: str | None = (await session.execute(query)).scalar_one_or_none()
        if job_id is None:
            return None
        taken = Taken(job_id, new_id())
        values = {"state": "running", "holder": taken.holder, "beat_at": now}
        await session.execute(update(JobRow).where(col(JobRow.job_id) == job_id).values(**values))
    return taken


async def keep(database: Database, taken: Taken) -> bool:
    """Says that the job is worked on; false where somebody else has it, or it is over."""
    return await _change(database, taken)


async def report(database: Database, taken: Taken, done: int, total: int | None) -> bool:
    """Says how far a job is; false where somebody else has it, or it is over. One that was begun again catches up with
    what it shows.
    """
    further = case((col(JobRow.done) < done, done), else_=col(JobRow.done))
    return await _change(database, taken, done=further, total=total)


async def _change(database: Database, taken: Taken, **values: Any) -> bool:
    ours = (col(JobRow.job_id) == taken.job_id, col(JobRow.holder) == taken.holder, col(JobRow.state) == "running")
    changed = update(JobRow).where(*ours).values(beat_at=datetime.now(UTC), **values).returning(col(JobRow.job_id))
    async with database.write() as session:
        return (await session.execute(changed)).first() is not None


async def finish(database: Database, taken: Taken, state: str, results: list[Any], error: str | None = None) -> None:
    """Ends a job as `done` or `failed`, with its results; does nothing where somebody else has it."""
    async with database.write() as session:
        job = await session.get(JobRow, taken.job_id, with_for_update=True)
        if job is not None and (job.state, job.holder) == ("running", taken.holder):
            job.state, job.finished_at = state, datetime.now(UTC)
            job.sealed = {**job.sealed, "results": results, "error": error}
            session.add(job)
