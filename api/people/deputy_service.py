"""Deputies (代班): listing, naming and ending them."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import Listed
from api.people.schemas import Deputyship, Who
from domain.base import china
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from domain.people.deputies import Naming, check_naming
from domain.people.organisation import Actor
from domain.people.permissions import DEPUTYSHIP_READERS, may_manage_deputies
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.pagination import cursor_of, read_cursor
from infra.database.tables.people import DeputyRow, PersonRow
from infra.records import deputies as records
from infra.records.people import actor_named, actor_of
from infra.wakeups.wakeups import Topic

NAME = "deputy"
"""Operation of naming a deputy, of which an idempotency key holds."""
_ANSWER = TypeAdapter(Deputyship)


async def deputyships_of(session: Session, actor: Actor, limit: int, cursor: str | None) -> Listed[Deputyship]:
    """A page of the deputyships a person may see, the latest named first."""
    before = read_cursor(cursor, str)[0] if cursor else None
    person_id = None if actor.has_role(*DEPUTYSHIP_READERS) else actor.person_id
    rows = await records.deputyships(session, person_id, limit=limit + 1, before=before)
    more = cursor_of(rows[limit - 1].row.deputyship_id) if len(rows) > limit else None
    now = datetime.now(UTC)
    return Listed[Deputyship](items=[_deputyship(row, now) for row in rows[:limit]], next_cursor=more)


async def name_deputy(
    services: Services, session: Session, actor: Actor, naming: Naming, key: str | None
) -> Answer[Deputyship]:
    """Names a deputy for oneself or, where the role allows it, for somebody else (`naming.person`).

    Raises:
        FieldsInvalid: unknown people, a span that can't be, posts that nobody deputises for.
        NotEntitled: for somebody else, without the role.
        Conflict: the same person stands in for the same person in a part of that time already.
    """

    async def do(_: str) -> Effect[Deputyship]:
        row = await _checked(services, session, actor, naming)

        async def name(writing: Session) -> Answer[Deputyship]:
            await records.add_deputyship(writing, row)
            services.access.note(actor.person_id, None, "deputy:name")
            return Answer(201, await _read(writing, row.deputyship_id))

        return Effect(name, records.lock_of(row.person_id))

    answer = await once(services, session, actor, NAME, key, naming.model_dump(mode="json"), _ANSWER, do)
    services.database.wakeups.changed(Topic.PEOPLE)
    return answer


async def end_deputyship(
    services: Services, session: Session, actor: Actor, deputyship_id: str, key: str | None
) -> Answer[Deputyship]:
    """Ends a deputyship before its time; it stays on record.

    Raises:
        NotFound: there is none, or not for this person to end.
        Conflict: it is over.
    """

    async def do(_: str) -> Effect[Deputyship]:
        person_id = await _represented_by(services, session, actor, deputyship_id)

        async def end(writing: Session) -> Answer[Deputyship]:
            await records.end_deputyship(writing, deputyship_id, actor.person_id, datetime.now(UTC))
            services.access.note(actor.person_id, None, "deputy:end")
            return Answer(200, await _read(writing, deputyship_id))

        return Effect(end, records.lock_of(person_id))

    answer = await once(services, session, actor, end_operation(deputyship_id), key, None, _ANSWER, do)
    services.database.wakeups.changed(Topic.PEOPLE)
    return answer


def end_operation(deputyship_id: str) -> str:
    """Operation of ending a deputyship, of which an idempotency key holds."""
    return f"deputy:{deputyship_id}"


async def _checked(services: Services, session: Session, actor: Actor, naming: Naming) -> DeputyRow:
    """The row of a naming that is in order; a beginning that has passed counts from now."""
    now = datetime.now(UTC)
    since = max(naming.since, now)
    person = await actor_named(session, naming.person) if naming.person else await actor_of(session, actor.person_id)
    deputy = await actor_named(session, naming.deputy)
    unknown = [
        {"field": field, "message": f"没有用户名或编号为“{named}”的人员"}
        for field, named, found in (("person", naming.person, person), ("deputy", naming.deputy, deputy))
        if found is None
    ]
    if unknown or person is None or deputy is None:
        raise FieldsInvalid(errors=unknown)
    if person.person_id != actor.person_id and not may_manage_deputies(actor, person):
        services.access.note(actor.person_id, None, "deputy:name", NotEntitled.code)
        raise NotEntitled("只能为本人安排代班；为他人安排代班由督查员或安全管理员办理")
    check_naming(person, deputy, since if naming.until > now else naming.since, naming.until, now)
    return DeputyRow(
        deputyship_id=new_id(), person_id=person.person_id, deputy_id=deputy.person_id, since=since,
        until=naming.until, named_by=actor.person_id, named_at=now,
    )  # fmt: skip


async def _represented_by(services: Services, session: Session, actor: Actor, deputyship_id: str) -> str:
    """The represented person's id, for an actor who may end the deputyship."""
    found = await records.deputyship(session, deputyship_id)
    person = await actor_of(session, found.row.person_id) if found else None
    concerned = found and actor.person_id in (found.row.person_id, found.row.deputy_id)
    if found is None or (not concerned and not (person and may_manage_deputies(actor, person))):
        services.access.note(actor.person_id, None, "deputy:end", NotFound.code)
        raise NotFound("没有这一代班安排")
    return found.row.person_id


async def _read(session: Session, deputyship_id: str) -> Deputyship:
    found = await records.deputyship(session, deputyship_id)
    if found is None:
        raise NotFound("没有这一代班安排")
    return _deputyship(found, datetime.now(UTC))


def _deputyship(found: records.Deputyship, now: datetime) -> Deputyship:
    row = found.row
    over = row.ended_at is not None or row.until <= now
    return Deputyship(
        deputyship_id=row.deputyship_id,
        person=_who(found.person),
        deputy=_who(found.deputy),
        since=china(row.since),
        until=china(row.until),
        state="over" if over else "ahead" if row.since > now else "current",
        named_by=row.named_by,
        named_at=china(row.named_at),
        ended_by=row.ended_by,
        ended_at=china(row.ended_at) if row.ended_at else None,
    )


def _who(person: PersonRow) -> Who:
    return Who(person_id=person.person_id, username=person.username, name=person.name)
