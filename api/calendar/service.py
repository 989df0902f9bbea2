"""Publishing an edition, and looking at it: everybody reads the calendar, the county's administrator writes it."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.calendar.schemas import Edition, Published, Telling
from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.permissions import at_root, holds_at_root
from api.core.schemas import Listed
from domain.base import china
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor
from domain.people.permissions import CALENDAR_PUBLISHERS
from domain.policy.calendars.editions import NewEdition, edition_errors
from infra.database.engine import Session
from infra.database.tables.audit import JobRow
from infra.database.tables.operations import CalendarRow
from infra.records.calendars import editions as records
from infra.records.jobs import ask_for

PUBLISH, LOCK = "calendar", "calendar"
"""The kind of the job, the operation of an idempotency key and the code of the access log; and the lock of editions."""
_ANSWER: TypeAdapter[Published] = TypeAdapter(Published)


async def in_effect(services: Services, session: Session) -> Edition:
    """The edition in effect: published last, or shipped."""
    row = await records.latest(session)
    if row:
        return await _edition(session, row)
    shipped = services.policy.calendar
    return Edition(edition=shipped.edition, holidays=shipped.holidays, workdays=shipped.workdays, published_at=None,
                   published_by=None, reason=None, telling=None)  # fmt: skip


async def listed(session: Session, limit: int, cursor: str | None) -> Listed[Edition]:
    """The editions that were published, the latest first."""
    page = await records.editions(session, limit, cursor)
    return Listed[Edition](items=[await _edition(session, row) for row in page.rows], next_cursor=page.next_cursor)


async def may_publish(services: Services, session: Session, actor: Actor) -> bool:
    """Whether somebody may publish an edition."""
    return await holds_at_root(services, session, actor, CALENDAR_PUBLISHERS)


async def publish(
    services: Services, session: Session, actor: Actor, new: NewEdition, key: str | None
) -> Answer[Published]:
    """Publishes an edition: new disputes count by it at once, open ones as soon as the job has told them. Noted.

    Raises:
        NotEntitled: not the county's system administrator; noted.
        FieldsInvalid: it can't be used, or its name was.
    """

    async def do(_: str) -> Effect[Published]:
        await at_root(services, session, actor, CALENDAR_PUBLISHERS, "calendar")

        async def keep(writing: Session) -> Answer[Published]:
            row = await records.latest(writing)
            current = records.calendar_of(row) if row else services.policy.calendar
            errors = edition_errors(new, current, china(datetime.now(UTC)).date())
            if await records.named(writing, new.edition):
                errors = [{"field": "edition", "message": f"已发布过“{new.edition}”，请另取版本号"}]
            if errors:
                raise FieldsInvalid(errors=errors)
            request = new.calendar().model_dump(mode="json")
            job_id = await ask_for(writing, PUBLISH, actor.person_id, request)
            await records.publish(writing, new, actor, job_id)
            return Answer(202, Published(edition=new.edition, job_id=job_id))

        return Effect(keep, LOCK)

    answer = await once(services, session, actor, PUBLISH, key, new.model_dump(mode="json"), _ANSWER, do)
    services.access.note(actor.person_id, None, "calendar")
    services.calendars.forget()
    services.database.wakeups.job_waits()
    return answer


async def _edition(session: Session, row: CalendarRow) -> Edition:
    job = await session.get(JobRow, row.job_id)
    telling = Telling(job_id=job.job_id, state=job.state, done=job.done, total=job.total) if job else None
    return Edition(
        edition=row.edition,
        holidays=row.sealed["holidays"],
        workdays=row.sealed["workdays"],
        published_at=china(row.at),
        published_by=row.sealed["by"],
        reason=row.sealed["reason"],
        telling=telling,
    )
