"""Deputies (代班): listing, naming, confirming and ending them.

By the represented himself, or on order from above; never by who is to stand in. Each is told to both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import Listed
from api.people.schemas import Deputyship, Who
from domain.base import china
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from domain.people.deputies import Naming, check_naming, may_confirm, steps_up
from domain.people.organisation import Actor
from domain.people.permissions import DEPUTY_MANAGERS, DEPUTYSHIP_READERS, may_manage_deputies
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.pagination import cursor_of, read_cursor
from infra.database.tables.people import DeputyRow, PersonRow
from infra.records import deputies as records
from infra.records.duties import people_at_work
from infra.records.messages import NewMessage, add_messages, message_id_of
from infra.records.people import actor_named, actor_of, names_of
from infra.wakeups.wakeups import Topic

NAME = "deputy"
"""Operation of naming a deputy, of which an idempotency key holds."""
MESSAGE = "deputyship"
"""The kind of the messages about them."""
TOLD = {"named": "已安排", "confirmed": "已确认", "ended": "已结束"}
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
    """Names a deputy for oneself or, where the role allows it, for somebody else (`naming.person`); both are told.

    Where the deputy would stand higher than he does himself it waits for a second person, who is told too.

    Raises:
        FieldsInvalid: unknown people, a span that can't be, posts that nobody deputises for.
        NotEntitled: for somebody else, without the role, or of himself as another's deputy.
        Conflict: the same person stands in for the same person in a part of that time already.
    """

    async def do(_: str) -> Effect[Deputyship]:
        row = await _checked(services, session, actor, naming)

        async def name(writing: Session) -> Answer[Deputyship]:
            await records.add_deputyship(writing, row)
            await _tell(writing, row, "named", actor, await _second_people(writing, row))
            services.access.note(actor.person_id, None, "deputy:name", concerns=row.person_id)
            return Answer(201, await _read(writing, row.deputyship_id))

        return Effect(name, records.lock_of(row.person_id))

    answer = await once(services, session, actor, NAME, key, naming.model_dump(mode="json"), _ANSWER, do)
    services.database.wakeups.changed(Topic.PEOPLE)
    return answer


async def confirm_deputyship(
    services: Services, session: Session, actor: Actor, deputyship_id: str, key: str | None
) -> Answer[Deputyship]:
    """The second person's word on a deputyship that waits for it; both are told.

    Raises:
        NotFound: there is none, or he has nothing to do with it.
        NotEntitled: he stands in, or named it himself.
        Conflict: it is over, or waits for nobody.
    """

    async def do(_: str) -> Effect[Deputyship]:
        person_id = await _represented_by(services, session, actor, deputyship_id, "deputy:confirm")
        found, person = await records.deputyship(session, deputyship_id), await actor_of(session, person_id)
        row = found.row if found else None
        if not (row and person and may_confirm(actor, person, deputy_id=row.deputy_id, named_by=row.named_by)):
            services.access.note(actor.person_id, None, "deputy:confirm", NotEntitled.code)
            raise NotEntitled("须由代班人、安排人以外的被代班人本人或上级督查员、安全管理员确认")

        async def confirm(writing: Session) -> Answer[Deputyship]:
            await records.confirm_deputyship(writing, deputyship_id, actor.person_id, datetime.now(UTC))
            await _tell(writing, await writing.get_one(DeputyRow, deputyship_id), "confirmed", actor)
            services.access.note(actor.person_id, None, "deputy:confirm")
            return Answer(200, await _read(writing, deputyship_id))

        return Effect(confirm, records.lock_of(person_id))

    answer = await once(services, session, actor, confirm_operation(deputyship_id), key, None, _ANSWER, do)
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
            await _tell(writing, await writing.get_one(DeputyRow, deputyship_id), "ended", actor)
            services.access.note(actor.person_id, None, "deputy:end", concerns=person_id)
            return Answer(200, await _read(writing, deputyship_id))

        return Effect(end, records.lock_of(person_id))

    answer = await once(services, session, actor, end_operation(deputyship_id), key, None, _ANSWER, do)
    services.database.wakeups.changed(Topic.PEOPLE)
    return answer


def end_operation(deputyship_id: str) -> str:
    """Operation of ending a deputyship, of which an idempotency key holds."""
    return f"deputy:{deputyship_id}"


def confirm_operation(deputyship_id: str) -> str:
    """Operation of confirming a deputyship, of which an idempotency key holds."""
    return f"deputy:{deputyship_id}:confirm"


async def _second_people(session: Session, row: DeputyRow) -> list[str]:
    """Who is told that a deputyship waits for him: the represented, and who may order one; none where it does not."""
    if not row.waits or (person := await actor_of(session, row.person_id)) is None:
        return []
    able = [person, *await people_at_work(session, DEPUTY_MANAGERS, ())]
    return [
        each.person_id for each in able if may_confirm(each, person, deputy_id=row.deputy_id, named_by=row.named_by)
    ]


async def _tell(session: Session, row: DeputyRow, what: str, by: Actor, others: Sequence[str] = ()) -> None:
    """Tells both, and `others`, what became of a deputyship; once each, and not who did it."""
    names = await names_of(session, [row.person_id, row.deputy_id])
    span = f"{china(row.since):%Y-%m-%d %H:%M} 至 {china(row.until):%Y-%m-%d %H:%M}"
    said = f"{names[row.deputy_id]} 代 {names[row.person_id]}：{by.name}{TOLD[what]}"
    said += "，须经第二人确认后生效" if row.waits and what == "named" else ""
    messages = [
        NewMessage(message_id=message_id_of("deputy", row.deputyship_id, what, each), person_id=each, kind=MESSAGE,
                   content={"said": said, "text": span})
        for each in dict.fromkeys((row.person_id, row.deputy_id, *others)) if each != by.person_id
    ]  # fmt: skip
    await add_messages(session, messages, datetime.now(UTC))


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
    if deputy.person_id == actor.person_id != person.person_id:
        services.access.note(actor.person_id, None, "deputy:name", NotEntitled.code)
        raise NotEntitled("代班人不得自行安排；由被代班人本人或上级的督查员、安全管理员安排")
    if person.person_id != actor.person_id and not may_manage_deputies(actor, person):
        services.access.note(actor.person_id, None, "deputy:name", NotEntitled.code, concerns=person.person_id)
        raise NotEntitled("只能为本人安排代班；为他人安排代班由督查员或安全管理员办理")
    check_naming(person, deputy, since if naming.until > now else naming.since, naming.until, now)
    return DeputyRow(
        deputyship_id=new_id(), person_id=person.person_id, deputy_id=deputy.person_id, since=since,
        until=naming.until, named_by=actor.person_id, named_at=now, waits=steps_up(person, deputy),
    )  # fmt: skip


async def _represented_by(
    services: Services,
    session: Session,
    actor: Actor,
    deputyship_id: str,
    what: Literal["deputy:confirm", "deputy:end"] = "deputy:end",
) -> str:
    """The represented person's id, for an actor whom the deputyship concerns, or who orders such."""
    found = await records.deputyship(session, deputyship_id)
    person = await actor_of(session, found.row.person_id) if found else None
    concerned = found and actor.person_id in (found.row.person_id, found.row.deputy_id)
    if found is None or (not concerned and not (person and may_manage_deputies(actor, person))):
        services.access.note(actor.person_id, None, what, NotFound.code)
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
        state="over" if over else "waiting" if row.waits else "ahead" if row.since > now else "current",
        named_by=row.named_by,
        named_at=china(row.named_at),
        confirmed_by=row.confirmed_by,
        confirmed_at=china(row.confirmed_at) if row.confirmed_at else None,
        ended_by=row.ended_by,
        ended_at=china(row.ended_at) if row.ended_at else None,
    )


def _who(person: PersonRow) -> Who:
    return Who(person_id=person.person_id, username=person.username, name=person.name)
