"""Batches of hazards: sent like a report is taken in (law 12), and read."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from pydantic import TypeAdapter

from api.core.context import Services
from api.core.idempotency import Answer, digest, held, once
from api.hazards.schemas import KINDS, BatchIn, BatchSent
from api.intake.delivery import deliver
from api.intake.recording import Content, places_of
from api.intake.schemas import PlaceIn
from domain.base import china
from domain.case.hazards.batch import Batch, Item
from domain.case.records import Incident
from domain.errors import ActionNotAllowed, FieldsInvalid, NotEntitled, SantuiError
from domain.people.organisation import Actor, OrganisationRef, Post, within
from domain.policy.matters.matter import Matter
from domain.policy.parts.hazards import LONGEST, HazardPolicy
from domain.triage.places import Directory
from domain.triage.triage import Triage
from infra.database.engine import Session
from infra.database.ids import new_id
from infra.database.tables.intake import IncidentRow
from infra.records.incidents import record_incident
from infra.records.notices.batches import batches_numbered

log = structlog.get_logger()
SOURCE = "hazard_notice"
_ANSWERS = TypeAdapter(BatchSent)


async def sender_of(services: Services, session: Session, actor: Actor) -> tuple[Actor, Post, OrganisationRef]:
    """In which capacity and by which post a person sends batches, and for which organisation.

    Raises:
        ActionNotAllowed: this mechanism sends none.
        NotEntitled: none of the person's posts does.
    """
    policy = services.policy.playbook.hazards
    if policy is None:
        raise ActionNotAllowed("本地工作机制不按批次发送风险隐患提示函")
    directory = await services.directory.read(session)
    for capacity in actor.capacities:
        for post in capacity.posts:
            organisation = directory.at(post.path)
            if organisation and await _sends(services, session, policy, post, organisation.ref()):
                return capacity, post, organisation.ref()
    raise NotEntitled("您的岗位不发送风险隐患提示函")


async def may_send(services: Services, session: Session, actor: Actor) -> bool:
    """Whether a person sends batches."""
    try:
        await sender_of(services, session, actor)
    except (ActionNotAllowed, NotEntitled):
        return False
    return True


async def _sends(
    services: Services, session: Session, policy: HazardPolicy, post: Post, organisation: OrganisationRef
) -> bool:
    allowed = [each for each in policy.by if each.role == post.role]
    if not allowed:
        return False
    places = await places_of(services, _at(organisation), session)
    return any((place := places.get(each.at)) is not None and within(post.path, place.path) for each in allowed)


def _at(organisation: OrganisationRef) -> PlaceIn:
    return PlaceIn(address=organisation.name, organisation_code=organisation.code)


async def send_batch(
    services: Services, session: Session, actor: Actor, asked: BatchIn, key: str | None
) -> Answer[BatchSent]:
    """Sends a batch: recorded once, then a case of its own, in which each organisation is asked for its items.

    Raises:
        ActionNotAllowed, NotEntitled, FieldsInvalid
        Busy, StoreUnavailable: nothing was recorded.
        KeyReused: nor here, the key came with another batch before.
    """
    capacity, post, organisation = await sender_of(services, session, actor)
    directory = await services.directory.read(session)
    if errors := _errors(services.policy.playbook.hazards, directory, asked):
        raise FieldsInvalid(errors=errors)
    content = asked.model_dump(mode="json")
    hold = held(actor, "notice", key, content)

    async def do(_: str) -> Answer[BatchSent]:
        await session.close()
        async with services.intake.admitted():
            row = _row(asked, actor, key)
            sealed = await _content(services, directory, asked, capacity, post, organisation, row.incident_id)
            row.sealed = sealed.model_dump(mode="json")
            cell = services.settings.cell
            row, _new = await record_incident(services.database, row, lambda _: None, cell=cell, hold=hold)
            published = row.delivered or await _delivered(services, row)
        sent = BatchSent(
            dispute_no=row.dispute_no,
            kind=asked.kind,
            kind_name=f"风险隐患{KINDS[asked.kind]}",
            items=len(asked.items),
            organisations=len({item.to or asked.to for item in asked.items}),
        )
        if published:
            async with services.database.read() as fresh:
                numbered = await batches_numbered(fresh, [row.dispute_no])
            sent.number = numbered[row.dispute_no].number
        else:
            sent.published = False
        return Answer(201, sent)

    return await once(services, session, actor, "notice", key, content, _ANSWERS, do)


def _errors(policy: HazardPolicy | None, directory: Directory, asked: BatchIn) -> list[dict[str, str]]:
    """What the form can't see: aspects that the playbook has not, organisations that are not there, days gone by."""
    assert policy, "who may send, sends under a policy"
    errors, now = [], datetime.now(UTC)
    if asked.to and directory.get(asked.to) is None:
        errors.append({"field": "to", "message": f"没有“{asked.to}”这个单位"})
    for n, item in enumerate(asked.items):
        if item.aspect not in policy.aspects:
            known = "、".join(f"{code} {name}" for code, name in policy.aspects.items())
            errors.append({"field": f"items.{n}.aspect", "message": f"没有“{item.aspect}”方面；可用：{known}"})
        if item.to and directory.get(item.to) is None:
            errors.append({"field": f"items.{n}.to", "message": f"没有“{item.to}”这个单位"})
        elif not (item.to or asked.to):
            errors.append({"field": f"items.{n}.to", "message": "未填整改单位，全批也没有主送单位"})
        if not now < item.due <= now + LONGEST:
            errors.append({"field": f"items.{n}.due", "message": "整改期限须晚于现在，且不晚于一年以后"})
    return errors[:50]


