"""Deputies (代班): who stands in for whom, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.context import Services
from api.core.deps import ActorDep, CursorDep, KeyDep, LimitDep, ServicesDep
from api.core.old_idempotency import Done, Effect, once
from api.disputes.presenters import moment
from domain.errors import FieldsInvalid, NotEntitled, NotFound
from domain.people.deputies import Naming, check_naming
from domain.people.organisation import Actor
from domain.people.permissions import DEPUTYSHIP_READERS, may_manage_deputies
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.pagination import cursor_of, read_cursor
from infra.database.tables.people import DeputyRow, PersonRow
from infra.records.deputies import Deputyship, add_deputyship, deputyship, deputyships, end_deputyship, lock_of
from infra.records.people import actor_named, actor_of

router = APIRouter(prefix="/v1/deputies", tags=["who"])


@router.get("")
async def get_deputies(
    services: ServicesDep, actor: ActorDep, limit: LimitDep = 50, cursor: CursorDep = None
) -> dict[str, Any]:
    """The deputyships a person gave and was given, the latest named first; supervisors, administrators of security and
    of audit, and auditors see all.
    """
    before = read_cursor(cursor, str)[0] if cursor else None
    whose = None if actor.has_role(*DEPUTYSHIP_READERS) else actor.person_id
    async with services.database.read() as session:
        rows = await deputyships(session, whose, limit=limit + 1, before=before)
    more = cursor_of(rows[limit - 1].row.deputyship_id) if len(rows) > limit else None
    now = datetime.now(UTC)
    return {"items": [deputyship_item(row, now) for row in rows[:limit]], "next_cursor": more}


@router.post("", status_code=201)
async def post_deputy(services: ServicesDep, actor: ActorDep, naming: Naming, key: KeyDep = None) -> JSONResponse:
    """Names one's own deputy; supervisors and the administrator of security name one for somebody else (`person`).

    At most 90 days. A beginning that has passed counts from now.
    """

    async def do(_: str) -> Effect:
        row = await _named(services, actor, naming)

        async def name(session: Session) -> Done:
            await add_deputyship(session, row)
            services.access.note(actor.person_id, None, "deputy:name")
            return 201, await _shown(session, row.deputyship_id)

        return Effect(name, lock_of(row.person_id))

    return await once(services, actor, "deputy", key, naming.model_dump(mode="json"), do)


@router.delete("/{deputyship_id}")
async def delete_deputy(services: ServicesDep, actor: ActorDep, deputyship_id: str, key: KeyDep = None) -> JSONResponse:
    """Ends a deputyship before its time; it stays on record."""

    async def do(_: str) -> Effect:
        whose = await _may_end(services, actor, deputyship_id)

        async def end(session: Session) -> Done:
            await end_deputyship(session, deputyship_id, actor.person_id, datetime.now(UTC))
            services.access.note(actor.person_id, None, "deputy:end")
            return 200, await _shown(session, deputyship_id)

        return Effect(end, lock_of(whose))

    return await once(services, actor, f"deputy:{deputyship_id}", key, None, do)


async def _named(services: Services, actor: Actor, naming: Naming) -> DeputyRow:
    now = datetime.now(UTC)
    since = max(naming.since, now)
    async with services.database.read() as session:
        person = (
            await actor_named(session, naming.person) if naming.person else await actor_of(session, actor.person_id)
        )
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


async def _may_end(services: Services, actor: Actor, deputyship_id: str) -> str:
    """Whose deputyship it is, for somebody who may end it."""
    async with services.database.read() as session:
        found = await deputyship(session, deputyship_id)
        person = await actor_of(session, found.row.person_id) if found else None
    concerned = found and actor.person_id in (found.row.person_id, found.row.deputy_id)
    if found is None or (not concerned and not (person and may_manage_deputies(actor, person))):
        services.access.note(actor.person_id, None, "deputy:end", NotFound.code)
        raise NotFound("没有这一代班安排")
    return found.row.person_id


async def _shown(session: Session, deputyship_id: str) -> dict[str, Any]:
    found = await deputyship(session, deputyship_id)
    if found is None:
        raise NotFound("没有这一代班安排")
    return deputyship_item(found, datetime.now(UTC))


def deputyship_item(found: Deputyship, now: datetime) -> dict[str, Any]:
    """A deputyship; `state` is `ahead`, `current` or `over`."""
    row = found.row
    over = row.ended_at is not None or row.until <= now
    return {
        "deputyship_id": row.deputyship_id,
        "person": _who(found.person),
        "deputy": _who(found.deputy),
        "since": moment(row.since),
        "until": moment(row.until),
        "state": "over" if over else "ahead" if row.since > now else "current",
        "named_by": row.named_by,
        "named_at": moment(row.named_at),
        "ended_by": row.ended_by,
        "ended_at": moment(row.ended_at),
    }


def _who(person: PersonRow) -> dict[str, str]:
    return {"person_id": person.person_id, "username": person.username, "name": person.name}
