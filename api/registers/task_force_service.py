"""Task forces (工作专班): forming one, listing them with their members, ending one before its time."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import Listed
from api.registers.duty_schemas import DutyItem, PlaceNamed, TaskForce
from api.registers.duty_service import shown
from domain.base import china
from domain.errors import NotEntitled, NotFound
from domain.people.duties import Duty
from domain.people.organisation import Actor
from domain.people.task_forces import Forming, check_forming, may_form
from domain.triage.places import Listed as Organisation
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.pagination import cursor_of, read_cursor
from infra.database.tables.people import TaskForceRow
from infra.records import duties as records

FORM = "force:form"
"""Operation of forming a task force, of which an idempotency key holds."""
_ANSWER = TypeAdapter(TaskForce)


async def list_task_forces(
    services: Services, session: Session, *, history: bool, limit: int, cursor: str | None
) -> Listed[TaskForce]:
    """A page of task forces, the latest formed first: those that are not over, or with `history` all."""
    before = read_cursor(cursor, str)[0] if cursor else None
    now = datetime.now(UTC)
    rows = await records.task_forces(session, at=None if history else now, limit=limit + 1, before=before)
    more = cursor_of(rows[limit - 1].force_id) if len(rows) > limit else None
    return Listed[TaskForce](items=await _shown(services, session, rows[:limit], now), next_cursor=more)


async def form_task_force(
    services: Services, session: Session, actor: Actor, asked: Forming, key: str | None
) -> Answer[TaskForce]:
    """Forms a task force at an organisation, once for a key; members are entrusted with it afterwards.

    Raises:
        FieldsInvalid: an unknown organisation, a span that can't be.
        NotEntitled: no post of the actor's gives this right there.
    """

    async def do(_: str) -> Effect[TaskForce]:
        now = datetime.now(UTC)
        organisation = (await services.directory.read(session)).named(asked.organisation)
        if not may_form(actor, organisation.path):
            services.access.note(actor.person_id, None, "force:form", NotEntitled.code)
            raise NotEntitled("专班由牵头单位或其上级的负责人成立")
        check_forming(asked, now)
        row = TaskForceRow(
            force_id=new_id(), name=asked.name, purpose=asked.purpose, organisation_code=organisation.code,
            since=asked.since or now, until=asked.until, formed_by=actor.person_id, formed_at=now,
        )  # fmt: skip

        async def form(writing: Session) -> Answer[TaskForce]:
            writing.add(row)
            services.access.note(actor.person_id, None, "force:form")
            return Answer(201, (await _shown(services, writing, [row], now))[0])

        return Effect(form)

    return await once(services, session, actor, FORM, key, asked.model_dump(mode="json"), _ANSWER, do)


async def end_task_force(
    services: Services, session: Session, actor: Actor, force_id: str, key: str | None
) -> Answer[TaskForce]:
    """Ends a task force before its time, and its members' parts in it; all stays on record.

    Raises:
        NotFound: there is none.
        NotEntitled: not for this person to end.
        Conflict: it is over.
    """

    async def do(_: str) -> Effect[TaskForce]:
        row = await records.task_force(session, force_id)
        if row is None:
            raise NotFound("没有这一专班")
        organisation = (await services.directory.read(session)).get(row.organisation_code)
        if organisation is None or not may_form(actor, organisation.path):
            services.access.note(actor.person_id, None, "force:end", NotEntitled.code)
            raise NotEntitled("专班由牵头单位或其上级的负责人结束")

        async def end(writing: Session) -> Answer[TaskForce]:
            now = datetime.now(UTC)
            await records.end_task_force(writing, force_id, actor.person_id, now)
            services.access.note(actor.person_id, None, "force:end")
            ended = await records.task_force(writing, force_id)
            assert ended, "it was written in this transaction"
            return Answer(200, (await _shown(services, writing, [ended], now))[0])

        return Effect(end, records.lock_of(Duty.TASK_FORCE, force_id))

    return await once(services, session, actor, end_operation(force_id), key, None, _ANSWER, do)


def end_operation(force_id: str) -> str:
    """Operation of ending a task force, of which an idempotency key holds."""
    return f"force:{force_id}"


async def _shown(services: Services, session: Session, rows: list[TaskForceRow], now: datetime) -> list[TaskForce]:
    directory = await services.directory.read(session)
    found = await records.duties(session, kinds=[Duty.TASK_FORCE], subjects=[row.force_id for row in rows])
    # Who left before the force ended is on the person's card; here stand those who are in it, or were to its end.
    here = [
        each for row in rows for each in found
        if each.row.subject == row.force_id and _to_the_end(each, row.ended_at or row.until)
    ]  # fmt: skip
    members: dict[str, list[DutyItem]] = {row.force_id: [] for row in rows}
    for item in await shown(services, session, here, now):
        members[item.subject].append(item)
    return [_force(row, directory.get(row.organisation_code), members[row.force_id], now) for row in rows]


def _to_the_end(member: records.Entrusted, end: datetime) -> bool:
    ends = [at for at in (member.row.until, member.row.ended_at) if at]
    return all(at >= end for at in ends)


def _force(row: TaskForceRow, organisation: Organisation | None, members: list[DutyItem], now: datetime) -> TaskForce:
    over = row.ended_at is not None or row.until <= now
    return TaskForce(
        force_id=row.force_id,
        name=row.name,
        purpose=row.purpose,
        organisation=PlaceNamed(
            code=row.organisation_code, name=organisation.name if organisation else row.organisation_code
        ),
        since=china(row.since),
        until=china(row.until),
        state="over" if over else "current" if row.since <= now else "ahead",
        members=members,
        formed_by=row.formed_by,
        formed_at=china(row.formed_at),
        ended_by=row.ended_by or None,
        ended_at=china(row.ended_at) if row.ended_at else None,
    )
