"""Duties: listing what is entrusted to people by name, entrusting it, ending it; a person's card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, Effect, once
from api.core.schemas import Listed
from api.people.schemas import FormerPost, Who
from api.people.service import post_held
from api.registers.duty_schemas import DutyItem, PersonCard
from domain.base import china
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from domain.people.duties import QUALIFICATIONS, RULES, Duty, Entrusting, Subject, check_entrusting, may_entrust
from domain.people.organisation import Actor
from domain.triage.places import Directory
from domain.triage.subjects import subject_of
from domain.triage.village_network import village_of
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.pagination import cursor_of, read_cursor
from infra.database.tables.people import DutyRow
from infra.read_model.disputes import find_dispute, home_paths, visible, within_sight
from infra.records import duties as records
from infra.records.leaving import former_posts
from infra.records.messages import watch
from infra.records.people import actor_named, actor_of, people_by, posts_of

ENTRUST = "entrust"
"""Operation of entrusting, of which an idempotency key holds."""
_ANSWER = TypeAdapter(DutyItem)
_CARD = 200
"""Duties on one person's card, at most."""


async def list_duties(
    services: Services,
    session: Session,
    actor: Actor,
    *,
    kinds: Iterable[Duty] = (),
    subject: str | None = None,
    person: str | None = None,
    at: datetime | None = None,
    history: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Listed[DutyItem]:
    """A page of duties by kind and subject: those in force at an instant, now if none is given, or with `history` all
    that ever were; of disputes that were contracted those that the person may see.

    Raises:
        FieldsInvalid: there is no such person.
    """
    person_id = None
    if person:
        known = (await people_by(session, [person])).get(person)
        if known is None:
            raise FieldsInvalid(errors=[_unknown("person", person)])
        person_id = known.person_id
    after = read_cursor(cursor, str, str, str) if cursor else None
    now = datetime.now(UTC)
    found = await records.duties(
        session,
        kinds=kinds,
        subjects=[subject] if subject else None,
        person_id=person_id,
        at=None if history else at or now,
        limit=limit + 1,
        after=(after[0], after[1], after[2]) if after else None,
    )
    rows = found[:limit]
    last = rows[-1].row if rows else None
    more = cursor_of(last.kind, last.subject, last.duty_id) if last and len(found) > limit else None
    return Listed[DutyItem](items=await _seen(services, session, actor, rows), next_cursor=more)


async def person_card(services: Services, session: Session, actor: Actor, named: str) -> PersonCard:
    """The card of a person by username or id, active or not, as far as the actor may see what he is entrusted with.

    Raises:
        NotFound
    """
    row = (await people_by(session, [named])).get(named)
    if row is None:
        raise NotFound("没有这个人员")
    found = await records.duties(session, person_id=row.person_id, limit=_CARD)
    return PersonCard(
        person_id=row.person_id,
        username=row.username,
        name=row.name,
        active=row.active,
        posts=[post_held(post, organisation) for post, organisation in await posts_of(session, row.person_id)],
        former=[
            FormerPost(**dict(post_held(post, organisation)), until=china(post.until))
            for post, organisation in await former_posts(session, row.person_id)
        ],
        duties=await _seen(services, session, actor, found),
    )


async def entrust(
    services: Services, session: Session, actor: Actor, asked: Entrusting, key: str | None
) -> Answer[DutyItem]:
    """Entrusts something to a person, once for a key.

    Raises:
        FieldsInvalid: an unknown subject or person, one who doesn't hold the post it goes with, a span that can't be.
        NotEntitled: no post of the actor's gives this right there.
        Conflict: the person has it, or another has what only one may have (`replaces` names his duty).
    """

    async def do(_: str) -> Effect[DutyItem]:
        row = await _checked(services, session, actor, asked)
        of_case = asked.kind == Duty.CONTRACTING and (await services.directory.read(session)).get(row.subject) is None

        async def name(writing: Session) -> Answer[DutyItem]:
            await records.add_duty(writing, row, asked.replaces)
            if of_case:  # its news and tasks stand in his box 关注
                await watch(writing, row.subject, row.person_id)
            services.access.note(actor.person_id, None, f"entrust:{row.kind}")
            return Answer(201, await _read(services, writing, row.duty_id))

        return Effect(name, records.lock_of(row.kind, row.subject))

    return await once(services, session, actor, ENTRUST, key, asked.model_dump(mode="json"), _ANSWER, do)


async def end_duty(
    services: Services, session: Session, actor: Actor, duty_id: str, key: str | None
) -> Answer[DutyItem]:
    """Ends a duty before its time; it stays on record.

    Raises:
        NotFound: there is none.
        NotEntitled: not for this person to end.
        Conflict: it is over.
    """

    async def do(_: str) -> Effect[DutyItem]:
        found = await records.duty(session, duty_id)
        if found is None:
            raise NotFound("没有这一承担事项")
        kind = Duty(found.row.kind)
        subject = await find_subject(services, session, kind, found.row.subject)
        person = await actor_of(session, found.row.person_id)
        # Of somebody who has no account any more, whoever could have entrusted it anew may say that it is over.
        gone = Actor(person_id=found.row.person_id, name=found.person.name, posts=[])
        if subject is None or not may_entrust(actor, kind, subject, person or gone):
            _refuse(services, actor, f"relieve:{kind}")

        async def end(writing: Session) -> Answer[DutyItem]:
            await records.end_duty(writing, duty_id, actor.person_id, datetime.now(UTC))
            services.access.note(actor.person_id, None, f"relieve:{kind}")
            return Answer(200, await _read(services, writing, duty_id))

        return Effect(end, records.lock_of(kind, found.row.subject))

    return await once(services, session, actor, end_operation(duty_id), key, None, _ANSWER, do)


def end_operation(duty_id: str) -> str:
    """Operation of ending a duty, of which an idempotency key holds."""
    return f"relieve:{duty_id}"


async def find_subject(services: Services, session: Session, kind: Duty, code: str) -> Subject | None:
    """What a kind of duty is about, by its code; of a task force by its id, of a dispute by its number."""
    directory = await services.directory.read(session)
    if kind == Duty.CONTRACTING and directory.get(code) is None:
        village = village_of(directory, paths := await home_paths(session, code))
        lies = village.path if village else max(paths, default=None)
        return Subject(code=code, name=code, path=lies) if lies else None
    if kind != Duty.TASK_FORCE:
        return subject_of(directory, kind, code)
    force = await records.task_force(session, code)
    organisation = directory.get(force.organisation_code) if force else None
    if force is None or organisation is None:
        return None
    return Subject(code=code, name=force.name, path=organisation.path, until=force.ended_at or force.until)


async def _seen(services: Services, session: Session, actor: Actor, found: list[records.Entrusted]) -> list[DutyItem]:
    """Duties as a person is shown them: which leader took which dispute, and what is said of it, is the case's own."""
    items = await shown(services, session, found, datetime.now(UTC))
    seen = await visible(session, actor, [item.subject for item in items if of_case(item)])
    return [item for item in items if not of_case(item) or item.subject in seen]


def of_case(item: DutyItem) -> bool:
    """Whether it is one dispute that a leader contracted, not a place."""
    return item.kind == Duty.CONTRACTING and item.subject == item.subject_name


async def shown(services: Services, session: Session, found: list[records.Entrusted], now: datetime) -> list[DutyItem]:
    """Duties as they are shown, with their subjects by name."""
    directory = await services.directory.read(session)
    names: dict[str, str] = {}
    for code in {each.row.subject for each in found if each.row.kind == Duty.TASK_FORCE}:
        if force := await records.task_force(session, code):
            names[code] = force.name
    return [_item(each, directory, names, now) for each in found]


async def _checked(services: Services, session: Session, actor: Actor, asked: Entrusting) -> DutyRow:
    now = datetime.now(UTC)
    subject = await find_subject(services, session, asked.kind, asked.subject)
    person = await actor_named(session, asked.person)
    wrong = []
    if subject is None:
        wrong.append({"field": "subject", "message": f"没有代码为“{asked.subject}”的对象"})
    if person is None:
        wrong.append(_unknown("person", asked.person))
    if wrong or subject is None or person is None:
        raise FieldsInvalid(errors=wrong)
    if asked.kind == Duty.CONTRACTING and asked.subject == subject.name:
        await _check_case(session, actor, person, asked.subject)
    if subject.until and subject.until <= now:
        raise FieldsInvalid(errors=[{"field": "subject", "message": f"{subject.name}已经结束"}])
    if not may_entrust(actor, asked.kind, subject, person):
        _refuse(services, actor, f"entrust:{asked.kind}")
    lexicon = services.policy.lexicon
    check_entrusting(asked, subject, person, {*lexicon.categories, *lexicon.group_of.values()}, now)
    return DutyRow(
        duty_id=new_id(), kind=asked.kind, subject=asked.subject, person_id=person.person_id, detail=asked.detail or "",
        scope=" ".join(dict.fromkeys(asked.scope)), since=asked.since or now, until=asked.until or subject.until,
        named_by=actor.person_id, named_at=now,
    )  # fmt: skip


async def _check_case(session: Session, actor: Actor, person: Actor, dispute_no: str) -> None:
    """A dispute is contracted by whoever sees it, to a leader who sees it. Of one that he does not see nobody is told
    even that it is there; what is need-to-know is opened to the leader by this.
    """
    if await find_dispute(session, actor, dispute_no) is None:
        raise FieldsInvalid(errors=[{"field": "subject", "message": f"没有代码为“{dispute_no}”的对象"}])
    if not await within_sight(session, person, [dispute_no]):
        raise FieldsInvalid(errors=[{"field": "person", "message": f"{person.name}的岗位不涉及该纠纷，不能包保"}])


def _refuse(services: Services, actor: Actor, what: str) -> None:
    services.access.note(actor.person_id, None, what, NotEntitled.code)
    raise NotEntitled("此事项由对象所属单位或上级的负责人交办、结束，本人不得办理本人的")


async def _read(services: Services, session: Session, duty_id: str) -> DutyItem:
    found = await records.duty(session, duty_id)
    assert found, "it was written in this transaction"
    return (await shown(services, session, [found], datetime.now(UTC)))[0]


def _item(found: records.Entrusted, directory: Directory, names: Mapping[str, str], now: datetime) -> DutyItem:
    row, person = found.row, found.person
    kind = Duty(row.kind)
    listed = directory.get(row.subject)
    name = QUALIFICATIONS.get(row.subject) if kind == Duty.QUALIFICATION else listed.name if listed else None
    return DutyItem(
        duty_id=row.duty_id,
        kind=kind,
        kind_name=RULES[kind].name,
        subject=row.subject,
        subject_name=name or names.get(row.subject, row.subject),
        person=Who(person_id=person.person_id, username=person.username, name=person.name),
        detail=row.detail,
        scope=row.scope.split(),
        since=china(row.since),
        until=china(row.until) if row.until else None,
        state=found.state(now),
        named_by=row.named_by,
        named_at=china(row.named_at),
        ended_by=row.ended_by or None,
        ended_at=china(row.ended_at) if row.ended_at else None,
    )


def _unknown(field: str, named: str) -> dict[str, str]:
    return {"field": field, "message": f"没有用户名或编号为“{named}”的人员"}
