"""受理, one road (law 12): recorded once in one transaction, then sent to the engine, then marked delivered.

After a failure in between, the same POST again or the redelivery does what is missing; nothing that was recorded is
lost, and what is recorded is answered as recorded.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import structlog
from pydantic import Field, TypeAdapter

from api.core.context import Services
from api.core.errors import problem
from api.core.idempotency import Answer, held, once
from api.intake.delivery import deliver
from api.intake.presenters import present_triage
from api.intake.recording import Content, places_of, record
from api.intake.schemas import IncidentIn, NumberConflict, PlaceIn, Receipt, Received, TriageIn, TriageShape
from domain.base import china
from domain.errors import FieldsInvalid, NotEntitled, NotFound, SantuiError, SourceNoConflict
from domain.people.organisation import Actor, within
from domain.people.permissions import INTAKE_ROLES
from domain.policy.intake.sources import Source, matter_said, particulars_said
from domain.policy.process import Process
from domain.policy.stages import Stage
from domain.triage.learning.applying import suggest
from infra.database.engine import Session
from infra.database.tables.intake import IncidentRow
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import dispute_row, revision_of, within_sight
from infra.records.incidents import find_incident

log = structlog.get_logger()
_ANSWERS: TypeAdapter[NumberConflict | Received] = TypeAdapter(
    Annotated[NumberConflict | Received, Field(union_mode="left_to_right")]
)


def check_may_report(actor: Actor) -> None:
    """Raises NotEntitled where none of the person's posts takes reports."""
    if not actor.has_role(*INTAKE_ROLES):
        raise NotEntitled("您的岗位不受理警情")


async def take_in(
    services: Services, session: Session, actor: Actor, report: IncidentIn, key: str | None
) -> Answer[NumberConflict | Received]:
    """Takes a report in: 201 with a new dispute, or 200 where it joined one.

    The same content under the same (source, source_no) again gives the first answer. Other content under that number is
    taken in like any report, and answered 409 `source_no_conflict` with what became of it. A report is recorded even
    when the engine is away; it is delivered when the engine is back, and the answer says `published: false`.

    Raises:
        NotEntitled: none of the person's posts takes reports.
        FieldsInvalid: the source has a form of its own, and it is not filled in.
        Busy, StoreUnavailable: nothing was recorded.
        KeyReused: nor here, the key came with another report before.
    """
    check_may_report(actor)
    await check_source(services, session, actor, report)
    content = report.model_dump(mode="json")
    hold = held(actor, "incident", key, content)

    async def do(_: str) -> Answer[NumberConflict | Received]:
        await session.close()
        async with services.intake.admitted():
            row = await record(services, actor, report, hold)
            published = row.delivered or await deliver_now(services, row)
        return _answer(row, services.policy.playbook.process, published=published)

    return await once(services, session, actor, "incident", key, content, _ANSWERS, do)


async def check_source(services: Services, session: Session, actor: Actor, report: IncidentIn) -> None:
    """Raises NotEntitled where the mechanism says who may report by this source, and the person is not of them;
    FieldsInvalid where the source's own form is not filled in.
    """
    listed = services.policy.playbook.process.sources.get(report.source)
    if listed is not None and listed.reported_by:
        await _check_reporter(services, session, actor, report, listed)
    _, wrong = particulars_said(listed, report.particulars)
    _, not_about = matter_said(listed, report.matter)
    if wrong or not_about:
        raise FieldsInvalid(errors=[*not_about, *wrong])


async def _check_reporter(
    services: Services, session: Session, actor: Actor, report: IncidentIn, listed: Source
) -> None:
    places = await places_of(services, report.place, session)
    for allowed in listed.reported_by:
        place = places.get(allowed.at) or places["county"]
        held = [post.path for post in actor.posts if post.role == allowed.role]
        if any(within(path, place.path) or within(place.path, path) for path in held):
            return
    raise NotEntitled(f"您的岗位不能以“{listed.name}”来源上报此处的警情")


async def receipt(services: Services, session: Session, actor: Actor, incident_id: str) -> Receipt:
    """The dispute a report led to, for its reporter and for those who see the dispute; nothing of the case itself.

    Raises:
        NotFound: there is none, or not for this person; the try is noted.
    """
    row = await find_incident(session, incident_id)
    sees = row is not None and bool(await within_sight(session, actor, [row.dispute_no]))
    if row is None or not (sees or row.received_by == actor.person_id):
        services.access.note(actor.person_id, row.dispute_no if row else None, "incident", NotFound.code)
        raise NotFound("没有这条警情")
    dispute = await session.get(DisputeRow, row.dispute_no)
    return Receipt(
        incident_id=row.incident_id,
        dispute_no=row.dispute_no,
        joined=row.joined,
        received_at=china(row.received_at),
        stage=Stage(dispute.stage) if dispute else Stage.TRIAGE,
        closed=dispute is not None and dispute.closed_at is not None,
    )


async def try_triage(services: Services, session: Session, actor: Actor, asked: TriageIn) -> TriageShape:
    """The triage alone; nothing is stored.

    Raises:
        NotEntitled: none of the person's posts takes reports.
    """
    check_may_report(actor)
    places = await places_of(services, asked.place or PlaceIn(address="未填"), session)
    lexicon, serving = services.policy.lexicon_at(datetime.now(UTC)), await services.learned.serving()
    found = suggest(asked.narrative, lexicon, serving, source=asked.source)
    return present_triage(found, places, services.policy.playbook.process)


async def deliver_now(services: Services, row: IncidentRow) -> bool:
    """Sends the report to the engine and waits until it can be seen; false where either fails: it is redelivered."""
    try:
        await deliver(services, row)
        return await _shown(services, row)
    except Exception as error:  # it is recorded, and that is what is answered
        code = error.code if isinstance(error, SantuiError) else type(error).__name__
        log.warning("incident_waits", incident_id=row.incident_id, code=code)
        return False


async def _shown(services: Services, row: IncidentRow) -> bool:
    """Waits until the read model shows the dispute with this very report; a joined one arrives as a signal."""
    if not row.joined:
        return await services.revisions.published(row.dispute_no, 1)

    async def there(session: Session) -> bool:
        if not await revision_of(session, row.dispute_no):
            return False
        dispute = await dispute_row(session, row.dispute_no)
        return row.incident_id in [incident["incident_id"] for incident in dispute.sealed["incidents"]]

    return await services.revisions.visible(row.dispute_no, there)


def _answer(row: IncidentRow, process: Process, *, published: bool) -> Answer[NumberConflict | Received]:
    content = Content.model_validate(row.sealed)
    received = Received(
        incident_id=row.incident_id,
        dispute_no=row.dispute_no,
        matter=content.matter,
        joined=row.joined,
        triage=present_triage(content.triage, content.places, process, content.similar),
        received_at=china(row.received_at),
    )
    if not published:
        received.published = False
    if row.nth == 1:
        return Answer(200 if row.joined else 201, received)
    conflict = SourceNoConflict(f"该来源编号已用于内容不同的另一警情，本次内容已另行受理（{row.dispute_no}）")
    body = {**problem(conflict), **received.model_dump(exclude_unset=True)}
    return Answer(conflict.status, NumberConflict.model_validate(body))
