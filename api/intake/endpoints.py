"""Intake: incidents reported, and the triage on its own."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, KeyDep, ServicesDep, SessionDep
from api.core.documentation import READ, WRITE, problems
from api.core.responses import as_response
from api.intake.schemas import IncidentIn, NumberConflict, Receipt, Received, TriageIn, TriageShape
from api.intake.service import receipt, take_in, try_triage

router = APIRouter(prefix="/v1", tags=["intake"])


@router.post(
    "/incidents",
    status_code=201,
    response_model=Received,
    responses={200: {"model": Received}, **problems(WRITE - {409}), **problems({409}, NumberConflict)},
)
async def post_incident(
    services: ServicesDep, session: SessionDep, actor: ActorDep, incident: IncidentIn, key: KeyDep = None
) -> JSONResponse:
    """Takes a report in: 201 with a new dispute, 200 where it joined one, 409 where its number is another's."""
    return as_response(await take_in(services, session, actor, incident, key))


@router.get(
    "/incidents/{incident_id:uuid}",
    response_model=Receipt,
    response_model_exclude_unset=True,
    responses=problems(READ),
)
async def get_incident(services: ServicesDep, session: SessionDep, actor: ActorDep, incident_id: UUID) -> Receipt:
    """What became of one's own report; joining a dispute gives no sight of it."""
    return await receipt(services, session, actor, str(incident_id))


@router.post("/triage", response_model=TriageShape, response_model_exclude_unset=True, responses=problems(WRITE))
async def post_triage(services: ServicesDep, session: SessionDep, actor: ActorDep, asked: TriageIn) -> TriageShape:
    """The triage of a narrative; nothing is stored."""
    return await try_triage(services, session, actor, asked)
