"""Taking a report out of a dispute (分案). A workflow knows only its own dispute: whose report it is, and which number
it gets as a dispute of its own, is settled here; that it begins is intake's road, as for any report.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import ValidationError

from api.core.context import Services
from api.core.idempotency import Answer
from api.core.schemas import JsonObject
from api.disputes.schemas import Acted
from api.intake.service import deliver_now
from domain.case.splitting.reports import CLOSED
from domain.errors import DisputeClosed, FieldsInvalid
from domain.people.organisation import Actor
from domain.policy.action_catalogue import SPLIT
from domain.policy.forms.actions import SplitReport
from domain.transitions.actions import actions_open
from infra.database.engine import Session
from infra.database.tables.read_model import DisputeRow
from infra.read_model.disputes import paths_of
from infra.records.incidents import find_incident
from infra.records.repeats.apart import own_number


class Leaving(NamedTuple):
    """A report that is to be taken out, and the dispute that it is then."""

    incident_id: str
    into: str
    """empty where a number is still to be given to it"""


async def report_to_split(session: Session, by: Actor, dispute: DisputeRow, fields: JsonObject) -> Leaving | None:
    """The report that is to be taken out; none where the case itself will say why it is not. One that came with a
    dispute that was merged in is that one's again, once it has been reopened.

    Raises:
        DisputeClosed: with what to do instead.
        FieldsInvalid: its own dispute is still merged into this one.
    """
    if dispute.closed_at is not None:
        raise DisputeClosed(CLOSED)
    try:
        form = SplitReport.model_validate(fields)
    except ValidationError:
        return None
    row = await find_incident(session, form.incident_id)
    number = dispute.dispute_no
    if row is None or not _may(by, await paths_of(session, number), dispute):
        return None
    if row.dispute_no == number:
        return Leaving(row.incident_id, "") if row.joined else None
    if row.incident_id in [each["incident_id"] for each in dispute.sealed["incidents"]]:
        own = await session.get(DisputeRow, row.dispute_no)
        if own is None or own.closed_at is not None:
            raise _refused(f"该警情随{row.dispute_no}并案而来：请先将{row.dispute_no}“重新启动”，再从本案移出")
        return Leaving(row.incident_id, row.dispute_no)
    return None


async def number_of(services: Services, leaving: Leaving) -> str:
    """The dispute that it is then; a number is given before the case lets it go, the same one each time.

    Raises:
        StoreUnavailable
    """
    cell = services.settings.cell
    return leaving.into or await own_number(services.database, leaving.incident_id, datetime.now(UTC), cell)


async def begun(
    services: Services, session: Session, dispute_no: str, fields: JsonObject, answer: Answer[Acted]
) -> Answer[Acted]:
    """The answer with the dispute that the report is now, which has begun where it could. Where the read model does not
    show that yet the redelivery does the rest, and the answer says so. Safe to repeat.
    """
    async with services.database.resume(session):
        row = await find_incident(session, str(fields.get("incident_id")))
    if row is None:
        return answer
    let_go = row.dispute_no != dispute_no
    shown = let_go and (row.delivered or await deliver_now(services, row))
    more = {"into": row.dispute_no if let_go else row.own_no, **({} if shown else {"published": False})}
    return replace(answer, body=answer.body.model_copy(update=more))


def _may(by: Actor, paths: set[str], dispute: DisputeRow) -> bool:
    return SPLIT in actions_open([SPLIT], paths, by, dispute.sealed.get("own_roles", {}))


def _refused(why: str) -> FieldsInvalid:
    return FieldsInvalid(errors=[{"field": "incident_id", "message": why}])
