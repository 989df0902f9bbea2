"""Intake: incidents reported, and the triage on its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.core.deps import ActorDep, KeyDep, ServicesDep
from api.core.old_idempotency import held, once
from api.intake.service import IncidentIn, PlaceIn, Words, receipt, report, try_triage
from domain.base import Model
from domain.errors import NotEntitled
from domain.people.organisation import Actor
from domain.people.permissions import INTAKE_ROLES
from domain.policy.fields import Code

router = APIRouter(prefix="/v1", tags=["intake"])


def may_report(actor: Actor) -> None:
    """Raises NotEntitled where none of the person's posts takes reports."""
    if not actor.has_role(*INTAKE_ROLES):
        raise NotEntitled("您的岗位不受理警情")


@router.post("/incidents", status_code=201)
async def post_incident(
    services: ServicesDep, actor: ActorDep, incident: IncidentIn, key: KeyDep = None
) -> JSONResponse:
    """Takes a report in: 201 with a new dispute, 200 where it joined one, 409 where its number is another's."""
    may_report(actor)
    content = incident.model_dump(mode="json")
    hold = held(actor, "incident", key, content)
    return await once(services, actor, "incident", key, content, lambda _: report(services, actor, incident, hold))


@router.get("/incidents/{incident_id:uuid}")
async def get_incident(services: ServicesDep, actor: ActorDep, incident_id: UUID) -> dict[str, Any]:
    """What became of one's own report; joining a dispute gives no sight of it."""
    return await receipt(services, actor, str(incident_id))


class TriageIn(Model):
    """What is known when a triage is asked for."""

    narrative: Words
    source: Code = "110"
    place: PlaceIn | None = None


@router.post("/triage")
async def post_triage(services: ServicesDep, actor: ActorDep, asked: TriageIn) -> dict[str, Any]:
    """The triage of a narrative; nothing is stored."""
    may_report(actor)
    return await try_triage(services, asked.narrative, asked.source, asked.place)
