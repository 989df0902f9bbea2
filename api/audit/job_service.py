"""Replays asked for as jobs, and one's own jobs as they stand."""

from __future__ import annotations

from pydantic import TypeAdapter

from api.audit.schemas import Job, JobAsked, JobItem, ReplayIn
from api.audit.service import may_audit
from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.permissions import at_root
from api.core.schemas import Listed
from api.incident_import import service as importing
from domain.base import china
from domain.errors import NotFound
from domain.people.organisation import Actor
from domain.people.permissions import AUDITORS
from infra.database.engine import Session
from infra.database.pagination import cursor_of, read_cursor
from infra.database.tables.audit import JobRow
from infra.records import jobs as records

REPLAYS = "replays"
"""The kind of these jobs, and the operation of which an idempotency key holds."""
_ANSWER = TypeAdapter(JobAsked)


async def ask_for_replays(
    services: Services, session: Session, actor: Actor, asked: ReplayIn, key: str | None
) -> Answer[JobAsked]:
    """Queues a job that replays one dispute, or a period's. Noted.

    Raises:
        NotFound: no such dispute for this person.
        NotEntitled: no auditing role; for a period also where it is not held at the county's root.
        QuotaReached: so many of his jobs are not done yet.
    """

    async def do(_: str) -> Effect[JobAsked]:
        if asked.dispute_no:
            await may_audit(services, session, actor, asked.dispute_no)
        else:
            await at_root(services, session, actor, AUDITORS, "replays")
        services.access.note(actor.person_id, asked.dispute_no, "replays")

        async def queue(writing: Session) -> Answer[JobAsked]:
            job_id = await records.ask_for(
                writing, REPLAYS, actor.person_id, asked.request(), most=services.settings.jobs_waiting
            )
            return Answer(202, JobAsked(job_id=job_id))

        return Effect(queue)

    answer = await once(services, session, actor, REPLAYS, key, asked.model_dump(mode="json"), _ANSWER, do)
    services.database.wakeups.job_waits()
    return answer


async def job(session: Session, actor: Actor, job_id: str) -> Job:
    """A job of one's own, with its results.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = await records.find_job(session, job_id)
    if row is None or row.person_id != actor.person_id:
        raise NotFound("没有这个任务")
    item, results = dict(_item(row)), row.sealed["results"]
    if row.kind == REPLAYS:
        return Job(**item, results=results)
    if row.kind in importing.KINDS:
        return Job(**item, results=[], **dict(importing.counted(importing.came_of(row))))
    return Job(**item, results=[], untold=[each for each in results if not each.get("told", True)])


async def jobs(session: Session, actor: Actor, kind: str | None, limit: int, cursor: str | None) -> Listed[JobItem]:
    """A page of one's own jobs, the latest first, without their results."""
    before = read_cursor(cursor, str)[0] if cursor else None
    rows = await records.jobs_of(session, actor.person_id, kind=kind, limit=limit + 1, before=before)
    more = cursor_of(rows[limit - 1].job_id) if len(rows) > limit else None
    return Listed[JobItem](items=[_item(row) for row in rows[:limit]], next_cursor=more)


def _item(row: JobRow) -> JobItem:
    return JobItem(
        job_id=row.job_id,
        kind=row.kind,
        state=row.state,
        done=row.done,
        total=row.total,
        asked_at=china(row.at),
        finished_at=china(row.finished_at) if row.finished_at else None,
        error=row.sealed.get("error"),
        request=importing.told(row.sealed["request"]),
    )