def _row(asked: BatchIn, actor: Actor, key: str | None) -> IncidentRow:
    """The row that a batch is recorded as; sent again under its key it is the same."""
    number = digest(actor.person_id, "notice", key) if key else new_id()
    now = datetime.now(UTC)
    return IncidentRow(
        incident_id=new_id(),
        source=SOURCE,
        source_no=number,
        digest=digest(asked.model_dump(mode="json")),
        occurred_at=now,
        reported_at=now,
        received_at=now,
        received_by=actor.person_id,
        place_key=digest(SOURCE, number),
        category=Matter.HAZARD,
        dispute_no="",
        sealed={},
    )


async def _content(
    services: Services,
    directory: Directory,
    asked: BatchIn,
    capacity: Actor,
    post: Post,
    organisation: OrganisationRef,
    incident_id: str,
) -> Content:
    policy = services.policy.playbook.hazards
    assert policy, "who may send, sends under a policy"
    bodies = {code: directory.get(code) for code in {item.to or asked.to for item in asked.items}}
    refs = {code: body.ref() for code, body in bodies.items() if body}
    items = [
        Item(no=item.no, aspect=item.aspect, to=refs[item.to or asked.to].path, text=item.text, due_at=item.due)
        for item in sorted(asked.items, key=lambda each: each.no)
    ]
    used = {item.aspect for item in asked.items}
    name = f"风险隐患{KINDS[asked.kind]}"
    now = china(datetime.now(UTC))
    return Content(
        incident=Incident(
            incident_id=incident_id, source=SOURCE, source_no=asked.source_no or "", occurred_at=now, reported_at=now,
            address=organisation.name, parties=[],
            narrative=f"{organisation.name}发送{name}，共{len(items)}项、{len(used)}个方面、{len(refs)}个单位",
            category=Matter.HAZARD,
        ),
        triage=Triage(
            category=Matter.HAZARD, category_name=f"{name}{len(items)}项", colour="blue", rank=1, harm=1, police=False,
            divertible=False, risk_kinds=[], confidence=1, cues=[], suggested_lead="", suggested_cooperating=[],
            statutory_track=None,
        ),
        places=await places_of(services, _at(organisation)),
        matter=Matter.HAZARD,
        batch=Batch(
            kind=asked.kind, by=post, by_name=organisation.name, sender=capacity.name, items=items,
            aspects={code: called for code, called in policy.aspects.items() if code in used},
        ),
        organisations=list(refs.values()),
    )  # fmt: skip


async def _delivered(services: Services, row: IncidentRow) -> bool:
    """Sends the batch to the engine and waits until it can be seen; false where either fails: it is redelivered."""
    try:
        await deliver(services, row)
        return await services.revisions.published(row.dispute_no, 1)
    except Exception as error:  # it is recorded, and that is what is answered
        code = error.code if isinstance(error, SantuiError) else type(error).__name__
        log.warning("incident_waits", incident_id=row.incident_id, code=code)
        return False
