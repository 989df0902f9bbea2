"""What the doctor found, for who runs the system; and an examination now instead of at night."""

from __future__ import annotations

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.permissions import at_root, holds_at_root
from api.operations.schemas import ExaminationAsked, FindingItem, Findings
from domain.base import china
from domain.people.organisation import Actor
from domain.people.permissions import DOCTORS
from infra.database.engine import Session
from infra.database.tables.operations import FindingRow
from infra.health.doctor import records
from infra.records.jobs import ask_for

EXAMINE = "doctor:examine"
"""Operation of idempotency keys, and code of the access log."""
_ASKED: TypeAdapter[ExaminationAsked] = TypeAdapter(ExaminationAsked)


async def may_read(services: Services, session: Session, actor: Actor) -> bool:
    """Whether somebody runs the system."""
    return await holds_at_root(services, session, actor, DOCTORS)


async def listed(
    services: Services, session: Session, actor: Actor, *, gone: bool, limit: int, cursor: str | None
) -> Findings:
    """What stands, or what is gone.

    Raises:
        NotEntitled: no administrator of the system; noted.
        FieldsInvalid: the cursor is none of ours.
    """
    await at_root(services, session, actor, DOCTORS, "doctor:read")
    page = await records.findings(session, standing=not gone, limit=limit, cursor=cursor)
    last = await records.last_examination(session)
    return Findings(
        items=[_item(row) for row in page.rows],
        next_cursor=page.next_cursor,
        examined_at=china(last.ended) if last else None,
        looked=last.looked if last else 0,
    )


async def ask(services: Services, session: Session, actor: Actor, key: str | None) -> Answer[ExaminationAsked]:
    """Has the doctor look now. Noted.

    Raises:
        NotEntitled: no administrator of the system; noted.
        QuotaReached: so many of his jobs are not done yet.
    """

    async def do(_: str) -> Effect[ExaminationAsked]:
        await at_root(services, session, actor, DOCTORS, "doctor:examine")

        async def queue(writing: Session) -> Answer[ExaminationAsked]:
            job_id = await ask_for(writing, records.JOB, actor.person_id, {}, most=services.settings.jobs_waiting)
            return Answer(202, ExaminationAsked(job_id=job_id))

        return Effect(queue)

    answer = await once(services, session, actor, EXAMINE, key, {}, _ASKED, do)
    services.access.note(actor.person_id, None, "doctor:examine")
    services.database.wakeups.job_waits()
    return answer


def _item(row: FindingRow) -> FindingItem:
    found = records.found_of(row)
    return FindingItem(
        finding_id=row.finding_id,
        kind=row.kind,
        what=found.what(),
        to_do="已自历史恢复。" if row.healed_at else found.to_do(),
        found_at=china(row.found_at),
        seen_at=china(row.seen_at),
        healed_at=china(row.healed_at) if row.healed_at else None,
        gone_at=china(row.gone_at) if row.gone_at else None,
    )
