"""Publishing an edition, and looking at it: everybody reads the calendar, the county's administrator writes it."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.calendar.schemas import Edition, Published, Telling, Tried
from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.permissions import at_root, holds_at_root
from api.core.schemas import Listed
from domain.base import china
from domain.errors import FieldsInvalid
from domain.people.organisation import Actor
from domain.people.permissions import CALENDAR_PUBLISHERS
from domain.policy.calendars.editions import NewEdition, YearAhead, edition_errors, year_ahead
from domain.policy.parts.endless import spans_in
from domain.policy.process import Process
from domain.policy.spans import Calendar, Unit
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


async def ahead(services: Services, session: Session) -> YearAhead | None:
    """What the calendar in effect lacks of the coming year; none where it is whole."""
    row = await records.latest(session)
    calendar = records.calendar_of(row) if row else services.policy.calendar
    return year_ahead(calendar, china(datetime.now(UTC)).date(), _longest(services.policy.playbook.process))


def _longest(process: Process) -> int:
    """The most working days that a deadline of a mechanism counts."""
    counted = [span.count for _, span in spans_in(process, ()) if span.unit is Unit.WORKING_DAYS]
    return max(counted, default=0)


async def tried(services: Services, session: Session, actor: Actor, new: NewEdition) -> Tried:
    """What publishing an edition would come to; nothing is published.

    Raises:
        NotEntitled: not the county's system administrator; noted.
        FieldsInvalid: it can't be used, or its name was.
    """
    await at_root(services, session, actor, CALENDAR_PUBLISHERS, "calendar")
    current = await _usable(services, session, new)
    await session.close()
    had = {day: kind for kind in ("holidays", "workdays") for day in getattr(current, kind)}
    has = {day: kind for kind in ("holidays", "workdays") for day in getattr(new, kind)}
    changed = sorted(day for day in {*had} | {*has} if had.get(day) != has.get(day))
    off = [day for day in changed if not new.calendar().is_working(day) and current.is_working(day)]
    on = [day for day in changed if new.calendar().is_working(day) and not current.is_working(day)]
    return Tried(off=off, on=on, told=await records.count_open(services.database))


async def _usable(services: Services, session: Session, new: NewEdition) -> Calendar:
    """The calendar in effect, where a new edition may follow it.

    Raises:
        FieldsInvalid
    """
    row = await records.latest(session)
    current = records.calendar_of(row) if row else services.policy.calendar
    errors = edition_errors(new, current, china(datetime.now(UTC)).date())
    if await records.named(session, new.edition):
        errors = [{"field": "edition", "message": f"已发布过“{new.edition}”，请另取版本号"}]
    if errors:
        raise FieldsInvalid(errors=errors)
    return current


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
            await _usable(services, writing, new)
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
