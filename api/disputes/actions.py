"""Taking an action on a dispute: who takes it is settled here, whether it may be taken is the engine's to say."""

from __future__ import annotations

from pydantic import TypeAdapter

from api.core.context import Services
from api.core.engine import NoWorker
from api.core.idempotency import Answer, Taken, once
from api.core.schemas import JsonObject
from api.disputes.access import refused, visible_dispute
from api.disputes.brief import brief_from, brief_of, read_at, seen_as
from api.disputes.mergers import check_target
from api.disputes.schemas import Acted
from api.disputes.splitting import begun, number_of, report_to_split
from api.intake.next_run import reopen
from api.people.resolving import resolve_people
from domain.errors import ActionNotAllowed, FieldsInvalid, NotEntitled, Refused, Unavailable
from domain.image.shown_summons import may_whistle
from domain.people.organisation import Actor, OrganisationRef
from domain.policy.action_catalogue import ACTIONS, SPLIT
from domain.policy.forms.summons import CALLED
from domain.transitions.actions import Act, capacity_to_act
from domain.transitions.assignments.named_units import organisation_codes
from domain.transitions.decisions import ChangeAsked, Receipt
from domain.transitions.reopening import check_reopen
from infra.database.engine import Session
from infra.read_model.disputes import dispute_line, find_dispute, paths_of
from infra.records.people import manned, organisations_by_code
from infra.runtime.policy_files import role_name, roles

_ACTED: TypeAdapter[Acted] = TypeAdapter(Acted)


async def take_action(
    services: Services,
    session: Session,
    actor: Actor,
    dispute_no: str,
    action: str,
    fields: JsonObject,
    key: str | None,
) -> Answer[Acted]:
    """Takes an action on a dispute; what needs approval opens a task for it.

    Raises:
        Refused: by the rule that the engine applied, or, of `reopen`, that is applied here.
        Unavailable: the engine does not answer; it may have been reached all the same.
    """
    if action not in ACTIONS:
        raise ActionNotAllowed(f"没有“{action}”这一操作")

    async def do(write_id: str) -> Answer[Acted] | Taken[Acted]:
        if action == "reopen":
            return await _reopen(services, session, actor, dispute_no, fields, write_id)
        return await _act(services, session, actor, dispute_no, action, fields, write_id)

    async def did(write_id: str) -> Answer[Acted] | None:
        await session.close()
        receipt = await services.engine.outcome(dispute_no, write_id)
        return await _acted(services, session, action, receipt) if receipt else None

    answer = await once(services, session, actor, f"act:{dispute_no}:{action}", key, fields, _ACTED, do, did)
    return await begun(services, session, dispute_no, fields, answer) if action == SPLIT else answer


async def _act(
    services: Services, session: Session, actor: Actor, dispute_no: str, action: str, fields: JsonObject, write_id: str
) -> Answer[Acted] | Taken[Acted]:
    dispute = await find_dispute(session, actor, dispute_no)
    if dispute is None:
        raise await refused(services, session, actor, dispute_no, f"act:{action}")
    own, may = dispute.sealed.get("own_roles", {}), may_whistle(dispute.sealed)
    by = capacity_to_act(action, await paths_of(session, dispute_no), actor, own, may)
    await check_target(services, session, actor, dispute_no, fields)
    leaving = await report_to_split(session, by, dispute, fields) if action == SPLIT else None
    organisations = await organisations_by_code(services.database, organisation_codes(fields))
    await _check_called(session, fields, organisations)
    fields, people = await resolve_people(services, session, fields)
    await session.close()
    into = await number_of(services, leaving) if leaving else ""
    seen = await services.intents.begin(write_id, dispute_no, seen_as(dispute))
    message = Act(
        key=write_id,
        seen=seen,
        action=action,
        fields=fields,
        actor=by,
        organisations=organisations,
        people=people,
        into=into,
    )
    try:
        result = await services.engine.update(dispute_no, "act", message)
    except NoWorker as error:
        raise Unavailable(may_take_effect=True) from error
    except Refused as refusal:
        services.access.note(actor.person_id, dispute_no, f"act:{action}", refusal.code)
        raise
    services.access.note(actor.person_id, dispute_no, f"act:{action}", by=by)
    if result.image is None:
        return await _acted(services, session, action, result.receipt)
    change = _change_of(result.receipt)
    return Taken(
        result.image,
        Answer(200, Acted(action=action, dispute=brief_of(result.image), **change)),
        unpublished=Answer(200, Acted(action=action, dispute=brief_from(result.receipt), published=False, **change)),
    )


async def _check_called(session: Session, fields: JsonObject, organisations: dict[str, OrganisationRef]) -> None:
    """Nobody is called who is not there: who holds which post is not known to the engine.

    Raises:
        FieldsInvalid
    """
    errors = []
    for n, each in enumerate(named if isinstance(named := fields.get("to"), list) else []):
        if n >= CALLED or not isinstance(each, dict):
            break
        unit, role = organisations.get(str(each.get("organisation"))), str(each.get("role"))
        if unit and role in roles() and not await manned(session, [unit.path], [role]):
            said = f"{unit.name}没有在岗的{role_name(role)}"
            errors.append({"field": f"to.{n}.role", "message": said})
    if errors:
        raise FieldsInvalid(errors=errors)


async def _reopen(
    services: Services, session: Session, actor: Actor, dispute_no: str, fields: JsonObject, write_id: str
) -> Answer[Acted]:
    """Starts the next run of a closed dispute: it has no workflow to ask, so the rule is applied to the read model."""
    row = await visible_dispute(services, session, actor, dispute_no)
    paths = await paths_of(session, dispute_no)
    act = Act(key=write_id, action="reopen", fields=fields, actor=capacity_to_act("reopen", paths, actor))
    try:
        check_reopen(act, paths, closed=row.closed_at is not None)
    except NotEntitled as refusal:
        services.access.note(actor.person_id, dispute_no, "act:reopen", refusal.code)
        raise
    await session.close()
    await reopen(services, dispute_no, reopened=act)
    services.access.note(actor.person_id, dispute_no, "act:reopen", by=act.actor)
    published = await services.revisions.published(dispute_no, row.revision + 1)
    async with services.database.resume(session):
        dispute = brief_of(await dispute_line(session, dispute_no))
    if not published:
        return Answer(200, Acted(action="reopen", dispute=dispute, published=False))
    return Answer(200, Acted(action="reopen", dispute=dispute))


async def _acted(services: Services, session: Session, action: str, receipt: Receipt) -> Answer[Acted]:
    """What was taken, with the dispute as it is now; from the receipt where the read model does not show it yet."""
    number, change = receipt.dispute_no, _change_of(receipt)
    row = await read_at(services, session, number, receipt.revision, lambda: dispute_line(session, number))
    if row is None:
        return Answer(200, Acted(action=action, dispute=brief_from(receipt), published=False, **change))
    return Answer(200, Acted(action=action, dispute=brief_of(row), **change))


def _change_of(receipt: Receipt) -> dict[str, ChangeAsked]:
    """The change that waits for approval; absent where none does."""
    return {"change": receipt.change} if receipt.change else {}
